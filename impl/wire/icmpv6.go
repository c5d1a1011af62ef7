package wire

import "encoding/binary"

// Types and codes of ICMPv6 messages (RFC 4443, RFC 4861).
const (
	ICMPv6Unreachable      = 1
	ICMPv6TooBig           = 2
	ICMPv6TimeExceeded     = 3
	ICMPv6ParameterProblem = 4
	ICMPv6Echo             = 128
	ICMPv6EchoReply        = 129
	ICMPv6Solicit          = 135 // neighbour solicitation
	ICMPv6Advertise        = 136 // neighbour advertisement
	ICMPv6Redirect         = 137

	ICMPv6CodeAddress    = 3 // of ICMPv6Unreachable
	ICMPv6CodePort       = 4
	ICMPv6CodeReassembly = 1 // of ICMPv6TimeExceeded
	ICMPv6CodeField      = 0 // of ICMPv6ParameterProblem
	ICMPv6CodeNext       = 1
	ICMPv6CodeOption     = 2
)

// ICMPv6Len is the size of an ICMPv6 header, in bytes.
const ICMPv6Len = 8

// ICMPv6 is the header of an ICMPv6 message with the four bytes behind it.
type ICMPv6 struct {
	Type, Code uint8
	Rest       uint32 // echo: identifier and sequence number; too big: the MTU; parameter problem: the pointer
}

// IsError says whether the message is about a packet that it quotes (RFC 4443
// section 2.1); a redirect counts, as no error may answer one (section 2.4).
func (h *ICMPv6) IsError() bool { return h.Type < ICMPv6Echo || h.Type == ICMPv6Redirect }

// ParseICMPv6 reads the header of message b and checks its checksum.
func ParseICMPv6(b []byte, p Pseudo) (h ICMPv6, payload []byte, err error) {
	if len(b) < ICMPv6Len {
		return h, nil, ErrShort
	}
	if p.sum(b).Checksum() != 0 {
		return h, nil, ErrChecksum
	}
	h.Type, h.Code, h.Rest = b[0], b[1], binary.BigEndian.Uint32(b[4:])
	return h, b[ICMPv6Len:], nil
}

// Put writes the header to the first ICMPv6Len bytes of message, whose remaining
// bytes are the payload.
func (h *ICMPv6) Put(message []byte, p Pseudo) {
	_ = message[ICMPv6Len-1]
	message[0], message[1], message[2], message[3] = h.Type, h.Code, 0, 0
	binary.BigEndian.PutUint32(message[4:], h.Rest)
	binary.BigEndian.PutUint16(message[2:], p.sum(message).Checksum())
}

// QuoteIPv6 is the start of a packet as an ICMPv6 error carries it: its names,
// if it carried TCP or UDP.
type QuoteIPv6 struct {
	IP               IPv6
	Protocol         Protocol // behind the extension headers
	SrcPort, DstPort uint16
	Seq              uint32 // TCP only
}

// ParseQuoteIPv6 reads the payload of an ICMPv6 error message. Only the shape of
// the packet is checked. A part of a datagram that is not the first has no names.
func ParseQuoteIPv6(b []byte) (q QuoteIPv6, err error) {
	if q.IP, _, err = parseIPv6Header(b); err != nil {
		return q, err
	}
	e, _, err := ParseExtensions(b, q.IP.Next, IPv6Len)
	if err == nil && e.Protocol == ProtocolFragment {
		if e.Fragment.Offset != 0 {
			return q, ErrShort
		}
		e, _, err = ParseExtensions(b, e.Fragment.Next, e.At)
	}
	if err != nil {
		return q, err
	}
	if len(b) < e.At+quoteLen {
		return q, ErrShort
	}
	rest := b[e.At:]
	q.Protocol = e.Protocol
	q.SrcPort, q.DstPort = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
	if q.Protocol == ProtocolTCP {
		q.Seq = binary.BigEndian.Uint32(rest[4:])
	}
	return q, nil
}
