package report

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"
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
	var ng bytes.Buffer
	if err := writeCapture(&ng, refused()); err != nil {
		t.Fatal(err)
	}
	classic := pcapOf(10, 20)
	swapped := append([]byte(nil), ng.Bytes()...)
	binary.LittleEndian.PutUint32(swapped[4:], 7)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"whole pcapng", ng.Bytes(), "a packet capture of 1 packet, not a script"},
		{"whole pcap", classic, "a packet capture of 2 packets, not a script"},
		{"pcapng cut in its last block", ng.Bytes()[:ng.Len()-3], "truncated packet capture after 0 packets: expected a block of"},
		{"pcapng cut in its first block", ng.Bytes()[:9], "offset 0: truncated packet capture"},
		{"block with an impossible length", swapped, "offset 0: truncated packet capture after 0 packets: a block cannot have a length of 7 bytes"},
		{"pcap cut in a packet", classic[:len(classic)-1], "offset 50: truncated packet capture after 1 packet: expected a packet of 20 bytes, found 19"},
		{"pcap cut in a record header", classic[:60], "offset 50: truncated packet capture after 1 packet: expected a record header of 16 bytes, found 10"},
		{"pcap cut in the file header", classic[:20], "offset 0: truncated packet capture"},
		{"empty", nil, "offset 0: not a packet capture"},
	} {
		if err := CaptureInstead("x.pcap", c.file); !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.pcap: ") {
			t.Errorf("%s: %q, want x.pcap: … %q", c.name, err, c.want)
		}
	}
}

func FuzzCaptureInstead(f *testing.F) {
	f.Add(pcapOf(3))
	f.Add(pcapOf()[:24])
	f.Fuzz(func(t *testing.T, b []byte) {
		if CaptureInstead("x", b) == nil {
			t.Error("a capture was taken for a script")
		}
	})
}

func TestWritableLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Writable(dir + "/a.json"); err != nil {
		t.Error(err)
	}
	if err := Writable(dir); err == nil {
		t.Error("a directory counts as writable")
	}
	if err := Writable(dir + "/none/a.json"); err == nil {
		t.Error("a file in a directory that is not there counts as writable")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d files left", len(entries))
	}
}
