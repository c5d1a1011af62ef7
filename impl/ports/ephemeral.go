package ports

import "slices"

// The range that ephemeral ports are taken from unless the host says
// otherwise: Linux's net.ipv4.ip_local_port_range.
const (
	EphemeralFirst = 32768
	EphemeralLast  = 60999
)

// recentMax is how many of the latest choices are avoided while others are
// free: a peer may still answer the one who had the port before.
const recentMax = 8

// Chooser picks ephemeral ports by the hash-based algorithm of RFC 6056
// section 3.3.3: a secret offset per destination plus a counter, so that ports
// towards one destination follow each other and nobody else can guess them.
type Chooser struct {
	First, Last uint16
	counter     uint64
	recent      [recentMax]uint16
	next        uint8 // in recent, the oldest
}

// Pick finds a port for which free holds. offset is a keyed digest of the
// destination, where the search begins. It fails when it has tried the whole
// range.
func (c *Chooser) Pick(offset uint64, free func(port uint16) bool) (uint16, bool) {
	return c.PickWithin(c.First, c.Last, offset, free)
}

// PickWithin is Pick from another range.
func (c *Chooser) PickWithin(first, last uint16, offset uint64, free func(port uint16) bool) (uint16, bool) {
	n := uint64(last) - uint64(first) + 1
	start := offset%n + c.counter
	again, atAgain, reusable := uint16(0), uint64(0), false
	for i := range n {
		port := first + uint16((start+i)%n)
		switch {
		case !free(port):
		case !slices.Contains(c.recent[:], port):
			c.take(port, i)
			return port, true
		case !reusable:
			again, atAgain, reusable = port, i, true
		}
	}
	if reusable {
		c.take(again, atAgain)
	}
	return again, reusable
}

func (c *Chooser) take(port uint16, tried uint64) {
	c.counter += tried + 1
	c.recent[c.next] = port
	c.next = (c.next + 1) % recentMax
}
