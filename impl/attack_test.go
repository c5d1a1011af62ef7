package impl

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// Off-path attacks: somebody who sees no frame of the connection, but knows
// addresses and ports, sends what he can think of in the peer's name (RFC
// 5961, 5927, 6056, 6528). None may land, and none may be amplified.

// stride is how far apart the guesses of an attacker are who only has to hit a
// window of 64 KiB.
const stride = 1 << 16

// victim is a connection with 12 bytes of the peer's taken and one segment of
// 5 bytes in flight.
func victim(t *testing.T) (h *harness, fd int32) {
	h = newHarness(t, spec.Linux)
	h.far.iss = 0x12345678
	fd = h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN leaves", "S 0(0)")
	h.segment(wire.SYN|wire.ACK, 0, 1, "")
	h.wantFrame("the handshake ends", ". 1(0) ack 1")
	h.segment(wire.ACK|wire.PSH, 1, 1, "what is said")
	h.wantFrame("text is acknowledged", ". 1(0) ack 13")
	h.want("it is read", spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 12)}, 0)
	h.advance(time.Second)
	h.want("something is sent", spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("reply")}, 0)
	h.wantFrame("it leaves", "P. 1(5) ack 13")
	return h, fd
}

// unharmed wants the victim to go on as if nothing had been.
func unharmed(h *harness, fd int32) {
	h.t.Helper()
	for n := 0; ; n++ {
		f, ok := h.host.Next(h.now)
		if !ok {
			break
		}
		if n > 0 {
			h.t.Fatalf("a second answer to an attack at one time: %s, want at most one challenge", h.print(f))
		}
		if got := h.print(f); got != ". 6(0) ack 13" {
			h.t.Fatalf("answer to an attack: %s, want none or a challenge", got)
		}
	}
	h.wantSoError("after the attack", fd, 0)
	h.segment(wire.ACK|wire.PSH, 13, 6, "genuine")
	buf := make([]byte, 100)
	if r := h.want("the peer's text comes", spec.Call{Op: spec.OpRecv, FD: fd, Buf: buf}, 0); string(buf[:r.Ret]) != "genuine" {
		h.t.Fatalf("received %q, want %q", buf[:r.Ret], "genuine")
	}
	if info, ok := h.host.TCPInfo(h.now, fd); !ok || info.State != tcp.StateEstablished || info.SndMSS != 1460 {
		h.t.Fatalf("%v with an MSS of %d, want ESTABLISHED and 1460", info.State, info.SndMSS)
	}
}

// forge sends a segment with absolute numbers in the peer's name.
func (h *harness) forge(seg *wire.TCP, data []byte) {
	seg.SrcPort, seg.DstPort, seg.Window = h.far.addr.Port(), h.far.local.Port(), 65534
	b := make([]byte, seg.Len()+len(data))
	copy(b[seg.Len():], data)
	src, dst := h.far.addr.Addr().As4(), h.far.local.Addr().As4()
	seg.Put(b, wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	h.packet(wire.ProtocolTCP, src, dst, b)
}

func TestBlindSegments(t *testing.T) {
	text := []byte("forged text, to be read by the victim")
	for _, c := range []struct {
		what  string
		flags wire.Flags
		data  []byte
	}{
		{"RST", wire.RST, nil},
		{"RST with ACK", wire.RST | wire.ACK, nil},
		{"SYN", wire.SYN, nil},
		{"SYN with ACK", wire.SYN | wire.ACK, nil},
		{"text", wire.ACK | wire.PSH, text},
		{"text without ACK", wire.PSH, text},
		{"FIN", wire.ACK | wire.FIN, nil},
		{"everything", wire.SYN | wire.FIN | wire.RST | wire.ACK | wire.URG, text},
	} {
		t.Run(c.what, func(t *testing.T) {
			h, fd := victim(t)
			rng := rand.New(rand.NewPCG(5961, uint64(c.flags)))
			for seq := uint32(0); ; seq += stride {
				h.forge(&wire.TCP{Seq: seq, Ack: rng.Uint32(), Flags: c.flags}, c.data)
				if seq > seq+stride {
					break
				}
			}
			unharmed(h, fd)
		})
	}
}

// TestBlindSegmentInTheWindow: the attacker guesses the sequence number, or
// nearly, but not the acknowledgement. Text whose number and window are both
// exactly what header prediction foresees is taken by Linux, and so here, before
// an acknowledgement that is too old is looked at (tcp_rcv_established): the
// window is the second thing to guess.
func TestBlindSegmentInTheWindow(t *testing.T) {
	for _, c := range []struct {
		what  string
		flags wire.Flags
		seq   uint32 // relative to what is expected
	}{
		{"RST one beside", wire.RST, 1},
		{"RST at the window's end", wire.RST, 60000},
		{"RST just before", wire.RST, ^uint32(0)},
		{"SYN at the number expected", wire.SYN, 0},
		{"text at the number expected", wire.ACK | wire.PSH, 0},
		{"FIN at the number expected", wire.ACK | wire.FIN, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			h, fd := victim(t)
			rng := rand.New(rand.NewPCG(5961, uint64(c.seq)))
			for range 10000 {
				h.forge(&wire.TCP{Seq: h.far.iss + 13 + c.seq, Ack: rng.Uint32(), Flags: c.flags}, []byte("forged")[:len("forged")*int(c.flags&wire.PSH)/int(wire.PSH)])
			}
			unharmed(h, fd)
		})
	}
}

