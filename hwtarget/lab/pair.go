package lab

import "net/netip"

// The addresses of a pair. The far kernel answers for every address of
// PairDests too, so that a client that connects faster than TIME-WAIT ends has
// names enough.
var (
	PairNear  = netip.MustParsePrefix("10.0.0.2/24")
	PairFar   = netip.MustParsePrefix("10.0.0.1/24")
	PairDests = netip.MustParsePrefix("10.1.0.0/24")
)

// PairName is the interface at the near end, PairFarName at the far one; PairMAC is the address that frames
// for the near end carry, PairFarMAC the far kernel's.
const (
	PairName    = "near0"
	PairFarName = "far0"
)

var (
	PairMAC    = [6]byte{0x02, 0, 0, 0, 1, 0x02}
	PairFarMAC = [6]byte{0x02, 0, 0, 0, 1, 0x01}
)

// PairOptions say what a pair is. The zero value is a stack on a packet socket
// at the near end, no offloads, and the system's congestion control.
type PairOptions struct {
	MTU     int  // bytes; zero means [MTU]
	Kernel  bool // the near end's kernel has PairNear; else a stack of one's own has it
	Offload bool // leave both ends the offloads that veth has
	// Congestion is the control that the far kernel, and the near one with
	// Kernel, use on their routes to each other (ip-route(8), congctl): a
	// namespace may not change its default to what the host does not allow.
	Congestion string
}
