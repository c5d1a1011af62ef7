package stack

import (
	"strconv"
	"strings"
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// env makes an environment change in the host.
func (t *Target) env(ev *script.Event) error {
	e := &ev.Env
	change := impl.Env{}
	if e.Kind == script.EnvFile {
		t.changeFiles(&e.File)
		return nil
	}
	if t.cfg.Dialect != spec.Linux && e.Kind != script.EnvSleep {
		return target.Refuse(ev, "a change of the environment: impl follows it as Linux alone")
	}
	switch e.Kind {
	case script.EnvSleep:
		s, err := strconv.ParseFloat(e.Value, 64)
		if err != nil || s < 0 || s > 3600 {
			return target.Refuse(ev, "sleep %s: expected seconds, 0 to 3600", e.Value)
		}
		return t.pass(time.Duration(s * float64(time.Second)))
	case script.EnvRouteAdd, script.EnvRouteDel:
		if t.connected() {
			return target.Refuse(ev, "a change of routes after a connect: impl looks a route up once")
		}
		r, err := target.ParseRoute(e)
		if err != nil {
			return target.Refuse(ev, "%s", err)
		}
		change.Route = impl.Route{Prefix: r.Prefix, Kind: routeKinds[r.Kind], Gateway: r.Gateway}
		if change.Kind = impl.EnvRouteAdd; e.Kind == script.EnvRouteDel {
			change.Kind = impl.EnvRouteDel
			t.unroute(e, change)
			return nil
		}
		t.unroute(&script.Env{}, impl.Env{Kind: impl.EnvRouteDel, Route: change.Route}) // as ip route replace
	case script.EnvLinkUp:
		if e.Name == "lo" || t.connected() {
			return target.Refuse(ev, "a change of lo, or of links after a connect: impl looks a route up once")
		}
		change.Kind = impl.EnvLinkUp
	case script.EnvLinkDown:
		if e.Name == "lo" || t.connected() {
			return target.Refuse(ev, "a change of lo, or of links after a connect: impl looks a route up once")
		}
		change.Kind = impl.EnvLinkDown
	case script.EnvFilterAdd, script.EnvFilterFlush:
		return target.Refuse(ev, "nft: impl has no firewall yet")
	case script.EnvLinkMTU:
		return target.Refuse(ev, "ip link set mtu: impl keeps the MTU of its link")
	case script.EnvNeighAdd, script.EnvNeighDel:
		return target.Refuse(ev, "ip neigh: impl keeps its neighbours")
	case script.EnvAddrAdd, script.EnvAddrDel:
		return target.Refuse(ev, "ip addr: impl keeps its address")
	case script.EnvSysctl:
		var ok bool
		if change, ok = sysctl(e); !ok {
			return target.Refuse(ev, "sysctl %s=%s: impl has tcp_syn_retries, ip_local_port_range and tcp_fastopen for clients", e.Name, e.Value)
		}
	default:
		return target.Refuse(ev, "`%s`: a stack target knows sysctl, ip route add, ip route del, ip link set and sleep", e.Text)
	}
	t.host.Env(t.now, change)
	return nil
}

// unroute removes a route of the kind that the script names, or of any.
func (t *Target) unroute(e *script.Env, change impl.Env) {
	if e.Name != "" {
		t.host.Env(t.now, change)
		return
	}
	for _, kind := range routeKinds {
		change.Route.Kind = kind
		t.host.Env(t.now, change)
	}
}

func sysctl(e *script.Env) (change impl.Env, ok bool) {
	var values []int
	for _, f := range strings.Fields(e.Value) {
		v, err := strconv.Atoi(f)
		if err != nil || v < 0 || v > 65535 {
			return change, false
		}
		values = append(values, v)
	}
	switch {
	case e.Name == "net.ipv4.tcp_syn_retries" && len(values) == 1:
		return impl.Env{Kind: impl.EnvSynRetries, Value: values[0]}, true
	case e.Name == "net.ipv4.tcp_fastopen" && len(values) == 1 && values[0] <= 1: // servers: not yet
		return impl.Env{Kind: impl.EnvFastOpen, Value: values[0]}, true
	case e.Name == "net.ipv4.ip_local_port_range" && len(values) == 2:
		return impl.Env{Kind: impl.EnvPortRange, Value: values[0], Last: values[1]}, true
	}
	return change, false
}
