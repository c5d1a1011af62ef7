package wire

import "encoding/binary"

// Flags are the control bits of a TCP segment (RFC 9293 section 3.1).
type Flags uint8

const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// String prints the flags as tcpdump does: "S", "S.", "F.", "P.", "R", ".".
func (f Flags) String() string {
	const letters = "FSRP.UEW"
	var b [8]byte
	s := b[:0]
	for _, i := range [8]int{0, 1, 2, 3, 5, 6, 7, 4} { // tcpdump ends with the dot
		if f>>i&1 != 0 {
			s = append(s, letters[i])
		}
	}
	if len(s) == 0 {
		return "none"
	}
	return string(s)
}

// Sizes of a TCP header in bytes.
const (
	TCPLen    = 20
	TCPLenMax = 60
)

// TCP is the header of a TCP segment with its options.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            Flags
	ECN              ECN    // of the IP header around it; not read or written here
	Window           uint16 // as on the wire, unscaled
	Urgent           uint16
	Options          TCPOptions
}

// ECN is the congestion notification field of an IP header, the two low bits of
// its TOS or traffic class (RFC 3168 section 5).
type ECN uint8

const (
	NotECT ECN = iota // not ECN-capable
	ECT1              // ECN-capable, RFC 9331
	ECT0              // ECN-capable
	CE                // congestion experienced
)

// ECNMask is ECN's part of the TOS.
const ECNMask = 3

// ParseTCP reads the header of segment b and checks its checksum. Malformed
// options end the reading of options and are no error, as on Linux and BSD.
func ParseTCP(b []byte, p Pseudo) (h TCP, payload []byte, err error) {
	h, payload, err = ParseTCPTrusted(b)
	if err == nil && p.sum(b).Checksum() != 0 {
		return TCP{}, nil, ErrChecksum
	}
	return h, payload, err
}

// ParseTCPTrusted is ParseTCP for a segment whose checksum needs no look.
func ParseTCPTrusted(b []byte) (h TCP, payload []byte, err error) {
	if len(b) < TCPLen {
		return h, nil, ErrShort
	}
	n := int(b[12]>>4) * 4
	if n < TCPLen {
		return h, nil, ErrLength
	}
	if n > len(b) {
		return h, nil, ErrShort
	}
	h.SrcPort, h.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	h.Seq, h.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	h.Flags = Flags(b[13])
	h.Window, h.Urgent = binary.BigEndian.Uint16(b[14:]), binary.BigEndian.Uint16(b[18:])
	h.Options.parse(b[TCPLen:n])
	return h, b[n:], nil
}

// Len is the size of the header with its options, in bytes.
func (h *TCP) Len() int { return TCPLen + h.Options.Len() }

// Put writes the header to the first h.Len() bytes of segment, whose remaining
// bytes are the payload.
func (h *TCP) Put(segment []byte, p Pseudo) {
	h.put(segment)
	binary.BigEndian.PutUint16(segment[tcpChecksum:], p.sum(segment).Checksum())
}

// PutPartial is Put that leaves the checksum to the device (see [Virtio]).
func (h *TCP) PutPartial(segment []byte, p Pseudo) {
	h.put(segment)
	binary.BigEndian.PutUint16(segment[tcpChecksum:], p.partial(len(segment)))
}

func (h *TCP) put(segment []byte) {
	n := h.Len()
	if n > TCPLenMax {
		panic("BUG: TCP options that do not fit one header")
	}
	_ = segment[n-1]
	binary.BigEndian.PutUint16(segment, h.SrcPort)
	binary.BigEndian.PutUint16(segment[2:], h.DstPort)
	binary.BigEndian.PutUint32(segment[4:], h.Seq)
	binary.BigEndian.PutUint32(segment[8:], h.Ack)
	segment[12], segment[13] = byte(n/4)<<4, byte(h.Flags)
	binary.BigEndian.PutUint16(segment[14:], h.Window)
	binary.BigEndian.PutUint16(segment[16:], 0)
	binary.BigEndian.PutUint16(segment[18:], h.Urgent)
	h.Options.put(segment[TCPLen:n])
}
