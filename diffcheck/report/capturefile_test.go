package report

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connspec/connspec/hwtarget/capture"
)

// pcapOf is a classic capture file of packets with those lengths.
func pcapOf(lengths ...int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, magicPcap)
	b = append(b, make([]byte, 20)...)
	for _, n := range lengths {
		b = append(b, make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = append(b, make([]byte, n)...)
	}
	return b
}

func TestCaptureInPlaceOfAScript(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pcap")
	if err := capture.WriteFile(path, frames(refused())); err != nil {
		t.Fatal(err)
	}
	ng, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	classic := pcapOf(10, 20)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"whole pcapng", ng, "a packet capture of 1 packet, not a script"},
		{"whole pcap", classic, "a packet capture of 2 packets, not a script"},
		{"pcapng cut in its last block", ng[:len(ng)-3], "is cut off after"},
		{"pcapng cut in its first block", ng[:9], "offset 0: "},
		{"pcap cut in a packet", classic[:len(classic)-1], "offset 50: truncated packet capture after 1 packet: expected a packet of 20 bytes, found 19"},
		{"pcap cut in a record header", classic[:60], "offset 50: truncated packet capture after 1 packet: expected a record header of 16 bytes, found 10"},
		{"pcap cut in the file header", classic[:20], "offset 0: truncated packet capture"},
		{"empty", nil, "offset 0: an empty file"},
	} {
		if err := os.WriteFile(path, c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := CaptureInstead(path, c.file); !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %q, want %s: … %q", c.name, err, path, c.want)
		}
	}
}

func FuzzWalkPcap(f *testing.F) {
	f.Add(pcapOf(3))
	f.Add(pcapOf()[:24])
	f.Fuzz(func(t *testing.T, b []byte) {
		if order := pcapOrder(b); order != nil {
			if n, at, err := walkPcap(b, order); n < 0 || at > len(b) || err == nil && at != len(b) {
				t.Errorf("%d packets up to %d of %d bytes: %v", n, at, len(b), err)
			}
		}
	})
}
