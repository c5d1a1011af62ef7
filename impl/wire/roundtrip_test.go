package wire

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// slowChecksum is RFC 1071 as it is written, two bytes at a time.
func slowChecksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		word := uint32(b[i]) << 8
		if i+1 < len(b) {
			word |= uint32(b[i+1])
		}
		sum += word
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

func TestChecksumIsThatOfRFC1071(t *testing.T) {
	if got, want := Checksum([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), ^uint16(0xddf2); got != want {
		t.Errorf("the example of RFC 1071 section 3 gives %04x, want %04x", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
		if rapid.Bool().Draw(t, "ones") {
			b = bytes.Repeat([]byte{0xff}, len(b)) // carries everywhere
		}
		if got, want := Checksum(b), slowChecksum(b); got != want {
			t.Fatalf("Checksum(%x) = %04x, want %04x", b, got, want)
		}
	})
}

func drawIPv4(t *rapid.T) IPv4 {
	return IPv4{
		TOS: rapid.Byte().Draw(t, "tos"), ID: rapid.Uint16().Draw(t, "id"),
		DontFragment: rapid.Bool().Draw(t, "df"), MoreFragments: rapid.Bool().Draw(t, "mf"),
		Offset: rapid.Uint16Range(0, 8191).Draw(t, "offset") * 8,
		TTL:    rapid.Byte().Draw(t, "ttl"), Protocol: Protocol(rapid.Byte().Draw(t, "protocol")),
		Src: drawAddr(t, "src"), Dst: drawAddr(t, "dst"),
	}
}

func drawAddr(t *rapid.T, name string) (a [4]byte) {
	copy(a[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, name))
	return a
}

func drawPayload(t *rapid.T) []byte {
	return rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "payload")
}

// drawTCP draws a header whose options fit: those of a SYN, or others.
func drawTCP(t *rapid.T) TCP {
	h := TCP{
		SrcPort: rapid.Uint16().Draw(t, "sport"), DstPort: rapid.Uint16().Draw(t, "dport"),
		Seq: rapid.Uint32().Draw(t, "seq"), Ack: rapid.Uint32().Draw(t, "ack"),
		Flags: Flags(rapid.Byte().Draw(t, "flags")), Window: rapid.Uint16().Draw(t, "window"),
		Urgent: rapid.Uint16().Draw(t, "urgent"),
	}
	o := &h.Options
	o.Has = OptionSet(rapid.Byte().Draw(t, "options")) & (1<<6 - 1)
	if rapid.Bool().Draw(t, "syn") {
		o.Has &^= OptionSACK
		if o.Has&OptionFastOpen != 0 {
			o.Has &^= OptionTimestamps
			o.CookieLen = 2 * rapid.Uint8Range(2, 8).Draw(t, "cookie")
			copy(o.Cookie[:o.CookieLen], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "cookie bytes"))
		}
	} else {
		o.Has &= OptionSACK | OptionTimestamps
	}
	if o.Has&OptionMSS != 0 {
		o.MSS = rapid.Uint16().Draw(t, "mss")
	}
	if o.Has&OptionWindowScale != 0 {
		o.WindowScale = rapid.Byte().Draw(t, "scale")
	}
	if o.Has&OptionTimestamps != 0 {
		o.TSVal, o.TSEcr = rapid.Uint32().Draw(t, "tsval"), rapid.Uint32().Draw(t, "tsecr")
	}
	if o.Has&OptionSACK != 0 {
		o.SACKCount = rapid.Uint8Range(1, o.mostSACK()).Draw(t, "blocks")
		for i := range o.SACKCount {
			o.SACK[i] = SACKBlock{rapid.Uint32().Draw(t, "left"), rapid.Uint32().Draw(t, "right")}
		}
	}
	return h
}

// mostSACK is how many blocks there is room for.
func (o *TCPOptions) mostSACK() uint8 {
	if o.Has&OptionTimestamps != 0 {
		return SACKBlocksMax - 1
	}
	return SACKBlocksMax
}

func TestTCPRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, payload := drawTCP(t), drawPayload(t)
		pseudo := PseudoIPv4(drawAddr(t, "src"), drawAddr(t, "dst"), ProtocolTCP)
		segment := append(make([]byte, h.Len()), payload...)
		h.Put(segment, pseudo)
		got, rest, err := ParseTCP(segment, pseudo)
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", segment, got, rest, err, h, payload)
		}
		i := rapid.IntRange(0, len(segment)-1).Draw(t, "damaged")
		segment[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, _, err := ParseTCP(segment, pseudo); err == nil {
			t.Fatalf("a segment with byte %d damaged is read, want an error", i)
		}
	})
}

func TestUDPRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, payload := UDP{rapid.Uint16().Draw(t, "sport"), rapid.Uint16().Draw(t, "dport")}, drawPayload(t)
		pseudo := PseudoIPv4(drawAddr(t, "src"), drawAddr(t, "dst"), ProtocolUDP)
		datagram := append(make([]byte, UDPLen), payload...)
		h.Put(datagram, pseudo)
		if datagram[6] == 0 && datagram[7] == 0 {
			t.Fatal("the checksum is 0, which says that there is none")
		}
		got, rest, err := ParseUDP(append(datagram, 0, 0), pseudo) // with padding
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", datagram, got, rest, err, h, payload)
		}
	})
}

func TestIPv4RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, payload := drawIPv4(t), drawPayload(t)
		packet := append(make([]byte, IPv4Len), payload...)
		h.Put(packet)
		got, rest, err := ParseIPv4(append(packet, 0, 0, 0)) // with padding
		h.HeaderLen, h.TotalLen = IPv4Len, uint16(len(packet))
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", packet, got, rest, err, h, payload)
		}
	})
}

func TestICMPv4RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, payload := ICMPv4{rapid.Byte().Draw(t, "type"), rapid.Byte().Draw(t, "code"), rapid.Uint32().Draw(t, "rest")}, drawPayload(t)
		message := append(make([]byte, ICMPv4Len), payload...)
		h.Put(message)
		got, rest, err := ParseICMPv4(message)
		if err != nil || got != h || !bytes.Equal(rest, payload) {
			t.Fatalf("%x reads as %+v with %x, %v\nwant %+v with %x", message, got, rest, err, h, payload)
		}
	})
}

func TestEthernetAndARPRoundTrip(t *testing.T) {
	e := Ethernet{Dst: BroadcastMAC, Src: MAC{2, 0, 0, 0, 0, 1}, Type: EtherTypeARP}
	a := ARP{Op: ARPRequest, SenderMAC: e.Src, SenderIP: [4]byte{192, 168, 0, 1}, TargetIP: [4]byte{192, 168, 0, 2}}
	frame := make([]byte, EthernetLen+ARPLen)
	a.Put(frame[EthernetLen:])
	e.Put(frame)
	const want = "ffffffffffff0200000000010806" + "0001080006040001020000000001c0a80001000000000000c0a80002"
	if got := hex.EncodeToString(frame); got != want {
		t.Fatalf("the request is\n%s, want\n%s", got, want)
	}
	gotE, rest, err := ParseEthernet(frame)
	if err != nil || gotE != e {
		t.Errorf("the frame reads as %+v, %v, want %+v", gotE, err, e)
	}
	if gotA, err := ParseARP(rest); err != nil || gotA != a {
		t.Errorf("the packet reads as %+v, %v, want %+v", gotA, err, a)
	}
	rest[1] = 6
	if _, err := ParseARP(rest); err != ErrProtocol {
		t.Errorf("ARP for other hardware gives %v, want %v", err, ErrProtocol)
	}
}

// TestSynIsThatOfLinux: the options stand in the order and with the padding of
// a SYN of Linux.
func TestSynIsThatOfLinux(t *testing.T) {
	h := TCP{SrcPort: 0xb2a2, DstPort: 8080, Seq: 0x01020304, Flags: SYN, Window: 64240}
	h.Options = TCPOptions{
		Has: OptionMSS | OptionSACKPermitted | OptionTimestamps | OptionWindowScale,
		MSS: 1460, TSVal: 0x0a0b0c0d, WindowScale: 7,
	}
	segment := make([]byte, h.Len())
	h.Put(segment, PseudoIPv4([4]byte{192, 168, 0, 1}, [4]byte{192, 0, 2, 1}, ProtocolTCP))
	const want = "b2a21f90" + "01020304" + "00000000" + "a002faf0" + "...." + "0000" +
		"020405b4" + "0402080a0a0b0c0d00000000" + "01030307"
	got := hex.EncodeToString(segment)
	if got[:32]+"...."+got[36:] != want {
		t.Errorf("the SYN is\n%s, want\n%s", got, want)
	}
}

