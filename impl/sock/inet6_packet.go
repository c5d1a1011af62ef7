package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// UDP and TCP over IPv6: the pseudo-header, the sizes and the headers that differ
// (RFC 8200 section 8).

// HandleTCP6 is HandleTCP for a segment in an IPv6 packet (tcp_v6_rcv).
func (l *Layer) HandleTCP6(now time.Duration, h *wire.IPv6, kind ip.Kind, segment []byte) {
	l.now = now
	if kind != ip.Local {
		return
	}
	seg, payload, err := l.parseTCP(segment, wire.PseudoIPv6(h.Src, h.Dst, wire.ProtocolTCP))
	if err == nil {
		seg.ECN = wire.ECN(h.TrafficClass) & wire.ECNMask
		src, dst := netip.AddrFrom16(h.Src), netip.AddrFrom16(h.Dst)
		l.handleSegment(netip.AddrPortFrom(src, seg.SrcPort), netip.AddrPortFrom(dst, seg.DstPort), &seg, payload)
	}
}

// HandleUDP6 is HandleUDP for a datagram in an IPv6 packet, which must have a
// checksum (__udp6_lib_rcv).
func (l *Layer) HandleUDP6(now time.Duration, h *wire.IPv6, kind ip.Kind, datagram []byte) (unreachable bool) {
	l.now = now
	u, payload, err := l.parseUDP(datagram, wire.PseudoIPv6(h.Src, h.Dst, wire.ProtocolUDP))
	if err != nil || datagram[6] == 0 && datagram[7] == 0 {
		return false
	}
	src := netip.AddrPortFrom(netip.AddrFrom16(h.Src), u.SrcPort)
	dst := netip.AddrPortFrom(netip.AddrFrom16(h.Dst), u.DstPort)
	return l.handleDatagram(src, dst, kind, payload)
}

// sendSegment6 is sendSegment over IPv6.
func (l *Layer) sendSegment6(path ip.Path, seg *wire.TCP) {
	b := l.queueFor(path).Push(path, wire.IPv6Len+seg.Len())
	if b == nil {
		return
	}
	src, dst := path.Src.As16(), path.Dst.As16()
	seg.Put(b[wire.IPv6Len:], wire.PseudoIPv6(src, dst, wire.ProtocolTCP))
	h := wire.IPv6{HopLimit: ttl, Next: wire.ProtocolTCP, Src: src, Dst: dst}
	h.Put(b)
}

// putSegment6 writes the headers of a segment over IPv6 in front of its payload,
// which ends at end, and says where the packet begins. With offload the NIC cuts
// the payload into segments of size bytes, if that is not 0.
func (c *connection) putSegment6(buf []byte, end int, seg *wire.TCP, offload bool, size int) (start int, work wire.Virtio) {
	src, dst := c.local.Addr().As16(), c.remote.Addr().As16()
	start = SegmentOffset - seg.Len()
	pseudo := wire.PseudoIPv6(src, dst, wire.ProtocolTCP)
	if offload {
		seg.PutPartial(buf[start:end], pseudo)
		work = wire.OffloadTCP(wire.EthernetLen+wire.IPv6Len, seg.Len(), size, true)
		work.ECN = size > 0 && seg.Flags&wire.CWR != 0
	} else {
		seg.Put(buf[start:end], pseudo)
	}
	start -= wire.IPv6Len
	h := wire.IPv6{TrafficClass: uint8(seg.ECN), HopLimit: ttl, Next: wire.ProtocolTCP, Src: src, Dst: dst}
	h.Put(buf[start:end])
	return start, work
}

// emitDatagram6 queues a datagram over IPv6, in parts if it does not fit the path.
func (l *Layer) emitDatagram6(path ip.Path, from, to uint16, payload []byte) {
	l.scratch = append(l.scratch[:0], make([]byte, wire.UDPLen)...)
	l.scratch = append(l.scratch, payload...)
	h := wire.UDP{SrcPort: from, DstPort: to}
	h.Put(l.scratch, wire.PseudoIPv6(path.Src.As16(), path.Dst.As16(), wire.ProtocolUDP))
	head := wire.IPv6{HopLimit: ttl, Next: wire.ProtocolUDP}
	if path.Kind == ip.Multicast {
		head.HopLimit = 1 // IPV6_MULTICAST_HOPS
	}
	mtu := l.paths.To(l.now, path.Dst, l.cfg.MTU)
	l.queueFor(path).PushPacket6(path, mtu, l.NextID6(&path), head, l.scratch)
}

// NextID6 is an identification for the next packet that may be fragmented: per
// pair of addresses a counter that starts anywhere (RFC 7739 section 5.3).
func (l *Layer) NextID6(path *ip.Path) uint32 {
	l.identifier++
	return uint32(l.digest(netip.AddrPortFrom(path.Src, 0), netip.AddrPortFrom(path.Dst, 0))) + uint32(l.identifier)
}

// datagramMax6 is the largest payload of a datagram over IPv6.
const datagramMax6 = 65535 - wire.UDPLen
