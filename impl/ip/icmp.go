package ip

import (
	"net/netip"

	"github.com/connspec/connspec/impl/wire"
)

// ttl of ICMP messages, and how much of a packet an error quotes at most: the
// whole message fits 576 bytes (RFC 1812 section 4.3.2.3).
const (
	icmpTTL  = 64
	quoteMax = 576 - wire.IPv4Len - wire.ICMPv4Len
	icmpTOS  = 0xc0 // internetwork control (RFC 1812 section 4.3.2.5)
)

// PushEchoReply queues the answer to an echo request with header m.
func (q *Queue) PushEchoReply(path Path, mtu int, id uint16, m wire.ICMPv4, payload []byte) {
	message := make([]byte, wire.ICMPv4Len+len(payload))
	copy(message[wire.ICMPv4Len:], payload)
	m.Type, m.Code = wire.ICMPEchoReply, 0
	m.Put(message)
	q.PushPacket(path, mtu, wire.IPv4{ID: id, TTL: icmpTTL, Protocol: wire.ProtocolICMP}, message)
}

// PushError queues an ICMP error about packet.
func (q *Queue) PushError(path Path, id uint16, m wire.ICMPv4, packet []byte) {
	packet = packet[:min(len(packet), quoteMax)]
	n := wire.IPv4Len + wire.ICMPv4Len
	b := q.Push(path, n+len(packet))
	if b == nil {
		return
	}
	copy(b[n:], packet)
	m.Put(b[wire.IPv4Len:])
	h := wire.IPv4{TOS: icmpTOS, ID: id, TTL: icmpTTL, Protocol: wire.ProtocolICMP, Src: path.Src.As4(), Dst: path.Dst.As4()}
	h.Put(b)
}

// Answerable says whether an ICMP error may be sent about a packet with header
// h that was addressed to the host as kind (RFC 1122 section 3.2.2).
func Answerable(h *wire.IPv4, kind Kind, payload []byte) bool {
	src := netip.AddrFrom4(h.Src)
	if kind != Local || h.Offset != 0 || src.IsUnspecified() || src.IsMulticast() {
		return false
	}
	if h.Protocol != wire.ProtocolICMP {
		return true
	}
	m, _, err := wire.ParseICMPv4(payload)
	return err == nil && !m.IsError()
}
