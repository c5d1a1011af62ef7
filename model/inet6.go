package model

import "github.com/connspec/connspec/spec"

// The classes of IPv6 addresses follow those of IPv4, so that one byte holds
// either. An AF_INET6 socket address of an IPv4 class is v4-mapped, and the
// wildcard is [AddrAny] in both families.
const (
	AddrAnyMapped    = AddrUnknown + 1 + iota // ::ffff:0.0.0.0
	AddrOwn6                                  // the host's address on its wire
	AddrLoopback6                             // ::1
	AddrRemote61                              // a far host, behind the gateway
	AddrRemote62                              // another one
	AddrGateway6                              // the neighbour on the wire
	AddrLink                                  // the host's link-local address
	AddrLinkPeer                              // the neighbour's
	AddrGroupLink                             // a group on the link (ff02)
	AddrGroupSite                             // a group beyond it (ff05)
	AddrGroupGlobal                           // a group anywhere (ff0e)
	AddrNoRoute6                              // no route leads there
	AddrUnreachable6                          // a route of type unreachable
	AddrProhibit6                             // a route of type prohibit
	AddrBlackhole6                            // a route of type blackhole
	AddrThrow6                                // a route of type throw, with no further table to try
	AddrCompatible                            // v4-compatible: no route leads there
	AddrCount
)

// names6 names the classes as the plan of addresses does.
var names6 = [AddrCount - AddrAnyMapped]string{
	"any-mapped", "own6", "loopback6", "remote61", "remote62", "gateway6", "link", "link-peer", "group-link",
	"group-site", "group-global", "no-route6", "unreachable6", "prohibit6", "blackhole6", "throw6", "compatible",
}

// Six says whether the class is of IPv6 addresses alone.
func (a Addr) Six() bool { return a > AddrAnyMapped && a < AddrCount }

// Four says whether the class names IPv4 addresses, as such or mapped.
func (a Addr) Four() bool { return a != AddrAny && a < AddrUnknown || a == AddrAnyMapped }

// scoped says whether the address needs a scope id (RFC 4007, section 6).
func (a Addr) scoped() bool { return a == AddrLink || a == AddrLinkPeer || a == AddrGroupLink }

// route6 looks up a destination of IPv6.
func (a Addr) route6() route {
	switch a {
	case AddrAnyMapped, AddrOwn6, AddrLoopback6, AddrLink:
		return routeLocal
	case AddrRemote61, AddrRemote62, AddrGateway6, AddrLinkPeer:
		return routeUnicast
	case AddrGroupLink, AddrGroupSite, AddrGroupGlobal:
		return routeMulticast
	case AddrUnreachable6:
		return routeUnreachable
	case AddrProhibit6:
		return routeProhibit
	case AddrBlackhole6:
		return routeBlackhole
	}
	return routeNone
}

// source is the address that the host sends from to dst, if the socket does not
// say: without its global one it has only the link-local one to send from over IPv6
// (RFC 6724, section 5).
func (m *move) source(dst Addr) Addr {
	a := source(dst)
	if a == AddrOwn6 && m.w.Env.lacks(NoAddress6) {
		return AddrLink
	}
	return a
}

// source6 is the address that the host sends from to an IPv6 address (RFC 6724,
// section 5).
func source6(dst Addr) Addr {
	switch dst {
	case AddrLoopback6:
		return AddrLoopback6
	case AddrLink, AddrLinkPeer, AddrGroupLink:
		return AddrLink
	}
	return AddrOwn6
}

// inet6 is a socket of the family.
func inet6(m *move) bool { return m.s != nil && m.s.Family == spec.AFInet6 }

// native: the destination is an IPv6 one, and no mapped one.
func native(m *move) bool { return inet6(m) && !m.destination().Four() }

// mapped: the destination is an IPv4 one in an IPv6 address.
func mapped(m *move) bool { return inet6(m) && m.c.To.Family == spec.AFInet6 && m.c.To.Addr.Four() }

// leadsMapped: the same, or the wildcard that stands for one.
func leadsMapped(m *move) bool {
	return inet6(m) && m.c.To.Family == spec.AFInet6 && m.destination().Four()
}

// aimed: the destination needs a scope id.
func aimed(m *move) bool { return native(m) && m.c.To.Addr.scoped() }

// scopeGiven: the address is long enough for a scope id, and has one.
func scopeGiven(m *move) bool {
	return m.c.To.Len >= spec.SizeofSockaddrIn6 && m.c.To.Scope != spec.DeviceNone
}

// device is the interface of a datagram or attempt to the address argument.
func (m *move) device() spec.Device {
	if aimed(m) && scopeGiven(m) && m.s.Dev == spec.DeviceNone {
		return m.c.To.Scope
	}
	return m.s.Dev
}

