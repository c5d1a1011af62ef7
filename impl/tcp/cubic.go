package tcp

import "time"

// CUBIC congestion avoidance (RFC 9438), with Linux's constants and its way of
// counting (tcp_cubic.c): the window follows a cubic of the time since the last
// reduction, is never below what Reno would have, and grows by at most one
// segment for two that are acknowledged.

// cubic is CUBIC's state of a connection. Windows are in segments.
type cubic struct {
	hystart
	max      uint32 // W_max
	origin   uint32 // window at which the cubic has its inflection
	k        uint32 // time from the epoch to there, in cubicTicks
	count    uint32 // segments acknowledged for one more of the window
	last     uint32 // window at lastAt
	acked    uint32 // segments acknowledged since the Reno window grew
	reno     uint32 // W_est
	lastAt   int64  // in ticks of the host
	epoch    time.Duration
	hasEpoch bool
	delayMin time.Duration // 0: nothing was measured
}

const (
	cubicTicks   = 1 << 10 // units of time a second, as in Linux
	cubicBeta    = 717     // of 1024: 0.7
	cubicC       = 410     // of 1024: 0.4
	cubicFactor  = 1 << 40 / cubicC
	cubicRenoNum = 15 // 8 (1+beta)/3(1-beta), in 1/8: growth of W_est
)

// reset forgets everything, after a timeout (Linux bictcp_reset).
func (q *cubic) reset() { *q = cubic{} }

// reduce is the threshold after a loss (RFC 9438 sections 4.6 and 4.7).
func (q *cubic) reduce(cwnd uint32) uint32 {
	q.hasEpoch = false
	if cwnd < q.max {
		q.max = uint32(uint64(cwnd) * (1024 + cubicBeta) / 2048) // fast convergence
	} else {
		q.max = cwnd
	}
	return max(uint32(uint64(cwnd)*cubicBeta/1024), 2)
}

// update decides after how many segments the window grows by one (RFC 9438
// section 4.2 to 4.4; Linux bictcp_update).
func (q *cubic) update(now, tick time.Duration, cwnd, acked uint32) {
	q.acked += acked
	ticks := int64(now / tick)
	if q.last == cwnd && time.Duration(ticks-q.lastAt)*tick <= time.Second/32 {
		return
	}
	if !q.hasEpoch || ticks != q.lastAt {
		q.last, q.lastAt = cwnd, ticks
		if !q.hasEpoch {
			q.begin(now, cwnd, acked)
		}
		q.follow(now, cwnd)
	}
	step := cwnd * cubicRenoNum >> 3
	for step > 0 && q.acked > step {
		q.acked -= step
		q.reno++
	}
	if q.reno > cwnd {
		q.count = min(q.count, cwnd/(q.reno-cwnd))
	}
	q.count = max(q.count, 2)
}

// begin starts an epoch.
func (q *cubic) begin(now time.Duration, cwnd, acked uint32) {
	q.hasEpoch, q.epoch, q.acked, q.reno = true, now, acked, cwnd
	q.k, q.origin = 0, cwnd
	if q.max > cwnd {
		q.k, q.origin = cubeRoot(cubicFactor*uint64(q.max-cwnd)), q.max
	}
}

// follow sets count from where the cubic will be a round trip from now.
func (q *cubic) follow(now time.Duration, cwnd uint32) {
	t := uint64(max(now-q.epoch+q.delayMin, 0)) * cubicTicks / uint64(time.Second)
	away := max(t, uint64(q.k)) - min(t, uint64(q.k))
	away = min(away, 1<<18) // 256 s: the cube stays within 64 bits
	delta := uint32(min((cubicC*away*away*away)>>40, cwndMax))
	target := q.origin + delta
	if t < uint64(q.k) {
		target = q.origin - min(delta, q.origin)
	}
	if target > cwnd {
		q.count = cwnd / (target - cwnd)
	} else {
		q.count = 100 * cwnd
	}
	if q.max == 0 && q.count > 20 {
		q.count = 20 // nothing is known of the path yet
	}
}

// resume is for sending after a pause since last: time in which nothing was sent
// does not count (RFC 9438 section 4.2; Linux CA_EVENT_TX_START).
func (q *cubic) resume(now, last time.Duration) {
	if q.hasEpoch && now > last {
		q.epoch = min(q.epoch+now-last, now)
	}
}

// cubeRoot is the integer part of the cube root of a.
func cubeRoot(a uint64) uint32 {
	var x uint64
	for bit := uint64(1) << 20; bit != 0; bit >>= 1 {
		if y := x | bit; y*y*y <= a {
			x = y
		}
	}
	return uint32(x)
}
