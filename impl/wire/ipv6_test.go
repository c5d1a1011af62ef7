package wire

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func draw16(t *rapid.T, name string) (a [16]byte) {
	copy(a[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name))
	return a
}

func TestIPv6RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := IPv6{
			TrafficClass: rapid.Byte().Draw(t, "class"), FlowLabel: rapid.Uint32Range(0, flowLabelMask).Draw(t, "label"),
			Next: Protocol(rapid.Byte().Draw(t, "next")), HopLimit: rapid.Byte().Draw(t, "limit"),
			Src: draw16(t, "src"), Dst: draw16(t, "dst"),
		}
		payload := drawPayload(t)
		packet := append(make([]byte, IPv6Len), payload...)
		h.Put(packet)
		h.PayloadLen = uint16(len(payload))
		got, rest, err := ParseIPv6(append(packet, 0, 0)) // with padding
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", packet, got, rest, err, h, payload)
		}
	})
}

func TestIPv6ThatIsWrong(t *testing.T) {
	good := make([]byte, IPv6Len+4)
	(&IPv6{HopLimit: 64}).Put(good)
	for _, c := range []struct {
		name string
		edit func(b []byte) []byte
		want error
	}{
		{"39 bytes", func(b []byte) []byte { return b[:39] }, ErrShort},
		{"version 4", func(b []byte) []byte { b[0] = 0x45; return b }, ErrVersion},
		{"payload beyond the packet", func(b []byte) []byte { b[5] = 5; return b }, ErrShort},
	} {
		if _, _, err := ParseIPv6(c.edit(bytes.Clone(good))); err != c.want {
			t.Errorf("%s gives %v, want %v", c.name, err, c.want)
		}
	}
}

// TestPseudoIPv6IsThatOfRFC8200: the sum over the pseudo-header written out, with
// its 32-bit length and next header fields.
func TestPseudoIPv6IsThatOfRFC8200(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src, dst, payload := draw16(t, "src"), draw16(t, "dst"), drawPayload(t)
		whole := append(append(bytes.Clone(src[:]), dst[:]...), 0, 0, 0, byte(len(payload)), 0, 0, 0, byte(ProtocolTCP))
		if got, want := PseudoIPv6(src, dst, ProtocolTCP).sum(payload).Checksum(), slowChecksum(append(whole, payload...)); got != want {
			t.Fatalf("the sum is %04x, want %04x", got, want)
		}
	})
}

func TestICMPv6RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, payload := ICMPv6{rapid.Byte().Draw(t, "type"), rapid.Byte().Draw(t, "code"), rapid.Uint32().Draw(t, "rest")}, drawPayload(t)
		pseudo := PseudoIPv6(draw16(t, "src"), draw16(t, "dst"), ProtocolICMPv6)
		message := append(make([]byte, ICMPv6Len), payload...)
		h.Put(message, pseudo)
		got, rest, err := ParseICMPv6(message, pseudo)
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", message, got, rest, err, h, payload)
		}
	})
}

func TestNeighborRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Neighbor{Advertises: rapid.Bool().Draw(t, "advertises"), Target: draw16(t, "target"), HasLink: rapid.Bool().Draw(t, "has link")}
		if n.Advertises {
			n.Router, n.Solicited, n.Override = rapid.Bool().Draw(t, "R"), rapid.Bool().Draw(t, "S"), rapid.Bool().Draw(t, "O")
		}
		if n.HasLink {
			copy(n.Link[:], rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "link"))
		}
		message := make([]byte, n.Len())
		n.Put(message, 0)
		h, payload, err := ParseICMPv6(message, 0)
		if err != nil {
			t.Fatal(err)
		}
		payload = append(payload, 14, 1, 0, 0, 0, 0, 0, 0) // a nonce (RFC 3971) says nothing to us
		if got, err := ParseNeighbor(&h, payload); err != nil || got != n {
			t.Fatalf("%x reads as %+v, %v, want %+v", message, got, err, n)
		}
	})
}

