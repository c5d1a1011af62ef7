package tcp

import "time"

// ssthreshNone stands for a threshold not found yet: arbitrarily high (RFC 5681
// section 3.1).
const ssthreshNone = 1 << 30

// cwndMax keeps the congestion window inside 32-bit arithmetic.
const cwndMax = 1 << 30

// grow opens the congestion window for acked bytes (RFC 5681 section 3.1, with
// the byte counting of RFC 3465), if the window was what held us back.
func (c *Conn) grow(acked, flight uint32) {
	if !c.has(limited) && flight+uint32(c.mss) < c.cwnd {
		return
	}
	c.unset(limited)
	if c.cwnd < c.ssthresh {
		c.cwnd = min(c.cwnd+acked, cwndMax)
		return
	}
	c.cwndAcked += acked
	if c.cwndAcked >= c.cwnd {
		c.cwndAcked -= c.cwnd
		c.cwnd = min(c.cwnd+uint32(c.mss), cwndMax)
	}
}

// halve sets the threshold on a loss (RFC 5681, equation 4).
func (c *Conn) halve() {
	c.ssthresh = max((c.sndNxt-c.sndUna)/2, 2*uint32(c.mss))
	c.cwndAcked = 0
}

// restartAfterIdle begins again with the initial window when nothing was sent
// for a timeout (RFC 5681 section 4.1).
func (c *Conn) restartAfterIdle(now time.Duration) {
	if c.cfg.SlowStartAfterIdle && now-c.lastSent > c.rto {
		c.cwnd = min(c.cwnd, uint32(c.cfg.InitialSegments)*uint32(c.mss))
	}
}
