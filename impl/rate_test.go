package impl

import (
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

// busy is two hosts of which the first connects to the second, which has
// addresses enough that those in TIME-WAIT do not use up the ports.
type busy struct {
	t        testing.TB
	a, b     *Host
	listener int32
	now      time.Duration
	fds      [busyFlight]int32
	next     int
	made     int
	dests    int
}

const (
	busyFlight = 64 // attempts in flight
	busyDests  = 8
)

func newBusy(t testing.TB, count int) *busy {
	mac := [2][6]byte{{2, 0, 0, 0, 1, 0}, {2, 0, 0, 0, 1, 1}}
	ca := Config{Dialect: spec.Linux, MAC: mac[0], Seed: 1, Descriptors: count + 2*busyFlight, PortFirst: 1024, PortLast: 65535,
		Addrs: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/8")}}
	cb := Config{Dialect: spec.Linux, MAC: mac[1], Seed: 2, Descriptors: count + 2*busyFlight,
		Neighbors: []Neighbor{{Addr: ca.Addrs[0].Addr(), MAC: mac[0]}}}
	dests := max(busyDests, count/60000+1)
	for i := range dests {
		d := busyDest(i)
		ca.Neighbors = append(ca.Neighbors, Neighbor{Addr: d, MAC: mac[1]})
		cb.Addrs = append(cb.Addrs, netip.PrefixFrom(d, 8))
	}
	w := &busy{t: t, a: New(ca), b: New(cb), now: time.Second, dests: dests}
	w.listener = w.must(w.b, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
	w.must(w.b, bindTo(w.listener, "0.0.0.0:80"))
	w.must(w.b, spec.Call{Op: spec.OpListen, FD: w.listener, Backlog: 4096})
	return w
}

func busyDest(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i), 2}) }

func (w *busy) must(h *Host, c spec.Call) int32 {
	r, done := h.Call(w.now, 0, &c)
	if !done || r.Failed() {
		w.t.Fatalf("%v: %v", c.Op, r.Errno)
	}
	return r.Ret
}

// start begins an attempt of a thread.
func (w *busy) start(thread int) {
	fd := w.must(w.a, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	w.fds[thread] = fd
	c := spec.Call{Op: spec.OpConnect, FD: fd, AddrLen: spec.SizeofSockaddrIn,
		Addr: spec.SockaddrInet(netip.AddrPortFrom(busyDest(w.next%w.dests), 80))}
	w.next++
	if r, done := w.a.Call(w.now, thread, &c); done {
		w.t.Fatalf("connect ended at once: %v", r.Errno)
	}
}

// accept takes what waits at the listener, and closes it or not.
func (w *busy) accept(hold bool) {
	for {
		r, _ := w.b.Call(w.now, 0, &spec.Call{Op: spec.OpAccept, FD: w.listener})
		if r.Failed() {
			return
		}
		if !hold {
			w.must(w.b, spec.Call{Op: spec.OpClose, FD: r.Ret})
		}
	}
}

// turn carries what was sent, accepts and closes, and begins another attempt
// for each that ended.
func (w *busy) turn() {
	w.now += busyFlight * 2 * time.Microsecond
	relay(w.now, w.a, w.b)
	w.accept(false)
	for {
		thread, r, ok := w.a.Completion()
		if !ok {
			return
		}
		if r.Failed() {
			w.t.Fatalf("connection %d: %v", w.made, r.Errno)
		}
		w.made++
		w.must(w.a, spec.Call{Op: spec.OpClose, FD: w.fds[thread]})
		w.start(thread)
	}
}

// BenchmarkConnectRate is a TCP connection between two hosts in memory: socket,
// connect, accept and both closes, with 64 in flight; the connecting side keeps
// its TIME-WAITs.
func BenchmarkConnectRate(b *testing.B) {
	w := newBusy(b, 1<<17)
	for thread := range busyFlight {
		w.start(thread)
	}
	for w.made < 1<<17 {
		w.turn()
	}
	b.ReportAllocs()
	for target := w.made; b.Loop(); target++ {
		for w.made <= target {
			w.turn()
		}
	}
}
