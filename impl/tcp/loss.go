package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// lossState says what a connection believes about its segments in flight.
type lossState uint8

const (
	lossNone    lossState = iota
	lossFast              // fast recovery: some are lost, ACKs still come (RFC 6582, 6675)
	lossTimeout           // all that was in flight up to recover is taken for lost
)

// dupThresh is how many duplicate ACKs mean a loss (RFC 5681 section 3.2).
const dupThresh = 3

// duplicateAck counts an ACK that acknowledges nothing new (RFC 5681 section 2)
// and starts fast retransmit.
func (c *Conn) duplicateAck(now time.Duration, a *arrival, sacked bool) {
	if !c.has(synAcked) || c.has(sackOK) && !sacked {
		return
	}
	if !c.has(sackOK) && c.burst < 2 {
		return // nothing in flight could have caused it (Linux tcp_limit_reno_sacked)
	}
	c.dupAcks = min(c.dupAcks, 254) + 1
	if c.loss != lossNone {
		return
	}
	lost := c.dupAcks >= dupThresh
	if c.has(sackOK) { // RFC 6675 section 4, IsLost
		lost = lost || c.score.bytes() > (dupThresh-1)*uint32(c.mss)
	} else if !seqGT(c.sndUna, c.recover) { // RFC 6582 section 3.2 step 2
		return
	}
	if lost {
		c.fastRetransmit()
	} else if c.has(sackOK) && c.cfg.ReorderTimer {
		c.set(reorder)
		c.tlpAt = now + max(c.srtt/4, 2*c.cfg.Tick)
	}
}

// fastRetransmit starts the recovery of what seems lost (RFC 5681 section 3.2).
func (c *Conn) fastRetransmit() {
	c.halve()
	c.loss, c.recover, c.rtxNxt, c.cwnd = lossFast, c.sndNxt, c.sndUna, c.ssthresh
	c.tlpAt = never
	c.unset(reorder)
	c.set(rtxForce | rtxHead)
}

// enterTimeout takes everything in flight for lost (RFC 5681 section 3.1, RFC
// 6298 section 5).
func (c *Conn) enterTimeout() {
	if c.loss != lossTimeout || c.retransmits == 0 {
		c.halve()
	}
	c.loss, c.recover, c.rtxNxt = lossTimeout, c.sndNxt, c.sndUna
	c.cwnd, c.dupAcks = uint32(c.mss), 0
	c.tlpAt = never
	c.unset(tlpDue | rtxHead)
	c.set(rtxForce)
}

// lossProgress follows SND.UNA: it ends a recovery, or sends on in it.
func (c *Conn) lossProgress(acked, flight uint32) {
	switch {
	case c.loss == lossNone:
		c.dupAcks = 0
		c.grow(acked, flight)
		c.recover = seqMax(c.recover, c.sndUna-1)
	case seqGE(c.sndUna, c.recover):
		if c.loss == lossTimeout {
			c.grow(acked, flight)
		} else {
			c.cwnd = c.ssthresh
		}
		c.loss, c.dupAcks = lossNone, 0
		c.unset(rtxForce | rtxHead | rttStale)
	case c.loss == lossTimeout:
		c.set(limited)
		c.grow(acked, flight)
	case !c.has(sackOK): // a partial ACK: the next segment is lost too (RFC 6582 step 3)
		c.rtxNxt = c.sndUna
		c.dupAcks -= min(c.dupAcks, uint8(min(acked/uint32(max(c.mss, 1)), 255)))
		c.set(rtxForce | rtxHead)
	}
}

// pipe is the estimate of what is still in the network (RFC 6675 section 4).
func (c *Conn) pipe() uint32 {
	flight := c.sndNxt - c.sndUna
	switch {
	case c.loss == lossTimeout:
		again := c.rtxNxt - c.sndUna - c.score.between(c.sndUna, c.rtxNxt)
		fresh := c.sndNxt - c.recover - c.score.between(c.recover, c.sndNxt)
		return again + fresh
	case !c.has(sackOK):
		return flight - min(flight, uint32(c.dupAcks)*uint32(c.mss))
	case c.loss == lossFast:
		high := seqMax(c.score.highest(c.sndUna), c.rtxNxt)
		return c.rtxNxt - c.sndUna - c.score.between(c.sndUna, c.rtxNxt) + c.sndNxt - high
	}
	return flight - c.score.bytes()
}

// sendAgain gives a segment that was sent before, or a tail loss probe.
func (c *Conn) sendAgain(now time.Duration, seg *wire.TCP, room []byte) (int, bool) {
	size := c.segmentSize(len(room))
	if c.has(tlpDue) {
		c.unset(tlpDue)
		if !c.newFits(size) {
			return c.resend(now, seg, room, c.tail(), c.sndNxt), true
		}
		c.set(tlpOut)
	}
	if c.loss == lossNone && !c.has(rtxForce) {
		return 0, false
	}
	from, to, ok := c.lostRange(size)
	if !ok || !c.has(rtxForce) && c.pipe()+(to-from) > c.cwnd {
		return 0, false
	}
	c.unset(rtxForce | rtxHead)
	n := c.resend(now, seg, room, from, to)
	c.rtxNxt = seqMax(c.rtxNxt, seg.Seq+segmentLen(seg.Flags, n))
	return n, true
}

// lostRange is the next range to send again: at most one segment, between what
// the peer reports as received.
func (c *Conn) lostRange(size uint32) (from, to uint32, ok bool) {
	limit := c.recover
	if c.loss == lossFast {
		if c.has(sackOK) {
			limit = c.score.highest(c.sndUna)
		} else {
			limit = c.sndUna
		}
		if c.has(rtxHead) {
			limit = seqMax(limit, seqMin(c.sndUna+size, c.sndNxt))
		}
	}
	from, to = c.score.hole(seqMax(c.rtxNxt, c.sndUna), limit)
	if !seqLT(from, to) {
		c.unset(rtxForce | rtxHead)
		return 0, 0, false
	}
	last := from + size
	if c.has(finSent) && last == c.dataEnd() {
		last++ // a FIN goes with its data
	}
	return from, seqMin(to, last), true
}

// resend emits one segment of [from, to), FIN included if it was sent.
func (c *Conn) resend(now time.Duration, seg *wire.TCP, room []byte, from, to uint32) int {
	size, end := c.segmentSize(len(room)), c.dataEnd()
	n := min(size, seqMin(to, end)-from)
	if seqGT(from, end) {
		n = 0
	}
	fin := c.has(finSent) && from+n == end && seqGT(to, end)
	c.stopTiming()
	if c.rtoAt == never {
		c.rtoAt = now + c.timeout()
	}
	return c.emit(now, seg, room, from, n, fin)
}
