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

// Scope is a scope id, or the interface that a socket is bound to.
type Scope uint8

const (
	ScopeNone     Scope = iota
	ScopeWire           // the interface of the wire
	ScopeLoopback       // the loopback interface
	ScopeNowhere        // no interface
)

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
