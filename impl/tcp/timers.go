package tcp

import "time"

// Deadline is when Expire is to be called; ok is false if no timer runs.
func (c *Conn) Deadline() (at time.Duration, ok bool) {
	at = min(c.sendAt, c.ackAt, c.endAt, c.keepAt)
	return at, at != never && c.state != StateClosed
}

// Expire does what is due at now. After it, drain Next.
func (c *Conn) Expire(now time.Duration) (ev Event) {
	if c.state == StateClosed {
		return 0
	}
	if c.endAt <= now { // of TIME-WAIT, or of FIN-WAIT-2 without a user
		c.end()
		return Closed
	}
	if c.ackAt <= now {
		c.expireAck()
	}
	if c.sendAt <= now {
		ev |= c.expireSend(now)
	}
	if c.state != StateClosed && c.keepAt <= now {
		ev |= c.expireKeepalive(now)
	}
	return ev
}

// timerKind is what the transmit timer is for; there is one at a time, as in
// Linux (icsk_pending).
type timerKind uint8

const (
	timerRTO     timerKind = iota // retransmission, of the SYN too; or the persist timer, with probing
	timerProbe                    // tail loss probe
	timerReorder                  // reordering window (RFC 8985 section 6.3)
)

func (c *Conn) setTimer(kind timerKind, at time.Duration) { c.pending, c.sendAt = kind, at }

// rearmRTO sets the retransmission timer from now, or from when the oldest
// segment was sent if another timer ran meanwhile (RFC 6298 section 5; Linux
// tcp_rearm_rto).
func (c *Conn) rearmRTO(now time.Duration) {
	t := c.tx
	if t.count() == 0 {
		c.setTimer(timerRTO, never)
		return
	}
	wait := c.timeout()
	if c.sendAt != never && c.pending != timerRTO {
		wait = max(wait-sinceMicros(now, t.at(t.head).at), time.Microsecond)
	}
	c.setTimer(timerRTO, now+wait)
}

// expireSend is the transmit timer.
func (c *Conn) expireSend(now time.Duration) Event {
	switch c.pending {
	case timerProbe:
		c.sendAt = never
		c.expireProbe(now)
		return 0
	case timerReorder:
		c.sendAt = never
		c.expireReorder(now)
		return 0
	}
	return c.expireRetransmit(now)
}

// expireRetransmit is the retransmission timer, also of the SYN, and the
// persist timer.
func (c *Conn) expireRetransmit(now time.Duration) Event {
	if c.givesUp(now) {
		if c.has(probing) && c.has(orphan) {
			c.Abort(now)
		}
		c.end()
		return TimedOut | Closed
	}
	if c.retransmits == 0 {
		c.firstRtx = now
	}
	switch {
	case !c.has(synAcked):
		c.set(synDue | synLost)
		if c.state != StateSynSent || int(c.retransmits) >= c.cfg.SynLinear {
			c.backoff = min(c.backoff+1, 64)
		}
	case c.has(probing):
		c.set(probeDue)
		c.backoff = min(c.backoff+1, 64)
	case c.tx.count() == 0:
		c.sendAt = never
		return 0
	default:
		c.enterLoss(now)
		c.backoff = min(c.backoff+1, 64)
	}
	c.retransmits = min(c.retransmits, 254) + 1
	c.setTimer(timerRTO, now+c.timeout())
	c.boundByUser(now)
	return 0
}

// boundByUser lets the timer run no longer than the user timeout (RFC 5482; Linux
// tcp_clamp_rto_to_user_timeout).
func (c *Conn) boundByUser(now time.Duration) {
	if c.userTimeout > 0 && c.retransmits > 0 {
		c.sendAt = max(min(c.sendAt, c.troubleSince()+c.userTimeout), now+clockGranularity)
	}
}

// Unreachable is net or host unreachable about the segment with number seq (RFC
// 6069; Linux tcp_ld_RTO_revert): the network was in the way, not congestion. The
// timer may be due then.
func (c *Conn) Unreachable(now time.Duration, seq uint32) Event {
	if !c.cfg.TakesBackoffBack || seq != c.sndUna || c.retransmits == 0 || c.backoff == 0 || c.sendAt == never || c.pending != timerRTO || c.has(probing) {
		return 0
	}
	sent := c.sendAt - c.timeout()
	c.backoff--
	c.sendAt = max(sent+c.timeout(), now)
	if c.sendAt > now {
		return 0
	}
	return c.expireRetransmit(now)
}

// givesUp says whether the peer has been silent for too long (RFC 9293 section
// 3.8.3).
func (c *Conn) givesUp(now time.Duration) bool {
	if c.retransmits > 0 && c.userTimeout > 0 && now-c.troubleSince() >= c.userTimeout {
		return true
	}
	n := int(c.retransmits)
	switch {
	case c.state == StateSynSent:
		retries := int(c.synRetries)
		return n >= retries+c.cfg.SynLinear || n > 0 && now-c.rttAt >= c.cfg.timeFor(c.cfg.RTOInitial, retries)
	case c.state == StateSynReceived && c.has(passive):
		return n >= c.cfg.SynAckRetries
	case c.state == StateSynReceived:
		return n >= int(c.synRetries)
	}
	limit := c.cfg.DataRetries
	if c.has(orphan) {
		limit = c.cfg.OrphanRetries
	}
	if c.has(probing) || !c.cfg.RetriesAsTime {
		return n >= limit
	}
	return n > 0 && now-c.firstRtx >= c.cfg.timeFor(c.cfg.RTOMin, limit)
}

// troubleSince is when the user timeout began: with the first retransmission, or
// for a SYN when it was sent (Linux retrans_stamp).
func (c *Conn) troubleSince() time.Duration {
	if !c.has(synAcked) {
		return c.rttAt
	}
	return c.firstRtx
}

// timeFor is how long n retransmissions take, with the wait after the last, if
// the first comes after rto and the wait doubles (Linux tcp_model_timeout).
func (cfg *Config) timeFor(rto time.Duration, n int) (total time.Duration) {
	for range n + 1 {
		total += min(rto, cfg.RTOMax)
		rto = min(2*rto, cfg.RTOMax)
	}
	return total
}

// probeAnswered is for an ACK while the persist timer runs: the peer lives, and
// its window may have opened (RFC 9293 section 3.8.6.1).
func (c *Conn) probeAnswered(now time.Duration, ack uint32) {
	c.retransmits = 0
	if c.windowLeft() <= 0 {
		c.setTimer(timerRTO, now+c.timeout())
		return
	}
	c.unset(probing)
	c.backoff = 0
	c.sendAt = never
	if ack == c.sndUna {
		c.sndNxt = c.sndUna // the byte of a probe did not fit: as if never sent
	}
}

// expireKeepalive is the keepalive timer (RFC 9293 section 3.8.4). It runs on
// from the last segment without being set for each.
func (c *Conn) expireKeepalive(now time.Duration) Event {
	cfg := c.cfg
	if c.snd.n > 0 {
		c.keepAt = now + cfg.KeepaliveIdle
		return 0
	}
	if due := c.lastRcvd + cfg.KeepaliveIdle; due > now {
		c.keepAt = due
		return 0
	}
	if int(c.keepProbes) >= cfg.KeepaliveProbes {
		c.Abort(now)
		return TimedOut | Closed
	}
	c.keepProbes++
	c.set(probeDue)
	c.keepAt = now + cfg.KeepaliveInterval
	return 0
}
