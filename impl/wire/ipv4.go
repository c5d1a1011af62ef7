package wire

import "encoding/binary"

// Protocol is the number in an IPv4 header of what it carries.
type Protocol uint8

const (
	ProtocolICMP Protocol = 1
	ProtocolTCP  Protocol = 6
	ProtocolUDP  Protocol = 17
)

// IPv4Len is the size of an IPv4 header without options, in bytes.
const IPv4Len = 20

// Bits of the flags and fragment offset field (RFC 791 section 3.1).
const (
	ipv4DontFragment  = 1 << 14
	ipv4MoreFragments = 1 << 13
	ipv4OffsetMask    = 1<<13 - 1
)

// IPv4 is an IPv4 header. Options are skipped on the way in and never sent.
type IPv4 struct {
	TOS           uint8
	ID            uint16
	DontFragment  bool
	MoreFragments bool
	Offset        uint16 // of a fragment, in bytes, a multiple of 8
	TTL           uint8
	Protocol      Protocol
	Src, Dst      [4]byte
	HeaderLen     uint8  // bytes, options included; set by parsing only
	TotalLen      uint16 // bytes, as the header says; set by parsing only
}

// IsFragment says whether the packet is a part of a datagram.
func (h *IPv4) IsFragment() bool { return h.MoreFragments || h.Offset != 0 }

// ParseIPv4 reads the header of packet b and checks its lengths and checksum.
// The payload ends where the header says: link padding is cut off.
func ParseIPv4(b []byte) (h IPv4, payload []byte, err error) {
	h, _, err = parseIPv4Header(b)
	if err != nil {
		return h, nil, err
	}
	if int(h.TotalLen) > len(b) {
		return h, nil, ErrShort
	}
	if Checksum(b[:h.HeaderLen]) != 0 {
		return h, nil, ErrChecksum
	}
	return h, b[h.HeaderLen:h.TotalLen], nil
}

// parseIPv4Header reads a header whose packet may be cut short behind it.
func parseIPv4Header(b []byte) (h IPv4, rest []byte, err error) {
	if len(b) < IPv4Len {
		return h, nil, ErrShort
	}
	if b[0]>>4 != 4 {
		return h, nil, ErrVersion
	}
	h.HeaderLen = b[0] & 15 * 4
	h.TOS = b[1]
	h.TotalLen = binary.BigEndian.Uint16(b[2:])
	if h.HeaderLen < IPv4Len || int(h.TotalLen) < int(h.HeaderLen) {
		return h, nil, ErrLength
	}
	if int(h.HeaderLen) > len(b) {
		return h, nil, ErrShort
	}
	h.ID = binary.BigEndian.Uint16(b[4:])
	frag := binary.BigEndian.Uint16(b[6:])
	h.DontFragment = frag&ipv4DontFragment != 0
	h.MoreFragments = frag&ipv4MoreFragments != 0
	h.Offset = frag & ipv4OffsetMask * 8
	h.TTL, h.Protocol = b[8], Protocol(b[9])
	h.Src, h.Dst = [4]byte(b[12:16]), [4]byte(b[16:20])
	return h, b[h.HeaderLen:], nil
}

// Put writes the header to the first IPv4Len bytes of packet, whose remaining
// bytes are the payload.
func (h *IPv4) Put(packet []byte) {
	_ = packet[IPv4Len-1]
	packet[0], packet[1] = 4<<4|IPv4Len/4, h.TOS
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	binary.BigEndian.PutUint16(packet[4:], h.ID)
	frag := h.Offset / 8
	if h.DontFragment {
		frag |= ipv4DontFragment
	}
	if h.MoreFragments {
		frag |= ipv4MoreFragments
	}
	binary.BigEndian.PutUint16(packet[6:], frag)
	packet[8], packet[9] = h.TTL, byte(h.Protocol)
	packet[10], packet[11] = 0, 0
	copy(packet[12:16], h.Src[:])
	copy(packet[16:20], h.Dst[:])
	binary.BigEndian.PutUint16(packet[10:], Checksum(packet[:IPv4Len]))
}
