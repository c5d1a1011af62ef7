package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// NextSuper is Next for a NIC that cuts segments up: as many segments of new
// data as may leave now come as one, if they fit room. size is the data in each
// of them, of which the last may have less; 0 if there is only one. What is sent
// again, probes and FINs are segments by themselves.
func (c *Conn) NextSuper(now time.Duration, seg *wire.TCP, room []byte) (n, size int, ok bool) {
	one := int(c.segmentSize(len(room)))
	if n, ok = c.next(now, seg, room, true); n > one && seg.Flags&wire.SYN == 0 {
		size = one
	}
	return n, size, ok
}

// several is how much new data may leave in whole segments of this size: what
// the windows and the room have space for. A short one at the end goes with them
// if it is all that there is and nothing holds it back; with a FIN it does not.
func (c *Conn) several(now time.Duration, unsent, size, room uint32) uint32 {
	if unsent <= size {
		return unsent
	}
	most := min(unsent, room, uint32(max(c.windowLeft(), 0)))
	quota := c.quota(now)
	most = min(most, min(quota, 1<<10)*size)
	if c.cfg.PushBatches && most > size {
		most = min(most, c.batch(c.sndNxt, size, quota))
	}
	whole := most - most%size
	if most == unsent && !c.has(finQueued) && !c.nagleHolds(1) {
		whole = most
	}
	return max(whole, size)
}
