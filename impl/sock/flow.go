package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
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
// with the addresses that the last connect aimed at, or a new one.
func (l *Layer) towards(s *Socket) (ip.Path, uint16, ip.Reason) {
	f := &s.flow
	if f.routed && f.epoch == l.routes.Epoch() {
		path := f.path
		if l.p.StaleFlow {
			path.Src, path.Dst = f.src, f.dst.Addr()
			return path, f.dst.Port(), ip.Reachable
		}
		return path, s.peer.Port(), ip.Reachable
	}
	path, why := l.routes.Find(s.peer.Addr(), s.source)
	if why == ip.Reachable {
		f.route(l.routes, &path)
	}
	return path, s.peer.Port(), why
}
