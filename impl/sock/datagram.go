package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
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
		i := int32(l.udpPorts.Get(h).Owner)
		if score := l.score(l.socks.at(i), src, dst); score > best {
			best, socket = score, i
		}
	}
	return socket
}

func (l *Layer) score(s *Socket, src, dst netip.AddrPort) int {
	remote := nobody
	if s.associated {
		remote = s.peer
	}
	return udp.Score(netip.AddrPortFrom(s.bound, s.port), remote, src, dst)
}

// deliverToAll gives a datagram to a group to every socket that it fits (RFC
// 1122 section 4.1.3.3).
func (l *Layer) deliverToAll(src, dst netip.AddrPort, payload []byte) {
	for h := l.udpPorts.First(dst.Port()); h != 0; h = l.udpPorts.Next(h) {
		i := int32(l.udpPorts.Get(h).Owner)
		if l.score(l.socks.at(i), src, dst) > 0 {
			l.deliver(i, src, payload)
		}
	}
}

func (l *Layer) deliver(i int32, src netip.AddrPort, payload []byte) {
	if l.socks.at(i).rx.Push(src, payload, l.cfg.ReceiveMax) {
		l.wakeFor(i, arrived)
	}
}
