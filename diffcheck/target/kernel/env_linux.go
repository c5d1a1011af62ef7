package kernel

import (
	"errors"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget/lab"
)

// changes are what a script has done to its lane, to be undone after it.
type changes struct {
	sysctls  []sysctl // with the values before, oldest first
	routes   []rerouted
	linkDown bool
	loDown   bool
	noAddr   bool // eth0 has lost its IPv4 address
	noAddr6  bool // and its IPv6 address
	filtered bool // there is a firewall
	mtu      int  // of eth0, if it has another than the lab's
	silent   bool // the gateway does not answer for its address
	silent6  bool // nor for its IPv6 one
}

type sysctl struct{ path, value string }

// env makes an environment change inside the lane.
func (k *Target) env(ev *script.Event) error {
	e := &ev.Env
	if e.Kind == script.EnvSleep {
		s, err := strconv.ParseFloat(e.Value, 64)
		if err != nil || s < 0 || s > 3600 {
			return target.Refuse(ev, "sleep %s: expected seconds, 0 to 3600", e.Value)
		}
		return k.pass(time.Duration(s * float64(time.Second)))
	}
	if e.Kind == script.EnvFile {
		return k.files.change(&e.File)
	}
	if k.lane == nil {
		return target.Refuse(ev, "an environment change needs a network namespace: see diffcheck doctor")
	}
	switch e.Kind {
	case script.EnvSysctl:
		return k.outside(func() error { return k.setSysctl(ev) })
	case script.EnvRouteAdd, script.EnvRouteDel:
		return k.route(ev)
	case script.EnvLinkUp, script.EnvLinkDown:
		return k.link(e)
	case script.EnvAddrAdd, script.EnvAddrDel:
		return k.addr(ev)
	case script.EnvLinkMTU:
		return k.linkMTU(ev)
	case script.EnvNeighAdd, script.EnvNeighDel:
		return k.neighbor(ev)
	case script.EnvFilterAdd:
		return k.filter(ev)
	case script.EnvFilterFlush:
		k.changed.filtered = false
		return k.lane.FilterFlush()
	}
	return target.Refuse(ev, "`%s`: the kernel target knows sysctl, ip route, ip link, ip addr, ip neigh, nft and sleep", e.Text)
}

// setSysctl runs on the lane's thread, whose namespace /proc/sys/net is.
func (k *Target) setSysctl(ev *script.Event) error {
	e := &ev.Env
	path := "/proc/sys/" + strings.ReplaceAll(e.Name, ".", "/")
	if !strings.HasPrefix(path, "/proc/sys/net/") || strings.Contains(path, "//") {
		return target.Refuse(ev, "sysctl %s: only net.* belongs to a namespace", e.Name)
	}
	value := k.sysctlValue(e)
	old, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(value), 0o644)
	}
	if err != nil {
		return target.Refuse(ev, "sysctl %s=%s: %v", e.Name, e.Value, err)
	}
	k.changed.sysctls = append(k.changed.sysctls, sysctl{path, strings.TrimSpace(string(old))})
	return nil
}

// sysctlValue is the value with the lab's number for a port that the host is to
// choose, or must not: what an earlier script left on the port would show.
func (k *Target) sysctlValue(e *script.Env) string {
	low, high, two := strings.Cut(e.Value, " ")
	n, err := strconv.ParseUint(low, 10, 16)
	switch {
	case err != nil || n == 0:
	case e.Name == "net.ipv4.ip_local_port_range" && two && low == high:
		port := strconv.Itoa(int(k.naming.NewChoice(uint16(n))))
		return port + " " + port
	case e.Name == "net.ipv4.ip_local_reserved_ports" && !two:
		return strconv.Itoa(int(k.naming.RealChoice(uint16(n))))
	}
	return e.Value
}

// link sets a device up or down.
func (k *Target) link(e *script.Env) error {
	down, c := e.Kind == script.EnvLinkDown, &k.changed
	switch {
	case e.Name == "lo" && down:
		c.loDown = true
		return k.lane.LoopbackDown()
	case e.Name == "lo":
		c.loDown = false
		if err := k.lane.LoopbackUp(); err != nil {
			return err
		}
		return k.relearn(netip.Addr.Is6)
	case down:
		c.linkDown = true
		return k.lane.LinkDown()
	}
	c.linkDown = false
	if err := k.lane.LinkUp(); err != nil {
		return err
	}
	if c.noAddr6 {
		if err := k.lane.AddrDel(lab.Own6); err != nil {
			return err
		}
	}
	return k.relearn(netip.Addr.IsValid)
}

