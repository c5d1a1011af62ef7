package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/udp"
	"github.com/connspec/connspec/impl/wire"
)

// HandleUDP takes a datagram that arrived for this host (__udp4_lib_rcv). It
// says whether the sender is to hear that the port is unreachable.
func (l *Layer) HandleUDP(now time.Duration, h *wire.IPv4, kind ip.Kind, datagram []byte) (unreachable bool) {
	l.now = now
	u, payload, err := l.parseUDP(datagram, wire.PseudoIPv4(h.Src, h.Dst, wire.ProtocolUDP))
	if err != nil {
		return false
	}
	src := netip.AddrPortFrom(netip.AddrFrom4(h.Src), u.SrcPort)
	dst := netip.AddrPortFrom(netip.AddrFrom4(h.Dst), u.DstPort)
	return l.handleDatagram(src, dst, kind, payload)
}

// handleDatagram takes a datagram of either family.
func (l *Layer) handleDatagram(src, dst netip.AddrPort, kind ip.Kind, payload []byte) (unreachable bool) {
	if kind == ip.Broadcast || kind == ip.Multicast {
		l.deliverToAll(src, dst, payload)
		return false
	}
	i := l.datagramSocket(src, dst)
	if i == 0 {
		return true
	}
	l.deliver(i, src, payload)
	return false
}

// datagramSocket is the socket that fits a datagram from src to dst best; of
// equals the newest.
func (l *Layer) datagramSocket(src, dst netip.AddrPort) int32 {
	best, socket := 0, int32(0)
	for h := l.udpPorts.First(dst.Port()); h != 0; h = l.udpPorts.Next(h) {
		b := l.udpPorts.Get(h)
		if score := l.score(b, src, dst); score > best {
			best, socket = score, int32(b.Owner)
			if l.socks.at(socket).settles(b) {
				break
			}
		}
	}
	return socket
}

// score says how well a datagram from src to dst fits the socket that holds b.
func (l *Layer) score(b *ports.Binding, src, dst netip.AddrPort) int {
	fit := b.Fits(dst.Addr())
	if fit == 0 || l.misses(b, src.Addr(), dst.Addr()) {
		return 0
	}
	s := l.socks.at(int32(b.Owner))
	remote := nobody
	if s.associated || dst.Addr().Is6() { // what AF_UNSPEC left counts over IPv6 alone
		remote = s.peer
	}
	return udp.Score(fit, remote, src)
}

// deliverToAll gives a datagram to a group to every socket that it fits (RFC
// 1122 section 4.1.3.3).
func (l *Layer) deliverToAll(src, dst netip.AddrPort, payload []byte) {
	for h := l.udpPorts.First(dst.Port()); h != 0; h = l.udpPorts.Next(h) {
		if b := l.udpPorts.Get(h); l.score(b, src, dst) > 0 {
			l.deliver(int32(b.Owner), src, payload)
		}
	}
}

func (l *Layer) deliver(i int32, src netip.AddrPort, payload []byte) {
	if l.socks.at(i).rx.Push(src, payload, l.cfg.ReceiveMax) {
		l.wakeFor(i, arrived)
	}
}
