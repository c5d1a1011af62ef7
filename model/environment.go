package model

import "github.com/connspec/connspec/spec"

// The surroundings of the host, which a script can change as `ip` does.

// Change is a change of the environment. The first ones are about the route to
// one class of addresses.
type Change uint8

const (
	ChangeUnknown    Change = iota // one that the model does not know
	RouteGone                      // no route leads there, or one of type throw
	RouteUnicast                   // it leads to the puppet
	RouteUnreachable               // of type unreachable
	RouteProhibit                  // of type prohibit
	RouteBlackhole                 // of type blackhole
	RoutePlanned                   // as the plan of addresses has it
	changeCount
)

var changeNames = [changeCount]string{
	"unknown change", "no route", "route unicast", "route unreachable", "route prohibit", "route blackhole", "route as planned",
}

func (c Change) String() string {
	if c < changeCount {
		return changeNames[c]
	}
	return "change?"
}

// Surroundings is how the environment differs from the plan of addresses. The
// zero Surroundings do not.
type Surroundings struct {
	Routes uint64 // a Change of four bits per class from AddrRemote1; 0 is as planned
}

const routeBits = 4

// changed is the Change that the route to a has had, if any.
func (e *Surroundings) changed(a Addr) Change {
	if a < AddrRemote1 || a >= AddrUnknown {
		return RoutePlanned
	}
	if c := Change(e.Routes >> (routeBits * (a - AddrRemote1)) & (1<<routeBits - 1)); c != 0 {
		return c
	}
	return RoutePlanned
}

func (e *Surroundings) reroute(a Addr, c Change) {
	if a < AddrRemote1 || a >= AddrUnknown {
		return
	}
	if c == RoutePlanned {
		c = 0
	}
	shift := routeBits * (a - AddrRemote1)
	e.Routes = e.Routes&^((1<<routeBits-1)<<shift) | uint64(c)<<shift
}

// route looks a destination up.
func (m *move) route(a Addr) route {
	if m.w.Env == (Surroundings{}) {
		return a.route()
	}
	switch m.w.Env.changed(a) {
	case RouteGone:
		if a == AddrMulticast && m.d == spec.Linux { // see homeless
			return routeMulticast
		}
		return routeNone
	case RouteUnicast:
		if planned := a.route(); planned == routeBroadcast || planned == routeMulticast {
			return planned
		}
		return routeUnicast
	case RouteUnreachable:
		return routeUnreachable
	case RouteProhibit:
		return routeProhibit
	case RouteBlackhole:
		return routeBlackhole
	}
	return a.route()
}

// change changes the environment. A change that is already so changes nothing.
func (w *World) change(c Change, a Addr) {
	switch c {
	case RouteGone, RouteUnicast, RouteUnreachable, RouteProhibit, RouteBlackhole, RoutePlanned:
		if many := a.route() == routeBroadcast || a.route() == routeMulticast; many && c >= RouteUnreachable && c <= RouteBlackhole {
			w.Left = LeftEnv
			return
		}
		before := w.Env
		if w.Env.reroute(a, c); w.Env == before {
			return
		}
		for i := range w.Sockets { // rt_cache_flush of Linux: what a socket has cached is looked up anew
			w.Sockets[i].clear(Routed)
		}
	default:
		w.Left = LeftEnv
	}
}

// planned is [routed] without regard to what the script has changed: which
// addresses are the host's, or of many, does not depend on routes.
func planned(routes ...route) func(*move) bool {
	return func(m *move) bool {
		for _, r := range routes {
			if m.c.To.Addr.route() == r {
				return true
			}
		}
		return false
	}
}
