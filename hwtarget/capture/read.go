package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// FormatError says where a file is not what a pcapng file should be.
type FormatError struct {
	Path   string
	Offset int    // bytes from the beginning
	Found  string // what is there
	Want   string // what was expected
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s: offset %d: %s: want %s", e.Path, e.Offset, e.Found, e.Want)
}

// MaxFile is the size in bytes above which Read refuses a file.
const MaxFile = 1 << 30

// Read gives the frames of a pcapng file. The error is a [*FormatError] where
// the file is not one, or is cut off.
func Read(path string) ([]Frame, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	if st.IsDir() {
		return nil, fmt.Errorf("capture: %s is a directory: want a pcapng file", path)
	}
	if st.Size() > MaxFile {
		return nil, &FormatError{path, 0, fmt.Sprintf("a file of %d bytes", st.Size()), fmt.Sprintf("at most %d", MaxFile)}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	return parse(path, b)
}

// Block types and lengths of pcapng (draft-ietf-opsawg-pcapng section 4).
const (
	blockSection  = 0x0A0D0D0A
	blockPacket   = 0x00000006
	byteOrder     = 0x1A2B3C4D
	minBlock      = 12
	minSection    = 28
	sectionLength = 8
)

// magics are beginnings of files that are taken for pcapng by mistake.
var magics = []struct{ magic, name string }{
	{"\xd4\xc3\xb2\xa1", "a pcap file"}, {"\xa1\xb2\xc3\xd4", "a pcap file"},
	{"\x4d\x3c\xb2\xa1", "a pcap file"}, {"\xa1\xb2\x3c\x4d", "a pcap file"},
	{"\x1f\x8b", "a gzip file"},
}

func parse(path string, b []byte) ([]Frame, error) {
	offsets, err := scan(path, b)
	if err != nil {
		return nil, err
	}
	bad := func(i int, err error) error {
		at := len(b)
		if i < len(offsets) {
			at = offsets[i]
		}
		return &FormatError{path, at, fmt.Sprintf("packet %d: %v", i+1, err), "a well-formed block"}
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		return nil, bad(0, err)
	}
	if r.LinkType() != layers.LinkTypeEthernet {
		return nil, &FormatError{path, 0, fmt.Sprintf("frames of link type %v", r.LinkType()), "Ethernet"}
	}
	var frames []Frame
	for {
		data, ci, opts, err := r.ReadPacketDataWithOptions()
		if err == io.EOF {
			return frames, nil
		}
		if err != nil {
			return nil, bad(len(frames), err)
		}
		f := Frame{At: time.Duration(ci.Timestamp.UnixNano()), Data: data, Comments: opts.Comments}
		if opts.Flags != nil {
			switch opts.Flags.Direction {
			case pcapgo.NgEpbFlagDirectionInbound:
				f.Direction = In
			case pcapgo.NgEpbFlagDirectionOutbound:
				f.Direction = Out
			}
		}
		frames = append(frames, f)
	}
}

// scan walks the blocks of the file, which is how a cut is found and its place
// known, and gives the offsets of those that hold packets.
func scan(path string, b []byte) (packets []int, err error) {
	if len(b) == 0 {
		return nil, &FormatError{path, 0, "an empty file", "a pcapng section header"}
	}
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return nil, &FormatError{path, 0, m.name, "a pcapng file (editcap -F pcapng converts)"}
		}
	}
	var order binary.ByteOrder
	for at := 0; at < len(b); {
		rest := b[at:]
		if len(rest) < minBlock {
			return nil, &FormatError{path, at, fmt.Sprintf("the file ends after %d bytes of a block", len(rest)), "12 or more"}
		}
		// The type of a section header is the same in either byte order.
		if binary.LittleEndian.Uint32(rest) == blockSection {
			if order = sectionOrder(rest); order == nil {
				return nil, &FormatError{path, at + sectionLength, fmt.Sprintf("byte-order magic % x", rest[8:12]), "1a 2b 3c 4d or its reverse"}
			}
		}
		if order == nil {
			return nil, &FormatError{path, at, fmt.Sprintf("% x", rest[:4]), "the pcapng section header 0a 0d 0d 0a"}
		}
		size := int(order.Uint32(rest[4:]))
		switch kind := order.Uint32(rest); {
		case size < minBlock || size%4 != 0 || kind == blockSection && size < minSection:
			return nil, &FormatError{path, at + 4, fmt.Sprintf("block length %d", size), "12 or more (28 for a section header), a multiple of 4"}
		case size > len(rest):
			return nil, &FormatError{path, at, fmt.Sprintf("a block of %d bytes is cut off after %d", size, len(rest)), fmt.Sprintf("%d bytes more", size-len(rest))}
		case int(order.Uint32(rest[size-4:])) != size:
			return nil, &FormatError{path, at + size - 4, fmt.Sprintf("block length %d at the block's end", order.Uint32(rest[size-4:])), fmt.Sprintf("%d as at its beginning", size)}
		case kind == blockPacket:
			packets = append(packets, at)
		}
		at += size
	}
	return packets, nil
}

func sectionOrder(block []byte) binary.ByteOrder {
	switch {
	case binary.LittleEndian.Uint32(block[8:]) == byteOrder:
		return binary.LittleEndian
	case binary.BigEndian.Uint32(block[8:]) == byteOrder:
		return binary.BigEndian
	}
	return nil
}
