package wire

import (
	"bytes"
	"testing"
)

// FuzzParse gives one input to every parser: none may panic or read beyond the
// input, and what is read again after writing must be the same.
func FuzzParse(f *testing.F) {
	syn := TCP{Flags: SYN, Options: TCPOptions{Has: OptionMSS | OptionSACKPermitted | OptionTimestamps | OptionWindowScale, MSS: 1460}}
	b := make([]byte, syn.Len())
	syn.Put(b, 0)
	f.Add(b)
	p := make([]byte, 40)
	(&IPv4{TTL: 64, Protocol: ProtocolUDP}).Put(p)
	f.Add(p)
	f.Add([]byte{0, 1, 8, 0, 6, 4, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = ParseEthernet(b)
		_, _ = ParseARP(b)
		_, _, _ = ParseICMPv4(b)
		_, _ = ParseQuote(b)
		_, _, _ = ParseUDP(b, 0)
		if _, payload, err := ParseIPv4(b); err == nil && len(payload) > len(b)-IPv4Len {
			t.Fatalf("a payload of %d bytes is read from %d", len(payload), len(b))
		}
		fuzzTCP(t, bytes.Clone(b))
	})
}

// fuzzTCP gives b a good checksum, so that its options are read.
func fuzzTCP(t *testing.T, b []byte) {
	if len(b) < TCPLen {
		return
	}
	b[16], b[17] = 0, 0
	sum := Pseudo(0).sum(b).Checksum()
	b[16], b[17] = byte(sum>>8), byte(sum)
	h, payload, err := ParseTCP(b, 0)
	if err != nil || h.Len() > TCPLenMax {
		return
	}
	again := append(make([]byte, h.Len()), payload...)
	h.Put(again, 0)
	got, rest, err := ParseTCP(again, 0)
	if h.Options.Has&OptionTimestamps != 0 { // a fourth block does not fit beside them
		h.Options.SACKCount = min(h.Options.SACKCount, SACKBlocksMax-1)
		if h.Options.SACKCount == SACKBlocksMax-1 {
			h.Options.SACK[SACKBlocksMax-1] = SACKBlock{}
		}
	}
	if err != nil || got != h || !bytes.Equal(rest, payload) {
		t.Fatalf("%x reads as %+v, %v; written again as %+v", b, h, err, got)
	}
}
