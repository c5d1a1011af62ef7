package tcp

import "time"

// RACK (RFC 8985 section 6): a segment is lost if one that was sent later has
// arrived, and a reordering window has passed since. It replaces the counting of
// RFC 6675 and covers lost retransmissions; a count of duplicates only shuts the
// reordering window, as Linux does.

// rack is RACK's state of a connection (RFC 8985 section 5.2).
type rack struct {
	at            uint32 // RACK.xmit_ts: when the newest segment that arrived was sent, see micros
	end           uint32 // RACK.end_seq: its end
	rtt           time.Duration
	lastDelivered uint32 // sender.delivered at the last adaptation
	steps         uint8  // RACK.reo_wnd_mult
	persist       uint8  // RACK.reo_wnd_persist: recoveries for which steps stays
	dsackSeen     bool
	advanced      bool // since the last look at what is lost
	known         bool // something arrived
}

// rackPersist is for how many recoveries a widened window stays (RFC 8985
// section 6.2 step 4).
const rackPersist = 16

// sentAfter says whether what was sent at a, up to number endA, was sent after
// what was sent at b.
func sentAfter(a, b, endA, endB uint32) bool {
	return int32(a-b) > 0 || a == b && seqGT(endA, endB)
}

// rackAdvance is for a segment that arrived (RFC 8985 section 6.2 steps 1 and 2).
func (c *Conn) rackAdvance(now time.Duration, s *segment) {
	r, rtt := &c.tx.rack, sinceMicros(now, s.at)
	if rtt < c.tx.minRTT && s.marks&(markAgain|markEver) != 0 {
		return // the original's arrival, not the retransmission's
	}
	r.advanced, r.rtt = true, rtt
	if !r.known || sentAfter(s.at, r.at, s.end, r.end) {
		r.at, r.end, r.known = s.at, s.end, true
	}
}

// reorderWindow is how long a segment may be late (RFC 8985 section 6.2 step 4).
func (c *Conn) reorderWindow() time.Duration {
	t := c.tx
	if t.reordSeen == 0 && (c.ca >= CARecovery || t.sacked >= t.reordering) {
		return 0
	}
	return min(t.minRTT/4*time.Duration(t.rack.steps), c.srtt)
}

// rackRemaining is how long until a segment counts as lost.
func (c *Conn) rackRemaining(now time.Duration, s *segment, window time.Duration) time.Duration {
	return c.tx.rack.rtt + window - sinceMicros(now, s.at)
}

// rackDetect marks what is lost, and says after what time to look again, 0 if
// there is no need (RFC 8985 section 6.2 step 5).
func (c *Conn) rackDetect(now time.Duration) (wait time.Duration) {
	t, window := c.tx, c.reorderWindow()
	for i := t.head; i != t.tail; i++ {
		s := t.at(i)
		if s.marks&markSacked != 0 || s.marks&(markLost|markAgain) == markLost ||
			!sentAfter(t.rack.at, s.at, t.rack.end, s.end) {
			continue
		}
		if left := c.rackRemaining(now, s, window); left <= 0 {
			t.markLostAt(i)
		} else {
			wait = max(wait, left)
		}
	}
	return wait
}

// rackMarkLost is rackDetect after an acknowledgement. true: a timer runs for
// what may be lost yet.
func (c *Conn) rackMarkLost(now time.Duration) bool {
	if !c.tx.rack.advanced {
		return false
	}
	c.tx.rack.advanced = false
	wait := c.rackDetect(now)
	if wait > 0 {
		c.setTimer(timerReorder, now+wait+2*c.cfg.Tick)
	}
	return wait > 0
}

// expireReorder is the reordering timer (RFC 8985 section 6.3).
func (c *Conn) expireReorder(now time.Duration) {
	t := c.tx
	before, lost := t.inFlight(), t.lostTotal
	c.rackDetect(now)
	if t.inFlight() != before {
		if c.ca != CARecovery {
			c.enterRecovery(&news{})
			c.reduceStep(1, t.lostTotal-lost, &news{})
		}
		c.set(rtxDue)
	}
	c.rearmRTO(now)
}

// adaptReorderWindow widens the reordering window when duplicates show that
// segments were late, not lost, and narrows it after a while (RFC 8985 section
// 6.2 step 4; Linux tcp_rack_update_reo_wnd).
func (c *Conn) adaptReorderWindow(n *news) {
	r := &c.tx.rack
	if !n.has(newsPriorCounts) || n.priorDelivered == 0 {
		return
	}
	if seqLT(n.priorDelivered, r.lastDelivered) {
		r.dsackSeen = false // not a round trip since the last adaptation
	}
	if r.dsackSeen {
		r.steps = min(r.steps, 254) + 1
		r.dsackSeen = false
		r.lastDelivered = c.tx.delivered
		r.persist = rackPersist
	} else if r.persist == 0 {
		r.steps = 1
	}
}
