package lab

import "net/netip"

// RouteKind is what a route does with a packet, by ip-route(8)'s names.
type RouteKind uint8

const (
	Unicast     RouteKind = iota // sends it, through Gateway if there is one
	Unreachable                  // EHOSTUNREACH
	Prohibit                     // EACCES
	Blackhole                    // EINVAL
	Throw                        // goes on as if there were no route: ENETUNREACH
)

var routeNames = [...]string{"unicast", "unreachable", "prohibit", "blackhole", "throw"}

// String is the word that ip-route(8) uses.
func (k RouteKind) String() string { return routeNames[k] }

// Route is a route of the kernel in a lane.
type Route struct {
	Prefix  netip.Prefix
	Kind    RouteKind
	Gateway netip.Addr // Unicast only; the zero Addr means on the link of eth0
}

// String is as ip-route(8) takes it.
func (r Route) String() string {
	switch {
	case r.Kind != Unicast:
		return r.Kind.String() + " " + r.Prefix.String()
	case r.Gateway.IsValid():
		return r.Prefix.String() + " via " + r.Gateway.String()
	}
	return r.Prefix.String() + " dev eth0"
}

// The addresses of a lane.
var (
	Own     = netip.MustParsePrefix("192.168.0.1/16") // eth0 of the kernel under test
	Gateway = netip.MustParseAddr("192.168.0.2")      // the puppet's
)

// Hardware addresses of a lane. HostMAC is eth0's; PuppetMAC the NIC's at the
// far end, which is not that of the interface it sits on.
var (
	HostMAC   = [6]byte{0x02, 0, 0, 0, 0, 0x01}
	PuppetMAC = [6]byte{0x02, 0, 0, 0, 0, 0x02}
)

// MTU of the wires in bytes, unless Options says otherwise.
const MTU = 1500

// Routes are those of a lane's kernel. There is no default route.
func Routes() []Route {
	p := netip.MustParsePrefix
	return []Route{
		{Prefix: p("192.0.2.0/24"), Gateway: Gateway},
		{Prefix: p("10.0.0.0/8"), Gateway: Gateway},
		{Prefix: p("198.51.100.1/32"), Kind: Unreachable},
		{Prefix: p("198.51.100.2/32"), Kind: Prohibit},
		{Prefix: p("198.51.100.3/32"), Kind: Blackhole},
		{Prefix: p("198.51.100.4/32"), Kind: Throw},
		{Prefix: p("224.0.0.0/4")},
	}
}