// linkMTU sets the MTU of eth0. Below 1280 the kernel would take IPv6 from it (RFC
// 8200, section 5).
func (k *Target) linkMTU(ev *script.Event) error {
	mtu, err := strconv.Atoi(ev.Env.Value)
	if err != nil || mtu < mtuMin || mtu > lab.MTU || ev.Env.Name != "" {
		return target.Refuse(ev, "ip link set mtu: eth0 takes %d to %d", mtuMin, lab.MTU)
	}
	k.changed.mtu = mtu
	return k.lane.LinkMTU(mtu)
}

const mtuMin = 1280

// filter adds a rule to the lane's firewall.
func (k *Target) filter(ev *script.Event) error {
	f, err := script.ParseFilter(ev.Env.Name, ev.Env.Value)
	if err != nil {
		return target.Refuse(ev, "%s", err)
	}
	rule := lab.Filter{
		Six: f.Six, Out: f.Out, Reject: f.Does == script.DoesReject, Reset: f.Does == script.DoesReset, Code: f.Code,
	}
	if f.Addr.IsValid() {
		rule.Addr = k.naming.RealAddr(f.Addr)
	}
	switch f.Proto {
	case script.ProtoTCP:
		rule.Proto = unix.IPPROTO_TCP
	case script.ProtoUDP:
		rule.Proto = unix.IPPROTO_UDP
	}
	k.changed.filtered = true
	if err := k.lane.FilterAdd(rule); err != nil {
		k.dirty = true
		return target.Refuse(ev, "%s", err)
	}
	return nil
}

// addr takes an address from eth0, or gives it back.
func (k *Target) addr(ev *script.Event) error {
	e, c := &ev.Env, &k.changed
	own, gone := lab.Own, &c.noAddr
	if e.Six() {
		own, gone = lab.Own6, &c.noAddr6
	}
	switch {
	case e.Name != "" || e.Value != own.String():
		return target.Refuse(ev, "ip addr: the addresses that come and go are %s and %s on eth0", lab.Own, lab.Own6)
	case e.Six() && !k.lane.IPv6:
		return target.Refuse(ev, "ip -6 addr: %s", k.lane.NoIPv6)
	case c.linkDown:
		return target.Refuse(ev, "ip addr: not while eth0 is down")
	case e.Kind == script.EnvAddrDel && *gone:
		return target.Refuse(ev, "ip addr del %s: eth0 has lost it before", own)
	case e.Kind == script.EnvAddrAdd && !*gone:
		return target.Refuse(ev, "ip addr add %s: eth0 has it", own)
	}
	*gone = e.Kind == script.EnvAddrDel
	if *gone {
		return k.lane.AddrDel(own)
	}
	if err := k.lane.AddrAdd(own); err != nil {
		return err
	}
	if e.Six() {
		return k.relearn(netip.Addr.Is6)
	}
	return k.relearn(netip.Addr.Is4)
}

// relearn makes the script's changes of routes of a family again, after the lab has
// put back its own.
func (k *Target) relearn(of func(netip.Addr) bool) error {
	for _, n := range k.gateways() {
		if *n.silent && of(n.addr) {
			if err := k.lane.NeighborDel(n.addr); err != nil {
				k.dirty = true
				return err
			}
		}
	}
	for i := range k.changed.routes {
		at := &k.changed.routes[i]
		if !of(at.prefix.Addr()) {
			continue
		}
		r, planned := labRoute(at.prefix)
		var err error
		switch {
		case at.there:
			err = k.lane.RouteAdd(at.now)
		case planned:
			err = k.lane.RouteDel(r)
		}
		if err != nil && !errors.Is(err, unix.ESRCH) { // gone already
			k.dirty = true
			return err
		}
	}
	return nil
}

