package ip

import (
	"net/netip"

	"github.com/connspec/connspec/impl/wire"
)

// PushEchoReply6 queues the answer to an echo request with header m (RFC 4443
// section 4.2).
func (q *Queue) PushEchoReply6(path Path, mtu int, id uint32, m wire.ICMPv6, payload []byte) {
	message := make([]byte, wire.ICMPv6Len+len(payload))
	copy(message[wire.ICMPv6Len:], payload)
	m.Type, m.Code = wire.ICMPv6EchoReply, 0
	m.Put(message, wire.PseudoIPv6(path.Src.As16(), path.Dst.As16(), wire.ProtocolICMPv6))
	q.PushPacket6(path, mtu, id, wire.IPv6{HopLimit: icmpTTL, Next: wire.ProtocolICMPv6}, message)
}

// quoteMax6 is how much of a packet an ICMPv6 error quotes at most: the whole
// message fits the least MTU (RFC 4443 section 2.4 (c)).
const quoteMax6 = MTUMin6 - wire.IPv6Len - wire.ICMPv6Len

// PushError6 queues an ICMPv6 error about packet.
func (q *Queue) PushError6(path Path, m wire.ICMPv6, packet []byte) {
	packet = packet[:min(len(packet), quoteMax6)]
	n := wire.IPv6Len + wire.ICMPv6Len
	b := q.Push(path, n+len(packet))
	if b == nil {
		return
	}
	copy(b[n:], packet)
	src, dst := path.Src.As16(), path.Dst.As16()
	m.Put(b[wire.IPv6Len:], wire.PseudoIPv6(src, dst, wire.ProtocolICMPv6))
	h := wire.IPv6{HopLimit: icmpTTL, Next: wire.ProtocolICMPv6, Src: src, Dst: dst}
	h.Put(b)
}

// Answerable6 says whether an ICMPv6 error may be sent about a packet with header
// h that was addressed to the host as kind (RFC 4443 section 2.4 (e)); toGroups:
// that it came to a group is no reason against. upper is what the packet carries
// behind its extension headers.
func Answerable6(h *wire.IPv6, kind Kind, toGroups bool, protocol wire.Protocol, upper []byte) bool {
	src := netip.AddrFrom16(h.Src)
	if kind != Local && !toGroups || src.IsUnspecified() || src.IsMulticast() {
		return false
	}
	if protocol != wire.ProtocolICMPv6 {
		return true
	}
	return len(upper) > 0 && !(&wire.ICMPv6{Type: upper[0]}).IsError()
}
