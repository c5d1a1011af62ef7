package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// The retransmission timeout and what it is made of: RFC 6298, with samples from
// SACK blocks and from timestamps (RFC 7323 section 4).

// rtoAfterLostSyn is the timeout once the handshake is done if the SYN was
// lost and nothing was measured (RFC 6298 section 5.7).
const rtoAfterLostSyn = 3 * time.Second

// clockGranularity is G of RFC 6298.
const clockGranularity = time.Millisecond

// sample updates the estimates with one measurement (RFC 6298 section 2), and
// takes back the backing off (section 5.7).
func (c *Conn) sample(rtt time.Duration) {
	rtt = max(rtt, time.Microsecond)
	if c.cfg.RTOVarFloor {
		c.sampleLinux(rtt)
	} else if c.srtt == 0 {
		c.srtt, c.rttvar = rtt, 2*rtt
	} else {
		c.rttvar += (c.srtt - rtt).Abs() - c.rttvar/4
		c.srtt += (rtt - c.srtt) / 8
	}
	c.rto = min(max(c.srtt+max(clockGranularity, c.rttvar), c.cfg.RTOMin), c.cfg.RTOMax)
	c.backoff = 0
}

// sampleLinux is the estimator of Linux (tcp_rtt_estimator): the variance is the
// largest mean deviation of a round trip, at least RTOMin, and shrinks slowly; a
// round trip that is suddenly short hardly counts.
func (c *Conn) sampleLinux(rtt time.Duration) {
	t := c.tx
	if c.srtt == 0 || t == nil || !t.started {
		c.srtt, c.rttvar = rtt, max(2*rtt, c.cfg.RTOMin)
		if t != nil && t.started {
			t.mdev, t.mdevMax, t.rttSeq = 2*rtt, c.rttvar, c.sndNxt
		}
		return
	}
	m := rtt - c.srtt
	c.srtt += m / 8
	if m < 0 {
		if m = -m - t.mdev/4; m > 0 {
			m /= 8
		}
	} else {
		m -= t.mdev / 4
	}
	t.mdev += m
	if t.mdev > t.mdevMax {
		t.mdevMax = t.mdev
		c.rttvar = max(c.rttvar, t.mdevMax)
	}
	if seqGT(c.sndUna, t.rttSeq) {
		if t.mdevMax < c.rttvar {
			c.rttvar -= (c.rttvar - t.mdevMax) / 4
		}
		t.rttSeq, t.mdevMax = c.sndNxt, c.cfg.RTOMin
	}
}

// minRTTSpan is for how long the least round-trip time counts (Linux
// tcp_min_rtt_wlen).
const minRTTSpan = 300 * time.Second

func (t *sender) noteMinRTT(now, rtt time.Duration) {
	rtt = max(rtt, time.Microsecond)
	if t.minRTT == 0 || rtt <= t.minRTT || sinceMicros(now, t.minRTTAt) > minRTTSpan {
		t.minRTT, t.minRTTAt = rtt, micros(now)
	}
}

// timeout is the present timeout with its back-off (RFC 6298 section 5.5).
func (c *Conn) timeout() time.Duration {
	if c.backoff > 20 { // no timeout is doubled that often before it reaches any limit
		return c.cfg.RTOMax
	}
	return min(c.rto<<c.backoff, c.cfg.RTOMax)
}

// sampleSyn takes the round-trip time of our SYN, if it was sent once (Karn, RFC
// 6298 section 3), or else from the echoed timestamp.
func (c *Conn) sampleSyn(now time.Duration, o *wire.TCPOptions) {
	rtt, ok := now-c.rttAt, true
	if c.has(synLost) {
		rtt, ok = c.echoedTime(now, o)
	}
	if ok {
		c.sample(rtt)
	}
}

// echoedTime is the time since the timestamp that the peer echoes was sent (RFC
// 7323 section 4.1).
func (c *Conn) echoedTime(now time.Duration, o *wire.TCPOptions) (time.Duration, bool) {
	if !c.has(tsOK) || o.Has&wire.OptionTimestamps == 0 || o.TSEcr == 0 {
		return 0, false
	}
	rtt := time.Duration(c.timestamp(now)-o.TSEcr) * clockTick
	return rtt, rtt <= c.cfg.RTOMax
}

// sampleData takes the round-trip times that an acknowledgement tells: of what
// was never sent again, else of what was SACKed, else from the timestamp (Linux
// tcp_clean_rtx_queue, tcp_ack_update_rtt). head is when the segment now at
// SND.UNA was sent.
func (c *Conn) sampleData(now time.Duration, a *arrival, n *news) {
	least, some := time.Duration(0), false // time since the last of what arrived was sent
	seq, timed := time.Duration(0), false
	if n.has(newsAckTime) && !n.has(newsAgainAcked) {
		seq, timed = sinceMicros(now, n.firstAck), true
		least, some = sinceMicros(now, n.lastAck), true
	}
	if n.has(newsSackTime) {
		least, some = sinceMicros(now, n.lastSack), true
		if !timed {
			seq, timed = sinceMicros(now, n.firstSack), true
		}
	}
	if !timed && n.has(newsAcked) && !n.has(newsDSACK) { // what answers a duplicate echoes an older segment
		seq, timed = c.echoedTime(now, &a.seg.Options)
		least, some = seq, timed
	}
	if timed {
		if some {
			c.tx.noteMinRTT(now, least)
		}
		c.sample(seq)
	}
	if n.has(newsAcked) {
		n.set(newsSetTimer)
	} else if t := c.tx; timed && n.has(newsSackTime) && t.count() > 0 &&
		sinceMicros(now, n.firstSack) > sinceMicros(now, t.at(t.head).at) {
		n.set(newsSetTimer)
	}
	if some && (n.has(newsAcked) || n.has(newsSacked)) {
		c.timedAck(now, max(least, time.Microsecond))
	}
}
