package target

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
)

// ParseRoute reads the route of an `ip route` command. Every unicast route but a
// multicast one leads to the puppet.
func ParseRoute(e *script.Env) (r lab.Route, err error) {
	if r.Prefix, err = parsePrefix(e.Value); err != nil {
		return r, err
	}
	switch e.Name {
	case "", "unicast":
		// Whatever gateway the script names, the puppet is the only one.
		switch {
		case r.Prefix.Addr().IsMulticast():
		case r.Prefix.Addr().Is6():
			r.Gateway = script.Gateway6
		default:
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

// parsePrefix reads a prefix as ip-route(8) does: "default" (of IPv4), an address,
// or address/bits.
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
	if err != nil {
		return p, errors.New("ip route: prefix " + s + ": expected ADDRESS/BITS")
	}
	return p.Masked(), nil
}
