package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// handleSynSent is RFC 9293 section 3.10.7.3.
func (c *Conn) handleSynSent(now time.Duration, a *arrival) Event {
	flags := a.seg.Flags
	if flags&wire.ACK != 0 {
		if !seqGT(a.ack, c.iss) || seqGT(a.ack, c.sndNxt) || c.falseEcho(now, a) {
			c.refuseAck(now, a)
			return 0
		}
		if flags&wire.RST != 0 {
			c.end()
			return Refused | Closed
		}
	}
	if flags&wire.RST != 0 || flags&wire.SYN == 0 {
		return 0
	}
	c.agree(now, a.seg)
	if flags&wire.ACK == 0 {
		c.sndNxt = c.iss + 1       // data that the SYN had is sent again
		c.state = StateSynReceived // simultaneous open
		c.set(synDue)              // the timer of the SYN runs on
		c.lastRcvd = longAgo       // only tcp_finish_connect sets lrcvtime
		return 0
	}
	c.sampleSyn(now, &a.seg.Options)
	c.sndUna, c.acked = a.ack, a.ack-c.iss
	ev := c.established(now)
	c.synDataAnswered(now, a.ack)
	ev |= c.synAckData(a)
	if c.has(writeWaits) {
		c.enterQuickAck()
		c.ackAt = now + c.cfg.DelayedAckMax
	} else {
		c.set(ackNow)
	}
	return ev
}

// refuseAck answers an ACK of something else than our SYN with a RST, and stays
// (RFC 9293 section 3.10.7.3, first check).
func (c *Conn) refuseAck(now time.Duration, a *arrival) {
	c.resetFor(a)
	if c.cfg.ResendSynAfter > 0 && c.retransmits == 0 {
		c.setTimer(timerRTO, now+c.cfg.ResendSynAfter)
	}
}

// falseEcho says whether a SYN|ACK echoes a timestamp that we cannot have sent
// (RFC 7323 section 3.2).
func (c *Conn) falseEcho(now time.Duration, a *arrival) bool {
	o := &a.seg.Options
	if !c.cfg.Timestamps || o.Has&wire.OptionTimestamps == 0 || o.TSEcr == 0 {
		return false
	}
	return seqLT(o.TSEcr, c.timestamp(c.rttAt)) || seqGT(o.TSEcr, c.timestamp(now))
}

// checkRequest validates a segment in SYN-RECEIVED after a passive open, in the
// order of Linux (tcp_check_req). Unlike later, a SYN in the window ends the
// attempt (RFC 9293 section 3.10.7.4, fourth check).
func (c *Conn) checkRequest(now time.Duration, a *arrival) (ok bool, ev Event) {
	flags := a.seg.Flags & (wire.SYN | wire.RST | wire.ACK)
	paws := c.pawsReject(now, a)
	if a.seq == c.irs && flags == wire.SYN && !paws {
		if now-c.lastInvalid >= c.cfg.InvalidLimit {
			c.lastInvalid = now
			c.set(synDue)
		}
		return false, 0
	}
	if flags&(wire.ACK|wire.RST) == wire.ACK && a.ack != c.iss+1 {
		c.resetFor(a)
		return false, 0
	}
	if paws || !c.inWindow(a) {
		if flags&wire.RST == 0 {
			c.challenge(now)
		}
		return false, 0
	}
	if a.seq == c.irs && flags&wire.SYN != 0 {
		a.seq++ // the SYN lies before the window
		flags &^= wire.SYN
	}
	if flags&wire.RST != 0 && a.seq != c.rcvNxt {
		c.challenge(now) // RFC 5961 section 3.2
		return false, 0
	}
	if flags&(wire.RST|wire.SYN) != 0 {
		c.resetFor(a)
		return false, c.reset()
	}
	return flags&wire.ACK != 0, 0
}
