package tcp

import "time"

// Tail loss probes (RFC 8985 section 7): the last segments of a flight have
// nothing behind them that could show their loss, so something is sent after two
// round trips that calls for an acknowledgement.

// scheduleProbe sets the timer of a probe in place of the retransmission timer
// (section 7.2); false if there is to be none. advancing: an acknowledgement
// moved the retransmission timer.
func (c *Conn) scheduleProbe(now time.Duration, advancing bool) bool {
	t := c.tx
	if !c.cfg.TailLossProbe || t.count() == 0 || !c.has(sackOK) || c.ca != CAOpen && c.ca != CACWR {
		return false
	}
	wait := c.cfg.RTOInitial
	if c.srtt > 0 {
		wait = 2 * c.srtt
		if t.count() == 1 {
			wait += c.cfg.RTOMin // its acknowledgement may be delayed
		} else {
			wait += 2 * c.cfg.Tick
		}
	}
	left := c.timeout()
	if !advancing {
		left -= sinceMicros(now, t.at(t.head).at)
	}
	if left > 0 {
		wait = min(wait, left)
	}
	c.setTimer(timerProbe, now+wait)
	return true
}

// expireProbe asks for a probe, one at a time (section 7.3).
func (c *Conn) expireProbe(now time.Duration) {
	if c.has(tlpOut) {
		c.rearmRTO(now)
		return
	}
	c.set(tlpDue)
	c.setTimer(timerRTO, now+c.timeout())
}

// newFits says whether a probe can be new data instead of old.
func (c *Conn) newFits(size uint32) bool {
	if c.has(finSent) {
		return false
	}
	unsent := min(c.dataEnd()-c.sndNxt, size)
	return unsent > 0 && c.windowLeft() >= int32(unsent)
}

// probeAcked decides whether a probe repaired a loss, which calls for a smaller
// window (section 7.4; Linux tcp_process_tlp_ack).
func (c *Conn) probeAcked(ack uint32, n *news) {
	switch {
	case seqLT(ack, c.tx.tlpHigh):
	case !c.has(tlpOld), n.has(newsDSACKProbe):
		c.unset(tlpOut)
	case seqGT(ack, c.tx.tlpHigh):
		c.beginReduction()
		c.ca = CACWR
		c.endReduction()
		c.keepOpen()
	case !n.has(newsAdvanced | newsNotDup | newsSacked):
		c.unset(tlpOut) // both the original and the probe arrived
	}
}
