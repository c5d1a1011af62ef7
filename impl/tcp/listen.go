package tcp

import "github.com/connspec/connspec/impl/wire"

// ListenVerdict says what a listening socket does with a segment for which
// there is no connection yet.
type ListenVerdict uint8

const (
	ListenIgnore ListenVerdict = iota // nothing is sent
	ListenReset                       // answer with ResetFor
	ListenAccept                      // a SYN: make a Conn with Accept
)

// Hold says whether the listener has no room for the connection: then the ACK
// that would complete the handshake counts as lost (Linux tcp_check_req).
func (c *Conn) Hold(on bool) { c.put(held, on) }

// Listen judges a segment in the LISTEN state (RFC 9293 section 3.10.7.2). A
// SYN with FIN is dropped, as Linux does (tcp_rcv_state_process).
func Listen(seg *wire.TCP) ListenVerdict {
	switch f := seg.Flags; {
	case f&wire.RST != 0:
		return ListenIgnore
	case f&wire.ACK != 0:
		return ListenReset
	case f&wire.SYN != 0 && f&wire.FIN == 0:
		return ListenAccept
	}
	return ListenIgnore
}

// ResetFor is the RST that answers a segment for which there is no connection;
// ok is false if the segment is itself a RST (RFC 9293 section 3.10.7.1).
func ResetFor(seg *wire.TCP, payloadLen int) (rst wire.TCP, ok bool) {
	if seg.Flags&wire.RST != 0 {
		return rst, false
	}
	rst.SrcPort, rst.DstPort = seg.DstPort, seg.SrcPort
	rst.Flags = wire.RST
	if seg.Flags&wire.ACK != 0 {
		rst.Seq = seg.Ack
	} else {
		rst.Flags |= wire.ACK
		rst.Ack = seg.Seq + segmentLen(seg.Flags, payloadLen)
	}
	return rst, true
}

// segmentLen is SEG.LEN: the sequence numbers that a segment occupies.
func segmentLen(f wire.Flags, payload int) uint32 {
	n := uint32(payload)
	if f&wire.SYN != 0 {
		n++
	}
	if f&wire.FIN != 0 {
		n++
	}
	return n
}
