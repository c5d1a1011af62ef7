package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// An AF_INET6 stream of Linux that went over IPv4 stays with the operations of
// IPv4 (icsk_af_ops is ipv6_mapped until an attempt over IPv4 fails): the SYNs of
// an attempt over IPv6 go to the IPv4 peer of before, with a checksum that is of
// no address, and nobody answers.

// stray notes over which family a new attempt of the socket goes, and that it goes
// astray.
func (l *Layer) stray(s *Socket) {
	switch {
	case !s.six() || !l.p.Inet6.Misdirects:
	case s.peer.Addr().Is4():
		s.astray, s.strayed = true, s.peer.Addr().As4()
	default:
		l.conns.at(s.conn).astray = s.astray
	}
}

// astrayPath is the way that its segments take.
func (l *Layer) astrayPath(c *connection) ip.Path {
	if c.owner != 0 {
		path, why := l.routes.Find(netip.AddrFrom4(l.socks.at(c.owner).strayed), netip.Addr{})
		if why == ip.Reachable && !path.Loops {
			return path
		}
	}
	return ip.Path{Src: any4, Dst: any4, Kind: ip.Blackhole}
}

// putAstray writes the headers of such a segment for l.path.
func (l *Layer) putAstray(buf []byte, end int, seg *wire.TCP) (start int) {
	src, dst := l.path.Src.As4(), l.path.Dst.As4()
	start = SegmentOffset - seg.Len()
	seg.Put(buf[start:end], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	buf[start+checksumAt] ^= 0xff
	start -= wire.IPv4Len
	h := wire.IPv4{DontFragment: true, TTL: ttl, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	h.Put(buf[start:end])
	return start
}

// checksumAt is where the checksum of a segment is.
const checksumAt = 16

// answers6 says whether a reset finds its way to src: Linux sends it out of the
// interface that the segment came in by where the address asks for one, and ::1 is
// on no other than its own (tcp_v6_send_response, rt6_need_strict).
func (l *Layer) answers6(src, dst netip.AddrPort) bool {
	return !(l.p.Inet6.ScopeBinds && src.Addr() == loopback6 && dst.Addr() != loopback6)
}
