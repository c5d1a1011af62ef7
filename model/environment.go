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
	LinkDown                       // the interface of the wire
	LinkUp
	LoopbackDown
	LoopbackUp
	AddrGone // the host's address on the wire
	AddrBack
	FilterOut   // a rule of the firewall for what the host sends
	FilterIn    // and for what it receives
	FilterGone  // both are taken away
	FastOpenOff // Linux: net.ipv4.tcp_fastopen without its client bit
	FastOpenOn
	PortsOne  // the host has one port to choose
	PortsMany // and as many as planned
	AddrGone6 // the host's IPv6 address on the wire, but for the link-local one
	AddrBack6
	PortsReserved // the one port is not to be chosen (net.ipv4.ip_local_reserved_ports)
	PortsFree
	NeighborGone // the host does not know the gateway, and nobody answers for it
	NeighborBack
	NeighborGone6
	NeighborBack6
	ReuseNone // Linux: net.ipv4.tcp_tw_reuse 0: connect chooses no port that lies in TIME-WAIT
	ReuseAll  // 1: after a second it may
	ReuseNear // 2, as planned: only between loopback addresses
	PingOn    // Linux: net.ipv4.ping_group_range names the group of the process
	PingOff   // and none, as planned
	LinkMTU   // the MTU of the interface of the wire
	changeCount
)

var changeNames = [changeCount]string{
	"unknown change", "no route", "route unicast", "route unreachable", "route prohibit", "route blackhole", "route as planned",
	"link down", "link up", "loopback down", "loopback up", "own address gone", "own address back",
	"filter for output", "filter for input", "no filter",
	"fast open off", "fast open on", "one port", "many ports", "own IPv6 address gone", "own IPv6 address back",
	"port reserved", "no port reserved",
	"neighbour gone", "neighbour back", "IPv6 neighbour gone", "IPv6 neighbour back",
	"no reuse of TIME-WAIT", "reuse of TIME-WAIT", "reuse of TIME-WAIT near",
	"datagram sockets of ICMP for the process", "datagram sockets of ICMP for nobody",
	"link MTU",
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
	Routes  uint64 // a Change of four bits per class from AddrRemote1; 0 is as planned
	Routes6 uint64 // likewise, from AddrOwn6
	Lacks   Lack
	MTU     uint16 // of the interface of the wire in bytes; 0 is as planned
	Out     Filter
	In      Filter
	Only    Port // the one port that there is to choose, if it was chosen yet: for all if Narrow, or for some (OneChoice)
	Narrow  bool
	Barred  bool // it is not to be chosen
	// How long the host goes on asking for a neighbour, see [Surroundings.asking].
	Asking, Asking6 uint8
	Spare           [7]uint8 // always 0, in place of padding: so worlds compare as memory
}

// Lack is what the host has lost of its interfaces and abilities.
type Lack uint16

const (
	NoLink      Lack = 1 << iota // the interface of the wire is down
	NoLoopback                   // the loopback interface is down
	NoAddress                    // the address on the wire is gone
	NoFastOpen                   // Linux: no Fast Open for clients
	NoNeighbor                   // nobody answers for the gateway
	NoNeighbor6                  // nor for IPv6's
	NoReuse                      // Linux: no port that lies in TIME-WAIT is chosen
	AnyReuse                     // Linux: one is, whatever the peer
	NoAddress6                   // the IPv6 address on the wire is gone, but for the link-local one
	Pings                        // Linux: the process may have datagram sockets of ICMP
)

func (e *Surroundings) lacks(l Lack) bool { return e.Lacks&l != 0 }

const routeBits = 4

// place is where the Change of the route to a is kept; nil for a class that has none.
func (e *Surroundings) place(a Addr) (routes *uint64, shift Addr) {
	switch {
	case a.Six():
		return &e.Routes6, routeBits * (a - AddrOwn6)
	case a >= AddrRemote1 && a < AddrUnknown:
		return &e.Routes, routeBits * (a - AddrRemote1)
	}
	return nil, 0
}

// changed is the Change that the route to a has had, if any.
func (e *Surroundings) changed(a Addr) Change {
	if routes, shift := e.place(a); routes != nil {
		if c := Change(*routes >> shift & (1<<routeBits - 1)); c != 0 {
			return c
		}
	}
	return RoutePlanned
}

func (e *Surroundings) reroute(a Addr, c Change) {
	routes, shift := e.place(a)
	if routes == nil {
		return
	}
	if c == RoutePlanned {
		c = 0
	}
	*routes = *routes&^((1<<routeBits-1)<<shift) | uint64(c)<<shift
}

