package report

import (
	"encoding/binary"
	"fmt"

	"github.com/connspec/connspec/hwtarget/capture"
)

// The first bytes of a pcapng file (a section header block) and of a pcap
// file, the latter in either byte order and with either unit of time.
const (
	magicSection  = 0x0a0d0d0a
	magicPcap     = 0xa1b2c3d4
	magicPcapNano = 0xa1b23c4d
)

// pcapOrder is the byte order of a pcap file, nil for other files.
func pcapOrder(b []byte) binary.ByteOrder {
	if len(b) < 4 {
		return nil
	}
	for _, order := range [...]binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(b) {
		case magicPcap, magicPcapNano:
			return order
		}
	}
	return nil
}

// IsCapture reports whether a file's bytes begin as a packet capture does.
func IsCapture(b []byte) bool {
	return len(b) >= 4 && binary.LittleEndian.Uint32(b) == magicSection || pcapOrder(b) != nil
}

// CaptureInstead is the error for a packet capture in the file at path, of
// content b, where a script was expected. It says what the file is, and where
// it breaks off if it does.
func CaptureInstead(path string, b []byte) error {
	var packets int
	if order := pcapOrder(b); order != nil {
		n, at, err := walkPcap(b, order)
		if err != nil {
			return fmt.Errorf("%s: offset %d: truncated packet capture after %s: %w", path, at, plural(uint64(n), "packet"), err)
		}
		packets = n
	} else {
		all, err := capture.Read(path)
		if err != nil {
			return err
		}
		packets = len(all)
	}
	return fmt.Errorf("%s: a packet capture of %s, not a script: replay the .pkt file beside it", path, plural(uint64(packets), "packet"))
}

// walkPcap goes through packet records (pcap, section 5: seconds, fraction,
// captured length, original length, data). An error is about the record that
// begins at the offset at.
func walkPcap(b []byte, order binary.ByteOrder) (packets, at int, err error) {
	const fileHeader, recordHeader = 24, 16
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
