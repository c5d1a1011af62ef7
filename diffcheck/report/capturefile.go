package report

import (
	"encoding/binary"
	"fmt"
)

// The first bytes of a pcapng file (a section header block) and of a pcap
// file, the latter in either byte order and with either unit of time.
const (
	magicSection  = 0x0a0d0d0a
	magicPcap     = 0xa1b2c3d4
	magicPcapNano = 0xa1b23c4d
)

// IsCapture reports whether a file's bytes begin as a packet capture does.
func IsCapture(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	for _, order := range [...]binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(b) {
		case magicSection, magicPcap, magicPcapNano:
			return true
		}
	}
	return false
}

// CaptureInstead is the error for a packet capture where a script was
// expected. It says what the file is, and where it breaks off if it does.
func CaptureInstead(path string, b []byte) error {
	if !IsCapture(b) {
		return fmt.Errorf("%s: offset 0: not a packet capture: expected the magic number of pcapng or pcap; replay takes scripts (.pkt)", path)
	}
	packets, at, err := walkCapture(b)
	if err != nil {
		return fmt.Errorf("%s: offset %d: truncated packet capture after %s: %w", path, at, plural(uint64(packets), "packet"), err)
	}
	return fmt.Errorf("%s: a packet capture of %s, not a script: replay the .pkt file beside it", path, plural(uint64(packets), "packet"))
}

// walkCapture goes through the records of a capture. An error is about the
// record that begins at the offset at.
func walkCapture(b []byte) (packets, at int, err error) {
	if binary.LittleEndian.Uint32(b) == magicSection {
		return walkPcapng(b)
	}
	return walkPcap(b)
}

// walkPcapng goes through blocks (pcapng, section 3.1: type, total length,
// body, total length again).
func walkPcapng(b []byte) (packets, at int, err error) {
	const overhead, enhancedPacket = 12, 6
	var order binary.ByteOrder = binary.LittleEndian
	for at < len(b) {
		rest := b[at:]
		if len(rest) < overhead {
			return packets, at, fmt.Errorf("expected a block of at least %d bytes, found %d", overhead, len(rest))
		}
		kind := order.Uint32(rest)
		if kind == magicSection && binary.BigEndian.Uint32(rest[8:]) == 0x1a2b3c4d {
			order = binary.BigEndian
		}
		total := order.Uint32(rest[4:])
		if total < overhead || total%4 != 0 {
			return packets, at, fmt.Errorf("a block cannot have a length of %d bytes", total)
		}
		if uint64(total) > uint64(len(rest)) {
			return packets, at, fmt.Errorf("expected a block of %d bytes, found %d", total, len(rest))
		}
		if kind == enhancedPacket {
			packets++
		}
		at += int(total)
	}
	return packets, at, nil
}

// walkPcap goes through packet records (pcap, section 5: seconds, fraction,
// captured length, original length, data).
func walkPcap(b []byte) (packets, at int, err error) {
	const fileHeader, recordHeader = 24, 16
	var order binary.ByteOrder = binary.LittleEndian
	if m := binary.BigEndian.Uint32(b); m == magicPcap || m == magicPcapNano {
		order = binary.BigEndian
	}
	if len(b) < fileHeader {
		return 0, 0, fmt.Errorf("expected a file header of %d bytes, found %d", fileHeader, len(b))
	}
	for at = fileHeader; at < len(b); packets++ {
		rest := b[at:]
		if len(rest) < recordHeader {
			return packets, at, fmt.Errorf("expected a record header of %d bytes, found %d", recordHeader, len(rest))
		}
		captured := uint64(order.Uint32(rest[8:]))
		if captured > uint64(len(rest)-recordHeader) {
			return packets, at, fmt.Errorf("expected a packet of %d bytes, found %d", captured, len(rest)-recordHeader)
		}
		at += recordHeader + int(captured)
	}
	return packets, at, nil
}
