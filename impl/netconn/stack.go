package netconn

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// Driver holds a Stack and moves its frames; hwtarget.Pump is one. Its clock
// must not go back.
type Driver interface {
	// Do runs f with the Stack held and moves frames before it returns.
	Do(f func(now time.Duration))
	// Await returns when something comes out of ready, or the reason why the
	// Driver has stopped. Frames are moved meanwhile.
	Await(ready <-chan struct{}) error
	// Stop ends every Await.
	Stop() error
}

// Stack is a host with the interface of package net. Its methods may be called
// from any goroutine, but for those that its Driver calls.
type Stack struct {
	// Lookup gives the addresses of a host name. Without it names other than
	// localhost are not found. Set it before Start.
	Lookup func(network, host string) ([]netip.Addr, error)

	driver Driver
	stop   sync.Once
	why    error // of the Driver's end

	// With the Stack held:
	host    *impl.Host
	halves  []*half // by the thread of their calls
	free    []int   // threads that nobody is
	sockets map[*socket]struct{}
	closed  bool
}

// New makes a Stack that nobody drives yet.
func New(cfg impl.Config) *Stack {
	return &Stack{host: impl.New(cfg), sockets: map[*socket]struct{}{}}
}

// Start says who drives the Stack. Nothing else may be called before.
func (s *Stack) Start(d Driver) { s.driver = d }

// Handle takes a frame that arrived. For the Driver.
func (s *Stack) Handle(now time.Duration, frame []byte) { s.host.Handle(now, frame) }

// Next gives the next frame to send; when there is none, the calls that have
// ended return. For the Driver.
func (s *Stack) Next(now time.Duration) (frame []byte, ok bool) {
	if frame, ok = s.host.Next(now); !ok {
		s.collect()
	}
	return frame, ok
}

// Deadline is when Next is to be called again. For the Driver.
func (s *Stack) Deadline() (at time.Duration, ok bool) { return s.host.Deadline() }

// Do runs f with the host held, for what package net has no words for.
func (s *Stack) Do(f func(now time.Duration, host *impl.Host)) {
	s.driver.Do(func(now time.Duration) { f(now, s.host) })
}

// Close closes every socket and stops the Driver. It returns what had stopped
// the Driver before.
func (s *Stack) Close() error {
	s.driver.Do(func(now time.Duration) {
		s.closed = true
		for k := range s.sockets {
			k.closeHeld(now)
		}
	})
	s.stop.Do(func() { s.why = s.driver.Stop() })
	return s.why
}

// collect hands the results of blocked calls to the goroutines that wait for
// them.
func (s *Stack) collect() {
	for {
		thread, r, ok := s.host.Completion()
		if !ok {
			return
		}
		h := s.halves[thread]
		h.result, h.busy = r, false
		h.done <- struct{}{}
		if h.retired {
			s.release(h)
		}
	}
}

// enlist gives h a thread of its own.
func (s *Stack) enlist(h *half) {
	if n := len(s.free); n > 0 {
		h.thread, s.free = s.free[n-1], s.free[:n-1]
	} else {
		h.thread = len(s.halves)
		s.halves = append(s.halves, nil)
	}
	s.halves[h.thread] = h
}

func (s *Stack) release(h *half) {
	s.halves[h.thread] = nil
	s.free = append(s.free, h.thread)
}

// open makes a socket of the host's, ready for calls.
func (s *Stack) open(now time.Duration, network string, c *spec.Call) (*socket, error) {
	if s.closed {
		return nil, net.ErrClosed
	}
	r, _ := s.host.Call(now, bootstrap, c)
	if r.Failed() {
		return nil, failed(c.Op, r.Errno)
	}
	return s.adopt(r.Ret, network), nil
}

// bootstrap is the thread of calls that never block.
const bootstrap = -1

// adopt makes a socket of a descriptor.
func (s *Stack) adopt(fd int32, network string) *socket {
	k := &socket{stack: s, fd: fd, network: network}
	k.read.init(s)
	k.write.init(s)
	s.sockets[k] = struct{}{}
	return k
}