// A solicitation as Linux sends it, in a frame of tcpdump.
func TestSolicitationIsThatOfLinux(t *testing.T) {
	src, target := netip.MustParseAddr("fe80::1").As16(), netip.MustParseAddr("fe80::2").As16()
	dst := netip.MustParseAddr("ff02::1:ff00:2").As16()
	n := Neighbor{Target: target, Link: MAC{2, 0, 0, 0, 0, 1}, HasLink: true}
	packet := make([]byte, IPv6Len+n.Len())
	n.Put(packet[IPv6Len:], PseudoIPv6(src, dst, ProtocolICMPv6))
	(&IPv6{Next: ProtocolICMPv6, HopLimit: 255, Src: src, Dst: dst}).Put(packet)
	const want = "6000000000203aff" + "fe800000000000000000000000000001" + "ff0200000000000000000001ff000002" +
		"8700" + "...." + "00000000" + "fe800000000000000000000000000002" + "0101020000000001"
	got := hex.EncodeToString(packet)
	if got[:84]+"...."+got[88:] != want {
		t.Errorf("the solicitation is\n%s, want\n%s", got, want)
	}
}

func TestNeighborThatIsWrong(t *testing.T) {
	target := make([]byte, 16)
	for _, c := range []struct {
		name    string
		h       ICMPv6
		payload []byte
		want    error
	}{
		{"an echo", ICMPv6{Type: ICMPv6Echo}, target, ErrHeader},
		{"a code", ICMPv6{Type: ICMPv6Solicit, Code: 1}, target, ErrHeader},
		{"half a target", ICMPv6{Type: ICMPv6Solicit}, target[:8], ErrShort},
		{"an option of length 0", ICMPv6{Type: ICMPv6Advertise}, append(bytes.Clone(target), 2, 0, 0, 0, 0, 0, 0, 0), ErrLength},
		{"an option beyond the packet", ICMPv6{Type: ICMPv6Advertise}, append(bytes.Clone(target), 2, 2, 0, 0, 0, 0, 0, 0), ErrShort},
	} {
		if _, err := ParseNeighbor(&c.h, c.payload); err != c.want {
			t.Errorf("%s gives %v, want %v", c.name, err, c.want)
		}
	}
}

func TestExtensionHeaders(t *testing.T) {
	const hop, dest, route, frag, tcp = byte(ProtocolHopByHop), byte(ProtocolDestination), byte(ProtocolRouting), byte(ProtocolFragment), byte(ProtocolTCP)
	pad := []byte{1, 4, 0, 0, 0, 0}
	head := func(next byte, options ...byte) []byte { return append([]byte{next, 0}, options...) }
	for _, c := range []struct {
		name  string
		next  byte
		heads [][]byte
		want  Extensions
		p     Problem
		err   error
	}{
		{"none", tcp, nil, Extensions{Protocol: ProtocolTCP, At: 40, NextAt: 6}, Problem{}, nil},
		{"hop by hop, destination", hop, [][]byte{head(dest, pad...), head(tcp, pad...)}, Extensions{Protocol: ProtocolTCP, At: 56, NextAt: 48}, Problem{}, nil},
		{"an option to skip", dest, [][]byte{head(tcp, 0x3e, 4, 9, 9, 9, 9)}, Extensions{Protocol: ProtocolTCP, At: 48, NextAt: 40}, Problem{}, nil},
		{"one to drop", dest, [][]byte{head(tcp, 0x7e, 4, 9, 9, 9, 9)}, Extensions{}, Problem{}, ErrHeader},
		{"one to tell of", dest, [][]byte{head(tcp, 0, 0xbe, 3, 9, 9, 9)}, Extensions{}, Problem{Answer: true, Groups: true, Code: 2, At: 43}, ErrHeader},
		{"one to tell of, but no group", dest, [][]byte{head(tcp, 0xfe, 4, 9, 9, 9, 9)}, Extensions{}, Problem{Answer: true, Code: 2, At: 42}, ErrHeader},
		{"an option beyond the header", dest, [][]byte{head(tcp, 1, 5, 0, 0, 0, 0)}, Extensions{}, Problem{}, ErrShort},
		{"hop by hop second", dest, [][]byte{head(hop, pad...), head(tcp, pad...)}, Extensions{}, Problem{Answer: true, Code: 1, At: 40}, ErrHeader},
		{"a route at its end", route, [][]byte{{tcp, 0, 0, 0, 0, 0, 0, 0}}, Extensions{Protocol: ProtocolTCP, At: 48, NextAt: 40}, Problem{}, nil},
		{"a route to go on", route, [][]byte{{tcp, 0, 0, 1, 0, 0, 0, 0}}, Extensions{}, Problem{Answer: true, At: 42}, ErrHeader},
		{"a fragment", frag, [][]byte{{tcp, 0, 0, 9, 1, 2, 3, 4}}, Extensions{Protocol: ProtocolFragment, At: 48, NextAt: 40, FragmentAt: 40,
			Fragment: Fragment{Next: ProtocolTCP, ID: 0x01020304, Offset: 8, More: true}}, Problem{}, nil},
		{"cut short", dest, [][]byte{{tcp, 1, 1, 4, 0, 0, 0, 0}}, Extensions{}, Problem{}, ErrShort},
		{"no end", dest, bytes.SplitAfter(bytes.Repeat(head(dest, pad...), 9), []byte{0xff}), Extensions{}, Problem{}, ErrShort},
	} {
		packet := append(make([]byte, IPv6Len), bytes.Join(c.heads, nil)...)
		got, p, err := ParseExtensions(packet, Protocol(c.next), IPv6Len)
		if err != c.err || p != c.p || err == nil && got != c.want {
			t.Errorf("%s: %+v, %+v, %v\nwant %+v, %+v, %v", c.name, got, p, err, c.want, c.p, c.err)
		}
	}
}

