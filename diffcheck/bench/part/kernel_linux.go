package part

import (
	"fmt"
	"net/netip"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

// kernel is the kernel at the near end, driven from Go by epoll and system
// calls of which the scheduler knows nothing. A client in C is somewhat faster.
func kernel(s *trial.Spec) (o trial.Outcome, err error) {
	runtime.LockOSThread()
	switch s.Task {
	case trial.Connects:
		return kernelConnects(s)
	case trial.Send, trial.Receive:
		return kernelStream(s)
	}
	return kernelDatagrams(s)
}

func sockaddr(s *trial.Spec, a netip.Addr) unix.RawSockaddrInet4 {
	port := uint16(s.Port)
	return unix.RawSockaddrInet4{Family: unix.AF_INET, Port: port<<8 | port>>8, Addr: a.As4()}
}

// attempts are connects under way, each with its own place.
type attempts struct {
	s     *trial.Spec
	poll  int
	fds   []int
	began []time.Time
	next  int
	seen  trial.Latencies
	o     trial.Outcome
}

// connect starts attempt i over, and says whether it has ended already.
func (a *attempts) connect(i int) (bool, error) {
	a.next++
	return a.connectTo(i, a.s.Destination(a.next-1))
}

// connectTo starts attempt i over, to this address.
func (a *attempts) connectTo(i int, to netip.Addr) (bool, error) {
	fd, _, errno := syscall.RawSyscall(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if errno != 0 {
		return false, fmt.Errorf("socket: %w", errno)
	}
	a.fds[i], a.began[i] = int(fd), time.Now()
	addr := sockaddr(a.s, to)
	_, _, errno = syscall.RawSyscall(unix.SYS_CONNECT, fd, uintptr(unsafe.Pointer(&addr)), unsafe.Sizeof(addr))
	switch errno {
	case 0:
		return true, nil
	case unix.EINPROGRESS:
	default:
		return false, fmt.Errorf("connect: %w", errno)
	}
	ev := unix.EpollEvent{Events: unix.EPOLLOUT, Fd: int32(i)}
	_, _, errno = syscall.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(a.poll), unix.EPOLL_CTL_ADD, fd,
		uintptr(unsafe.Pointer(&ev)), 0, 0)
	if errno != 0 {
		return false, fmt.Errorf("epoll_ctl: %w", errno)
	}
	return false, nil
}

// start starts attempt i, and ends it and starts it over for as long as it
// takes no time.
func (a *attempts) start(i int) error {
	for {
		if ended, err := a.connect(i); !ended {
			return err
		}
		a.end(i)
	}
}

func (a *attempts) end(i int) {
	a.seen.Add(time.Since(a.began[i]))
	a.o.Operations++
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(a.fds[i]), 0, 0)
}

func kernelConnects(s *trial.Spec) (trial.Outcome, error) {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return trial.Outcome{}, fmt.Errorf("epoll: %w", err)
	}
	defer unix.Close(poll)
	a := &attempts{s: s, poll: poll, fds: make([]int, s.InFlight), began: make([]time.Time, s.InFlight)}
	started := time.Now()
	for i := range a.fds {
		if err := a.start(i); err != nil {
			return a.o, err
		}
	}
	events := make([]unix.EpollEvent, 64)
	for time.Since(started) < s.Time {
		n, err := wait(poll, events)
		if err != nil {
			return a.o, err
		}
		for _, ev := range events[:n] {
			if ev.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 {
				a.o.Failed++
			}
			a.end(int(ev.Fd))
			if err := a.start(int(ev.Fd)); err != nil {
				return a.o, err
			}
		}
	}
	a.o.Seconds = time.Since(started).Seconds()
	a.seen.Quantiles(&a.o)
	return a.o, nil
}

// wait is epoll_wait that tells the scheduler only if it must sleep.
func wait(poll int, events []unix.EpollEvent) (int, error) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(poll), uintptr(unsafe.Pointer(&events[0])),
		uintptr(len(events)), 0, 0, 0)
	if errno == 0 && n > 0 {
		return int(n), nil
	}
	k, err := unix.EpollWait(poll, events, 1000)
	if err == unix.EINTR {
		return 0, nil
	}
	return k, err
}

// kernelConnected is a blocking socket connected to the far end.
func kernelConnected(s *trial.Spec, typ int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: s.Port, Addr: s.Far.As4()}); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("connect: %w", err)
	}
	return fd, nil
}

func kernelStream(s *trial.Spec) (o trial.Outcome, err error) {
	fd, err := kernelConnected(s, unix.SOCK_STREAM)
	if err != nil {
		return o, err
	}
	defer unix.Close(fd)
	buf := make([]byte, max(s.Size, 1))
	started := time.Now()
	for time.Since(started) < s.Time {
		var n int
		if s.Task == trial.Send {
			n, err = unix.Write(fd, buf)
		} else {
			n, err = unix.Read(fd, buf)
		}
		if err != nil || n == 0 {
			return o, fmt.Errorf("%s: %d, %w after %.0f bytes", s.Task, n, err, o.Bytes)
		}
		o.Bytes += float64(n)
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}

func kernelDatagrams(s *trial.Spec) (o trial.Outcome, err error) {
	fd, err := kernelConnected(s, unix.SOCK_DGRAM)
	if err != nil {
		return o, err
	}
	defer unix.Close(fd)
	buf := make([]byte, max(s.Size, 1))
	started := time.Now()
	for time.Since(started) < s.Time {
		for range 64 {
			_, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])),
				uintptr(len(buf)), 0, 0, 0)
			if errno != 0 {
				o.Failed++
			} else {
				o.Operations++
			}
		}
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}
