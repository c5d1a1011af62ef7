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
	prefixes []netip.Prefix
	linkDown bool
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
	if k.lane == nil {
		return target.Refuse(ev, "an environment change needs a network namespace: see diffcheck doctor")
	}
	switch e.Kind {
	case script.EnvSysctl:
		return k.setSysctl(ev)
	case script.EnvRouteAdd, script.EnvRouteDel:
		return k.route(ev)
	case script.EnvLinkUp:
		k.changed.linkDown = false
		return k.lane.LinkUp()
	case script.EnvLinkDown:
		k.changed.linkDown = true
		return k.lane.LinkDown()
	}
	return target.Refuse(ev, "`%s`: the kernel target knows sysctl, ip route add, ip route del, ip link set and sleep", e.Text)
}

// setSysctl runs on the lane's thread, whose namespace /proc/sys/net is.
func (k *Target) setSysctl(ev *script.Event) error {
	e := &ev.Env
	path := "/proc/sys/" + strings.ReplaceAll(e.Name, ".", "/")
	if !strings.HasPrefix(path, "/proc/sys/net/") || strings.Contains(path, "//") {
		return target.Refuse(ev, "sysctl %s: only net.* belongs to a namespace", e.Name)
	}
	old, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(e.Value), 0o644)
	}
	if err != nil {
		return target.Refuse(ev, "sysctl %s=%s: %v", e.Name, e.Value, err)
	}
	k.changed.sysctls = append(k.changed.sysctls, sysctl{path, strings.TrimSpace(string(old))})
	return nil
}

func (k *Target) route(ev *script.Event) error {
	r, err := target.ParseRoute(&ev.Env)
	if err != nil {
		return target.Refuse(ev, "%s", err)
	}
	if ev.Env.Kind == script.EnvRouteAdd {
		for _, p := range k.realPrefixes(r.Prefix) {
			k.changed.prefixes = append(k.changed.prefixes, p)
			r.Prefix = p
			if err := k.lane.RouteAdd(r); err != nil {
				return err
			}
		}
		return nil
	}
	found := false
	for _, p := range k.realPrefixes(r.Prefix) {
		k.changed.prefixes = append(k.changed.prefixes, p)
		gone, err := k.unroute(p, r.Kind, ev.Env.Name == "")
		if err != nil {
			return err
		}
		found = found || gone
	}
	if !found {
		return target.Refuse(ev, "ip route del %s: the lab has no such route", r)
	}
	return nil
}

// remoteNet has the far hosts' canonical addresses, and realNet the real ones.
var (
	remoteNet = netip.MustParsePrefix("192.0.2.0/24")
	realNet   = netip.MustParsePrefix("10.0.0.0/8")
)

// realPrefixes gives the prefixes whose routes do to the lab's addresses what
// one to p does to the canonical ones.
func (k *Target) realPrefixes(p netip.Prefix) []netip.Prefix {
	all := []netip.Prefix{p}
	if p.Bits() < remoteNet.Bits() {
		return all // the lab's own route is more specific
	}
	if p == remoteNet {
		all = append(all, realNet)
	}
	for _, a := range [...]netip.Addr{script.Remote1, script.Remote2} {
		if p.Contains(a) {
			all = append(all, netip.PrefixFrom(k.naming.RealAddr(a), 32))
		}
	}
	return all
}

// unroute deletes the route to p of the kind, or of whichever kind is there,
// and reports whether there was one.
func (k *Target) unroute(p netip.Prefix, kind lab.RouteKind, any bool) (bool, error) {
	kinds := []lab.RouteKind{kind}
	if any {
		kinds = []lab.RouteKind{lab.Unicast, lab.Unreachable, lab.Prohibit, lab.Blackhole, lab.Throw}
	}
	for _, kind := range kinds {
		r := lab.Route{Prefix: p, Kind: kind}
		if kind == lab.Unicast && !p.Addr().IsMulticast() {
			r.Gateway = script.Gateway
		}
		err := k.lane.RouteDel(r)
		if err == nil || !errors.Is(err, unix.ESRCH) {
			return err == nil, err
		}
	}
	return false, nil
}

// restore undoes the script's changes. A lane that it fails on is made anew.
func (k *Target) restore() {
	c := &k.changed
	for i := len(c.sysctls) - 1; i >= 0; i-- {
		if os.WriteFile(c.sysctls[i].path, []byte(c.sysctls[i].value), 0o644) != nil {
			k.dirty = true
		}
	}
	if c.linkDown && k.lane.LinkUp() != nil {
		k.dirty = true
	}
	for _, p := range c.prefixes {
		if err := k.reroute(p); err != nil {
			k.dirty = true
		}
	}
	c.sysctls, c.prefixes, c.linkDown = c.sysctls[:0], c.prefixes[:0], false
}

// reroute gives p the route that the lab has for it, or none.
func (k *Target) reroute(p netip.Prefix) error {
	for {
		gone, err := k.unroute(p, 0, true)
		if err != nil {
			return err
		}
		if !gone {
			break
		}
	}
	for _, r := range lab.Routes() {
		if r.Prefix == p {
			return k.lane.RouteAdd(r)
		}
	}
	return nil
}