// route looks a destination up.
func (m *move) route(a Addr) route {
	if a.peculiar() && !m.under(forLinux) {
		return routeUnknown
	}
	if m.w.Env == (Surroundings{}) {
		return a.route()
	}
	if a.Six() {
		return m.route6(a)
	}
	if a == AddrLoopbackBroadcast && m.w.Env.lacks(NoLoopback) { // its entry goes, and that of 127/8 is left
		return routeLocal
	}
	c := m.w.Env.changed(a)
	if m.cutOff(a, c) {
		c = RouteGone
	}
	switch c {
	case RouteGone:
		if a == AddrMulticast && m.under(forLinux) { // see homeless
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

// cutOff says that the route to a, changed as c says, has gone with the interface
// of the wire or with the address on it: Linux forgets the routes through them
// (fib_sync_down_dev, fib_disable_ip); the BSDs keep those of an interface that is
// down.
func (m *move) cutOff(a Addr, c Change) bool {
	if !m.w.Env.lacks(NoAddress) && !(m.w.Env.lacks(NoLink) && !m.under(forSockets)) {
		return false
	}
	switch a {
	case AddrOwn:
		return m.w.Env.lacks(NoAddress)
	case AddrBroadcast, AddrSubnetBroadcast, AddrMulticast:
		return a != AddrBroadcast || !m.under(forLinux)
	}
	return c == RouteUnicast || c == RoutePlanned && a.route() == routeUnicast
}

// lackOf is what a change takes from the host, or gives back.
var lackOf = [changeCount]struct {
	what Lack
	back bool
}{
	FastOpenOff: {what: NoFastOpen}, FastOpenOn: {NoFastOpen, true},
	LinkDown: {what: NoLink}, LinkUp: {NoLink, true},
	LoopbackDown: {what: NoLoopback}, LoopbackUp: {NoLoopback, true},
	AddrGone: {what: NoAddress}, AddrBack: {NoAddress, true},
	AddrGone6: {what: NoAddress6}, AddrBack6: {NoAddress6, true},
	NeighborGone: {what: NoNeighbor}, NeighborBack: {NoNeighbor, true},
	NeighborGone6: {what: NoNeighbor6}, NeighborBack6: {NoNeighbor6, true},
	ReuseNone: {what: NoReuse}, ReuseAll: {what: AnyReuse}, ReuseNear: {NoReuse | AnyReuse, true},
	PingOn: {what: Pings}, PingOff: {Pings, true},
}

func (w *World) lack(c Change) {
	switch l := lackOf[c]; {
	case l.back:
		w.Env.Lacks &^= l.what
	default:
		w.Env.Lacks |= l.what
	}
	switch c {
	case ReuseNone:
		w.Env.Lacks &^= AnyReuse
	case ReuseAll:
		w.Env.Lacks &^= NoReuse
	case LoopbackDown:
		if w.Env.Routes6 != 0 { // what rejects hangs on lo, and gives way to the route below it
			w.Left = LeftEnv
		}
	case LoopbackUp:
		for i := range w.Sockets {
			if w.Sockets[i].Kind == KindStream && w.Sockets[i].Remote == AddrLoopbackBroadcast {
				w.Left = LeftEnv
			}
		}
	}
}

// change changes the environment. A change that is already so changes nothing.
func (w *World) change(l *Label) {
	c, a := l.Change, l.Addr
	before := w.Env
	w.forgetPaths(l)
	if lackOf[c].what != 0 {
		w.lack(c)
		w.neighbors(c)
		if c == FastOpenOff || c == FastOpenOn || c >= NeighborGone {
			return
		}
	}
	switch c {
	case LinkDown, LinkUp, LoopbackDown, LoopbackUp, AddrGone, AddrBack, AddrGone6, AddrBack6:
	case LinkMTU:
		if w.Env.MTU = l.MTU; l.MTU == mtuWire {
			w.Env.MTU = 0
		}
	case FilterOut, FilterIn:
		t := &w.Env.Out
		if c == FilterIn {
			t = &w.Env.In
		}
		if *t != (Filter{}) || a == AddrUnknown { // the model has one at a time
			w.Left = LeftEnv
			return
		}
		*t = l.Filter
		return
	case PortsOne, PortsMany:
		w.narrow(c == PortsOne)
		return
	case PortsReserved, PortsFree:
		w.Env.Barred = c == PortsReserved
		return
	case FilterGone:
		w.Env.Out, w.Env.In = Filter{}, Filter{}
		return
	case RouteGone, RouteUnicast, RouteUnreachable, RouteProhibit, RouteBlackhole, RoutePlanned:
		if a.scoped() {
			w.Left = LeftEnv
			return
		}
		if many := a.route() == routeBroadcast || a.route() == routeMulticast; many && c >= RouteUnreachable && c <= RouteBlackhole {
			w.Left = LeftEnv
			return
		}
		w.Env.reroute(a, c)
	default:
		w.Left = LeftEnv
	}
	if w.Env == before {
		return
	}
	if six := a.Six(); c <= RoutePlanned && *w.Env.asking(six) != 0 && w.waitsFor(six) {
		w.Left = LeftEnv // the message that nobody answers may be lost with the route (dst_dev_put)
	}
	if w.Env.Routes6 != before.Routes6 && w.Env.lacks(NoLoopback) { // a wider route may take in what lo had
		w.Left = LeftEnv
	}
	// What a socket has cached is looked up anew (rt_cache_flush of Linux): when it
	// next sends, or by any call that locks it (ip4_datagram_release_cb), which
	// only shows where it sends by mistake.
	// A broadcast peer is asked for SO_BROADCAST once more then.
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.has(Routed) || w.Env.Routes6 != before.Routes6 && s.Family == spec.AFInet6 && s.Dev != spec.DeviceNone || s.Kind == KindDgram && s.TCP == Established && s.Remote.Broadcasts() {
			w.Left = LeftEnv
		}
	}
}

// absent says that the host has lost the address.
func (m *move) absent(a Addr) bool {
	switch a {
	case AddrOwn:
		return m.w.Env.lacks(NoAddress)
	case AddrSubnetBroadcast:
		return m.w.Env.lacks(NoAddress | NoLink)
	case AddrOwn6:
		return m.w.Env.lacks(NoAddress6)
	}
	return false
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
