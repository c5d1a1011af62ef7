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
		c.sampleSyn(now, &a.seg.Options)
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
		c.oldSacks(now, a)
		return 0, true
	}
	updated := c.updateSendWindow(a)
	ev = c.takeAck(now, a, updated)
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

// newsOf begins the news of an acknowledgement that is not old.
func (c *Conn) newsOf(a *arrival, updated bool) (n news) {
	n.reord, n.priorFack = c.sndNxt, c.highestSack()
	if a.ack != c.sndUna {
		n.set(newsAdvanced | newsWindow)
	}
	if updated {
		n.set(newsWindow)
	}
	if a.end != a.seq {
		n.set(newsData)
	}
	if c.has(ecnOK) && a.seg.Flags&(wire.ECE|wire.SYN) == wire.ECE {
		n.set(newsECE)
	}
	return n
}

// takeAck takes in what an acknowledgement tells of what is in flight (Linux
// tcp_ack).
func (c *Conn) takeAck(now time.Duration, a *arrival, updated bool) (ev Event) {
	n, prior, t := c.newsOf(a, updated), c.sndUna, c.tx
	inFlight := t.count() > 0
	var delivered, lost uint32
	if t != nil {
		t.noteEcho(a)
		delivered, lost = t.delivered, t.lostTotal
		c.takeSacks(now, a, &n)
		if n.has(newsAdvanced) {
			c.dropSegments(now, a.ack, &n)
		}
	}
	if n.has(newsAdvanced) {
		if !c.has(synAcked) {
			c.sampleSyn(now, &a.seg.Options)
			n.set(newsAcked)
		}
		c.retransmits = 0
		ev = c.moveUna(a.ack)
	}
	switch {
	case !inFlight:
		if n.has(newsDSACK) {
			c.alert(now, prior, &n)
		}
		if c.has(probing) {
			c.probeAnswered(now, a.ack)
		}
		return ev
	case n.has(newsAdvanced):
		c.settleCounts(&n)
	}
	c.sampleData(now, a, &n)
	c.adaptReorderWindow(&n)
	if c.has(tlpOut) {
		c.probeAcked(a.ack, &n)
	}
	if c.dubious(&n) {
		if !n.has(newsAdvanced | newsNotDup | newsDSACK) {
			n.dups = 1
		}
		c.alert(now, prior, &n)
	}
	if n.has(newsSetTimer) && !c.scheduleProbe(now, true) {
		c.rearmRTO(now)
	}
	t.countECE(t.delivered-delivered, &n)
	c.follow(now, t.delivered-delivered+n.dsacked, t.lostTotal-lost, &n)
	return ev
}

// oldSacks takes SACK blocks from an acknowledgement that was overtaken.
func (c *Conn) oldSacks(now time.Duration, a *arrival) {
	if c.tx == nil || a.seg.Options.Has&wire.OptionSACK == 0 {
		return
	}
	n := news{flags: newsWindow, reord: c.sndNxt, priorFack: c.highestSack()}
	c.tx.noteEcho(a)
	delivered, lost := c.tx.delivered, c.tx.lostTotal
	c.takeSacks(now, a, &n)
	c.alert(now, c.sndUna, &n)
	if c.reducing() {
		c.reduceStep(c.tx.delivered-delivered+n.dsacked, c.tx.lostTotal-lost, &n)
	}
}

// noteEcho keeps the timestamp that the segment at hand echoes, 0 if none.
func (t *sender) noteEcho(a *arrival) {
	t.echo = 0
	if a.seg.Options.Has&wire.OptionTimestamps != 0 {
		t.echo = a.seg.Options.TSEcr
	}
}

// dropSegments takes what ack covers out of flight (Linux tcp_clean_rtx_queue).
// A segment that is covered in part stays.
func (c *Conn) dropSegments(now time.Duration, ack uint32, n *news) {
	t := c.tx
	from, low := c.dataStart(), c.sndNxt
	for t.head != t.tail && seqLE(t.at(t.head).end, ack) {
		s := t.at(t.head)
		switch {
		case s.marks&(markAgain|markEver) != 0:
			n.set(newsAgainAcked)
		case s.marks&markSacked == 0:
			n.noteAckTime(s.at)
			low = seqMin(low, from)
			if seqLE(s.end, t.high) {
				n.set(newsOriginal)
			}
		}
		if s.marks&markSacked == 0 && c.has(sackOK) {
			t.delivered++
			c.rackAdvance(now, s)
		}
		n.noteDelivered(s)
		t.uncount(s.marks)
		from = s.end
		n.acked++
		t.head++
	}
	if n.acked > 0 {
		n.set(newsAcked)
	}
	n.reord = low
	if t.head != t.tail && t.at(t.head).marks&markSacked != 0 {
		n.set(newsReneged)
	}
}

// settleCounts follows the acknowledgement of whole segments: duplicate ACKs go
// with them, and a hole that was filled without being sent again is reordering.
func (c *Conn) settleCounts(n *news) {
	if !n.has(newsAcked) {
		return
	}
	if !c.has(sackOK) {
		c.duplicatesAcked(n.acked)
		if n.has(newsAgainAcked) {
			n.flags &^= newsOriginal
		}
	} else if seqLT(n.reord, n.priorFack) {
		c.noteReordering(n.reord)
	}
}

// moveUna moves SND.UNA to ack.
func (c *Conn) moveUna(ack uint32) (ev Event) {
	acked := ack - c.sndUna
	data := acked
	c.acked = min(c.acked+acked, ackedMax)
	if !c.has(synAcked) { // closed before the handshake was done
		c.set(synAcked)
		data--
	}
	data = min(data, c.snd.n) // the rest is the FIN
	c.snd.drop(data)
	c.sndUna = ack
	c.pushSeq = seqMax(c.pushSeq, ack)
	if data > 0 {
		ev = Space
	}
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
