package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// destination6 is where a datagram with an address goes from an AF_INET6 socket,
// where scope ids bind (udpv6_sendmsg). AF_UNSPEC is no address.
func (l *Layer) destination6(s *Socket, c *spec.Call) (path ip.Path, port uint16, why ip.Reason, e spec.Errno) {
	if c.AddrLen < sizeofFamily {
		return path, 0, 0, spec.EINVAL
	}
	dst := s.endpoint(&c.Addr)
	switch c.Addr.Family {
	case spec.AFInet:
		if !s.only && c.AddrLen < spec.SizeofSockaddrIn {
			return path, 0, 0, spec.EINVAL
		}
	case spec.AFInet6:
		if c.AddrLen < spec.SizeofSockaddrIn6Short {
			return path, 0, 0, spec.EINVAL
		}
		if dst.Addr() == any6 {
			dst = netip.AddrPortFrom(loopback6, dst.Port())
			if s.source.Is4() {
				dst = netip.AddrPortFrom(loopback4, dst.Port())
			}
		}
	case spec.AFUnspec:
		return l.unaddressed(s)
	default:
		return path, 0, 0, spec.EINVAL
	}
	a := dst.Addr()
	switch {
	case a.Is4() && s.only:
		return path, 0, 0, spec.ENETUNREACH
	case dst.Port() == 0:
		return path, 0, 0, spec.EINVAL
	case a.Is4():
		path, why = l.way(s, a)
	default:
		dev := s.dev
		if c.AddrLen >= spec.SizeofSockaddrIn6 && c.Addr.Scope != 0 && ip.NeedsScope(a) {
			dev = c.Addr.Scope
		}
		path, why = l.routes.Find6(a, s.source, dev)
	}
	if l.p.Route[why] == spec.ENONE {
		e = l.broadcastError(s, &path)
	}
	return path, dst.Port(), why, e
}

// unaddressed is the same without an address, to the peer; a v4-mapped one is
// looked up among the routes of IPv6, where there is none.
func (l *Layer) unaddressed(s *Socket) (path ip.Path, port uint16, why ip.Reason, e spec.Errno) {
	switch {
	case !s.associated:
		return path, 0, 0, spec.EDESTADDRREQ
	case s.peer.Addr().Is4():
		return path, 0, 0, spec.ENETUNREACH
	}
	return l.towards(s)
}

// lengthToSend is the error of an address length that sendto does not take.
func (l *Layer) lengthToSend(s *Socket, n int32) spec.Errno {
	size := int32(spec.SizeofSockaddrIn)
	if s.six() {
		size = spec.SizeofSockaddrIn6
	}
	if n < size || l.p.SendExactly && n != size {
		return spec.EINVAL
	}
	return spec.ENONE
}

// crossedSend is the error of a destination that an AF_INET6 socket cannot send to,
// where scope ids do not bind.
func (l *Layer) crossedSend(s *Socket, c *spec.Call, dst netip.Addr) spec.Errno {
	switch {
	case !s.six():
		return spec.ENONE
	case dst.Is4() && s.only:
		return l.p.Inet6.Only[1]
	case l.crosses(s, dst):
		return l.p.Inet6.Crossed[1]
	}
	return l.aim(s, dst, c.AddrLen, c.Addr.Scope)
}

// connectLength is the error of an address length that connect does not take: a
// datagram socket for IPv6 only looks at the family of an AF_INET address first.
func (l *Layer) connectLength(a *attempt) spec.Errno {
	if s := a.sock; a.family == spec.AFInet && s.six() && s.only && s.typ == spec.SockDgram && l.p.Inet6.NamesIPv4 {
		return spec.ENONE
	}
	return l.lengthOf(a.sock, a.family, a.arg.len)
}

// lost6: a stream over IPv6 fails by what its address says, before it needs a port
// (tcp6_usr_connect).
func (a *attempt) lost6() bool {
	if !a.sock.six() || a.sock.typ != spec.SockStream || a.arg.len != spec.SizeofSockaddrIn6 {
		return false
	}
	dst := a.dst.Addr()
	return a.family != spec.AFInet6 || dst.Is6() && dst.IsMulticast() && a.dst.Port() != 0
}

// primary is the first address of the NIC in the family of dst.
func (l *Layer) primary(dst netip.Addr) netip.Addr {
	if dst.Is6() {
		return l.routes.Source6(dst)
	}
	return l.routes.Primary()
}
