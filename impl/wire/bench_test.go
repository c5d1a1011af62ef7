package wire

import "testing"

func TestParseAndPutDoNotAllocate(t *testing.T) {
	segment := make([]byte, 1480)
	h := TCP{Flags: ACK, Options: TCPOptions{Has: OptionTimestamps}}
	pseudo := PseudoIPv4([4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, ProtocolTCP)
	if n := testing.AllocsPerRun(100, func() {
		h.Put(segment, pseudo)
		if _, _, err := ParseTCP(segment, pseudo); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a segment written and read allocates %v times, want 0", n)
	}
}

func BenchmarkChecksum(b *testing.B) {
	packet := make([]byte, 1460)
	b.SetBytes(int64(len(packet)))
	for b.Loop() {
		Checksum(packet)
	}
}

func BenchmarkTCPPutParse(b *testing.B) {
	segment := make([]byte, 1480)
	h := TCP{Flags: ACK, Options: TCPOptions{Has: OptionTimestamps}}
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	for b.Loop() {
		h.Put(segment, 0)
		_, _, _ = ParseTCP(segment, 0)
	}
}
