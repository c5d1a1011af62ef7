package kernel

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget/lab"
)

// gateway is an address of the puppet's that all routes of a family lead through.
type gateway struct {
	addr   netip.Addr
	silent *bool // the script has made it so
}

func (k *Target) gateways() [2]gateway {
	return [...]gateway{{lab.Gateway, &k.changed.silent}, {lab.Gateway6, &k.changed.silent6}}
}

// neighbor makes the kernel forget the gateway, which then does not answer for its
// address; or know it again.
func (k *Target) neighbor(ev *script.Event) error {
	e := &ev.Env
	for _, n := range k.gateways() {
		if e.Value != n.addr.String() {
			continue
		}
		switch {
		case n.addr.Is6() && !k.lane.IPv6:
			return target.Refuse(ev, "ip neigh: %s", k.lane.NoIPv6)
		case k.changed.linkDown:
			return target.Refuse(ev, "ip neigh: not while eth0 is down")
		case (e.Kind == script.EnvNeighDel) == *n.silent:
			return target.Refuse(ev, "ip neigh: it is so already")
		}
		if *n.silent = !*n.silent; *n.silent {
			return k.lane.NeighborDel(n.addr)
		}
		return k.lane.NeighborAdd(n.addr)
	}
	return target.Refuse(ev, "ip neigh: the neighbours that fall silent are %s and %s", lab.Gateway, lab.Gateway6)
}

const etherARP = 0x0806

// answers says whether the puppet sends what it owes the host for asking for a
// neighbour.
func (k *Target) answers(reply []byte) bool {
	if len(reply) > 13 && int(reply[12])<<8|int(reply[13]) == etherARP {
		return !k.changed.silent
	}
	return !k.changed.silent6
}
