package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

// relay carries frames between two hosts without copying or delay.
func relay(now time.Duration, a, b *Host) {
	for moved := true; moved; {
		moved = false
		for from, to := a, b; ; from, to = to, from {
			for f, ok := from.Next(now); ok; f, ok = from.Next(now) {
				to.Handle(now, f)
				moved = true
			}
			if from == b {
				break
			}
		}
	}
}

// linked is two hosts with a connection and a datagram association between
// them, neighbours known.
func linked(t testing.TB) (a, b *Host, client, server, dgram, sink int32) {
	p := newPair(t, 0)
	client, server = p.connected()
	udp := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, SockFlags: spec.SockNonblock}
	dgram, sink = p.must(0, udp), p.must(1, udp)
	p.must(1, bindTo(sink, "10.0.0.2:9"))
	p.must(0, connectTo(dgram, "10.0.0.2:9"))
	return p.hosts[0], p.hosts[1], client, server, dgram, sink
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	a, b, client, server, dgram, sink := linked(t)
	now := time.Second
	data, buf := make([]byte, 1000), make([]byte, 2000)
	send := spec.Call{Op: spec.OpSend, FD: client, Buf: data}
	recv := spec.Call{Op: spec.OpRecv, FD: server, Buf: buf}
	round := func() {
		now += time.Millisecond
		a.Call(now, 0, &send)
		relay(now, a, b)
		if r, done := b.Call(now, 0, &recv); !done || r.Ret != 1000 {
			t.Fatalf("received %d (%v), want 1000", r.Ret, done)
		}
		relay(now, a, b)
	}
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(200, round); n != 0 {
		t.Errorf("a segment there and its ACK back allocate %v times, want 0", n)
	}
	send.FD, recv.FD = dgram, sink
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(200, round); n != 0 {
		t.Errorf("a datagram allocates %v times, want 0", n)
	}
}

func TestConnectAllocatesNothing(t *testing.T) {
	a, b, l := listening(t)
	now := time.Second
	once := func() {
		now += time.Microsecond
		lifetime(t, now, a, b, l)
	}
	for range 100 {
		once()
	}
	if n := testing.AllocsPerRun(200, once); n != 0 {
		t.Errorf("a connection from socket to close allocates %v times on both hosts, want 0", n)
	}
}

// lifetime connects, accepts, resets by AF_UNSPEC and closes both ends.
func lifetime(t testing.TB, now time.Duration, a, b *Host, listener int32) {
	call := func(h *Host, c spec.Call) int32 {
		r, done := h.Call(now, 0, &c)
		if !done {
			relay(now, a, b)
			_, r, done = h.Completion()
		}
		if !done || r.Failed() {
			t.Fatalf("%v: %v (%v)", c.Op, r.Errno, done)
		}
		return r.Ret
	}
	fd := call(a, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	call(a, connectTo(fd, "10.0.0.2:80"))
	s := call(b, spec.Call{Op: spec.OpAccept, FD: listener})
	call(a, unspec(fd))
	call(a, spec.Call{Op: spec.OpClose, FD: fd})
	relay(now, a, b)
	call(b, spec.Call{Op: spec.OpClose, FD: s})
}

func listening(t testing.TB) (a, b *Host, listener int32) {
	p := newPair(t, 0)
	stream := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}
	listener = p.must(1, stream)
	p.must(1, bindTo(listener, "10.0.0.2:80"))
	p.must(1, spec.Call{Op: spec.OpListen, FD: listener, Backlog: 8})
	p.must(0, connectTo(p.must(0, stream), "10.0.0.2:80")) // resolves the neighbours
	p.must(1, spec.Call{Op: spec.OpAccept, FD: listener})
	return p.hosts[0], p.hosts[1], listener
}

// BenchmarkConnect is a connection between two hosts in memory, from socket to
// close on both.
func BenchmarkConnect(b *testing.B) {
	a, h, l := listening(b)
	now := time.Second
	b.ReportAllocs()
	for b.Loop() {
		now += time.Microsecond
		lifetime(b, now, a, h, l)
	}
}

// BenchmarkTransfer is bytes from one host's send to the other's recv.
func BenchmarkTransfer(b *testing.B) {
	a, h, client, server, _, _ := linked(b)
	now := time.Second
	data, buf := make([]byte, 64<<10), make([]byte, 64<<10)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		now += time.Millisecond
		send := spec.Call{Op: spec.OpSend, FD: client, Buf: data, MsgFlags: spec.MsgDontwait}
		if r, _ := a.Call(now, 0, &send); r.Ret != int32(len(data)) {
			b.Fatalf("sent %d, %v", r.Ret, r.Errno)
		}
		for left := len(data); left > 0; {
			relay(now, a, h)
			recv := spec.Call{Op: spec.OpRecv, FD: server, Buf: buf, MsgFlags: spec.MsgDontwait}
			r, _ := h.Call(now, 0, &recv)
			if r.Failed() {
				now += 10 * time.Millisecond
				continue
			}
			left -= int(r.Ret)
		}
	}
}

// BenchmarkReset is what it costs to take a used host for the next script.
func BenchmarkReset(b *testing.B) {
	cfg := labConfig(spec.Linux)
	h := New(cfg)
	b.ReportAllocs()
	for b.Loop() {
		h.Reset(cfg)
		h.Call(0, 0, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
		c := connectTo(3, "192.0.2.1:8080")
		h.Call(0, 0, &c)
		h.Next(0)
	}
}
