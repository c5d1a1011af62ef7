package tcp

import "time"

// armTailProbe sets the timer of a tail loss probe (RFC 8985 section 7.2): two
// round trips after the last segment sent, longer if its ACK may be delayed,
// and never later than the retransmission timer.
func (c *Conn) armTailProbe(now time.Duration) {
	if c.has(reorder) && c.score.bytes() > 0 {
		return
	}
	c.unset(reorder)
	c.tlpAt = never
	if !c.cfg.TailLossProbe || !c.has(sackOK) || c.has(tlpOut) || c.loss != lossNone || c.srtt == 0 || c.score.bytes() > 0 {
		return
	}
	wait := 2 * c.srtt
	if c.burst == 1 {
		wait += c.cfg.RTOMin
	} else {
		wait += 2 * c.cfg.Tick
	}
	c.tlpAt = min(now+wait, c.rtoAt)
}

// expireTailProbe asks for a probe, one per tail.
func (c *Conn) expireTailProbe(now time.Duration) {
	c.tlpAt = never
	if c.has(reorder) {
		c.unset(reorder)
		if c.loss == lossNone && c.score.bytes() > 0 {
			c.fastRetransmit()
		}
		return
	}
	if c.sndNxt == c.sndUna || c.has(tlpOut) {
		return
	}
	c.set(tlpDue | tlpOut)
	c.tlpHigh = c.sndNxt
	c.rtoAt = now + c.timeout()
}

// newFits says whether a probe can be new data instead of old.
func (c *Conn) newFits(size uint32) bool {
	if c.has(finSent) {
		return false
	}
	unsent := min(c.dataEnd()-c.sndNxt, size)
	return unsent > 0 && c.windowLeft() >= int32(unsent)
}

// tail is where the last segment in flight begins.
func (c *Conn) tail() uint32 { return seqMax(c.sndLast, c.sndUna) }
