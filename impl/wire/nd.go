package wire

// NeighborLen is the size of a neighbour solicitation or advertisement without
// its option, and of one with a link-layer address, in bytes.
const (
	NeighborLen     = 24
	NeighborLinkLen = NeighborLen + 8
)

// Options of neighbour discovery (RFC 4861 section 4.6).
const (
	ndSourceLink = 1
	ndTargetLink = 2
)

// Flags of an advertisement (RFC 4861 section 4.4).
const (
	ndRouter    = 1 << 31
	ndSolicited = 1 << 30
	ndOverride  = 1 << 29
)

// Neighbor is a neighbour solicitation or advertisement (RFC 4861 sections 4.3
// and 4.4).
type Neighbor struct {
	Advertises bool // else it solicits
	Router     bool // advertisements: the sender is one
	Solicited  bool // it answers a solicitation
	Override   bool // its address goes before one that is known
	Target     [16]byte
	Link       MAC // of the sender of a solicitation, of the target of an advertisement
	HasLink    bool
}

// ParseNeighbor reads a message of type ICMPv6Solicit or ICMPv6Advertise with
// header h and this payload. It fails with ErrLength for an option of length 0
// (RFC 4861 sections 7.1.1 and 7.1.2); options that nobody knows are skipped.
func ParseNeighbor(h *ICMPv6, payload []byte) (n Neighbor, err error) {
	if h.Type != ICMPv6Solicit && h.Type != ICMPv6Advertise || h.Code != 0 {
		return n, ErrHeader
	}
	if len(payload) < 16 {
		return n, ErrShort
	}
	n.Target = [16]byte(payload)
	kind := byte(ndSourceLink)
	if h.Type == ICMPv6Advertise {
		n.Advertises, kind = true, ndTargetLink
		n.Router, n.Solicited, n.Override = h.Rest&ndRouter != 0, h.Rest&ndSolicited != 0, h.Rest&ndOverride != 0
	}
	for b := payload[16:]; len(b) > 0; {
		if len(b) < 2 || len(b) < 8*int(b[1]) {
			return n, ErrShort
		}
		if b[1] == 0 {
			return n, ErrLength
		}
		if b[0] == kind && b[1] == 1 {
			n.Link, n.HasLink = MAC(b[2:8]), true
		}
		b = b[8*int(b[1]):]
	}
	return n, nil
}

// Len is the size of the message.
func (n *Neighbor) Len() int {
	if n.HasLink {
		return NeighborLinkLen
	}
	return NeighborLen
}

// Put writes the message, its checksum included, to the first n.Len() bytes of
// message.
func (n *Neighbor) Put(message []byte, p Pseudo) {
	message = message[:n.Len()]
	h, kind := ICMPv6{Type: ICMPv6Solicit}, byte(ndSourceLink)
	if n.Advertises {
		h.Type, kind = ICMPv6Advertise, ndTargetLink
		h.Rest = flag(n.Router, ndRouter) | flag(n.Solicited, ndSolicited) | flag(n.Override, ndOverride)
	}
	copy(message[8:], n.Target[:])
	if n.HasLink {
		message[24], message[25] = kind, 1
		copy(message[26:], n.Link[:])
	}
	h.Put(message, p)
}

func flag(on bool, bit uint32) uint32 {
	if on {
		return bit
	}
	return 0
}
