package tcp

import "time"

// rtoAfterLostSyn is the timeout once the handshake is done if the SYN was
// lost and nothing was measured (RFC 6298 section 5.7).
const rtoAfterLostSyn = 3 * time.Second

// clockGranularity is G of RFC 6298.
const clockGranularity = time.Millisecond

// startTiming times the segment that ends at seq if no other is being timed and
// nothing in flight was sent twice (Karn, RFC 6298 section 3).
func (c *Conn) startTiming(now time.Duration, seq uint32) {
	if !c.has(rttTiming | rttStale) {
		c.set(rttTiming)
		c.rttSeq, c.rttAt = seq, now
	}
}

// stopTiming is for a retransmission: no ACK of it can be timed.
func (c *Conn) stopTiming() {
	c.unset(rttTiming)
	c.set(rttStale)
}

// sample updates the estimates with one measurement (RFC 6298 section 2).
func (c *Conn) sample(rtt time.Duration) {
	rtt = max(rtt, time.Microsecond)
	if c.srtt == 0 {
		c.srtt, c.rttvar = rtt, rtt/2
	} else {
		c.rttvar += ((c.srtt - rtt).Abs() - c.rttvar) / 4
		c.srtt += (rtt - c.srtt) / 8
	}
	spread := max(clockGranularity, 4*c.rttvar)
	if c.cfg.RTOVarFloor {
		spread = max(spread, c.cfg.RTOMin)
	}
	c.rto = min(max(c.srtt+spread, c.cfg.RTOMin), c.cfg.RTOMax)
}

// timeout is the present timeout with its back-off (RFC 6298 section 5.5).
func (c *Conn) timeout() time.Duration {
	if c.backoff > 20 { // no timeout is doubled that often before it reaches any limit
		return c.cfg.RTOMax
	}
	return min(c.rto<<c.backoff, c.cfg.RTOMax)
}
