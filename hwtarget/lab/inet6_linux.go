package lab

import (
	"os"

	"golang.org/x/sys/unix"
)

// speaking is for a kernel with IPv6, before an interface comes up in it: it
// takes the addresses it is given at once and asks nobody about them (RFC 4862,
// section 5.4), solicits no router and makes no address of its own.
var speaking = []setting{
	{"ipv6/conf/all/disable_ipv6", "0"},
	{"ipv6/conf/default/disable_ipv6", "0"},
	{"ipv6/conf/all/accept_dad", "0"},
	{"ipv6/conf/default/accept_dad", "0"},
	{"ipv6/conf/default/dad_transmits", "0"},
	{"ipv6/conf/default/accept_ra", "0"},
	{"ipv6/conf/default/autoconf", "0"},
	{"ipv6/conf/default/router_solicitations", "0"},
	{"ipv6/conf/default/addr_gen_mode", "1"},
	{"ipv6/bindv6only", "0"},
	{"ipv6/icmp/ratelimit", "0"},
}

// noIPv6 is the reason why this machine's kernel has no IPv6, or "".
func noIPv6() string {
	if _, err := os.Stat("/proc/sys/net/ipv6/conf/all/disable_ipv6"); err != nil {
		return "the kernel has no IPv6 (ipv6.disable, or not built in)"
	}
	return ""
}

// addresses6 gives eth0 its IPv6 addresses.
func (l *Lane) addresses6(b *batch) {
	if !l.IPv6 {
		return
	}
	b.addr6(hostIndex, Own6)
	b.addr6(hostIndex, LinkLocal)
}

// learn6 adds neighbours and routes, as learn does.
func (l *Lane) learn6(b *batch) {
	if !l.IPv6 {
		return
	}
	b.neighbor(hostIndex, Gateway6, PuppetMAC)
	b.neighbor(hostIndex, LinkPeer, PuppetMAC)
	for _, r := range Routes6() {
		b.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, hostIndex, r)
	}
}
