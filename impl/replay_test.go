package impl

import (
	"bytes"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// record drives a host through a connection and notes every frame.
func record(h *Host) []byte {
	var out []byte
	drain := func(now time.Duration) {
		for f, ok := h.Next(now); ok; f, ok = h.Next(now) {
			out = append(out, f...)
		}
	}
	h.Call(0, 0, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
	c := connectTo(3, "192.0.2.1:8080")
	h.Call(0, 0, &c)
	drain(0)
	h.Call(0, 0, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram})
	c = connectTo(4, "192.0.2.1:53")
	h.Call(0, 0, &c)
	h.Call(0, 0, &spec.Call{Op: spec.OpSend, FD: 4, Buf: []byte("query")})
	for i := range 5 {
		drain(time.Duration(i) * time.Second)
	}
	return out
}

func TestSameSeedSameFrames(t *testing.T) {
	a := New(labConfig(spec.Linux))
	first := record(a)
	if second := record(New(labConfig(spec.Linux))); !bytes.Equal(first, second) {
		t.Error("two hosts with one seed sent different frames")
	}
	a.Reset(labConfig(spec.Linux))
	if again := record(a); !bytes.Equal(first, again) {
		t.Error("a reset host sent other frames than a new one")
	}
	other := labConfig(spec.Linux)
	other.Seed++
	if second := record(New(other)); bytes.Equal(first, second) {
		t.Error("another seed gave the same frames")
	}
}

func TestCloneGoesItsOwnWay(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN", "S 0(0)")
	h.wantIdle("settled")
	c := *h
	c.host = h.host.Clone()
	if a, b := h.host.Fingerprint(0), c.host.Fingerprint(0); a != b {
		t.Fatalf("fingerprints of a host and its clone: %x and %x, want the same", a, b)
	}
	c.segment(rstAck, 0, 1, "")
	c.wantReturn("the clone is refused", 1, spec.ECONNREFUSED)
	if a, b := h.host.Fingerprint(0), c.host.Fingerprint(0); a == b {
		t.Fatal("fingerprints are still the same")
	}
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the original goes on", ". 1(0) ack 1")
	h.wantReturn("and is connected", 1, 0)
}

// FuzzHandle feeds frames of any content to a host with sockets in every
// state. Each input is a sequence: a length byte, then so many bytes that are
// laid over a good frame of the kind that the first one picks.
func FuzzHandle(f *testing.F) {
	f.Add([]byte{3, 0, 12, 13, 4, 1, 34, 0x12, 47, 6, 2, 14, 0x45, 23, 17})
	f.Add([]byte{2, 3, 20, 9, 1, 33, 2, 200, 40, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		h := newHarness(t, spec.Linux)
		l := h.socket(spec.SockStream, spec.SockNonblock)
		h.call(bindTo(l, "0.0.0.0:8080"))
		h.call(spec.Call{Op: spec.OpListen, FD: l, Backlog: 1})
		s := h.socket(spec.SockStream, spec.SockNonblock)
		h.call(connectTo(s, "192.0.2.1:8080"))
		if syn, ok := h.host.Next(0); ok {
			h.print(syn)
		}
		d := h.socket(spec.SockDgram, spec.SockNonblock)
		h.call(bindTo(d, "0.0.0.0:53"))
		for len(in) >= 2 {
			n := min(int(in[0]), len(in)-2)
			frame := h.template(in[1])
			for i, b := range in[2 : 2+n] {
				frame[(int(in[1])*7+i)%len(frame)] ^= b
			}
			repair(frame, in[1])
			in = in[2+n:]
			h.now += time.Duration(n) * 50 * time.Millisecond
			h.host.Handle(h.now, frame)
			frames := 0
			for _, ok := h.host.Next(h.now); ok; _, ok = h.host.Next(h.now) {
				if frames++; frames > 100 {
					t.Fatal("a frame brought about more than 100 others")
				}
			}
			h.call(spec.Call{Op: spec.OpAccept, FD: l})
		}
		for fd := int32(3); fd < 20; fd++ {
			h.call(spec.Call{Op: spec.OpClose, FD: fd})
		}
	})
}

// template is a good frame to the host: a SYN, the answer to its own SYN,
// data, a datagram, an ICMP error, ARP.
func (h *harness) template(kind byte) []byte {
	src, dst := remote.As4(), own.As4()
	seg := wire.TCP{SrcPort: 8080, DstPort: h.far.local.Port(), Seq: h.far.iss, Ack: h.far.irs + 1, Window: 1000}
	body := make([]byte, wire.TCPLen+8)
	protocol := wire.ProtocolTCP
	switch kind % 6 {
	case 0:
		seg.DstPort, seg.SrcPort, seg.Flags = 8080, uint16(kind), wire.SYN
	case 1:
		seg.Flags, body = synAck, body[:wire.TCPLen]
	case 2:
		seg.Seq, seg.Flags = h.far.iss+1, wire.ACK|wire.PSH
	case 3:
		protocol = wire.ProtocolUDP
		u := wire.UDP{SrcPort: 53, DstPort: 53}
		u.Put(body, wire.PseudoIPv4(src, dst, protocol))
	case 4:
		protocol = wire.ProtocolICMP
		body = make([]byte, wire.ICMPv4Len+wire.IPv4Len+8)
		quoted := wire.IPv4{TTL: 1, Protocol: wire.ProtocolTCP, Src: dst, Dst: src}
		quoted.Put(body[wire.ICMPv4Len:])
		m := wire.ICMPv4{Type: wire.ICMPUnreachable, Code: kind >> 4}
		m.Put(body)
	case 5:
		f := make([]byte, wire.EthernetLen+wire.ARPLen)
		a := wire.ARP{Op: wire.ARPRequest, SenderMAC: gatewayMAC, SenderIP: gateway.As4(), TargetIP: dst}
		a.Put(f[wire.EthernetLen:])
		eth := wire.Ethernet{Dst: hostMAC, Src: gatewayMAC, Type: wire.EtherTypeARP}
		eth.Put(f)
		return f
	}
	if protocol == wire.ProtocolTCP {
		seg.Put(body, wire.PseudoIPv4(src, dst, protocol))
	}
	return ethernet(protocol, src, dst, body)
}

// repair makes the checksums of a changed frame right again, for most kinds,
// so that changes get past them.
func repair(frame []byte, kind byte) {
	if kind >= 240 || len(frame) < wire.EthernetLen+wire.IPv4Len+wire.TCPLen {
		return
	}
	p := frame[wire.EthernetLen:]
	p[10], p[11] = 0, 0
	sum := wire.Checksum(p[:wire.IPv4Len])
	p[10], p[11] = byte(sum>>8), byte(sum)
	head, body, err := wire.ParseIPv4(p)
	if err != nil || len(body) < wire.TCPLen {
		return
	}
	switch head.Protocol {
	case wire.ProtocolTCP:
		body[16], body[17] = 0, 0
		sum = wire.Checksum(append(pseudoBytes(&head, len(body)), body...))
		body[16], body[17] = byte(sum>>8), byte(sum)
	case wire.ProtocolUDP:
		body[6], body[7] = 0, 0
	case wire.ProtocolICMP:
		body[2], body[3] = 0, 0
		sum = wire.Checksum(body)
		body[2], body[3] = byte(sum>>8), byte(sum)
	}
}

func pseudoBytes(h *wire.IPv4, n int) []byte {
	b := append(append([]byte{}, h.Src[:]...), h.Dst[:]...)
	return append(b, 0, byte(h.Protocol), byte(n>>8), byte(n))
}
