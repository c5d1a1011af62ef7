package model

// Addr is the class of an address: all that connect can tell apart. The zero
// Addr is the wildcard 0.0.0.0. Classes of IPv6 addresses are in inet6.go.
type Addr uint8

const (
	AddrAny               Addr = iota // 0.0.0.0
	AddrOwn                           // the host's address on its wire
	AddrLoopback                      // 127.0.0.1
	AddrLoopback2                     // another address of 127/8
	AddrRemote1                       // a far host, behind the gateway
	AddrRemote2                       // another one
	AddrGateway                       // the neighbour on the wire
	AddrBroadcast                     // 255.255.255.255
	AddrSubnetBroadcast               // the directed broadcast of the host's own net
	AddrLoopbackBroadcast             // 127.255.255.255
	AddrMulticast                     // a group, with a route
	AddrNoRoute                       // no route leads there
	AddrUnreachable                   // a route of type unreachable
	AddrProhibit                      // a route of type prohibit
	AddrBlackhole                     // a route of type blackhole
	AddrThrow                         // a route of type throw, with no further table to try
	AddrNetwork                       // the first address of the host's own net: to Linux a neighbour
	AddrClassE                        // of 240/4: to Linux a host where no route leads
	AddrZeroNet                       // of 0/8, not the wildcard: likewise
	AddrUnknown                       // an address outside the plan: nothing is known of it
)

// String names the class as the plan of addresses does.
func (a Addr) String() string {
	names := [AddrUnknown + 1]string{
		"any", "own", "loopback", "loopback2", "remote1", "remote2", "gateway", "broadcast", "subnet-broadcast",
		"loopback-broadcast", "multicast", "no-route", "unreachable", "prohibit", "blackhole", "throw", "network", "class-e", "zero-net", "unknown",
	}
	switch {
	case a <= AddrUnknown:
		return names[a]
	case a < AddrCount:
		return names6[a-AddrAnyMapped]
	}
	return "addr?"
}

// Local says whether the host itself answers to the address.
func (a Addr) Local() bool { return a == AddrOwn || a == AddrOwn6 || a == AddrLink || a.Loops() }

// Loops says whether the address is of 127/8, or ::1.
func (a Addr) Loops() bool { return a == AddrLoopback || a == AddrLoopback2 || a == AddrLoopback6 }

// Broadcasts says whether the address is one of the broadcast addresses.
func (a Addr) Broadcasts() bool {
	return a == AddrBroadcast || a == AddrSubnetBroadcast || a == AddrLoopbackBroadcast
}

// peculiar says whether the address is one that Linux takes for a host's and other
// systems may not.
func (a Addr) peculiar() bool { return a == AddrNetwork || a == AddrClassE || a == AddrZeroNet }

// unplanned: the dialect does not know what to make of the address.
func unplanned(m *move) bool {
	return m.c.To.Addr == AddrUnknown || m.c.To.Addr.peculiar() && !m.under(forLinux)
}

// Port is the symbol of a port: 0 is port zero, the numbers from 1 stand for
// the ports that a trace names, those from [PortSeen] for local ports that the
// system chose, in the order in which they were first seen (P1, P2 …), and
// those from [PortUnseen] for chosen ports that nobody has seen yet.
type Port uint8

const (
	PortZero   Port = 0
	PortSeen   Port = 128 // P1
	PortUnseen Port = 192
)

// Chosen says whether the system chose the port.
func (p Port) Chosen() bool { return p >= PortSeen }
