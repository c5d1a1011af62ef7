package impl

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

var (
	six1, six2   = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	link1, link2 = netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2")
)

// pair6 is two hosts that have IPv6 addresses besides. They find each other by
// neighbour discovery.
func pair6(t testing.TB, loss float64, offload int) *pair {
	p := newPair(t, loss)
	for i := range p.hosts {
		c := pairConfig(i)
		c.Offload = offload
		c.Addrs = append(c.Addrs, netip.PrefixFrom([]netip.Addr{six1, six2}[i], 64), netip.PrefixFrom([]netip.Addr{link1, link2}[i], 64))
		p.hosts[i] = New(c)
	}
	return p
}

func socket6(t spec.SockType) spec.Call {
	return spec.Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: t}
}

func call6(op spec.Op, fd int32, a netip.Addr, port uint16, scope uint32) spec.Call {
	c := spec.Call{Op: op, FD: fd, Addr: spec.SockaddrInet(netip.AddrPortFrom(a, port)), AddrLen: spec.SizeofSockaddrIn6}
	c.Addr.Scope = scope
	return c
}

// connected6 makes a connection from host 0 to address a of host 1.
func (p *pair) connected6(a netip.Addr, scope uint32) (client, server int32, peer spec.Sockaddr) {
	p.t.Helper()
	l := p.must(1, socket6(spec.SockStream))
	p.must(1, call6(spec.OpBind, l, netip.IPv6Unspecified(), 80, 0))
	p.must(1, spec.Call{Op: spec.OpListen, FD: l, Backlog: 8})
	client = p.must(0, socket6(spec.SockStream))
	p.start(1, spec.Call{Op: spec.OpAccept, FD: l})
	p.must(0, call6(spec.OpConnect, client, a, 80, scope))
	for p.busy[1] {
		p.step()
	}
	if p.done[1].Failed() {
		p.t.Fatalf("accept: %v", p.done[1].Errno)
	}
	return client, p.done[1].Ret, p.done[1].Addr
}

// carry6 sends data from one end to the other and compares.
func (p *pair) carry6(client, server int32) {
	p.t.Helper()
	data := make([]byte, 300000)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	p.start(0, spec.Call{Op: spec.OpSend, FD: client, Buf: data})
	got, buf := []byte(nil), make([]byte, 60000)
	for len(got) < len(data) {
		n := p.must(1, spec.Call{Op: spec.OpRecv, FD: server, Buf: buf})
		got = append(got, buf[:n]...)
	}
	if !bytes.Equal(got, data) {
		p.t.Error("the bytes that arrive are not those sent")
	}
}

func TestTransferOverIPv6(t *testing.T) {
	for _, loss := range []float64{0, 0.02, 0.2} {
		for _, offload := range []int{0, OffloadMax} {
			p := pair6(t, loss, offload)
			client, server, peer := p.connected6(six2, 0)
			if peer.Family != spec.AFInet6 || peer.Addr != six1 || peer.Scope != 0 {
				t.Errorf("the peer is %+v, want %v", peer, six1)
			}
			p.carry6(client, server)
		}
	}
}

func TestTransferOverTheLinkAlone(t *testing.T) {
	p := pair6(t, 0, 0)
	client, server, peer := p.connected6(link2, p.hosts[0].routes.NIC())
	if peer.Addr != link1 || peer.Scope != p.hosts[1].routes.NIC() {
		t.Errorf("the peer is %+v, want %v on the NIC", peer, link1)
	}
	p.carry6(client, server)
}

func TestOneListenerForBothFamilies(t *testing.T) {
	p := pair6(t, 0, 0)
	mapped := netip.AddrFrom16(netip.MustParseAddr("10.0.0.2").As16())
	client, server, peer := p.connected6(mapped, 0)
	if peer.Family != spec.AFInet6 || peer.Addr != netip.MustParseAddr("::ffff:10.0.0.1") {
		t.Errorf("the peer is %+v, want the v4-mapped address", peer)
	}
	p.carry6(client, server)
}

func TestSegmentsOverIPv6HaveTheirSize(t *testing.T) {
	p := pair6(t, 0, 0)
	largest, mss := 0, uint16(0)
	p.wire = func(f []byte, give func([]byte)) {
		largest = max(largest, len(f))
		if h, body, err := wire.ParseIPv6(f[wire.EthernetLen:]); err == nil && h.Next == wire.ProtocolTCP {
			if s, _, err := wire.ParseTCP(body, wire.PseudoIPv6(h.Src, h.Dst, h.Next)); err == nil && s.Flags == wire.SYN {
				mss = s.Options.MSS
			}
		}
		give(f)
	}
	client, server, _ := p.connected6(six2, 0)
	p.carry6(client, server)
	if mss != 1440 || largest != wire.EthernetLen+mtuDefault {
		t.Errorf("the SYN says %d and the largest frame has %d bytes, want 1440 and a full one", mss, largest)
	}
}

