package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// Next gives the next segment to send: its header in seg, without ports, and
// its payload copied to the front of room, n bytes. A segment never exceeds
// room. ok is false when there is nothing more to send at this time.
func (c *Conn) Next(now time.Duration, seg *wire.TCP, room []byte) (n int, ok bool) {
	return c.next(now, seg, room, false)
}

func (c *Conn) next(now time.Duration, seg *wire.TCP, room []byte, super bool) (n int, ok bool) {
	if c.has(finAhead) {
		c.sendFinAhead(now, seg)
		return 0, true
	}
	if c.reply.flags != 0 {
		c.sendReply(now, seg)
		return 0, true
	}
	if c.state == StateClosed {
		return 0, false
	}
	if c.has(synDue) {
		return c.sendSyn(now, seg, room), true
	}
	if c.state == StateSynSent {
		return 0, false
	}
	if c.has(ackForced) {
		c.unset(ackForced)
		c.sendAck(now, seg)
		return 0, true
	}
	if c.state.sends() {
		if n, ok = c.sendText(now, seg, room, super); ok {
			return n, true
		}
	}
	if c.has(resetLast) {
		c.reply = reply{flags: wire.RST, seq: c.acceptableSeq(), active: true}
		c.end()
		c.sendReply(now, seg)
		return 0, true
	}
	if c.has(probeDue) {
		return c.sendProbe(now, seg, room), true
	}
	if c.has(ackNow | ackLast) {
		c.unset(ackLast)
		c.sendAck(now, seg)
		return 0, true
	}
	return 0, false
}

// NextSyn is Next where only a SYN, or SYN|ACK, that is due matters.
func (c *Conn) NextSyn(now time.Duration, seg *wire.TCP) (ok bool) {
	if ok = c.has(synDue); ok {
		c.sendSyn(now, seg, nil)
	}
	return ok
}

// sendText gives a segment with data or FIN: what is to be sent again, then what
// was never sent; after a timeout that may be spurious the other way round.
func (c *Conn) sendText(now time.Duration, seg *wire.TCP, room []byte, super bool) (n int, ok bool) {
	if c.has(rtxNew) && !c.has(rtxForce) {
		if n, ok = c.sendNew(now, seg, room, super); ok {
			return n, true
		}
		c.unset(rtxNew)
		if !seqGT(c.sndNxt, c.tx.high) {
			c.unset(frto)
			c.set(rtxDue)
		}
	}
	if c.has(rtxForce | rtxDue | tlpDue) {
		if n, ok = c.sendAgain(now, seg, room); ok {
			return n, true
		}
	}
	n, ok = c.sendNew(now, seg, room, super)
	c.unset(tlpDue)
	return n, ok
}

// sendSyn gives the SYN, or the SYN|ACK, and the size of the data that a SYN carries
// for Fast Open.
func (c *Conn) sendSyn(now time.Duration, seg *wire.TCP, room []byte) (n int) {
	c.unset(synDue)
	*seg = wire.TCP{Seq: c.iss, Flags: wire.SYN, Window: uint16(c.rcvWnd)}
	if c.state != StateSynSent {
		seg.Flags |= wire.ACK
		seg.Ack = c.rcvNxt
		c.rcvWup = c.rcvNxt
		c.ackSent()
	}
	c.synOptions(now, &seg.Options)
	seg.Flags |= c.synECN()
	if c.sndNxt == c.iss {
		c.sndNxt = c.iss + 1
		c.rttAt = now
	}
	if c.fast != nil {
		n = c.fastSyn(seg, room)
	}
	if c.sendAt == never {
		c.setTimer(timerRTO, now+c.timeout())
	}
	return n
}

// sendAck gives an empty ACK.
func (c *Conn) sendAck(now time.Duration, seg *wire.TCP) {
	c.header(now, seg, 0, c.acceptableSeq())
	c.ackSent()
}

