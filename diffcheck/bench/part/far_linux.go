package part

import (
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

// far is the program at the far end. It says "ready" when it can be reached,
// and the outcome when in ends. It makes its system calls without telling the
// scheduler: it has nothing else to do.
func far(s *trial.Spec, in io.Reader, out io.Writer) error {
	if s.Task == trial.Flood {
		return besiege(s, in, out)
	}
	typ := unix.SOCK_STREAM
	if s.Task == trial.Datagrams {
		typ = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(unix.AF_INET, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("far end: socket: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: s.Port}); err != nil {
		return fmt.Errorf("far end: bind: %w", err)
	}
	if s.Task == trial.Datagrams {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20) // as much of it as the system lets us
	} else if err := unix.Listen(fd, 65535); err != nil {
		return fmt.Errorf("far end: listen: %w", err)
	}
	var stop atomic.Bool
	done := make(chan trial.Outcome)
	go func() {
		runtime.LockOSThread()
		done <- serve(s, fd, &stop)
	}()
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	io.Copy(io.Discard, in)
	stop.Store(true)
	o := <-done
	return o.Print(out)
}

// patience is how often a loop that waits looks whether it is to stop.
const patience = 50 * time.Millisecond

func serve(s *trial.Spec, fd int, stop *atomic.Bool) (o trial.Outcome) {
	buf := make([]byte, max(s.Size, 1<<20))
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	messages := newMessages(64, 2048)
	for !stop.Load() {
		if n, _ := unix.Poll(fds, int(patience.Milliseconds())); n <= 0 {
			continue
		}
		switch s.Task {
		case trial.Connects:
			for {
				n, _, errno := syscall.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), 0, 0, 0, 0, 0)
				if errno != 0 {
					break
				}
				syscall.RawSyscall(unix.SYS_CLOSE, n, 0, 0)
				o.Operations++
			}
		case trial.Datagrams:
			for n := messages.receive(fd); n > 0; n = messages.receive(fd) {
				o.Operations += float64(n)
			}
		default:
			if n, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC); err == nil {
				stream(s, n, buf, stop, &o)
				unix.Close(n)
			}
		}
	}
	return o
}

// stream is one connection: the far end reads what the near one sends, or
// sends until the near end has gone.
func stream(s *trial.Spec, fd int, buf []byte, stop *atomic.Bool, o *trial.Outcome) {
	tv := unix.NsecToTimeval(patience.Nanoseconds())
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv)
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &tv)
	for !stop.Load() {
		var n int
		var err error
		if s.Task == trial.Send {
			// MSG_TRUNC leaves TCP data where it is (tcp(7)): the far end is not to be
			// what is measured.
			n, _, err = unix.Recvfrom(fd, buf, unix.MSG_TRUNC)
		} else {
			n, err = unix.SendmsgN(fd, buf[:max(s.Size, 1)], nil, nil, unix.MSG_NOSIGNAL)
		}
		switch {
		case err == unix.EAGAIN || err == unix.EINTR:
		case err != nil || n == 0:
			return
		default:
			o.Bytes += float64(n)
		}
	}
}

// messages are the arguments of recvmmsg and sendmmsg.
type messages struct {
	headers []mmsghdr
	vectors []unix.Iovec
	room    []byte
}

type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   [4]byte
}

func newMessages(n, size int) *messages {
	m := &messages{headers: make([]mmsghdr, n), vectors: make([]unix.Iovec, n), room: make([]byte, n*size)}
	for i := range m.headers {
		m.vectors[i].Base = &m.room[i*size]
		m.vectors[i].SetLen(size)
		m.headers[i].hdr.Iov = &m.vectors[i]
		m.headers[i].hdr.SetIovlen(1)
	}
	return m
}

// receive takes what has arrived and gives its number, 0 for none.
func (m *messages) receive(fd int) int {
	n, _, errno := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.headers[0])),
		uintptr(len(m.headers)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}