func TestNeighborThatNeverAnswers(t *testing.T) {
	p := pair6(t, 0, 0)
	fd := p.must(0, socket6(spec.SockStream))
	r := p.call(0, call6(spec.OpConnect, fd, netip.MustParseAddr("2001:db8::99"), 80, 0))
	if r.Errno != spec.EHOSTUNREACH || p.now != 3*time.Second {
		t.Errorf("connect fails with %v after %v, want EHOSTUNREACH after 3 s", r.Errno, p.now)
	}
	if p.count != 3 {
		t.Errorf("%d frames went out, want 3 solicitations", p.count)
	}
}

// A datagram that does not fit comes in parts, and in smaller ones once a router
// has said how much fits (RFC 8201).
func TestDatagramsInParts(t *testing.T) {
	p := pair6(t, 0, 0)
	server, client := p.must(1, socket6(spec.SockDgram)), p.must(0, socket6(spec.SockDgram))
	p.must(1, call6(spec.OpBind, server, six2, 9, 0))
	p.must(0, call6(spec.OpConnect, client, six2, 9, 0))
	data := bytes.Repeat([]byte("0123456789"), 500)
	exchange := func() (largest int, packet []byte) {
		p.wire = func(f []byte, give func([]byte)) {
			if wire.IPv6Len < len(f) && f[wire.EthernetLen]>>4 == 6 && len(f) > 100 {
				largest, packet = max(largest, len(f)), bytes.Clone(f[wire.EthernetLen:])
			}
			give(f)
		}
		p.must(0, spec.Call{Op: spec.OpSend, FD: client, Buf: data})
		buf := make([]byte, 9000)
		if n := p.must(1, spec.Call{Op: spec.OpRecv, FD: server, Buf: buf}); !bytes.Equal(buf[:n], data) {
			t.Fatalf("%d bytes arrive, want the %d sent", n, len(data))
		}
		return largest, packet
	}
	if n, _ := exchange(); n > wire.EthernetLen+mtuDefault || n < 1400 {
		t.Errorf("the largest frame has %d bytes, want one of about an MTU", n)
	}
	data = data[:1400]
	_, packet := exchange()
	p.hosts[0].Handle(p.now, icmp6Frame(0, wire.ICMPv6{Type: wire.ICMPv6TooBig, Rest: 1300}, packet))
	if r := p.call(0, spec.Call{Op: spec.OpSend, FD: client, Buf: data}); r.Errno != spec.EMSGSIZE {
		t.Errorf("send after the message: %v, want EMSGSIZE once", r.Errno)
	}
	if n, _ := exchange(); n > wire.EthernetLen+1300 {
		t.Errorf("the largest frame has %d bytes, want at most 1300 in it", n)
	}
}

// icmp6Frame is an ICMPv6 message to host i of a pair from the other one.
func icmp6Frame(i int, m wire.ICMPv6, payload []byte) []byte {
	return frame6(i, wire.ProtocolICMPv6, func(src, dst [16]byte) []byte {
		message := append(make([]byte, wire.ICMPv6Len), payload...)
		m.Put(message, wire.PseudoIPv6(src, dst, wire.ProtocolICMPv6))
		return message
	})
}

