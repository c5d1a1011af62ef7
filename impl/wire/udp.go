package wire

import "encoding/binary"

// UDPLen is the size of a UDP header, in bytes.
const UDPLen = 8

// UDP is the header of a UDP datagram (RFC 768).
type UDP struct {
	SrcPort, DstPort uint16
}

// ParseUDP reads the header of datagram b and checks its length and, if it has
// one, its checksum. The payload ends where the header says.
func ParseUDP(b []byte, p Pseudo) (h UDP, payload []byte, err error) {
	h, payload, err = ParseUDPTrusted(b)
	if err == nil && (b[6] != 0 || b[7] != 0) && p.sum(b[:UDPLen+len(payload)]).Checksum() != 0 {
		return UDP{}, nil, ErrChecksum
	}
	return h, payload, err
}

// ParseUDPTrusted is ParseUDP for a datagram whose checksum needs no look.
func ParseUDPTrusted(b []byte) (h UDP, payload []byte, err error) {
	if len(b) < UDPLen {
		return h, nil, ErrShort
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n < UDPLen {
		return h, nil, ErrLength
	}
	if n > len(b) {
		return h, nil, ErrShort
	}
	h.SrcPort, h.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	return h, b[UDPLen:n], nil
}

// Put writes the header to the first UDPLen bytes of datagram, whose remaining
// bytes are the payload.
func (h *UDP) Put(datagram []byte, p Pseudo) {
	h.put(datagram)
	sum := p.sum(datagram).Checksum()
	if sum == 0 { // 0 would say that there is no checksum
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(datagram[udpChecksum:], sum)
}

// PutPartial is Put that leaves the checksum to the device (see [Virtio]).
func (h *UDP) PutPartial(datagram []byte, p Pseudo) {
	h.put(datagram)
	binary.BigEndian.PutUint16(datagram[udpChecksum:], p.partial(len(datagram)))
}

func (h *UDP) put(datagram []byte) {
	_ = datagram[UDPLen-1]
	binary.BigEndian.PutUint16(datagram, h.SrcPort)
	binary.BigEndian.PutUint16(datagram[2:], h.DstPort)
	binary.BigEndian.PutUint16(datagram[4:], uint16(len(datagram)))
	datagram[6], datagram[7] = 0, 0
}
