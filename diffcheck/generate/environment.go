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

// toggles are what a script may change. At most 64; those on one prefix exclude
// one another.
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
}

// ownAddr is the address of the host on its wire, as ip addr has it.
var ownAddr = netip.PrefixFrom(script.Own, script.OwnNet.Bits()).String()

// change makes a change of the environment, or takes one back.
func (w *world) change() {
	if w.cut != nil {
		w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: w.cut.back})
		w.cut = nil
		return
	}
	if w.percent(15) {
		t := w.onePort()
		w.cut = &t
		w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: t.there})
		return
	}
	if w.percent(30) {
		t := &filters[w.below(len(filters))]
		w.cut = t
		w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: t.there})
		return
	}
	if w.percent(20) {
		w.cut = &interfaces[w.below(len(interfaces))]
		w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: w.cut.there})
		return
	}
	i := w.below(len(toggles))
	t := &toggles[i]
	if w.toggled&(1<<i) != 0 {
		w.toggled &^= 1 << i
		w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: t.back})
		return
	}
	for j := range toggles {
		if j != i && w.toggled&(1<<j) != 0 && toggles[j].there.Value == t.there.Value {
			return
		}
	}
	w.toggled |= 1 << i
	w.events = append(w.events, script.Event{Kind: script.EventEnv, Env: t.there})
}
