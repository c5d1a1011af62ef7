package tcp

import "time"

// ssthreshNone stands for a threshold not found yet: arbitrarily high (RFC 5681
// section 3.1).
const ssthreshNone = 1 << 30

// cwndMax keeps the congestion window, in segments, inside 32-bit arithmetic.
const cwndMax = 1 << 24

// follow lets the congestion window follow an acknowledgement (Linux
// tcp_cong_control).
func (c *Conn) follow(now time.Duration, delivered, lost uint32, n *news) {
	if c.reducing() {
		c.reduceStep(delivered, lost, n)
		return
	}
	grows := n.has(newsAcked)
	if c.tx.reordering > reorderingUsual {
		grows = grows || n.has(newsSacked)
	}
	if grows && c.usesWindow() {
		c.grow(now, delivered)
	}
}

// grow opens the congestion window for acked segments: slow start (RFC 5681
// section 3.1), then CUBIC.
func (c *Conn) grow(now time.Duration, acked uint32) {
	t := c.tx
	if c.cwnd < c.ssthresh {
		w := min(c.cwnd+acked, c.ssthresh)
		acked -= w - c.cwnd
		c.cwnd = min(w, cwndMax)
		if acked == 0 {
			return
		}
	}
	t.cubic.update(now, c.cfg.Tick, c.cwnd, acked)
	if t.cwndCount >= t.cubic.count {
		t.cwndCount = 0
		c.cwnd++
	}
	t.cwndCount += acked
	if k := t.cwndCount / t.cubic.count; k > 0 {
		t.cwndCount -= k * t.cubic.count
		c.cwnd += k
	}
	c.cwnd = min(c.cwnd, cwndMax)
}

// timedAck gives a round-trip time to what decides the end of slow start (Linux
// cubictcp_acked).
func (c *Conn) timedAck(now, rtt time.Duration) {
	q := &c.tx.cubic
	if q.hasEpoch && now-q.epoch < time.Second {
		return // too soon after a recovery
	}
	if q.delayMin == 0 || rtt < q.delayMin {
		q.delayMin = rtt
	}
	if q.found || c.cwnd >= c.ssthresh || c.cwnd < hystartLowWindow {
		return
	}
	if seqGT(c.sndUna, q.endSeq) {
		q.newRound(now, c.sndNxt)
	}
	if q.seen(now, rtt, q.delayMin, c.holdBack()) {
		c.ssthresh = c.cwnd
	}
}

// holdBack is for how long a large segment occupies the sender at its rate
// (Linux hystart_ack_delay): four of 64 KiB at twice the window in a round trip.
func (c *Conn) holdBack() time.Duration {
	rate := 2 * uint64(c.cwnd) * uint64(c.mss)
	if rate == 0 {
		return 0
	}
	return min(time.Millisecond, time.Duration(4*65536*uint64(c.srtt)/rate))
}

// currentSSThresh is the threshold to come back to (Linux tcp_current_ssthresh).
func (c *Conn) currentSSThresh() uint32 {
	if c.reducing() {
		return c.ssthresh
	}
	return max(c.ssthresh, c.cwnd/2+c.cwnd/4)
}

// Validation of the congestion window (RFC 7661, RFC 2861): a window that was
// not used does not grow, and one long unused shrinks.

// noteUse is called when segments were sent, and when the window held some back
// (Linux tcp_cwnd_validate).
func (c *Conn) noteUse(now time.Duration) {
	t := c.tx
	full := t.inFlight() >= c.cwnd
	if seqGE(c.sndUna, t.usedUntil) || full || !c.has(limited) && t.count() > t.usedMost {
		c.put(limited, full)
		t.usedMost, t.usedUntil = t.count(), c.sndNxt
	}
	if c.usesWindow() {
		t.used, t.usedSince = 0, now
		return
	}
	t.used = max(t.used, t.count())
	if c.cfg.SlowStartAfterIdle && now-t.usedSince >= c.timeout() {
		c.windowUnused(now)
	}
}

// usesWindow says whether the window is what held us back; in slow start half of
// it is enough, so that it can double (Linux tcp_is_cwnd_limited).
func (c *Conn) usesWindow() bool {
	return c.has(limited) || c.cwnd < c.ssthresh && c.cwnd < 2*c.tx.usedMost
}

// windowUnused takes back half of what a sender with little to say did not use
// for a timeout (RFC 2861 section 3.2; Linux tcp_cwnd_application_limited).
func (c *Conn) windowUnused(now time.Duration) {
	t := c.tx
	if c.ca == CAOpen && c.snd.n < c.sndLimit {
		used := max(t.used, uint32(c.cfg.InitialSegments))
		if used < c.cwnd {
			c.ssthresh = c.currentSSThresh()
			c.cwnd = (c.cwnd + used) / 2
		}
		t.used = 0
	}
	t.usedSince = now
}

// restartAfterIdle halves the window for each timeout in which nothing was sent,
// down to the initial one (RFC 5681 section 4.1, RFC 2861; Linux
// tcp_cwnd_restart).
func (c *Conn) restartAfterIdle(now time.Duration) {
	rto := c.timeout()
	idle := now - c.lastSent
	if !c.cfg.SlowStartAfterIdle || idle <= rto || c.tx.count() != 0 {
		return
	}
	least := min(uint32(c.cfg.InitialSegments), c.cwnd)
	c.ssthresh = c.currentSSThresh()
	for idle -= rto; idle > 0 && c.cwnd > least; idle -= rto {
		c.cwnd /= 2
	}
	c.cwnd = max(c.cwnd, least)
	c.tx.used, c.tx.usedSince = 0, now
}
