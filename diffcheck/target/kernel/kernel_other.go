//go:build !linux

package kernel

import (
	"errors"
	"runtime"

	"github.com/connspec/connspec/diffcheck/target"
)

// Options of a kernel target, as on Linux.
type Options struct{ Processor int }

// Open fails: the wire is a network namespace, and scripts speak of Linux.
func Open(Options) (target.Target, error) {
	return nil, errors.New("kernel: the target runs on Linux; this is " + runtime.GOOS)
}

// OpenLoopback fails like [Open].
func OpenLoopback(o Options) (target.Target, error) { return Open(o) }
