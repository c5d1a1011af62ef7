package generate

import (
	"net/netip"
	"strconv"

	"github.com/connspec/connspec/diffcheck/script"
)

// toggle is a change of the environment and what takes it back.
type toggle struct{ there, back script.Env }

func routeAdd(kind, prefix string) script.Env {
	return script.Env{Kind: script.EnvRouteAdd, Name: kind, Value: prefix}
}

func routeDel(kind, prefix string) script.Env {
	return script.Env{Kind: script.EnvRouteDel, Name: kind, Value: prefix}
}

// over gives a prefix another kind of route for a while; its own is less
// specific.
func over(kind, prefix string) toggle { return toggle{routeAdd(kind, prefix), routeDel(kind, prefix)} }

// without takes a route of the lab away for a while.
func without(kind, prefix string) toggle {
	return toggle{routeDel(kind, prefix), routeAdd(kind, prefix)}
}

// toggles are the routes that a script may change. At most 64.
var toggles = []toggle{
	without("", "192.0.2.0/24"),
	over("unreachable", "192.0.2.1/32"),
	over("prohibit", "192.0.2.1/32"),
	over("blackhole", "192.0.2.1/32"),
	over("throw", "192.0.2.1/32"),
	over("", "203.0.113.1/32"),
	over("prohibit", "203.0.113.0/24"),
	over("", "0.0.0.0/0"),
	without("", "224.0.0.0/4"),
	without("unreachable", "198.51.100.1/32"),
	without("blackhole", "198.51.100.3/32"),
	over("", "198.51.100.0/24"),
}

// toggles6 are changes of IPv6's routes.
var toggles6 = []toggle{
	without("", "2001:db8:2::/64"),
	over("unreachable", "2001:db8:2::1/128"),
	over("prohibit", "2001:db8:2::1/128"),
	over("blackhole", "2001:db8:2::1/128"),
	over("throw", "2001:db8:2::1/128"),
	over("", "2001:db8:3::1/128"),
	over("prohibit", "2001:db8:3::/64"),
	over("", "::/0"),
	without("blackhole", "2001:db8:4::3/128"),
	over("", "2001:db8:4::1/128"),
}

// filters are rules of the firewall; one at a time, and as many of each kind.
var filters = func() []toggle {
	var all []toggle
	flush := script.Env{Kind: script.EnvFilterFlush}
	for _, does := range [...]string{"drop", "drop", "reject", "reject with icmp host-unreachable", "reject with icmp net-prohibited", "reject with icmp prot-unreachable",
		"reject with icmp admin-prohibited", "ip protocol tcp reject with tcp reset"} {
		for _, match := range [...][2]string{{"output", "ip daddr 192.0.2.1 "}, {"input", "ip saddr 192.0.2.1 "}, {"output", "ip daddr 192.168.0.1 "}, {"output", ""}, {"output", "ip daddr 127.0.0.1 "}, {"input", "ip saddr 127.0.0.1 "}} {
			all = append(all, toggle{script.Env{Kind: script.EnvFilterAdd, Name: match[0], Value: match[1] + does}, flush})
		}
	}
	return all
}()

// filters6 are those of IPv6.
var filters6 = func() []toggle {
	var all []toggle
	flush := script.Env{Kind: script.EnvFilterFlush}
	for _, does := range [...]string{"drop", "reject", "reject with icmpv6 no-route", "reject with icmpv6 admin-prohibited", "reject with icmpv6 addr-unreachable",
		"reject with icmpv6 policy-fail", "reject with icmpv6 reject-route", "ip6 nexthdr tcp reject with tcp reset"} {
		for _, match := range [...][2]string{{"output", "ip6 daddr 2001:db8:2::1 "}, {"input", "ip6 saddr 2001:db8:2::1 "}, {"output", "ip6 daddr 2001:db8:1::1 "}, {"output", ""}, {"output", "ip6 daddr ::1 "}, {"input", "ip6 saddr ::1 "}} {
			all = append(all, toggle{script.Env{Kind: script.EnvFilterAdd, Name: "ip6 " + match[0], Value: match[1] + does}, flush})
		}
	}
	return all
}()

// onePort leaves the host one port to choose; each script has its own, since what an
// earlier one left may be in TIME-WAIT.
func (w *world) onePort() toggle {
	sysctl := func(value string) script.Env {
		return script.Env{Kind: script.EnvSysctl, Name: "net.ipv4.ip_local_port_range", Value: value}
	}
	port := strconv.Itoa(32768 + w.below(28000))
	return toggle{sysctl(port + " " + port), sysctl("32768 60999")}
}

// interfaces are changes that take much away, and are the only one at a time.
var interfaces = []toggle{
	{script.Env{Kind: script.EnvLinkDown}, script.Env{Kind: script.EnvLinkUp}},
	{script.Env{Kind: script.EnvLinkDown, Name: "lo"}, script.Env{Kind: script.EnvLinkUp, Name: "lo"}},
	{script.Env{Kind: script.EnvAddrDel, Value: ownAddr}, script.Env{Kind: script.EnvAddrAdd, Value: ownAddr}},
	hush(script.Gateway),
	{script.Env{Kind: script.EnvLinkMTU, Value: "1300"}, script.Env{Kind: script.EnvLinkMTU, Value: "1500"}},
}

// hush makes a neighbour fall silent for a while.
func hush(a netip.Addr) toggle {
	return toggle{script.Env{Kind: script.EnvNeighDel, Value: a.String()}, script.Env{Kind: script.EnvNeighAdd, Value: a.String()}}
}

// interfaces6 are those with the IPv6 address for the IPv4 one.
var interfaces6 = []toggle{
	interfaces[0], interfaces[1], hush(script.Gateway6),
	{script.Env{Kind: script.EnvAddrDel, Value: ownAddr6}, script.Env{Kind: script.EnvAddrAdd, Value: ownAddr6}},
	{script.Env{Kind: script.EnvAddrDel, Value: ownAddr6}, script.Env{Kind: script.EnvAddrAdd, Value: ownAddr6}},
}

// ownAddr and ownAddr6 are the addresses of the host on its wire, as ip addr has them.
var (
	ownAddr  = netip.PrefixFrom(script.Own, script.OwnNet.Bits()).String()
	ownAddr6 = netip.PrefixFrom(script.Own6, 64).String()
)

// change makes a change of the environment, or takes one back.
func (w *world) change() {
	if w.cut != nil {
		w.alter(w.cut.back)
		w.cut = nil
		return
	}
	routes, rules, devices := toggles, filters, interfaces
	six := w.six && w.percent(70)
	if six {
		routes, rules, devices = toggles6, filters6, interfaces6
	}
	switch n := w.below(100); {
	case n < 15 && !six:
		t := w.onePort()
		w.cut = &t
	case n < 40:
		w.cut = &rules[w.below(len(rules))]
	case n < 52:
		w.cut = &devices[w.below(len(devices))]
	default:
		w.reroute(routes, six)
		return
	}
	w.alter(w.cut.there)
}

func (w *world) alter(e script.Env) {
	w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: e})
}

// reroute changes a route, or takes the change back. Those on one prefix exclude
// one another.
func (w *world) reroute(routes []toggle, six bool) {
	i := w.below(len(routes))
	t, made := &routes[i], &w.toggled
	if six {
		made = &w.toggled6
	}
	if *made&(1<<i) != 0 {
		*made &^= 1 << i
		w.alter(t.back)
		return
	}
	for j := range routes {
		if j != i && *made&(1<<j) != 0 && routes[j].there.Value == t.there.Value {
			return
		}
	}
	*made |= 1 << i
	w.alter(t.there)
}
