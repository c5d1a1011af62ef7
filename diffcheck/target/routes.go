package target

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
)

// Routes is the routing table that a script makes of the lab's, in canonical
// addresses. The zero Routes is the lab's own.
type Routes struct {
	own  []lab.Route
	made bool // own is in use; else the lab's are
}

// labRoutes are the lab's, and those that the addresses of eth0 bring.
var labRoutes = append(append(lab.Routes(), lab.Routes6()...), lab.Route{Prefix: script.OwnNet}, lab.Route{Prefix: lab.Own6.Masked()}, lab.Route{Prefix: lab.LinkLocal.Masked()})

// Reset takes every change back.
func (t *Routes) Reset() { t.made = false }

// Apply makes the change of an `ip route` command.
func (t *Routes) Apply(e *script.Env) error {
	r, err := ParseRoute(e)
	if err != nil {
		return err
	}
	if !t.made {
		t.own, t.made = append(t.own[:0], labRoutes...), true
	}
	kept := t.own[:0]
	for _, o := range t.own {
		if o.Prefix != r.Prefix || e.Kind == script.EnvRouteDel && e.Name != "" && o.Kind != r.Kind {
			kept = append(kept, o)
		}
	}
	t.own = kept
	if e.Kind == script.EnvRouteAdd {
		t.own = append(t.own, r)
	}
	return nil
}

// To gives the route that a packet to a takes: of those that match, the one to
// the longest prefix.
func (t *Routes) To(a netip.Addr) (best lab.Route, ok bool) {
	routes := labRoutes
	if t.made {
		routes = t.own
	}
	for _, r := range routes {
		if r.Prefix.Contains(a) && (!ok || r.Prefix.Bits() > best.Prefix.Bits()) {
			best, ok = r, true
		}
	}
	return best, ok
}
