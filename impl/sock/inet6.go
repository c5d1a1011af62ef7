package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/spec"
)

// AF_INET6 sockets (RFC 3493). A name over IPv4 is an IPv4 address in here, and
// v4-mapped where a program sees it; the wildcard :: is of both families, ::ffff:0
// of IPv4 alone.

var (
	any6      = netip.IPv6Unspecified()
	loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	loopback6 = netip.IPv6Loopback()
)

func (s *Socket) six() bool { return s.family == spec.AFInet6 }

// wildcard is the name of a socket that has none.
func (s *Socket) wildcard() netip.Addr {
	if s.six() {
		return any6
	}
	return any4
}

// class picks the entry of a pair of errors: of a stream, or of a datagram socket.
func (s *Socket) class(e [2]spec.Errno) spec.Errno {
	if s.typ == spec.SockDgram {
		return e[1]
	}
	return e[0]
}

// endpoint is what an address argument names to the socket.
func (s *Socket) endpoint(a *spec.Sockaddr) netip.AddrPort {
	if !s.six() {
		return inetName(a)
	}
	if !a.Addr.IsValid() {
		return netip.AddrPortFrom(any6, a.Port)
	}
	return netip.AddrPortFrom(a.Addr.Unmap(), a.Port)
}

// like is a binding of the socket's family and options.
func (s *Socket) like(a netip.Addr, port uint16) ports.Binding {
	return ports.Binding{Addr: a, Port: port, Reuse: s.reuse, Share: s.share, Six: s.six(), Only: s.only, Dev: s.dev}
}

// byIPv4: an AF_INET address that an AF_INET6 socket takes.
func (l *Layer) byIPv4(s *Socket, f spec.Family) bool {
	return f == spec.AFInet && s.six() && s.typ == spec.SockDgram && !s.only && l.p.Inet6.NamesIPv4
}

// ownFamily says whether an address of the family is for the socket.
func (l *Layer) ownFamily(s *Socket, f spec.Family) bool { return f == s.family || l.byIPv4(s, f) }

// lengthOf is lengthError by the family of the socket.
func (l *Layer) lengthOf(s *Socket, f spec.Family, n int32) spec.Errno {
	if !s.six() || l.byIPv4(s, f) {
		return l.lengthError(n)
	}
	least := int32(spec.SizeofSockaddrIn6)
	if l.p.Inet6.ShortName {
		least = spec.SizeofSockaddrIn6Short
	}
	if n < least || l.p.ExactLength && n != spec.SizeofSockaddrIn6 {
		return spec.EINVAL
	}
	return spec.ENONE
}

// source4 is the address that IPv4 packets of the socket come from (inet_saddr):
// one with an IPv6 name has one beside it, once it has had an IPv4 peer.
func (s *Socket) source4() netip.Addr {
	switch {
	case s.source.Is4():
		return s.source
	case s.via.addr != [4]byte{}:
		return netip.AddrFrom4(s.via.addr)
	}
	return any4
}

// via is the IPv4 source beside the name of an AF_INET6 socket; where a system
// remembers the family of an association, that.
type via struct {
	family spec.Family // AF_UNSPEC: none
	addr   [4]byte
}

func viaOf(a netip.Addr) via { return via{spec.AFInet, a.As4()} }

// familyOf is the family of an address alone.
func familyOf(a netip.Addr) via {
	if a.Is4() {
		return via{family: spec.AFInet}
	}
	return via{family: spec.AFInet6}
}

// way is the way to dst, as the system looks for it.
func (l *Layer) way(s *Socket, dst netip.Addr) (ip.Path, ip.Reason) {
	switch {
	case dst.Is6():
		return l.routes.Find6(dst, s.source, s.dev)
	case s.dev != 0 && dst.Is4():
		return l.routes.FindOver(dst, s.source4(), s.dev)
	case !s.six():
		return l.find(dst, s.source)
	}
	return l.find(dst, s.source4())
}

// open6 is where the wildcard as a destination leads.
func (l *Layer) open6(s *Socket, dst netip.AddrPort) netip.AddrPort {
	switch {
	case !s.six() || dst.Addr() != any6:
		return dst
	case l.p.Inet6.FollowsSource && s.bound.Is4():
		return netip.AddrPortFrom(loopback4, dst.Port())
	}
	return netip.AddrPortFrom(loopback6, dst.Port())
}

// crosses: the destination is of the other family than the socket's own address,
// or than its peer of before.
func (l *Layer) crosses(s *Socket, dst netip.Addr) bool {
	if s.bound != any6 {
		return s.bound.Is4() != dst.Is4()
	}
	return s.via.family != spec.AFUnspec && (s.via.family == spec.AFInet) != dst.Is4()
}

// resolve6 is what connect makes of an AF_INET6 address before it looks for a way
// (tcp_v6_connect, __ip6_datagram_connect; tcp6_usr_connect, udp6_connect).
func (l *Layer) resolve6(a *attempt) spec.Errno {
	s := a.sock
	a.dst = l.open6(s, a.dst)
	dst := a.dst.Addr()
	if dst.IsMulticast() && dst.Is6() && s.typ == spec.SockStream {
		return l.p.MulticastStream
	}
	switch {
	case dst.Is4() && s.only:
		return s.class(l.p.Inet6.Only)
	case s.class(l.p.Inet6.Crossed) != spec.ENONE && l.crosses(s, dst):
		return s.class(l.p.Inet6.Crossed)
	}
	return l.aim(s, dst, a.arg.len, a.scope)
}

// aim looks at the scope of a destination, which may bind the socket to its
// interface.
func (l *Layer) aim(s *Socket, dst netip.Addr, length int32, scope uint32) spec.Errno {
	if !ip.NeedsScope(dst) {
		return spec.ENONE
	}
	given := length >= spec.SizeofSockaddrIn6 && scope != 0
	if !l.p.Inet6.ScopeBinds {
		if !given || scope != l.routes.NIC() {
			return l.p.Inet6.Unaimed
		}
		return spec.ENONE
	}
	if given {
		if s.dev != 0 && s.dev != scope { // sk_dev_equal_l3scope
			return spec.EINVAL
		}
		l.bindDevice(s, scope)
	}
	if s.dev == 0 {
		return l.p.Inet6.Unaimed
	}
	return spec.ENONE
}

// bindDevice binds the socket to an interface, there or not.
func (l *Layer) bindDevice(s *Socket, dev uint32) {
	s.dev = dev
	if s.binding != 0 {
		l.portsOf(s).Get(s.binding).Dev = dev
	}
}

// scopeOf is the scope id of the socket's link-local names: the interface that it is
// bound to, or where nothing binds to one the only one that has such.
func (l *Layer) scopeOf(s *Socket) uint32 {
	if l.p.Inet6.ScopeBinds {
		return s.dev
	}
	return l.routes.NIC()
}

// entrance is the interface that a packet came in by. One of the host to itself
// over IPv6 comes in by that of its destination (ip6_rcv_core).
func (l *Layer) entrance(src, dst netip.Addr) uint32 {
	if dst.IsLoopback() || dst.Is4() && l.routes.Owns(src) {
		return ip.LoopbackIndex
	}
	return l.routes.NIC()
}

// misses: the binding is to another interface than the packet came in by.
func (l *Layer) misses(b *ports.Binding, src, dst netip.Addr) bool {
	return b.Dev != 0 && b.Dev != l.entrance(src, dst)
}

// refuses6 is why socket(2) refuses AF_INET6.
func (l *Layer) refuses6(f spec.Family) bool {
	return f != spec.AFInet && (f != spec.AFInet6 || l.p.Inet6.None)
}