func TestFlagsPrintAsTcpdumpDoes(t *testing.T) {
	for flags, want := range map[Flags]string{SYN: "S", SYN | ACK: "S.", FIN | ACK: "F.", PSH | ACK: "P.", FIN | PSH | ACK: "FP.", ACK: ".", RST: "R", 0: "none"} {
		if got := flags.String(); got != want {
			t.Errorf("flags %02x print as %q, want %q", uint8(flags), got, want)
		}
	}
}

// TestOptionsThatAreWrong: what cannot be read ends the options or counts as
// absent; what came before stays.
func TestOptionsThatAreWrong(t *testing.T) {
	cases := []struct {
		name, bytes string
		want        OptionSet
	}{
		{"a length of 0", "020405b4 0800", OptionMSS},
		{"a length of 1", "020405b4 0801", OptionMSS},
		{"a length beyond the header", "020405b4 080a0000", OptionMSS},
		{"no length", "020405b4 08", OptionMSS},
		{"after the end", "00 020405b4", 0},
		{"MSS of 3 bytes", "020305 0402", OptionSACKPermitted},
		{"SACK of 9 bytes", "0509 00000000000000 0402", OptionSACKPermitted},
		{"five SACK blocks", "052a" + strings.Repeat("00000001", 10), OptionSACK},
		{"Fast Open cookie of 5 bytes", "2207 0102030405", 0},
		{"unknown", "fd04abcd 0402", OptionSACKPermitted},
	}
	for _, c := range cases {
		b, err := hex.DecodeString(strings.ReplaceAll(c.bytes, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var o TCPOptions
		o.parse(b)
		if o.Has != c.want || o.SACKCount > SACKBlocksMax {
			t.Errorf("%s: options are %06b with %d blocks, want %06b", c.name, o.Has, o.SACKCount, c.want)
		}
	}
}

func TestIPv4ThatIsWrong(t *testing.T) {
	good := make([]byte, 24)
	(&IPv4{TTL: 64}).Put(good)
	cases := []struct {
		name string
		edit func(b []byte) []byte
		want error
	}{
		{"19 bytes", func(b []byte) []byte { return b[:19] }, ErrShort},
		{"version 6", func(b []byte) []byte { b[0] = 0x65; return b }, ErrVersion},
		{"header of 16 bytes", func(b []byte) []byte { b[0] = 0x44; return b }, ErrLength},
		{"header beyond the packet", func(b []byte) []byte { b[0], b[3] = 0x4f, 60; return b }, ErrShort},
		{"total below the header", func(b []byte) []byte { b[3] = 19; return b }, ErrLength},
		{"total beyond the packet", func(b []byte) []byte { b[3] = 25; return b }, ErrShort},
		{"damaged", func(b []byte) []byte { b[8]++; return b }, ErrChecksum},
	}
	for _, c := range cases {
		if _, _, err := ParseIPv4(c.edit(bytes.Clone(good))); err != c.want {
			t.Errorf("%s gives %v, want %v", c.name, err, c.want)
		}
	}
}

func TestQuoteIsCutShort(t *testing.T) {
	h := IPv4{TTL: 1, Protocol: ProtocolTCP, Src: [4]byte{192, 168, 0, 1}, Dst: [4]byte{192, 0, 2, 1}}
	packet := make([]byte, 1000)
	(&TCP{SrcPort: 1234, DstPort: 80, Seq: 77}).Put(packet[IPv4Len:], 0)
	h.Put(packet)
	q, err := ParseQuote(packet[:IPv4Len+8])
	if err != nil || q.SrcPort != 1234 || q.DstPort != 80 || q.Seq != 77 || q.IP.Dst != h.Dst {
		t.Errorf("the quote reads as %+v, %v", q, err)
	}
	if _, err := ParseQuote(packet[:IPv4Len+7]); err != ErrShort {
		t.Errorf("a quote of 7 bytes gives %v, want %v", err, ErrShort)
	}
}
