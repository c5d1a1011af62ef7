package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// bindScoped checks the address that bind copied in for an AF_INET6 socket, and
// takes it, where scope ids bind (__inet6_bind).
func (l *Layer) bindScoped(i int32, s *Socket, c *spec.Call) spec.Errno {
	if e := l.lengthOf(s, spec.AFInet6, c.AddrLen); e != spec.ENONE {
		return e
	}
	name := s.endpoint(&c.Addr)
	a := name.Addr()
	switch {
	case c.Addr.Family != spec.AFInet6:
		return spec.EAFNOSUPPORT
	case a.Is6() && a.IsMulticast() && s.typ == spec.SockStream:
		return spec.EINVAL
	case l.state(s) != tcp.StateClosed || s.port != 0 || s.associated:
		return spec.EINVAL
	case a.Is4():
		return l.bindMapped(i, s, name)
	case a == any6:
		return l.bindTo(i, s, name)
	}
	if ip.NeedsScope(a) {
		if c.AddrLen >= spec.SizeofSockaddrIn6 && c.Addr.Scope != 0 {
			s.dev = c.Addr.Scope
		}
		if s.dev == 0 {
			return spec.EINVAL
		}
	}
	switch {
	case s.dev != 0 && !l.routes.HasDevice(s.dev):
		return spec.ENODEV
	case !a.IsMulticast() && !l.routes.Owns6(a, s.dev):
		return spec.EADDRNOTAVAIL
	}
	only := s.only
	s.only = s.only || l.p.Inet6.BindSetsOnly
	e := l.bindTo(i, s, name)
	if e != spec.ENONE {
		s.only = only
	} else {
		s.via = viaOf(standIn)
	}
	return e
}

// standIn is what an IPv6 address has beside it over IPv4 (LOOPBACK4_IPV6).
var standIn = netip.AddrFrom4([4]byte{127, 0, 0, 6})

// bindMapped is the same for a v4-mapped address.
func (l *Layer) bindMapped(i int32, s *Socket, name netip.AddrPort) spec.Errno {
	a := name.Addr()
	switch {
	case s.only:
		return spec.EINVAL
	case s.dev != 0 && !l.routes.HasDevice(s.dev):
		return spec.ENODEV
	case !a.IsUnspecified() && !l.group(a) && !l.routes.Owns(a):
		return spec.EADDRNOTAVAIL
	}
	return l.bindTo(i, s, name)
}

// owns says whether a is an address of this host.
func (l *Layer) owns(a netip.Addr) bool {
	if a.Is6() {
		return l.routes.Owns6(a, 0)
	}
	return l.routes.Owns(a)
}

// option6 is getsockopt and setsockopt at level IPV6: IPV6_V6ONLY is what there
// is (do_ipv6_getsockopt, do_ipv6_setsockopt; RFC 3493 section 5.3).
func (l *Layer) option6(s *Socket, c *spec.Call) (v int32, e spec.Errno) {
	sets := c.Op == spec.OpSetsockopt
	switch {
	case !s.six() && !sets && l.p.OptionOfTCP != spec.ENONE: // do_ip_getsockopt
		return 0, l.p.OptionOfTCP
	case !s.six() || c.Option != spec.IPv6V6only:
		return 0, spec.ENOPROTOOPT
	case !sets:
		return truth(s.only), spec.ENONE
	case s.port != 0 && l.p.Inet6.FixedOnly:
		return 0, spec.EINVAL
	}
	s.only = c.Value != 0
	if s.binding != 0 {
		l.portsOf(s).Get(s.binding).Only = s.only
	}
	return 0, spec.ENONE
}
