package script

import "net/netip"

// The canonical addresses of scripts and traces. They are packetdrill's
// defaults where it has one, and documentation prefixes (RFC 5737) otherwise.
// A target maps each to an address of its own lab.
var (
	Own               = netip.MustParseAddr("192.168.0.1") // the host under test, on its wire
	OwnNet            = netip.MustParsePrefix("192.168.0.0/16")
	Gateway           = netip.MustParseAddr("192.168.0.2") // the puppet's link address
	Remote1           = netip.MustParseAddr("192.0.2.1")   // the puppet, as two far hosts
	Remote2           = netip.MustParseAddr("192.0.2.2")
	Loopback          = netip.MustParseAddr("127.0.0.1")
	Any               = netip.MustParseAddr("0.0.0.0")
	Broadcast         = netip.MustParseAddr("255.255.255.255")
	SubnetBroadcast   = netip.MustParseAddr("192.168.255.255")
	LoopbackBroadcast = netip.MustParseAddr("127.255.255.255")
	Multicast         = netip.MustParseAddr("224.0.0.9")
	NoRoute           = netip.MustParseAddr("203.0.113.1")  // no route leads there; there is no default route
	Unreachable       = netip.MustParseAddr("198.51.100.1") // ip route add unreachable
	Prohibit          = netip.MustParseAddr("198.51.100.2") // ip route add prohibit
	Blackhole         = netip.MustParseAddr("198.51.100.3") // ip route add blackhole
	Throw             = netip.MustParseAddr("198.51.100.4") // ip route add throw
	Network           = netip.MustParseAddr("192.168.0.0")  // the first address of OwnNet
	ClassE            = netip.MustParseAddr("240.0.0.1")    // no route leads there
	ZeroNet           = netip.MustParseAddr("0.0.0.1")      // nor there
)

// The canonical ports. Any other port below EphemeralFirst that a script
// names stands for itself within the script; a target may map all of them.
const (
	LocalPort   = 8080 // what scripts bind the host to (packetdrill's default)
	LocalPort2  = 8081
	RemotePort  = 8080 // what the puppet answers on (packetdrill's default)
	RemotePort2 = 8081
	// PassivePort is where the puppet opens a connection from when a script
	// names no addresses.
	PassivePort = 40000
	// PortFirst … stand for local ports that the system chose, in order of
	// first sight: P1 is PortFirst, P2 is PortFirst+1.
	PortFirst = 61001
	PortLast  = 61099
)

// The ports that a host chooses from until a script says otherwise, those of a
// Linux kernel's own.
const (
	ChoiceFirst = 32768
	ChoiceLast  = 60999
)

// Choosable says whether the port is one of them.
func Choosable(port uint16) bool { return port >= ChoiceFirst && port <= ChoiceLast }
