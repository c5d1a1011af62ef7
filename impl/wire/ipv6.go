package wire

import "encoding/binary"

// Numbers of what an IPv6 header carries besides TCP and UDP: extension headers
// (RFC 8200 section 4.1), ICMPv6 and nothing at all.
const (
	ProtocolHopByHop    Protocol = 0
	ProtocolRouting     Protocol = 43
	ProtocolFragment    Protocol = 44
	ProtocolICMPv6      Protocol = 58
	ProtocolNone        Protocol = 59
	ProtocolDestination Protocol = 60
)

// IPv6Len is the size of an IPv6 header without extension headers, in bytes.
const IPv6Len = 40

// IPv6 is an IPv6 header (RFC 8200 section 3).
type IPv6 struct {
	TrafficClass uint8
	HopLimit     uint8
	Next         Protocol // of the header that follows
	PayloadLen   uint16   // bytes, as the header says; set by parsing only
	FlowLabel    uint32   // 20 bits
	Src, Dst     [16]byte
}

// ParseIPv6 reads the header of packet b and checks its length. The payload,
// extension headers included, ends where the header says: link padding is cut
// off.
func ParseIPv6(b []byte) (h IPv6, payload []byte, err error) {
	h, rest, err := parseIPv6Header(b)
	if err != nil {
		return h, nil, err
	}
	if int(h.PayloadLen) > len(rest) {
		return h, nil, ErrShort
	}
	return h, rest[:h.PayloadLen], nil
}

// parseIPv6Header reads a header whose packet may be cut short behind it.
func parseIPv6Header(b []byte) (h IPv6, rest []byte, err error) {
	if len(b) < IPv6Len {
		return h, nil, ErrShort
	}
	first := binary.BigEndian.Uint32(b)
	if first>>28 != 6 {
		return h, nil, ErrVersion
	}
	h.TrafficClass, h.FlowLabel = uint8(first>>20), first&flowLabelMask
	h.PayloadLen = binary.BigEndian.Uint16(b[4:])
	h.Next, h.HopLimit = Protocol(b[6]), b[7]
	h.Src, h.Dst = [16]byte(b[8:24]), [16]byte(b[24:40])
	return h, b[IPv6Len:], nil
}

const (
	flowLabelMask = 1<<20 - 1
	ipv6NextAt    = 6 // of the next header field
)

// Put writes the header to the first IPv6Len bytes of packet, whose remaining
// bytes are the payload.
func (h *IPv6) Put(packet []byte) {
	_ = packet[IPv6Len-1]
	binary.BigEndian.PutUint32(packet, 6<<28|uint32(h.TrafficClass)<<20|h.FlowLabel&flowLabelMask)
	binary.BigEndian.PutUint16(packet[4:], uint16(len(packet)-IPv6Len))
	packet[6], packet[7] = byte(h.Next), h.HopLimit
	copy(packet[8:24], h.Src[:])
	copy(packet[24:40], h.Dst[:])
}

// PseudoIPv6 is the pseudo-header sum of a packet from src to dst (RFC 8200
// section 8.1).
func PseudoIPv6(src, dst [16]byte, p Protocol) Pseudo {
	return Pseudo(Sum(0).Add(src[:]).Add(dst[:]).add16(uint16(p)))
}
