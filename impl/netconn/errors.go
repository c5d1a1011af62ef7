package netconn

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/connspec/connspec/spec"
)

// failed is the error of a system call. Inside is the [syscall.Errno] of the
// system that the program runs on, or the [spec.Errno] where that has none.
func failed(op spec.Op, e spec.Errno) error {
	return &os.SyscallError{Syscall: op.String(), Err: errno(e)}
}

func errno(e spec.Errno) error {
	system := spec.SystemLinux
	switch runtime.GOOS {
	case "darwin", "ios":
		system = spec.SystemDarwin
	case "freebsd", "dragonfly":
		system = spec.SystemFreeBSD
	case "windows", "plan9", "js", "wasip1":
		return e
	}
	if n, ok := e.Number(system); ok {
		return syscall.Errno(n)
	}
	return e
}

// ended is the error of calls after the Driver's end.
func (s *Stack) ended(err error) error {
	var closed bool
	s.driver.Do(func(time.Duration) { closed = s.closed })
	if closed {
		return net.ErrClosed
	}
	return err
}

// cancelled is an attempt that its context ended, as package net reports it.
type cancelled struct{ cause error }

func (c cancelled) Error() string {
	if c.Timeout() {
		return "i/o timeout"
	}
	return "operation was canceled"
}

func (c cancelled) Unwrap() error   { return c.cause }
func (c cancelled) Timeout() bool   { return errors.Is(c.cause, context.DeadlineExceeded) }
func (c cancelled) Temporary() bool { return c.Timeout() }

// Is makes a timeout match [os.ErrDeadlineExceeded] too.
func (c cancelled) Is(target error) bool { return target == os.ErrDeadlineExceeded && c.Timeout() }