// acceptableSeq is the number of an empty segment: SND.NXT, or the window's
// right edge after the peer has taken back what it offered, so that the segment
// is not outside the window (Linux tcp_acceptable_seq).
func (c *Conn) acceptableSeq() uint32 {
	if !c.state.Synchronized() {
		return c.sndNxt
	}
	edge := c.sndUna + c.sndWnd
	if seqLE(c.sndNxt, edge) || c.has(wsOK) && c.sndNxt-edge < 1<<c.rcvWScale {
		return c.sndNxt
	}
	return edge
}

// dataStart is the sequence number of the first byte in the send buffer.
func (c *Conn) dataStart() uint32 {
	if !c.has(synAcked) {
		return c.iss + 1
	}
	return c.sndUna
}

// dataEnd is the sequence number after the last byte written; a FIN has it.
func (c *Conn) dataEnd() uint32 {
	if c.has(finSent) && c.snd.n == 0 && c.sndUna == c.sndNxt {
		return c.sndUna - 1 // the FIN is acknowledged
	}
	return c.dataStart() + c.snd.n
}

// segmentSize is the most data for one segment now: the MSS less SACK blocks,
// and no more than half of the largest window the peer ever offered, so that a
// small window is not filled by one segment (RFC 9293 section 3.8.6.2.1).
func (c *Conn) segmentSize(room int) uint32 {
	m := uint32(c.mss) - uint32(c.sackLen())
	half := c.sndMaxWnd
	if half > mssDefault {
		half /= 2
	}
	if m > half {
		m = max(half, mssMin/2)
	}
	return min(m, uint32(room))
}

// sendNew gives the next segment of data not sent before, or the FIN.
func (c *Conn) sendNew(now time.Duration, seg *wire.TCP, room []byte, super bool) (int, bool) {
	if c.has(finSent) {
		return 0, false
	}
	end := c.dataEnd()
	unsent := end - c.sndNxt
	if unsent == 0 {
		c.unset(pushOnce)
		if !c.has(finQueued) {
			return 0, false
		}
	}
	size := c.segmentSize(len(room))
	n := min(unsent, size)
	if super && !c.has(tlpDue) {
		n = c.several(now, unsent, size, uint32(len(room)))
	}
	need := n
	if c.has(finQueued) && n == unsent && (n == 0 || !c.has(finApart)) {
		need++
	}
	flight := c.sndNxt - c.sndUna
	if c.windowLeft() < int32(need) {
		c.persist(now)
		return 0, false
	}
	quota := c.quota(now)
	if quota == 0 && !c.has(tlpDue) && !c.fitsBytes(flight+n) {
		c.noteUse(now)
		return 0, false
	}
	if n < size && need == n && c.nagleHolds(flight) {
		if flight == 0 {
			c.persist(now) // corked: for so long at most
		}
		return 0, false
	}
	from := c.sndNxt
	batch := c.cfg.PushBatches && c.endsBatch(from, n, size, quota)
	c.sndNxt += need
	if n%size != 0 || n == 0 {
		c.sndSmall = c.sndNxt
	}
	c.sent(now, from, from+n, size)
	if n > 0 {
		c.replied(now)
	}
	n = uint32(c.emit(now, seg, room, from, n, need > n))
	if batch {
		seg.Flags |= wire.PSH
	}
	c.markECN(seg, true)
	return int(n), true
}

// persist sets the timer that looks after data that cannot leave though nothing
// is in flight (RFC 9293 section 3.8.6.1).
func (c *Conn) persist(now time.Duration) {
	if c.sndNxt == c.sndUna && c.sendAt == never {
		c.set(probing)
		c.setTimer(timerRTO, now+c.timeout())
	}
}

// quota is how many segments the congestion window lets leave now.
func (c *Conn) quota(now time.Duration) uint32 {
	t := c.outgoing(now)
	if t.count() == 0 {
		c.restartAfterIdle(now)
	}
	if flight := t.inFlight(); flight < c.cwnd && t.count() < segmentsMax {
		return c.cwnd - flight
	}
	return 0
}

