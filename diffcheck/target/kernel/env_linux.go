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

// env makes an environment change inside the lane. The lane is made anew after
// the script, so nothing is set back.
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
		return target.Refuse(ev, "`%s` needs a network namespace: see diffcheck doctor", e.Text)
	}
	switch e.Kind {
	case script.EnvSysctl:
		return k.sysctl(ev)
	case script.EnvRouteAdd, script.EnvRouteDel:
		return k.route(ev)
	case script.EnvLinkUp:
		return k.lane.LinkUp()
	case script.EnvLinkDown:
		return k.lane.LinkDown()
	}
	return target.Refuse(ev, "`%s`: the kernel target knows sysctl, ip route add, ip route del, ip link set and sleep", e.Text)
}

// sysctl runs on the lane's thread, whose namespace /proc/sys/net is.
func (k *Target) sysctl(ev *script.Event) error {
	e := &ev.Env
	path := strings.ReplaceAll(e.Name, ".", "/")
	if !strings.HasPrefix(path, "net/") || strings.Contains(path, "//") {
		return target.Refuse(ev, "sysctl %s: only net.* belongs to a namespace", e.Name)
	}
	if err := os.WriteFile("/proc/sys/"+path, []byte(e.Value), 0o644); err != nil {
		return target.Refuse(ev, "sysctl %s=%s: %v", e.Name, e.Value, err)
	}
	return nil
}

func (k *Target) route(ev *script.Event) error {
	r, err := parseRoute(&ev.Env)
	if err != nil {
		return target.Refuse(ev, "%s", err)
	}
	if ev.Env.Kind == script.EnvRouteAdd {
		return k.lane.RouteAdd(r)
	}
	if err := k.lane.RouteDel(r); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return target.Refuse(ev, "ip route del %s: the lab has no such route", r)
}

func parseRoute(e *script.Env) (r lab.Route, err error) {
	if r.Prefix, err = parsePrefix(e.Value); err != nil {
		return r, err
	}
	switch e.Name {
	case "", "unicast":
		// Whatever gateway the script names, the puppet is the only one.
		if !r.Prefix.Addr().IsMulticast() {
			r.Gateway = script.Gateway
		}
	case "unreachable":
		r.Kind = lab.Unreachable
	case "prohibit":
		r.Kind = lab.Prohibit
	case "blackhole":
		r.Kind = lab.Blackhole
	case "throw":
		r.Kind = lab.Throw
	default:
		return r, errors.New("ip route: kind " + e.Name + ": expected unreachable, prohibit, blackhole or throw")
	}
	return r, nil
}

// parsePrefix reads a prefix as ip-route(8) does: "default", an address, or
// address/bits.
func parsePrefix(s string) (netip.Prefix, error) {
	if s == "default" {
		return netip.MustParsePrefix("0.0.0.0/0"), nil
	}
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, errors.New("ip route: prefix " + s + ": expected ADDRESS/BITS")
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return p, errors.New("ip route: prefix " + s + ": expected ADDRESS/BITS")
	}
	return p.Masked(), nil
}
