package script

import "net/netip"

// The canonical IPv6 addresses: the documentation prefix (RFC 3849), link-local
// ones, and groups by their reach (RFC 4291, section 2.7).
var (
	Own6          = netip.MustParseAddr("2001:db8:1::1") // the host under test, on its wire
	Gateway6      = netip.MustParseAddr("2001:db8:1::2") // the puppet's link address
	Remote61      = netip.MustParseAddr("2001:db8:2::1") // the puppet, as two far hosts
	Remote62      = netip.MustParseAddr("2001:db8:2::2")
	Loopback6     = netip.MustParseAddr("::1")
	Any6          = netip.MustParseAddr("::")
	LinkLocal     = netip.MustParseAddr("fe80::1")       // the host's
	LinkLocalPeer = netip.MustParseAddr("fe80::2")       // the puppet's
	GroupLink     = netip.MustParseAddr("ff02::9")       // a group on the link
	GroupSite     = netip.MustParseAddr("ff05::9")       // a group beyond it
	GroupGlobal   = netip.MustParseAddr("ff0e::9")       // a group anywhere
	NoRoute6      = netip.MustParseAddr("2001:db8:3::1") // no route leads there; there is no default route
	Unreachable6  = netip.MustParseAddr("2001:db8:4::1") // ip -6 route add unreachable
	Prohibit6     = netip.MustParseAddr("2001:db8:4::2") // ip -6 route add prohibit
	Blackhole6    = netip.MustParseAddr("2001:db8:4::3") // ip -6 route add blackhole
	Throw6        = netip.MustParseAddr("2001:db8:4::4") // ip -6 route add throw
	Compatible    = netip.MustParseAddr("::192.0.2.1")   // v4-compatible (RFC 4291, section 2.5.5.1)
	AnyMapped     = Mapped(Any)
)

// Mapped is the v4-mapped IPv6 address of an IPv4 address (RFC 4291, section
// 2.5.5.2).
func Mapped(a netip.Addr) netip.Addr { return netip.AddrFrom16(a.As16()) }

// The scope ids of scripts: the indices of the interfaces of a lab, and one that
// no interface has.
const (
	ScopeLoopback = 1  // lo
	ScopeWire     = 64 // eth0
	ScopeNowhere  = 99
)

// scopeNames are the interfaces that scripts name.
var scopeNames = []struct {
	name  string
	scope uint32
}{{"lo", ScopeLoopback}, {"eth0", ScopeWire}}
