package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/spec"
)

// place is where the calls of a script are made and its frames pass: a lane of
// the lab, or this machine's own loopback.
type place interface {
	Do(func() error) error // on the thread whose sockets are of this place
	Close() error
}

// nearPlace is the namespace that the process is in. It has a thread of its
// own, so that pinning it pins nobody else.
type nearPlace struct{ jobs chan func() }

func newNearPlace() *nearPlace {
	n := &nearPlace{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread() // and never unlocked: it is pinned
		for job := range n.jobs {
			job()
		}
	}()
	return n
}

func (n *nearPlace) Do(f func() error) error {
	done := make(chan error)
	n.jobs <- func() { done <- f() }
	return <-done
}

func (n *nearPlace) Close() error {
	close(n.jobs)
	return nil
}

// noWire is the NIC of a place without a wire: nothing comes, and Wait only
// passes the time.
type noWire struct{ wake int }

func newNoWire() (*noWire, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("kernel: eventfd: %w", err)
	}
	return &noWire{wake: fd}, nil
}

var _ hwtarget.NIC = (*noWire)(nil)

func (n *noWire) Send([][]byte) (int, error) { return 0, hwtarget.ErrClosed }
func (n *noWire) Recv([][]byte) (int, error) { return 0, nil }

func (n *noWire) Wait(timeout time.Duration) error {
	ts := unix.NsecToTimespec(int64(timeout))
	fds := [1]unix.PollFd{{Fd: int32(n.wake), Events: unix.POLLIN}}
	if _, err := unix.Ppoll(fds[:], &ts, nil); err != nil && err != unix.EINTR {
		return fmt.Errorf("kernel: poll: %w", err)
	}
	var count [8]byte
	unix.Read(n.wake, count[:]) // non-blocking; only resets the counter
	return nil
}

func (n *noWire) Wake() {
	one := [8]byte{1}
	unix.Write(n.wake, one[:]) // fails only when the counter is full: awake anyway
}

func (n *noWire) MAC() [6]byte              { return [6]byte{} }
func (n *noWire) MTU() int                  { return lab.MTU }
func (n *noWire) Offload() hwtarget.Offload { return hwtarget.Offload{} }
func (n *noWire) Close() error              { return unix.Close(n.wake) }

// Real ports of the host, for the ports that scripts name, are below the range
// that the kernel chooses from (net.ipv4.ip_local_port_range) and above the
// privileged ones.
const (
	portMin = 10000
	portMax = 32767
)

// farAddr is the n-th address of 10.0.0.0/8, from 1 on.
func farAddr(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// farAddr6 is the n-th address of lab.Far6, from 1 on.
func farAddr6(n uint32) netip.Addr {
	a := lab.Far6.Addr().As16()
	binary.BigEndian.PutUint32(a[12:], n)
	return netip.AddrFrom16(a)
}

// nearPort is the last port that a script got on this machine's loopback, which
// all targets without a lane share.
var nearPort atomic.Uint32

// freshNearPort gives the next port that nothing uses. If there is none, the
// script will find out.
func freshNearPort() (port uint16) {
	for range portMax - portMin {
		port = portMin + uint16(nearPort.Add(1)%(portMax-portMin))
		if freePort(port) {
			break
		}
	}
	return port
}

// freePort reports whether nothing in this namespace uses the port.
func freePort(port uint16) bool {
	for _, typ := range [...]int{unix.SOCK_STREAM, unix.SOCK_DGRAM} {
		four, six := &unix.SockaddrInet4{Port: int(port)}, &unix.SockaddrInet6{Port: int(port)}
		if !bindable(unix.AF_INET, typ, four) || hasIPv6() && !bindable(unix.AF_INET6, typ, six) {
			return false
		}
	}
	return true
}

func bindable(family, typ int, a unix.Sockaddr) bool {
	fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Bind(fd, a) == nil
}

// usesUnix: the event makes an AF_UNIX socket, or a file for one.
func usesUnix(ev *script.Event) bool {
	if ev.Kind == script.EventEnv {
		return ev.Env.Kind == script.EnvFile
	}
	c := &ev.Call
	return ev.Kind == script.EventCall && (c.Op == spec.OpSocket || c.Op == spec.OpSocketpair) && c.Family == spec.AFUnix
}

// checkNear refuses what must not be done to this machine's own loopback.
func checkNear(s *script.Script) error {
	if !s.Loopback {
		return &target.Unsupported{Reason: "the script needs a wire and this machine offers none: see diffcheck doctor"}
	}
	for i := range s.Events {
		ev := &s.Events[i]
		if usesUnix(ev) {
			return target.Refuse(ev, "AF_UNIX needs a namespace for its names, a root for its paths, and a queue of known length: it needs a lab, see diffcheck doctor")
		}
		if p := ev.Call.Addr.Port; ev.Kind == script.EventCall && p > 0 && p < 1024 {
			return target.Refuse(ev, "port %d may be that of a service of this machine: it needs a lab, see diffcheck doctor", p)
		}
	}
	return nil
}
