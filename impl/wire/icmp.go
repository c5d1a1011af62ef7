package wire

import "encoding/binary"

// Types of ICMPv4 messages (RFC 792).
const (
	ICMPEchoReply       = 0
	ICMPUnreachable     = 3
	ICMPSourceQuench    = 4
	ICMPRedirect        = 5
	ICMPEcho            = 8
	ICMPTimeExceeded    = 11
	ICMPParameterError  = 12
	ICMPCodePort        = 3 // of ICMPUnreachable
	ICMPCodeFragNeeded  = 4
	ICMPCodeProtocol    = 2
	ICMPCodeHost        = 1
	ICMPCodeNet         = 0
	ICMPCodeSourceRoute = 5
)

// ICMPv4Len is the size of an ICMP header, in bytes.
const ICMPv4Len = 8

// ICMPv4 is the header of an ICMPv4 message.
type ICMPv4 struct {
	Type, Code uint8
	Rest       uint32 // echo: identifier and sequence number; fragmentation needed: the MTU in the low half
}

// MTU is the next-hop MTU of a "fragmentation needed" message (RFC 1191).
func (h *ICMPv4) MTU() uint16 { return uint16(h.Rest) }

// IsError says whether the message is about a packet that it quotes.
func (h *ICMPv4) IsError() bool {
	switch h.Type {
	case ICMPUnreachable, ICMPSourceQuench, ICMPRedirect, ICMPTimeExceeded, ICMPParameterError:
		return true
	}
	return false
}

// ParseICMPv4 reads the header of message b and checks its checksum.
func ParseICMPv4(b []byte) (h ICMPv4, payload []byte, err error) {
	if len(b) < ICMPv4Len {
		return h, nil, ErrShort
	}
	if Checksum(b) != 0 {
		return h, nil, ErrChecksum
	}
	h.Type, h.Code, h.Rest = b[0], b[1], binary.BigEndian.Uint32(b[4:])
	return h, b[ICMPv4Len:], nil
}

// Put writes the header to the first ICMPv4Len bytes of message, whose
// remaining bytes are the payload.
func (h *ICMPv4) Put(message []byte) {
	_ = message[ICMPv4Len-1]
	message[0], message[1], message[2], message[3] = h.Type, h.Code, 0, 0
	binary.BigEndian.PutUint32(message[4:], h.Rest)
	binary.BigEndian.PutUint16(message[2:], Checksum(message))
}

// Quote is the start of a packet as an ICMP error carries it: the IPv4 header
// and eight bytes of what it carried, if that is TCP or UDP.
type Quote struct {
	IP               IPv4
	SrcPort, DstPort uint16
	Seq              uint32 // TCP only
}

// quoteLen is how much of its payload an ICMP error must quote (RFC 792).
const quoteLen = 8

// ParseQuote reads the payload of an ICMP error message. The quoted packet is
// cut short and may have been changed under way, so only its shape is checked.
func ParseQuote(b []byte) (q Quote, err error) {
	var rest []byte
	if q.IP, rest, err = parseIPv4Header(b); err != nil {
		return q, err
	}
	if len(rest) < quoteLen {
		return q, ErrShort
	}
	q.SrcPort, q.DstPort = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
	if q.IP.Protocol == ProtocolTCP {
		q.Seq = binary.BigEndian.Uint32(rest[4:])
	}
	return q, nil
}
