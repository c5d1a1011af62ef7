package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// handleAck is the fifth check of RFC 9293 section 3.10.7.4. ok is false if the
// segment is to be dropped.
func (c *Conn) handleAck(now time.Duration, a *arrival) (ev Event, ok bool) {
	if c.state == StateSynReceived {
		if a.ack != c.sndNxt && !(c.cfg.AckOfNothing && a.ack == c.sndUna) {
			c.resetFor(a)
			return 0, false
		}
		c.sampleAck(now, a)
		c.sndUna = c.sndNxt
		if !c.has(passive) {
			c.acked = 1
		}
		c.sndWnd, c.sndWl1, c.sndMaxWnd = a.wnd, a.seq, max(c.sndMaxWnd, a.wnd)
		ev = c.established(now)
		c.finAtOnce(now)
		return ev | AckTaken, true
	}
	if seqGT(a.ack, c.sndNxt) {
		c.challenge(now)
		return 0, false
	}
	if seqLT(a.ack, c.sndUna) {
		if seqLT(a.ack, c.sndUna-c.oldAckWindow()) {
			c.challenge(now)
			return c.eaten(now, a), false
		}
		return 0, true
	}
	updated := c.updateSendWindow(a)
	sacked := c.takeSack(&a.seg.Options)
	if c.has(probing) {
		c.probeAnswered(now, a.ack)
	}
	if a.ack != c.sndUna {
		ev = c.acknowledged(now, a)
	} else if c.sndNxt != c.sndUna && len(a.data) == 0 && !a.fin && (!updated || sacked) {
		c.duplicateAck(now, a, sacked)
	}
	return ev | c.finAcknowledged(now, a) | AckTaken, true
}

// eaten takes the data of a segment whose acknowledgement is invalid. Linux
// queues what header prediction foresees before it looks at that
// (tcp_rcv_established), provided that memory is set aside for the data: because
// other data waits to be read or to be acknowledged.
func (c *Conn) eaten(now time.Duration, a *arrival) (ev Event) {
	if !c.cfg.OldAckBounded || len(a.data) == 0 || c.Readable()+c.Unacked() == 0 || !c.predicted(a.seg) {
		return 0
	}
	c.takeTimestamp(now, a)
	ev, _ = c.handleData(now, a)
	c.scheduleAck(now)
	return ev
}

// oldAckWindow is how far below SND.UNA an acknowledgement may be and still be
// an old one (RFC 5961 section 5.2).
func (c *Conn) oldAckWindow() uint32 {
	if c.cfg.OldAckBounded {
		return min(c.sndMaxWnd, c.acked)
	}
	return c.sndMaxWnd
}

// acknowledged moves SND.UNA.
func (c *Conn) acknowledged(now time.Duration, a *arrival) (ev Event) {
	flight, acked := c.sndNxt-c.sndUna, a.ack-c.sndUna
	c.sampleAck(now, a)
	data := acked
	c.acked = min(c.acked+acked, ackedMax)
	if !c.has(synAcked) { // closed before the handshake was done
		c.set(synAcked)
		data--
	}
	data = min(data, c.snd.n) // the rest is the FIN
	c.snd.drop(data)
	c.sndUna = a.ack
	if data > 0 {
		ev = Space
	}
	c.score.advance(c.sndUna)
	c.rtxNxt = seqMax(c.rtxNxt, c.sndUna)
	c.pushSeq = seqMax(c.pushSeq, c.sndUna)
	c.retransmits, c.backoff = 0, 0
	c.lossProgress(acked, flight)
	if c.has(tlpOut) && seqGE(c.sndUna, c.tlpHigh) {
		c.unset(tlpOut)
	}
	if c.sndUna == c.sndNxt {
		c.rtoAt, c.tlpAt = never, never
		c.unset(rttStale)
		return ev
	}
	if c.sndNxt-c.sndUna <= uint32(c.mss) {
		c.burst = 1
	}
	c.rtoAt = now + c.timeout()
	c.armTailProbe(now)
	return ev
}

// finAcknowledged moves on the states that wait for the ACK of our FIN.
func (c *Conn) finAcknowledged(now time.Duration, a *arrival) Event {
	if !c.has(finSent) || c.sndUna != c.sndNxt || c.snd.n != 0 {
		return 0
	}
	switch c.state {
	case StateFinWait1:
		c.state = StateFinWait2
		if c.has(orphan) && c.cfg.FinTimeout > 0 {
			c.endAt = now + c.cfg.FinTimeout
		}
		return FinAcked
	case StateClosing:
		c.timeWait(now)
		return FinAcked
	case StateLastAck:
		c.end()
		return FinAcked | Closed
	}
	return 0
}

// sampleAck takes a round-trip time from an ACK of new data: of the segment
// being timed, which was not sent twice (RFC 6298 section 3), or else from the
// echoed timestamp (RFC 7323 section 4.1).
func (c *Conn) sampleAck(now time.Duration, a *arrival) {
	o := &a.seg.Options
	switch {
	case c.has(rttTiming) && seqGE(a.ack, c.rttSeq):
		c.unset(rttTiming)
		c.sample(now - c.rttAt)
	case c.has(rttStale) && c.has(tsOK) && o.Has&wire.OptionTimestamps != 0 && o.TSEcr != 0:
		if ticks := c.timestamp(now) - o.TSEcr; time.Duration(ticks)*clockTick <= c.cfg.RTOMax {
			c.sample(time.Duration(ticks) * clockTick)
		}
	}
}
