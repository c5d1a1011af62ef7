package impl

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// receive6 takes an IPv6 packet from the wire (RFC 8200 section 4).
func (h *Host) receive6(now time.Duration, packet []byte, toGroup bool) {
	head, body, err := wire.ParseIPv6(packet)
	if err != nil {
		return
	}
	kind, ok := h.routes.Accepts6(netip.AddrFrom16(head.Src), netip.AddrFrom16(head.Dst))
	if ok && !(kind == ip.Local && toGroup) {
		h.packet6(now, packet[:wire.IPv6Len+len(body)], &head, kind)
	}
}

// packet6 takes an IPv6 packet for this host and hands what it carries upwards.
func (h *Host) packet6(now time.Duration, packet []byte, head *wire.IPv6, kind ip.Kind) {
	e, ok := h.extensions(now, packet, head, kind)
	whole := false
	if ok && e.Protocol == wire.ProtocolFragment {
		if packet, ok = h.rebuild6(now, packet, head, kind, &e); ok {
			whole = true
			e, ok = h.extensions(now, packet, head, kind)
			ok = ok && e.Protocol != wire.ProtocolFragment
		}
	}
	if !ok {
		return
	}
	body := packet[e.At:]
	switch e.Protocol {
	case wire.ProtocolTCP:
		h.sock.HandleTCP6(now, head, kind, body)
	case wire.ProtocolUDP:
		if h.sock.HandleUDP6(now, head, kind, body) {
			h.refuse6(now, head, kind, false, packet, &e, wire.ICMPv6{Type: wire.ICMPv6Unreachable, Code: wire.ICMPv6CodePort})
		}
	case wire.ProtocolICMPv6:
		h.control6(now, head, kind, body, whole)
	case wire.ProtocolNone:
	default:
		h.refuse6(now, head, kind, false, packet, &e, wire.ICMPv6{
			Type: wire.ICMPv6ParameterProblem, Code: wire.ICMPv6CodeNext, Rest: uint32(e.NextAt),
		})
	}
}

// extensions follows the extension headers of a packet; what is wrong with one its
// sender may hear.
func (h *Host) extensions(now time.Duration, packet []byte, head *wire.IPv6, kind ip.Kind) (wire.Extensions, bool) {
	e, p, err := wire.ParseExtensions(packet, head.Next, wire.IPv6Len)
	if err != nil && p.Answer {
		e.Protocol = wire.ProtocolNone // what it carries was not looked at
		h.refuse6(now, head, kind, p.Groups, packet, &e, wire.ICMPv6{Type: wire.ICMPv6ParameterProblem, Code: p.Code, Rest: p.At})
	}
	return e, err == nil
}

// rebuild6 takes a fragment. When its datagram is complete it puts a header in
// front of the payload, and leaves the extension headers of the fragments away.
func (h *Host) rebuild6(now time.Duration, packet []byte, head *wire.IPv6, kind ip.Kind, e *wire.Extensions) ([]byte, bool) {
	h.sock.Trusted = false // what a device verified was one part at most
	whole, next, v := h.parts.Add6(now, head, e.Fragment, packet[e.At:])
	problem := wire.ICMPv6{Type: wire.ICMPv6ParameterProblem, Code: wire.ICMPv6CodeField}
	switch v {
	case ip.Whole6:
	case ip.OddLength6:
		problem.Rest = 4 // the payload length
		h.refuse6(now, head, kind, false, packet, e, problem)
		return nil, false
	case ip.TooLong6:
		problem.Rest = uint32(e.FragmentAt + 2) // the offset
		h.refuse6(now, head, kind, false, packet, e, problem)
		return nil, false
	default:
		return nil, false
	}
	h.whole = append(append(h.whole[:0], make([]byte, wire.IPv6Len)...), whole...)
	head.Next = next
	head.Put(h.whole)
	return h.whole, true
}

// refuse6 answers a packet with an ICMPv6 error; toGroups says that it may have
// come to a group.
func (h *Host) refuse6(now time.Duration, head *wire.IPv6, kind ip.Kind, toGroups bool, packet []byte, e *wire.Extensions, m wire.ICMPv6) {
	if !ip.Answerable6(head, kind, toGroups, e.Protocol, packet[min(e.At, len(packet)):]) || !h.errors.Take(now) {
		return
	}
	if path, q := h.backTo6(head); q != nil {
		q.PushError6(path, m, packet)
	}
}

// backTo6 is the way back to the sender of a packet, and its queue.
func (h *Host) backTo6(head *wire.IPv6) (ip.Path, *ip.Queue) {
	src := netip.AddrFrom16(head.Dst)
	if src.IsMulticast() {
		src = netip.Addr{}
	}
	path, why := h.routes.Find6(netip.AddrFrom16(head.Src), src, 0)
	switch {
	case why != ip.Reachable || path.Src.IsUnspecified():
		return path, nil
	case path.Loops:
		return path, &h.sock.Loop
	}
	return path, &h.sock.Out
}

// control6 takes an ICMPv6 message: it answers echo requests (RFC 4443 section
// 4.2), passes errors on to the socket that they are about, and messages of
// neighbour discovery to link, unless they came in parts (RFC 6980).
func (h *Host) control6(now time.Duration, head *wire.IPv6, kind ip.Kind, body []byte, parts bool) {
	m, payload, err := wire.ParseICMPv6(body, wire.PseudoIPv6(head.Src, head.Dst, wire.ProtocolICMPv6))
	if err != nil {
		return
	}
	switch {
	case m.Type == wire.ICMPv6Echo:
		if path, q := h.backTo6(head); q != nil {
			q.PushEchoReply6(path, h.cfg.MTU, h.sock.NextID6(&path), m, payload)
		}
	case m.Type == wire.ICMPv6Solicit, m.Type == wire.ICMPv6Advertise:
		if n, err := wire.ParseNeighbor(&m, payload); err == nil && !parts {
			h.link.HandleNeighbor(now, head, &n, h.owns6, h.again)
		}
	case m.IsError() && m.Type != wire.ICMPv6Redirect && kind == ip.Local:
		if q, err := wire.ParseQuoteIPv6(payload); err == nil {
			h.sock.HandleICMP6(now, &m, &q)
		}
	}
}

// owns6 says which addresses the host answers for on the wire.
func (h *Host) owns6(a netip.Addr) bool { return !a.IsLoopback() && h.routes.Owns6(a, 0) }

// again queues a packet that waited for its neighbour.
func (h *Host) again(path ip.Path, packet []byte) {
	copy(h.sock.Out.Push(path, len(packet)), packet)
}

// looped6 takes a packet that came over the loopback interface.
func (h *Host) looped6(now time.Duration, packet []byte) {
	head, body, err := wire.ParseIPv6(packet)
	if err == nil && h.routes.Owns6(netip.AddrFrom16(head.Dst), 0) {
		h.packet6(now, packet[:wire.IPv6Len+len(body)], &head, ip.Local)
	}
}

// isIPv6 says which version of IP a packet is of.
func isIPv6(packet []byte) bool { return len(packet) > 0 && packet[0]>>4 == 6 }
