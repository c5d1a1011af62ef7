package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// flow is where an associated datagram socket sends: the addresses that the
// last connect aimed at, and apart from them the route that the last send or
// successful connect found.
type flow struct {
	src    netip.Addr
	dst    netip.AddrPort
	path   ip.Path
	routed bool
	epoch  uint32 // of the routing table when path was found
}

// aim notes the addresses of a connect, whatever becomes of it. Its route is
// still to be found.
func (f *flow) aim(src netip.Addr, dst netip.AddrPort, path *ip.Path) {
	if path.Dst.IsValid() {
		src, dst = path.Src, netip.AddrPortFrom(path.Dst, dst.Port())
	}
	f.src, f.dst, f.routed = src, dst, false
}

// route notes the way to go.
func (f *flow) route(t *ip.Table, path *ip.Path) {
	f.path, f.routed, f.epoch = *path, true, t.Epoch()
}

// towards is the way of a datagram to the peer: the route known from before,
// or a new one. Where a flow goes stale, a known route is followed with the
// addresses that the last connect aimed at, and nobody asks for SO_BROADCAST
// again. A multicast peer is looked up every time (udp_sendmsg).
func (l *Layer) towards(s *Socket) (path ip.Path, port uint16, why ip.Reason, e spec.Errno) {
	f := s.flow
	if l.p.StaleFlow && !s.six() && f.routed && f.epoch == l.routes.Epoch() && !s.peer.Addr().IsMulticast() {
		path = f.path
		path.Src, path.Dst = f.src, f.dst.Addr()
		return path, f.dst.Port(), ip.Reachable, spec.ENONE
	}
	if s.six() && l.p.Inet6.ScopeBinds && s.peer.Addr().Is4() && s.peer.Port() == 0 {
		return path, 0, 0, spec.EINVAL // udpv6_sendmsg names the peer to udp_sendmsg
	}
	path, why = l.way(s, s.peer.Addr())
	if e = l.broadcastError(s, &path); why == ip.Reachable && e == spec.ENONE {
		f.route(l.routes, &path)
	}
	return path, s.peer.Port(), why, e
}
