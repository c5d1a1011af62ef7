package impl

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

// pair is two hosts on one wire, in virtual time.
type pair struct {
	t     testing.TB
	hosts [2]*Host
	now   time.Duration
	rng   *rand.Rand
	loss  float64
	delay time.Duration
	queue []flight
	wire  func(frame []byte, give func([]byte)) // what becomes of a frame on the way; nil: nothing
	count int
	busy  [2]bool
	done  [2]spec.Result
}

type flight struct {
	at    time.Duration
	to    int
	frame []byte
}

func newPair(t testing.TB, loss float64) *pair {
	p := &pair{t: t, rng: rand.New(rand.NewPCG(7, 7)), loss: loss, delay: time.Millisecond}
	for i := range p.hosts {
		p.hosts[i] = New(pairConfig(i))
	}
	return p
}

func pairConfig(i int) Config {
	return Config{
		Dialect: spec.Linux, MAC: [6]byte{2, 0, 0, 0, 1, byte(i)}, Seed: uint64(i + 1),
		Addrs: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}), 24)},
	}
}

// call makes a call on host i and runs the wire until it returns.
func (p *pair) call(i int, c spec.Call) spec.Result {
	p.t.Helper()
	p.start(i, c)
	for p.busy[i] {
		p.step()
	}
	return p.done[i]
}

// start makes a call that may go on while others are made.
func (p *pair) start(i int, c spec.Call) {
	p.t.Helper()
	r, done := p.hosts[i].Call(p.now, 0, &c)
	p.busy[i], p.done[i] = !done, r
	p.collect()
}

func (p *pair) collect() {
	for i, h := range p.hosts {
		for {
			f, ok := h.Next(p.now)
			if !ok {
				break
			}
			give := func(f []byte) {
				p.count++
				if p.rng.Float64() >= p.loss {
					p.queue = append(p.queue, flight{p.now + p.delay, 1 - i, bytes.Clone(f)})
				}
			}
			if p.wire == nil {
				give(f)
			} else {
				p.wire(f, give)
			}
		}
		if _, r, ok := h.Completion(); ok {
			p.busy[i], p.done[i] = false, r
		}
	}
}

// step lets time pass until the next thing happens.
func (p *pair) step() {
	at, ok := time.Duration(0), false
	for _, h := range p.hosts {
		if d, some := h.Deadline(); some && (!ok || d < at) {
			at, ok = d, true
		}
	}
	if len(p.queue) > 0 && (!ok || p.queue[0].at <= at) {
		f := p.queue[0]
		p.queue = p.queue[1:]
		p.now = max(p.now, f.at)
		p.hosts[f.to].Handle(p.now, f.frame)
	} else if ok {
		p.now = max(p.now, at)
	} else {
		p.t.Fatal("nothing will ever happen and a call is blocked")
	}
	p.collect()
}

func (p *pair) must(i int, c spec.Call) int32 {
	p.t.Helper()
	r := p.call(i, c)
	if r.Failed() {
		p.t.Fatalf("%v: %v", c.Op, r.Errno)
	}
	return r.Ret
}

// connected makes a connection from host 0 to host 1 and gives both ends.
func (p *pair) connected() (client, server int32) {
	p.t.Helper()
	stream := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}
	l := p.must(1, stream)
	p.must(1, bindTo(l, "10.0.0.2:80"))
	p.must(1, spec.Call{Op: spec.OpListen, FD: l, Backlog: 8})
	client = p.must(0, stream)
	p.start(1, spec.Call{Op: spec.OpAccept, FD: l})
	p.must(0, connectTo(client, "10.0.0.2:80"))
	for p.busy[1] {
		p.step()
	}
	return client, p.done[1].Ret
}

func TestTransfer(t *testing.T) {
	for _, loss := range []float64{0, 0.02, 0.2} {
		transfer(t, newPair(t, loss), loss)
	}
}

// transfer sends 1 MiB from host 0 to host 1 and wants nothing to be left of it.
func transfer(t *testing.T, p *pair, loss float64) {
	client, server := p.connected()
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(p.rng.Uint32())
	}
	p.start(0, spec.Call{Op: spec.OpSend, FD: client, Buf: data})
	var got []byte
	buf := make([]byte, 64<<10)
	closed := false
	for {
		n := p.must(1, spec.Call{Op: spec.OpRecv, FD: server, Buf: buf})
		if n == 0 {
			break
		}
		got = append(got, buf[:n]...)
		if !p.busy[0] && !closed {
			closed = true
			p.must(0, spec.Call{Op: spec.OpClose, FD: client})
		}
	}
	if !bytes.Equal(got, data) {
		t.Fatalf("loss %v: %d bytes arrived, want the %d sent", loss, len(got), len(data))
	}
	p.must(1, spec.Call{Op: spec.OpClose, FD: server})
	for end := p.now + 5*time.Minute; p.now < end; {
		if _, ok := p.hosts[0].Deadline(); !ok && len(p.queue) == 0 {
			break
		}
		p.step()
	}
	for i, h := range p.hosts {
		if n := h.sock.Connections(); n != 0 {
			t.Errorf("loss %v: host %d has %d connections left, want none", loss, i, n)
		}
	}
}

func TestDatagramEcho(t *testing.T) {
	p := newPair(t, 0)
	dgram := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}
	a, b := p.must(0, dgram), p.must(1, dgram)
	p.must(1, bindTo(b, "0.0.0.0:7"))
	p.must(0, connectTo(a, "10.0.0.2:7"))
	big := bytes.Repeat([]byte("0123456789"), 500) // four fragments
	p.start(1, spec.Call{Op: spec.OpRecvfrom, FD: b, Buf: make([]byte, 9000)})
	p.must(0, spec.Call{Op: spec.OpSend, FD: a, Buf: big})
	for p.busy[1] {
		p.step()
	}
	if n := p.done[1].Ret; n != 5000 {
		t.Fatalf("received %d bytes, want 5000", n)
	}
	back := spec.Call{Op: spec.OpSendto, FD: b, Buf: []byte("pong"), Addr: p.done[1].Addr, AddrLen: 16}
	p.must(1, back)
	buf := make([]byte, 10)
	if n := p.must(0, spec.Call{Op: spec.OpRecv, FD: a, Buf: buf}); string(buf[:n]) != "pong" {
		t.Fatalf("received %q, want pong", buf[:n])
	}
	p.must(1, spec.Call{Op: spec.OpClose, FD: b})
	p.must(0, spec.Call{Op: spec.OpSend, FD: a, Buf: []byte("x")})
	if r := p.call(0, spec.Call{Op: spec.OpRecv, FD: a, Buf: buf}); r.Errno != spec.ECONNREFUSED {
		t.Fatalf("after a port unreachable recv gives %v, want ECONNREFUSED", r.Errno)
	}
}

func TestNeighborThatIsSilent(t *testing.T) {
	p := newPair(t, 1)
	fd := p.must(0, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	if r := p.call(0, connectTo(fd, "10.0.0.9:80")); r.Errno != spec.EHOSTUNREACH {
		t.Fatalf("connect gives %v, want EHOSTUNREACH", r.Errno)
	}
	if p.now != 3*time.Second {
		t.Fatalf("after %v, want 3s", p.now)
	}
}
