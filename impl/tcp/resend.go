package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// sendAgain gives a segment that was sent before: the first one after a timeout,
// a tail loss probe, or what is lost, as the congestion window lets it (RFC 6675
// section 5 C; Linux tcp_xmit_retransmit_queue).
func (c *Conn) sendAgain(now time.Duration, seg *wire.TCP, room []byte) (int, bool) {
	t := c.tx
	if t.count() == 0 {
		c.unset(rtxForce | rtxDue | tlpDue)
		return 0, false
	}
	if c.has(tlpDue) {
		if c.newFits(c.segmentSize(len(room))) {
			return 0, false // sendNew gives it
		}
		c.unset(tlpDue)
		c.set(tlpOut | tlpOld)
		t.tlpHigh = c.sndNxt
		i := t.tail - 1
		n, ok := c.resend(now, seg, room, i)
		return n, ok
	}
	if c.has(rtxForce) {
		c.unset(rtxForce)
		return c.again(now, seg, room, t.head)
	}
	if !c.has(rtxDue) {
		return 0, false
	}
	i, ok := t.nextLost()
	if !ok || t.inFlight() >= c.cwnd {
		c.unset(rtxDue)
		return 0, false
	}
	return c.again(now, seg, room, i)
}

// again sends segment i again and counts it (Linux tcp_retransmit_skb).
func (c *Conn) again(now time.Duration, seg *wire.TCP, room []byte, i uint32) (int, bool) {
	t := c.tx
	n, ok := c.resend(now, seg, room, i)
	if !ok {
		c.unset(rtxDue)
		return 0, false
	}
	if s := t.at(i); s.marks&markAgain == 0 {
		s.marks |= markAgain
		t.again++
	}
	if !c.has(rtxStamped) {
		c.set(rtxStamped)
		t.rtxStamp = c.timestamp(now)
	}
	t.undoRetrans = max(t.undoRetrans, 0) + 1
	if c.reducing() {
		t.prrOut++
	}
	if i == t.head && c.pending != timerReorder {
		c.setTimer(timerRTO, now+c.timeout())
		c.boundByUser(now)
	}
	return n, true
}

// resend gives segment i once more, cut or joined with the next ones to what one
// segment holds now. ok is false if the peer's window has no place for it.
func (c *Conn) resend(now time.Duration, seg *wire.TCP, room []byte, i uint32) (n int, ok bool) {
	t, from := c.tx, c.startOf(i)
	size := c.segmentSize(len(room))
	if left := int32(c.sndUna + c.sndWnd - from); left > 0 {
		size = min(size, uint32(left))
	} else if from != c.sndUna {
		return 0, false
	}
	end := c.dataEnd()
	if text := seqMin(t.at(i).end, end) - from; text > size {
		t.split(now, i, from+size)
	} else {
		c.joinNext(i, from, size)
	}
	s := t.at(i)
	s.at, s.delivered = micros(now), t.delivered
	s.marks |= markEver
	t.againTotal++
	fin := seqGT(s.end, end)
	return c.emit(now, seg, room, from, seqMin(s.end, end)-from, fin), true
}

// joinNext joins segment i with those behind it that fit into size bytes and were
// not reported (Linux tcp_retrans_try_collapse).
func (c *Conn) joinNext(i, from, size uint32) {
	t := c.tx
	edge := c.sndUna + c.sndWnd
	for i+1 != t.tail {
		next := t.at(i + 1)
		if (t.at(i).marks|next.marks)&markSacked != 0 || seqMin(next.end, c.dataEnd())-from > size || seqGT(next.end, edge) {
			return
		}
		t.join(i, c.has(sackOK))
	}
}