// fitsBytes says whether a system that counts its congestion window in bytes has
// room for so many in flight.
func (c *Conn) fitsBytes(flight uint32) bool {
	return !c.cfg.CountSegments && c.ca == CAOpen && flight <= c.cwnd*uint32(c.mss) && c.tx.count() < segmentsMax
}

// nagleHolds says whether a short segment waits (RFC 9293 section 3.7.4, and
// Minshall's refinement: only behind another short one).
func (c *Conn) nagleHolds(flight uint32) bool {
	if c.has(pushOnce | rtxNew | tlpDue) {
		return false
	}
	if c.has(cork) {
		return true
	}
	if c.has(noDelay) || flight == 0 {
		return false
	}
	return !c.cfg.NagleMinshall || seqGT(c.sndSmall, c.sndUna) && seqLE(c.sndSmall, c.sndNxt)
}

// sent notes that [from, SND.NXT) is in flight, in segments of size bytes; last
// is where its data ends.
func (c *Conn) sent(now time.Duration, from, last, size uint32) {
	t := c.outgoing(now)
	if t.inFlight() == 0 {
		t.cubic.resume(now, c.lastSent)
	}
	first, before := t.count() == 0, t.tail
	t.note(now, from, c.sndNxt, last, size)
	if c.has(tlpDue) {
		c.unset(tlpDue | tlpOld)
		c.set(tlpOut)
		t.tlpHigh = c.sndNxt
	}
	if c.reducing() {
		t.prrOut += t.tail - before
	}
	if c.has(probing) {
		c.unset(probing)
		c.retransmits, c.backoff = 0, 0
		c.sendAt = never
	}
	if first || c.pending == timerProbe {
		c.rearmRTO(now)
	}
	c.scheduleProbe(now, false)
	c.noteUse(now)
}

// replied notes that data was sent: soon after the peer's, it is a reply.
func (c *Conn) replied(now time.Duration) {
	if c.cfg.PingPong && now-c.lastRcvd < c.ato {
		c.set(pingPong)
	}
	c.lastSent = now
}

// emit writes one segment with n bytes from sequence number from on.
func (c *Conn) emit(now time.Duration, seg *wire.TCP, room []byte, from, n uint32, fin bool) int {
	var flags wire.Flags
	if n > 0 && (from+n == c.dataEnd() || from+n == c.pushSeq || from+n-c.pushSeq > c.sndMaxWnd/2 && seqGT(from+n, c.pushSeq)) {
		flags |= wire.PSH
		c.pushSeq = seqMax(c.pushSeq, from+n)
	}
	if fin {
		flags |= wire.FIN
		if n > 0 {
			flags |= wire.PSH
		}
		c.set(finSent)
	}
	c.header(now, seg, flags, from)
	c.ackSent()
	return c.snd.peek(from-c.dataStart(), room[:n])
}

// sendProbe gives a window or keepalive probe (RFC 9293 sections 3.8.6.1 and
// 3.8.4): what the window has room for, or a segment that calls for an ACK.
func (c *Conn) sendProbe(now time.Duration, seg *wire.TCP, room []byte) int {
	c.unset(probeDue)
	unsent, left := c.dataEnd()-c.sndNxt, c.windowLeft()
	if c.has(probing) && unsent > 0 && !c.has(finSent) && (left > 0 || !c.cfg.ProbeOldByte) {
		n := min(unsent, c.segmentSize(len(room)), uint32(max(left, 1)))
		from, flight := c.sndNxt, c.sndNxt-c.sndUna
		switch {
		case left > 0: // sent for good
			c.sndNxt += n
			c.sndSmall = c.sndNxt
			c.sent(now, from, c.sndNxt, n)
			c.replied(now)
		case flight == 0:
			c.sndNxt += n
		default: // the byte of an earlier probe again
			from, n = c.sndUna, min(flight, n)
		}
		return c.emit(now, seg, room, from, n, false)
	}
	c.header(now, seg, 0, c.sndUna-1)
	c.ackSent()
	return 0
}