// leadsTo is the interface that the way to an IPv6 address goes through. Routes that
// reject hang on lo.
func (m *move) leadsTo(a Addr) spec.Device {
	switch m.w.Env.changed(a) {
	case RouteUnicast, RouteGone:
		return spec.DeviceEth0
	case RouteUnreachable, RouteProhibit, RouteBlackhole:
		return spec.DeviceLo
	}
	switch a {
	case AddrLoopback6, AddrUnreachable6, AddrProhibit6, AddrBlackhole6:
		return spec.DeviceLo
	}
	return spec.DeviceEth0
}

// beyondDevice: the interface that the socket is bound to does not lead there.
func beyondDevice(m *move) bool {
	if !native(m) {
		return false
	}
	dev := m.device()
	return dev != spec.DeviceNone && dev != m.leadsTo(m.destination())
}

// bindToScope binds the socket to the interface that the address names.
func (m *move) bindToScope() {
	if inet6(m) && m.under(forLinux) {
		m.s.Dev = m.device()
	}
}

// sockaddrSize is the size of a socket address of the socket's family, the least
// that the dialect takes.
func (m *move) sockaddrSize() int32 {
	switch {
	case m.c.Op == spec.OpConnect && m.c.To.Family == spec.AFInet && inet6(m) && dgram(m) && m.s.has(V6Only) && m.under(forLinux):
		return 0 // the family is looked at first
	case !inet6(m) || byIPv4(m):
		return spec.SizeofSockaddrIn
	case m.under(forLinux):
		return spec.SizeofSockaddrIn6Short
	}
	return spec.SizeofSockaddrIn6
}

// byIPv4: an AF_INET address on an AF_INET6 datagram socket, which Linux takes
// for what it maps to, unless the socket is for IPv6 only.
func byIPv4(m *move) bool {
	return m.c.To.Family == spec.AFInet && inet6(m) && dgram(m) && !m.s.has(V6Only) && m.c.Op != spec.OpBind && m.under(forLinux)
}

// tooShort: the length is below that of a socket address of the family.
func tooShort(m *move) bool { return m.c.To.Len < m.sockaddrSize() }

// wildcard6 is where the wildcard leads on an AF_INET6 socket (tcp_v6_connect and
// __ip6_datagram_connect of Linux 6.18, in6_pcbladdr of XNU 11417).
func (m *move) wildcard6() Addr {
	four := m.c.To.Addr == AddrAnyMapped || m.c.To.Family == spec.AFInet
	switch {
	case !four && m.s.Local.Four() && m.under(forLinux):
		return AddrLoopback
	case !four:
		return AddrLoopback6
	case m.under(forSockets):
		return AddrOwn
	case m.s.source4() != AddrAny:
		return m.s.source4()
	}
	return AddrLoopback
}

// source4 is the address that an IPv4 packet of the socket comes from, AddrAny if
// it is still to be chosen: in Linux an AF_INET6 datagram socket with an IPv6 name
// has one beside it (inet_saddr).
func (s *Socket) source4() Addr {
	switch {
	case s.Local.Six(), s.has(Bare):
		if s.Via.Four() {
			return s.Via
		}
		return AddrAny
	case s.Local == AddrAnyMapped:
		return AddrAny
	}
	return s.Local
}

// from is the address that a packet of the socket to dst comes from, AddrAny if
// it is still to be chosen.
func (s *Socket) from(dst Addr) Addr {
	if dst.Six() {
		return s.Local
	}
	return s.source4()
}

// route6 looks an IPv6 destination up where the environment is not as planned:
// Linux forgets the addresses and the routes of an interface that goes down, and
// the routes that reject hang on lo. Without the host's address its own net has no
// route, and what lies behind the gateway keeps it.
func (m *move) route6(a Addr) route {
	lost := NoLink
	if m.leadsTo(a) == spec.DeviceLo {
		lost = NoLoopback
	}
	if m.w.Env.lacks(lost) && m.under(forLinux) {
		return routeNone
	}
	switch c := m.w.Env.changed(a); c {
	case RouteGone:
		return routeNone
	case RouteUnicast:
		return routeUnicast
	case RouteUnreachable:
		return routeUnreachable
	case RouteProhibit:
		return routeProhibit
	case RouteBlackhole:
		return routeBlackhole
	}
	if (a == AddrOwn6 || a == AddrGateway6) && m.w.Env.lacks(NoAddress6) {
		return routeNone
	}
	return a.route6()
}

// mssLoopback6 is mssLoopback for IPv6.
const mssLoopback6 = 65464

// mssWithin is the largest segment to an address of the host itself.
func (a Addr) mssWithin() uint16 {
	if a.Six() {
		return mssLoopback6
	}
	return mssLoopback
}