func frame6(i int, next wire.Protocol, body func(src, dst [16]byte) []byte) []byte {
	own := [2]netip.Addr{six1, six2}
	h := wire.IPv6{HopLimit: 64, Next: next, Src: own[1-i].As16(), Dst: own[i].As16()}
	b := body(h.Src, h.Dst)
	f := append(make([]byte, wire.EthernetLen+wire.IPv6Len), b...)
	h.Put(f[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: pairConfig(i).MAC, Src: pairConfig(1 - i).MAC, Type: wire.EtherTypeIPv6}
	eth.Put(f)
	return f
}

// What a host says to packets that are wrong (RFC 4443, RFC 8200).
func TestAnswersToIPv6Packets(t *testing.T) {
	raw := func(b ...byte) func(src, dst [16]byte) []byte { return func(_, _ [16]byte) []byte { return b } }
	udp := func(sum bool) func(src, dst [16]byte) []byte {
		return func(src, dst [16]byte) []byte {
			b := make([]byte, wire.UDPLen+1)
			(&wire.UDP{SrcPort: 5, DstPort: 7}).Put(b, wire.PseudoIPv6(src, dst, wire.ProtocolUDP))
			if !sum {
				b[6], b[7] = 0, 0
			}
			return b
		}
	}
	for _, c := range []struct {
		name      string
		frame     []byte
		typ, code uint8 // of the answer; 0: none
		rest      uint32
	}{
		{"an echo request", icmp6Frame(0, wire.ICMPv6{Type: wire.ICMPv6Echo, Rest: 77}, []byte("x")), wire.ICMPv6EchoReply, 0, 77},
		{"a port that nobody has", frame6(0, wire.ProtocolUDP, udp(true)), wire.ICMPv6Unreachable, wire.ICMPv6CodePort, 0},
		{"a datagram without a checksum", frame6(0, wire.ProtocolUDP, udp(false)), 0, 0, 0},
		{"a protocol that nobody knows", frame6(0, 253, raw(1, 2, 3)), wire.ICMPv6ParameterProblem, wire.ICMPv6CodeNext, 6},
		{"no next header", frame6(0, wire.ProtocolNone, raw(1, 2, 3)), 0, 0, 0},
		{"an option to tell of", frame6(0, wire.ProtocolDestination, raw(59, 0, 0x80, 4, 0, 0, 0, 0)), wire.ICMPv6ParameterProblem, wire.ICMPv6CodeOption, 42},
		{"a route to go on", frame6(0, wire.ProtocolRouting, raw(59, 0, 0, 1, 0, 0, 0, 0)), wire.ICMPv6ParameterProblem, wire.ICMPv6CodeField, 42},
		{"a part of odd length", frame6(0, wire.ProtocolFragment, raw(17, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3)), wire.ICMPv6ParameterProblem, wire.ICMPv6CodeField, 4},
		{"a part by itself", frame6(0, wire.ProtocolFragment, func(src, dst [16]byte) []byte {
			return append([]byte{17, 0, 0, 0, 0, 0, 0, 9}, udp(true)(src, dst)...)
		}), wire.ICMPv6Unreachable, wire.ICMPv6CodePort, 0},
		{"an error about nothing", icmp6Frame(0, wire.ICMPv6{Type: wire.ICMPv6Unreachable}, []byte("x")), 0, 0, 0},
	} {
		p := pair6(t, 0, 0)
		var answers []wire.ICMPv6
		p.wire = func(f []byte, give func([]byte)) {
			h, body, err := wire.ParseIPv6(f[wire.EthernetLen:])
			if err != nil || h.Next != wire.ProtocolICMPv6 {
				t.Fatalf("%s: a frame %x", c.name, f)
			}
			m, _, err := wire.ParseICMPv6(body, wire.PseudoIPv6(h.Src, h.Dst, h.Next))
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if m.Type != wire.ICMPv6Solicit && m.Type != wire.ICMPv6Advertise {
				answers = append(answers, m)
			}
			give(f)
		}
		p.hosts[0].Handle(p.now, c.frame)
		p.collect()
		for len(p.queue) > 0 {
			p.step()
		}
		want := wire.ICMPv6{Type: c.typ, Code: c.code, Rest: c.rest}
		if len(answers) != min(int(c.typ), 1) || len(answers) > 0 && answers[0] != want {
			t.Errorf("%s: answered %+v, want %+v", c.name, answers, want)
		}
	}
}

func TestErrorsDoNotFlood(t *testing.T) {
	p := pair6(t, 0, 0)
	sent := 0
	p.wire = func([]byte, func([]byte)) { sent++ }
	// Known to each other first.
	n := wire.Neighbor{Target: six1.As16(), Link: pairConfig(1).MAC, HasLink: true}
	p.hosts[0].Handle(0, func() []byte {
		f := frame6(0, wire.ProtocolICMPv6, func(src, dst [16]byte) []byte {
			b := make([]byte, n.Len())
			n.Put(b, wire.PseudoIPv6(src, dst, wire.ProtocolICMPv6))
			return b
		})
		f[wire.EthernetLen+7] = 255
		return f
	}())
	p.collect()
	sent = 0
	for range 1000 {
		p.hosts[0].Handle(0, frame6(0, 253, func(_, _ [16]byte) []byte { return []byte{1} }))
	}
	p.collect()
	if sent == 0 || sent > 50 {
		t.Errorf("%d answers to 1000 wrong packets at once, want some and 50 at most", sent)
	}
}

// FuzzIPv6 gives a host any packet of IPv6: it must not panic, and what it sends
// must be whole.
func FuzzIPv6(f *testing.F) {
	f.Add([]byte{59, 0, 0x80, 4, 0, 0, 0, 0}, byte(wire.ProtocolDestination))
	f.Add([]byte{17, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8}, byte(wire.ProtocolFragment))
	f.Add([]byte{135, 0, 0, 0, 0, 0, 0, 0}, byte(wire.ProtocolICMPv6))
	f.Fuzz(func(t *testing.T, body []byte, next byte) {
		p := pair6(t, 0, 0)
		p.wire = func(f []byte, give func([]byte)) {
			if _, _, err := wire.ParseIPv6(f[wire.EthernetLen:]); err != nil {
				t.Fatalf("sent %x: %v", f, err)
			}
		}
		for _, at := range []int{-1, 2, 16} { // as it is, and with a good checksum
			b := bytes.Clone(body)
			frame := frame6(0, wire.Protocol(next), func(src, dst [16]byte) []byte {
				if at >= 0 && at+2 <= len(b) {
					b[at], b[at+1] = 0, 0
					sum := wire.Checksum(append(append(bytes.Clone(src[:]), dst[:]...), append([]byte{0, 0, byte(len(b) >> 8), byte(len(b)), 0, 0, 0, next}, b...)...))
					b[at], b[at+1] = byte(sum>>8), byte(sum)
				}
				return b
			})
			frame[wire.EthernetLen+7] = 255
			p.hosts[0].Handle(0, frame)
			p.collect()
		}
	})
}
