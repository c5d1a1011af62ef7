package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/wire"
)

// HandleICMP6 takes an ICMPv6 error about a packet that this host sent
// (tcp_v6_err, __udp6_lib_err; tcp6_ctlinput, udp6_ctlinput).
func (l *Layer) HandleICMP6(now time.Duration, m *wire.ICMPv6, q *wire.QuoteIPv6) {
	l.now = now
	local := netip.AddrPortFrom(netip.AddrFrom16(q.IP.Src), q.SrcPort)
	remote := netip.AddrPortFrom(netip.AddrFrom16(q.IP.Dst), q.DstPort)
	switch q.Protocol {
	case wire.ProtocolTCP:
		n := l.named(local, remote)
		if n <= 0 || !l.conns.at(n).tcp.Quotes(q.Seq) { // RFC 5927 section 4
			return
		}
		if m.Type == wire.ICMPv6TooBig {
			l.tooBig6(n, int(m.Rest))
			return
		}
		r := l.p.Inet6.Of(m.Type, m.Code)
		l.icmpConnection(n, q.Seq, report{
			reaction: personality.Reaction{Errno: r.Errno, Soft: r.Soft && !l.p.Inet6.HardAlways},
			dooms:    !r.Soft,
			reverts:  m.Type == wire.ICMPv6Unreachable && m.Code == 0,
		})
	case wire.ProtocolUDP:
		i := l.datagramSocket(remote, local)
		if i == 0 {
			return
		}
		r := l.p.Inet6.Of(m.Type, m.Code)
		if m.Type == wire.ICMPv6TooBig {
			l.paths.Learn(now, remote.Addr(), int(m.Rest))
			r = l.p.Inet6.TooBig
		}
		r.Soft = r.Soft && !l.p.Inet6.TellsAll
		l.icmpAssociated(i, r)
	}
}

// tooBig6 takes in the MTU of a path (RFC 8201). The rest of a connection reckons
// by headers of IPv4.
func (l *Layer) tooBig6(n int32, mtu int) {
	c := l.conns.at(n)
	if c.listener == 0 && l.paths.Learn(l.now, c.remote.Addr(), mtu) {
		c.tcp.SetMTU(l.now, mtu-headerMore6)
		l.touch(n, c)
	}
}

// headerMore6 is how much an IPv6 header has over one of IPv4.
const headerMore6 = wire.IPv6Len - wire.IPv4Len