func TestQuoteOfIPv6(t *testing.T) {
	packet := make([]byte, IPv6Len+FragmentLen+TCPLen)
	(&TCP{SrcPort: 1234, DstPort: 80, Seq: 77}).Put(packet[IPv6Len+FragmentLen:], 0)
	(&Fragment{Next: ProtocolTCP, More: true}).Put(packet[IPv6Len:])
	(&IPv6{Next: ProtocolFragment, Dst: [16]byte{1}}).Put(packet)
	q, err := ParseQuoteIPv6(packet[:IPv6Len+FragmentLen+8])
	if err != nil || q.Protocol != ProtocolTCP || q.SrcPort != 1234 || q.DstPort != 80 || q.Seq != 77 || q.IP.Dst != [16]byte{1} {
		t.Errorf("the quote reads as %+v, %v", q, err)
	}
	if _, err := ParseQuoteIPv6(packet[:IPv6Len+FragmentLen+7]); err != ErrShort {
		t.Errorf("a quote of 7 bytes gives %v, want %v", err, ErrShort)
	}
	(&Fragment{Next: ProtocolTCP, Offset: 8}).Put(packet[IPv6Len:])
	if _, err := ParseQuoteIPv6(packet); err != ErrShort {
		t.Errorf("a quote of a later part gives %v, want %v", err, ErrShort)
	}
}

// FuzzParseIPv6 gives one input to every parser of IPv6: none may panic or read
// beyond the input.
func FuzzParseIPv6(f *testing.F) {
	p := make([]byte, IPv6Len+8)
	(&IPv6{Next: ProtocolFragment}).Put(p)
	f.Add(p)
	(&IPv6{Next: ProtocolDestination}).Put(p)
	f.Add(p)
	f.Add([]byte{135, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, payload, err := ParseIPv6(b); err == nil {
			if len(payload) > len(b)-IPv6Len {
				t.Fatalf("a payload of %d bytes is read from %d", len(payload), len(b))
			}
			e, p, err := ParseExtensions(b, h.Next, IPv6Len)
			if err == nil && e.At > len(b) || e.NextAt >= len(b) || int(p.At) > len(b) {
				t.Fatalf("headers of %d bytes lead to %+v, %+v", len(b), e, p)
			}
		}
		_, _ = ParseQuoteIPv6(b)
		if h, payload, err := ParseICMPv6(b, 0); err == nil {
			if n, err := ParseNeighbor(&h, payload); err == nil {
				again := make([]byte, n.Len())
				n.Put(again, 0)
			}
		}
	})
}