func (k *Target) route(ev *script.Event) error {
	r, err := target.ParseRoute(&ev.Env)
	if err != nil {
		return target.Refuse(ev, "%s", err)
	}
	found := false
	for _, p := range k.realPrefixes(r.Prefix) {
		r.Prefix = p
		at := k.routed(p)
		switch {
		case ev.Env.Kind == script.EnvRouteAdd:
			err = k.lane.RouteAdd(r)
			at.now, at.there, found = r, true, true
		case at.there && (ev.Env.Name == "" || at.now.Kind == r.Kind):
			err = k.lane.RouteDel(at.now)
			at.there, found = false, true
		}
		if err != nil {
			k.dirty = true
			return target.Refuse(ev, "%s", err)
		}
	}
	if !found {
		return target.Refuse(ev, "ip route del %s: the lab has no such route", r)
	}
	return nil
}

// rerouted is a prefix whose route the script has changed.
type rerouted struct {
	prefix netip.Prefix
	now    lab.Route // if there is one
	there  bool
}

// routed finds what has become of the route to a prefix, to be changed.
func (k *Target) routed(p netip.Prefix) *rerouted {
	c := &k.changed
	for i := range c.routes {
		if c.routes[i].prefix == p {
			return &c.routes[i]
		}
	}
	now, there := labRoute(p)
	c.routes = append(c.routes, rerouted{p, now, there})
	return &c.routes[len(c.routes)-1]
}

// labRoutes are the lab's routes.
var labRoutes = append(lab.Routes(), lab.Routes6()...)

// labRoute is the route that the lab has to the very prefix.
func labRoute(p netip.Prefix) (lab.Route, bool) {
	for _, r := range labRoutes {
		if r.Prefix == p {
			return r, true
		}
	}
	return lab.Route{}, false
}

// realNet has the far hosts' real IPv4 addresses.
var realNet = netip.MustParsePrefix("10.0.0.0/8")

// remoteNets have the far hosts' canonical addresses, and beside them the real ones.
var remoteNets = [...]struct{ canon, real netip.Prefix }{
	{netip.MustParsePrefix("192.0.2.0/24"), realNet},
	{netip.MustParsePrefix("2001:db8:2::/64"), lab.Far6},
}

// realPrefixes gives the prefixes whose routes do to the lab's addresses what
// one to p does to the canonical ones.
func (k *Target) realPrefixes(p netip.Prefix) []netip.Prefix {
	all := []netip.Prefix{p}
	for _, n := range remoteNets {
		if p == n.canon {
			return append(all, n.real)
		}
		if p.Bits() < n.canon.Bits() || !n.canon.Overlaps(p) {
			continue // elsewhere, or the lab's own route is more specific
		}
		for _, a := range [...]netip.Addr{script.Remote1, script.Remote2, script.Remote61, script.Remote62} {
			if p.Contains(a) {
				all = append(all, netip.PrefixFrom(k.naming.RealAddr(a), a.BitLen()))
			}
		}
	}
	return all
}

// restore undoes the script's changes. A lane that it fails on is made anew.
func (k *Target) restore() {
	c := &k.changed
	for i := len(c.sysctls) - 1; i >= 0; i-- {
		if os.WriteFile(c.sysctls[i].path, []byte(c.sysctls[i].value), 0o644) != nil {
			k.dirty = true
		}
	}
	if c.filtered && k.lane.FilterFlush() != nil {
		k.dirty = true
	}
	if c.loDown && k.lane.LoopbackUp() != nil {
		k.dirty = true
	}
	if c.mtu != 0 && k.lane.LinkMTU(lab.MTU) != nil {
		k.dirty = true
	}
	if c.linkDown && k.lane.LinkUp() != nil {
		k.dirty = true
	}
	if c.noAddr && k.lane.AddrAdd(lab.Own) != nil {
		k.dirty = true
	}
	if c.noAddr6 && k.lane.AddrAdd(lab.Own6) != nil {
		k.dirty = true
	}
	for i := range c.routes {
		if k.reroute(&c.routes[i]) != nil {
			k.dirty = true
		}
	}
	for _, n := range k.gateways() {
		if *n.silent && k.lane.NeighborAdd(n.addr) != nil {
			k.dirty = true
		}
	}
	*c = changes{sysctls: c.sysctls[:0], routes: c.routes[:0]}
}

// reroute gives a prefix the route that the lab has for it, or none.
func (k *Target) reroute(at *rerouted) error {
	r, there := labRoute(at.prefix)
	switch {
	case there && (!at.there || at.now != r):
		return k.lane.RouteAdd(r)
	case !there && at.there:
		return k.lane.RouteDel(at.now)
	}
	return nil
}
