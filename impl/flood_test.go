package impl

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// flood is a server that listens, an honest client beside it, and a gateway
// behind which SYNs with forged sources come from.
type flood struct {
	*busy
	rng   *rand.Rand
	frame [wire.EthernetLen + wire.IPv4Len + wire.TCPLenMax]byte
	sent  int // forged SYNs
}

func newFlood(t testing.TB, backlog int32) *flood {
	mac := [2][6]byte{{2, 0, 0, 0, 1, 0}, {2, 0, 0, 0, 1, 1}}
	addr := [2]netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}
	var hosts [2]*Host
	for i := range hosts {
		cfg := Config{Dialect: spec.Linux, MAC: mac[i], Seed: uint64(i) + 1, Addrs: []netip.Prefix{netip.PrefixFrom(addr[i], 24)},
			Neighbors: []Neighbor{{Addr: addr[1-i], MAC: mac[1-i]}, {Addr: netip.MustParseAddr("10.0.0.9"), MAC: gatewayMAC}}}
		cfg.Routes = []Route{{Prefix: prefix("0.0.0.0/0"), Gateway: cfg.Neighbors[1].Addr}}
		hosts[i] = New(cfg)
	}
	f := &flood{busy: &busy{t: t, a: hosts[0], b: hosts[1], now: time.Second, dests: 1}, rng: rand.New(rand.NewPCG(3, 4))}
	f.listener = f.must(f.b, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
	f.must(f.b, bindTo(f.listener, "0.0.0.0:80"))
	f.must(f.b, spec.Call{Op: spec.OpListen, FD: f.listener, Backlog: backlog})
	return f
}

// forge has a SYN arrive whose source is anybody's, and drops the answer.
func (f *flood) forge() {
	const at = wire.EthernetLen + wire.IPv4Len
	src, dst := [4]byte{198, 18, byte(f.rng.Uint32()), byte(f.rng.Uint32())}, [4]byte{10, 0, 0, 2}
	seg := wire.TCP{SrcPort: uint16(1024 + f.rng.IntN(64512)), DstPort: 80, Seq: f.rng.Uint32(), Flags: wire.SYN, Window: 65535}
	seg.Options.Has, seg.Options.MSS = wire.OptionMSS, 1460
	end := at + seg.Len()
	seg.Put(f.frame[at:end], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	h := wire.IPv4{TTL: 60, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	h.Put(f.frame[wire.EthernetLen:end])
	eth := wire.Ethernet{Dst: f.b.cfg.MAC, Src: gatewayMAC, Type: wire.EtherTypeIPv4}
	eth.Put(f.frame[:end])
	f.b.Handle(f.now, f.frame[:end])
	f.sent++
	f.drain()
}

// drain hands the client what is for it and drops the rest.
func (f *flood) drain() {
	for {
		out, ok := f.b.Next(f.now)
		if !ok {
			return
		}
		if [6]byte(out[:6]) == f.a.cfg.MAC {
			f.a.Handle(f.now, out)
		}
	}
}

// honest connects once, by a thread of its own.
func (f *flood) honest(thread int) {
	fd := f.must(f.a, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	c := connectTo(fd, "10.0.0.2:80")
	if r, done := f.a.Call(f.now, thread, &c); done {
		f.t.Fatalf("connect ended at once: %v", r.Errno)
	}
}

func (f *flood) exchange() {
	for {
		out, ok := f.a.Next(f.now)
		if !ok {
			return
		}
		f.b.Handle(f.now, out)
		f.drain()
	}
}

func TestHonestConnectsDuringSYNFlood(t *testing.T) {
	const rate, attempts, backlog = 200_000, 1000, 128
	f := newFlood(t, backlog)
	ended := 0
	for n := range rate { // one second
		f.now += time.Second / rate
		f.forge()
		if n%(rate/attempts) != 0 {
			continue
		}
		thread := n / (rate / attempts)
		f.honest(thread)
		for range 3 { // the handshake, while the flood goes on
			f.exchange()
			f.forge()
		}
		f.accept(false)
		if _, r, ok := f.a.Completion(); ok && !r.Failed() {
			ended++
			f.must(f.a, spec.Call{Op: spec.OpClose, FD: 3})
		}
	}
	if ended < attempts*99/100 {
		t.Errorf("%d of %d honest attempts succeeded at once during %d SYNs, want 99 in 100", ended, attempts, f.sent)
	}
	if n := f.b.sock.Connections(); n > backlog+1+attempts {
		t.Errorf("the server keeps %d connections, want its backlog of %d and the %d honest ones at most", n, backlog, attempts)
	}
}

func TestFloodAllocatesNothing(t *testing.T) {
	for _, backlog := range []int32{8, 4096} {
		f := newFlood(t, backlog)
		for range 3 * 4096 {
			f.now += 5 * time.Microsecond
			f.forge()
		}
		n := testing.AllocsPerRun(2000, func() {
			f.now += 5 * time.Microsecond
			f.forge()
		})
		if n != 0 {
			t.Errorf("backlog %d: a SYN of a flood allocates %v times, want 0", backlog, n)
		}
		if n := f.b.sock.Connections(); n > int(backlog)+1 {
			t.Errorf("backlog %d: %d half-open connections, want no more than fit", backlog, n)
		}
	}
}

// BenchmarkFlood is a forged SYN and its cookie.
func BenchmarkFlood(b *testing.B) {
	f := newFlood(b, 128)
	b.ReportAllocs()
	for b.Loop() {
		f.now += 5 * time.Microsecond
		f.forge()
	}
}