// TestBlindICMP (RFC 5927): an error that quotes no segment in flight is no
// error, and one of the kind that ends attempts ends no connection.
func TestBlindICMP(t *testing.T) {
	for typ, codes := range map[uint8]uint8{wire.ICMPUnreachable: 16, wire.ICMPTimeExceeded: 2, wire.ICMPParameterError: 3, 4: 1} {
		for code := range codes {
			h, fd := victim(t)
			for seq := uint32(0); ; seq += stride {
				if seq-h.far.irs > 5+stride && -(seq-h.far.irs) > stride {
					h.quoting(typ, code, seq)
				}
				if seq > seq+stride {
					break
				}
			}
			unharmed(h, fd)
		}
	}
}

// quoting sends an ICMP error, with the smallest MTU there is, that quotes a
// segment of the host.
func (h *harness) quoting(typ, code uint8, seq uint32) {
	src, dst := h.far.local.Addr().As4(), h.far.addr.Addr().As4()
	quoted := wire.TCP{SrcPort: h.far.local.Port(), DstPort: h.far.addr.Port(), Seq: seq, Flags: wire.ACK}
	packet := make([]byte, wire.IPv4Len+wire.TCPLen)
	quoted.Put(packet[wire.IPv4Len:], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	ip := wire.IPv4{TTL: 63, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	ip.Put(packet)
	body := make([]byte, wire.ICMPv4Len+len(packet))
	copy(body[wire.ICMPv4Len:], packet)
	m := wire.ICMPv4{Type: typ, Code: code, Rest: 68}
	m.Put(body)
	h.packet(wire.ProtocolICMP, gateway.As4(), own.As4(), body)
}

// TestBlindHandshake: nobody answers a SYN in the peer's name who has not seen
// it.
func TestBlindHandshake(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN leaves", "S 0(0)")
	rng := rand.New(rand.NewPCG(1, 6528))
	for range 100000 {
		for _, flags := range []wire.Flags{wire.SYN | wire.ACK, wire.RST | wire.ACK, wire.RST} {
			h.forge(&wire.TCP{Seq: rng.Uint32(), Ack: rng.Uint32(), Flags: flags}, nil)
		}
		for _, ok := h.host.Next(h.now); ok; _, ok = h.host.Next(h.now) {
		}
	}
	h.wantSoError("after the attack", fd, 0)
	h.wantPoll("still under way", fd, 0)
	h.segment(wire.SYN|wire.ACK, 0, 1, "")
	h.wantPoll("the peer's own answer counts", fd, spec.PollOut)
}

// TestBlindAccept: nobody connects in another's name who does not see the
// answer, whether the listener keeps its handshakes or has cookies out.
func TestBlindAccept(t *testing.T) {
	for _, backlog := range []int32{1000, 1} {
		h := newHarness(t, spec.Linux)
		l := h.socket(spec.SockStream, spec.SockNonblock)
		h.want("bind", bindTo(l, "0.0.0.0:8080"), 0)
		h.want("listen", spec.Call{Op: spec.OpListen, FD: l, Backlog: backlog}, 0)
		rng := rand.New(rand.NewPCG(1, 4987))
		for port := uint16(1); port <= 500; port++ {
			h.far = peer{addr: netip.AddrPortFrom(remote, port), local: netip.AddrPortFrom(own, 8080), iss: 5000}
			h.segment(wire.SYN, 0, 0, "")
			for range 100 {
				h.forge(&wire.TCP{Seq: 5001, Ack: rng.Uint32(), Flags: wire.ACK}, nil)
			}
			for _, ok := h.host.Next(h.now); ok; _, ok = h.host.Next(h.now) {
			}
		}
		h.want("nobody came", spec.Call{Op: spec.OpAccept, FD: l}, spec.EAGAIN)
	}
}

// TestNumbersAreNotGuessed (RFC 6528, 6056): who connects to a host, or is
// connected to, learns nothing of the numbers that it has for others. The
// attacker's best guess is the difference that he saw before, on another host or
// at another time; over many hosts it may not be right more often than chance.
func TestNumbersAreNotGuessed(t *testing.T) {
	const hosts, near = 4000, 1 << 24 // a guess counts if it is that near: 1 in 128
	seen := func(seed uint64) (iss, port [2]uint32) {
		c := labConfig(spec.Linux)
		c.Seed = seed
		h := &harness{t: t, host: New(c)}
		for i, to := range []string{"192.0.2.66:80", "192.0.2.1:8080"} {
			h.far = peer{addr: netip.MustParseAddrPort(to)}
			fd := h.socket(spec.SockStream, spec.SockNonblock)
			h.want("connect", connectTo(fd, to), spec.EINPROGRESS)
			if f, ok := h.host.Next(h.now); !ok {
				t.Fatal("no SYN")
			} else {
				h.print(f)
			}
			iss[i], port[i] = h.far.irs, uint32(h.far.local.Port())
		}
		return iss, port
	}
	guessedISS, guessedPort := 0, 0
	lastISS, lastPort := seen(0)
	for seed := uint64(1); seed <= hosts; seed++ {
		iss, port := seen(seed)
		if iss[1]-iss[0]-(lastISS[1]-lastISS[0])+near/2 < near {
			guessedISS++
		}
		if d := int32(port[1]-port[0]) - int32(lastPort[1]-lastPort[0]); d >= -64 && d < 64 { // 1 in 220, twice that for wrapping
			guessedPort++
		}
		lastISS, lastPort = iss, port
	}
	// The expectation is 16 to 31 of them; five deviations more are no chance.
	if guessedISS > 60 {
		t.Errorf("%d of %d initial sequence numbers guessed, want about 16", guessedISS, hosts)
	}
	if guessedPort > 60 {
		t.Errorf("%d of %d ports guessed, want about 20", guessedPort, hosts)
	}
}

// TestIdentificationsTellNothing: the numbers of packets to the attacker do not
// count those to others, and a segment has none (RFC 6864).
func TestIdentificationsTellNothing(t *testing.T) {
	h, _ := victim(t)
	ping := func(from netip.Addr) uint16 {
		body := make([]byte, wire.ICMPv4Len)
		m := wire.ICMPv4{Type: wire.ICMPEcho}
		m.Put(body)
		h.packet(wire.ProtocolICMP, from.As4(), own.As4(), body)
		f, ok := h.host.Next(h.now)
		if !ok {
			t.Fatal("no answer to a ping")
		}
		return binary.BigEndian.Uint16(f[wire.EthernetLen+4:])
	}
	differ := 0
	for i := range byte(100) {
		a, b := ping(netip.AddrFrom4([4]byte{192, 0, 2, 66})), ping(netip.AddrFrom4([4]byte{192, 0, 2, 100 + i}))
		if b != a+1 {
			differ++
		}
	}
	if differ < 99 {
		t.Errorf("identifications of two destinations follow each other %d times in 100", 100-differ)
	}
	h.want("connect", connectTo(h.socket(spec.SockStream, spec.SockNonblock), "192.0.2.1:80"), spec.EINPROGRESS)
	if f, _ := h.host.Next(h.now); binary.BigEndian.Uint16(f[wire.EthernetLen+4:]) != 0 {
		t.Error("a segment that nobody may fragment has an identification")
	}
}

// TestFloodOfSyns: a million SYNs from nowhere leave no more behind than there
// is room for, are answered one by one, and keep no honest peer out.
func TestFloodOfSyns(t *testing.T) {
	h := newHarness(t, spec.Linux)
	l := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("bind", bindTo(l, "0.0.0.0:8080"), 0)
	h.want("listen", spec.Call{Op: spec.OpListen, FD: l, Backlog: 4096}, 0)
	rng := rand.New(rand.NewPCG(200, 1000))
	most := 0
	for i := range 200000 {
		h.advance(5 * time.Microsecond)
		h.far = peer{addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(rng.Uint32())}), uint16(rng.Uint32())|1), local: netip.AddrPortFrom(own, 8080), iss: rng.Uint32()}
		h.segment(wire.SYN, 0, 0, "")
		answers := 0
		for _, ok := h.host.Next(h.now); ok; _, ok = h.host.Next(h.now) {
			answers++
		}
		if answers > 1 {
			t.Fatalf("%d answers to one SYN", answers)
		}
		most = max(most, h.host.sock.Connections())
		if i%1000 != 999 {
			continue
		}
		h.far = peer{addr: netip.AddrPortFrom(remote, uint16(i/1000+20000)), local: netip.AddrPortFrom(own, 8080), iss: 77}
		h.segment(wire.SYN, 0, 0, "")
		h.wantFrame("an honest SYN is answered", "S. 0(0) ack 1")
		h.segment(wire.ACK, 1, 1, "")
		r := h.want("and the connection accepted", spec.Call{Op: spec.OpAccept, FD: l}, 0)
		h.want("and closed", spec.Call{Op: spec.OpClose, FD: r.Ret}, 0)
		h.wantFrame("with a FIN", "F. 1(0) ack 1")
		h.segment(wire.RST, 1, 0, "")
	}
	if most > 1100 {
		t.Errorf("%d connections at a time, want no more than are half open at most (1024) and a few", most)
	}
}
