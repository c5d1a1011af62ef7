//go:build !linux

package judge

import (
	"errors"

	"github.com/connspec/connspec/diffcheck/target"
)

func openKernel() (target.Target, error) {
	return nil, errors.New("the kernel target is for Linux")
}
