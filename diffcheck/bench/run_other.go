//go:build !linux

package bench

import (
	"context"
	"errors"
	"io"
	"runtime"
)

// Run needs Linux.
func Run(context.Context, *Options, io.Writer) error {
	return errors.New("bench: virtual Ethernet needs Linux; this is " + runtime.GOOS)
}
