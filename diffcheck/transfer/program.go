package transfer

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// Machine is a host of impl's that runs in real time on a NIC. Its sockets are
// used by blocking calls, each from a [Thread].
type Machine struct {
	host    *impl.Host
	pump    *hwtarget.Pump
	threads int
	results map[int]spec.Result // of calls that blocked, not yet collected
}

// Start makes one. The caller closes nic after Stop.
func Start(nic hwtarget.NIC, cfg impl.Config) *Machine {
	m := &Machine{host: impl.New(cfg), results: map[int]spec.Result{}}
	began := time.Now()
	m.pump = hwtarget.NewPump(nic, m.host, func() time.Duration { return time.Since(began) })
	return m
}

// Stop ends it; calls under way fail.
func (m *Machine) Stop() error { return m.pump.Stop() }

// Thread makes calls, one at a time, and belongs to one goroutine.
type Thread struct {
	m      *Machine
	number int
}

// Thread gives a new one.
func (m *Machine) Thread() *Thread {
	t := &Thread{m: m}
	m.pump.Do(func(time.Duration) {
		t.number = m.threads
		m.threads++
	})
	return t
}

// Call makes a system call and waits until it is done. The error is an
// [*Error], or why the Machine has stopped.
func (t *Thread) Call(c spec.Call) (spec.Result, error) {
	var r spec.Result
	var done bool
	t.m.pump.Do(func(now time.Duration) { r, done = t.m.host.Call(now, t.number, &c) })
	if !done {
		err := t.m.pump.Wait(func(time.Duration) (ok bool) {
			t.m.collect()
			if r, ok = t.m.results[t.number]; ok {
				delete(t.m.results, t.number)
			}
			return ok
		})
		if err != nil {
			return r, err
		}
	}
	if r.Failed() {
		return r, &Error{Op: c.Op, Errno: r.Errno}
	}
	return r, nil
}

func (m *Machine) collect() {
	for {
		thread, r, ok := m.host.Completion()
		if !ok {
			return
		}
		m.results[thread] = r
	}
}

// Error is a call that failed.
type Error struct {
	Op    spec.Op
	Errno spec.Errno
}

func (e *Error) Error() string { return fmt.Sprintf("%v: %v", e.Op, e.Errno) }

// Dial connects a stream socket.
func (t *Thread) Dial(to netip.AddrPort) (*Stream, error) {
	s, err := t.Call(spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	if err != nil {
		return nil, err
	}
	_, err = t.Call(spec.Call{Op: spec.OpConnect, FD: s.Ret, Addr: spec.SockaddrInet(to), AddrLen: spec.SizeofSockaddrIn})
	return &Stream{t, s.Ret}, err
}

// Listen makes a listening socket and gives its descriptor.
func (t *Thread) Listen(at netip.AddrPort, backlog int32) (fd int32, err error) {
	s, err := t.Call(spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	if err != nil {
		return -1, err
	}
	_, err = t.Call(spec.Call{Op: spec.OpBind, FD: s.Ret, Addr: spec.SockaddrInet(at), AddrLen: spec.SizeofSockaddrIn})
	if err == nil {
		_, err = t.Call(spec.Call{Op: spec.OpListen, FD: s.Ret, Backlog: backlog})
	}
	return s.Ret, err
}

// Accept waits for a connection.
func (t *Thread) Accept(fd int32) (*Stream, error) {
	r, err := t.Call(spec.Call{Op: spec.OpAccept, FD: fd})
	return &Stream{t, r.Ret}, err
}
