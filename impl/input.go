package impl

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/sock"
	"github.com/connspec/connspec/impl/wire"
)

// receive takes a frame from the wire.
func (h *Host) receive(now time.Duration, frame []byte) {
	eth, payload, err := wire.ParseEthernet(frame)
	if err != nil || eth.Dst != h.cfg.MAC && !eth.Dst.IsMulticast() {
		return
	}
	switch eth.Type {
	case wire.EtherTypeARP:
		if a, err := wire.ParseARP(payload); err == nil {
			h.link.Handle(now, &a, h.routes.Owns, func(path ip.Path, packet []byte) {
				copy(h.sock.Out.Push(path, len(packet)), packet)
			})
		}
	case wire.EtherTypeIPv6:
		h.receive6(now, payload, eth.Dst.IsMulticast())
	case wire.EtherTypeIPv4:
		head, body, err := wire.ParseIPv4(payload)
		if err != nil {
			return
		}
		kind, ok := h.routes.Accepts(netip.AddrFrom4(head.Src), netip.AddrFrom4(head.Dst))
		if ok && !(kind == ip.Local && eth.Dst.IsMulticast()) { // RFC 1122 section 3.3.6
			h.packet(now, payload[:head.TotalLen], &head, kind, body)
		}
	}
}

// packet takes an IPv4 packet for this host and hands what it carries upwards.
func (h *Host) packet(now time.Duration, packet []byte, head *wire.IPv4, kind ip.Kind, body []byte) {
	if head.IsFragment() {
		whole, ok := h.parts.Add(now, head, body)
		if !ok {
			return
		}
		packet, body = h.rebuild(head, whole)
		h.sock.Trusted = false // what a device verified was one part at most
	}
	switch head.Protocol {
	case wire.ProtocolTCP:
		h.sock.HandleTCP(now, head, kind, body)
	case wire.ProtocolUDP:
		if h.sock.HandleUDP(now, head, kind, body) {
			h.refuse(now, head, kind, packet, body, wire.ICMPCodePort)
		}
	case wire.ProtocolICMP:
		h.control(now, head, kind, body)
	default:
		h.refuse(now, head, kind, packet, body, wire.ICMPCodeProtocol)
	}
}

// rebuild puts a header in front of a payload that came in fragments.
func (h *Host) rebuild(head *wire.IPv4, whole []byte) (packet, body []byte) {
	head.MoreFragments, head.Offset = false, 0
	h.whole = append(append(h.whole[:0], make([]byte, wire.IPv4Len)...), whole...)
	head.Put(h.whole)
	return h.whole, h.whole[wire.IPv4Len:]
}

// refuse answers a packet with an ICMP destination unreachable of this code.
func (h *Host) refuse(now time.Duration, head *wire.IPv4, kind ip.Kind, packet, body []byte, code uint8) {
	if !ip.Answerable(head, kind, body) || !h.errors.Take(now) {
		return
	}
	if path, q := h.backTo(head); q != nil {
		q.PushError(path, h.sock.NextID(&path), wire.ICMPv4{Type: wire.ICMPUnreachable, Code: code}, packet)
	}
}

// backTo is the way back to the sender of a packet, and its queue.
func (h *Host) backTo(head *wire.IPv4) (ip.Path, *ip.Queue) {
	path, why := h.routes.Find(netip.AddrFrom4(head.Src), netip.AddrFrom4(head.Dst))
	if why != ip.Reachable {
		return path, nil
	}
	if path.Loops {
		return path, &h.sock.Loop
	}
	return path, &h.sock.Out
}

// control takes an ICMP message: it answers echo requests (RFC 1122 section
// 3.2.2.6) and passes errors on to the socket that they are about.
func (h *Host) control(now time.Duration, head *wire.IPv4, kind ip.Kind, body []byte) {
	m, payload, err := wire.ParseICMPv4(body)
	if err != nil {
		return
	}
	switch {
	case m.Type == wire.ICMPEcho && kind == ip.Local:
		if path, q := h.backTo(head); q != nil {
			q.PushEchoReply(path, h.cfg.MTU, h.sock.NextID(&path), m, payload)
		}
	case m.IsError():
		if q, err := wire.ParseQuote(payload); err == nil {
			h.sock.HandleICMP(now, &m, &q)
		}
	}
}

// settle lets the blocked calls go on that can, and says whether there were any.
func (h *Host) settle(now time.Duration) bool {
	any := false
	for h.sock.Settle(now) {
		any = true
		h.carry(now)
	}
	return any
}

// carryMax bounds the packets from the host to itself in one verb. What is left
// waits for the next, so that two ends that answer each other without end do
// not keep the caller.
const carryMax = 1 << 16

// carry takes packets from the host to itself until there are none.
func (h *Host) carry(now time.Duration) {
	for range carryMax {
		if buf, _, ok := h.sock.Loop.Pop(); ok {
			h.looped(now, buf[ip.Headroom:])
			continue
		}
		if !h.sock.LoopReady() {
			return
		}
		if h.loop == nil {
			h.loop = make([]byte, sock.LoopBuffer)
		}
		if start, end, _, ok := h.sock.NextLoop(now, h.loop); ok {
			h.looped(now, h.loop[start:end])
		}
	}
}

// looped takes a packet that came over the loopback interface.
func (h *Host) looped(now time.Duration, packet []byte) {
	if isIPv6(packet) {
		h.looped6(now, packet)
		return
	}
	head, body, err := wire.ParseIPv4(packet)
	if err != nil {
		return
	}
	dst, kind := netip.AddrFrom4(head.Dst), ip.Local
	switch {
	case h.routes.IsBroadcast(dst):
		kind = ip.Broadcast
	case dst.IsMulticast(), !h.routes.Owns(dst): // nobody joins a group on lo
		return
	}
	h.packet(now, packet, &head, kind, body)
}
