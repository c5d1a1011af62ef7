package lab

import "net/netip"

// The IPv6 addresses of a lane's kernel, if [Options.IPv6] asks for them.
var (
	Own6      = netip.MustParsePrefix("2001:db8:1::1/64") // eth0 of the kernel under test
	LinkLocal = netip.MustParsePrefix("fe80::1/64")       // eth0's link-local one
	Gateway6  = netip.MustParseAddr("2001:db8:1::2")      // the puppet's
	LinkPeer  = netip.MustParseAddr("fe80::2")            // the puppet's link-local one
)

// Far6 has the real addresses of far hosts.
var Far6 = netip.MustParsePrefix("2001:db8:f000::/36")

// Routes6 are the IPv6 routes of a lane's kernel. There is no default route.
func Routes6() []Route {
	p := netip.MustParsePrefix
	return []Route{
		{Prefix: p("2001:db8:2::/64"), Gateway: Gateway6},
		{Prefix: Far6, Gateway: Gateway6},
		{Prefix: p("2001:db8:4::1/128"), Kind: Unreachable},
		{Prefix: p("2001:db8:4::2/128"), Kind: Prohibit},
		{Prefix: p("2001:db8:4::3/128"), Kind: Blackhole},
		{Prefix: p("2001:db8:4::4/128"), Kind: Throw},
	}
}
