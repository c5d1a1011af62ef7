package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// handleData is the seventh and eighth check of RFC 9293 section 3.10.7.4: the
// segment's text and FIN. ok says that an ACK is due for it.
func (c *Conn) handleData(now time.Duration, a *arrival) (ev Event, ok bool) {
	if a.end == a.seq || !c.state.receives() && c.pastFin(a) {
		return 0, false
	}
	if c.state != StateEstablished && c.unwanted(a) {
		c.resetFor(a)
		c.end()
		return Aborted | Closed, false
	}
	if seqLE(a.end, c.rcvNxt) || !c.state.receives() {
		c.noteDuplicate(a.seq, seqMin(a.end, c.rcvNxt))
		c.enterQuickAck()
		c.set(ackNow)
		return 0, true
	}
	edge := c.rcvNxt + c.receiveWindow()
	bareFin := a.fin && len(a.data) == 0 && a.seq == c.rcvNxt
	if seqGE(a.seq, edge) && !bareFin {
		c.enterQuickAck()
		c.set(ackNow)
		return 0, true
	}
	c.trim(a)
	if a.fin && (!c.has(finSeen) || seqLT(a.end-1, c.finSeq)) {
		c.set(finSeen)
		c.finSeq = a.end - 1
	}
	if a.seq != c.rcvNxt {
		return 0, c.keepAhead(a)
	}
	return c.takeInOrder(now, a), true
}

// unwanted says whether a segment brings something new that nobody will read
// (RFC 9293 section 3.6.1, SHLD-3). On Linux the peer's own FIN says so too.
func (c *Conn) unwanted(a *arrival) bool {
	textEnd := a.seq + uint32(len(a.data))
	if !seqGT(textEnd, c.rcvNxt) {
		return false
	}
	if c.cfg.ResetPastFin {
		return c.has(readClosed | finRead)
	}
	return c.has(readClosed) && c.cfg.ResetOrphans && len(a.data) > 0
}

// pastFin says whether a segment is ignored because the peer has said before
// that nothing more comes. Linux looks at one that begins before the FIN, others
// only at one that ends there.
func (c *Conn) pastFin(a *arrival) bool {
	if c.cfg.ResetPastFin {
		return seqGE(a.seq, c.rcvNxt)
	}
	return seqGT(a.end, c.rcvNxt)
}

// trim cuts off what was received before and what there is no room for. A
// segment may exceed the window told by as much as the buffer can hold.
func (c *Conn) trim(a *arrival) {
	if seqLT(a.seq, c.rcvNxt) {
		c.noteDuplicate(a.seq, c.rcvNxt)
		a.data = a.data[min(c.rcvNxt-a.seq, uint32(len(a.data))):]
		a.seq = c.rcvNxt
	}
	limit := c.rcvNxt + max(c.receiveWindow(), c.rcvLimit-min(c.rcvLimit, c.rcv.n))
	if end := a.seq + uint32(len(a.data)); seqGT(end, limit) {
		a.data = a.data[:limit-a.seq]
		a.end, a.fin = limit, false
	}
}

// keepAhead keeps a segment that begins ahead of RCV.NXT.
func (c *Conn) keepAhead(a *arrival) bool {
	c.set(ackNow)
	if a.seq == a.end {
		return true // nothing is left of it
	}
	if c.ooo == nil {
		c.ooo = new(reassembly)
	}
	dup, ok := c.ooo.add(a.seq, a.end)
	if !ok {
		return true
	}
	if dup.Left != dup.Right {
		c.noteDuplicate(dup.Left, dup.Right)
	}
	c.place(&c.rcv, c.rcvClass, c.rcv.n+a.seq-c.rcvNxt, a.data)
	return true
}

// takeInOrder takes a segment that begins at RCV.NXT, and what follows it in
// the reassembly queue.
func (c *Conn) takeInOrder(now time.Duration, a *arrival) (ev Event) {
	if n := uint32(len(a.data)); n > 0 {
		c.place(&c.rcv, c.rcvClass, c.rcv.n, a.data)
		c.measure(now, a)
		next := c.rcvNxt + n
		if !c.ooo.empty() {
			next = c.ooo.take(next)
			c.set(ackNow) // a hole was filled (RFC 5681 section 4.2)
		}
		if c.has(finSeen) {
			next = seqMin(next, c.finSeq)
		}
		c.rcv.n += next - c.rcvNxt
		c.growTarget(next - c.rcvNxt)
		if c.cfg.AckPush && a.seg.Flags&wire.PSH != 0 {
			c.set(ackNow)
		}
		c.rcvNxt = next
		ev = Data
	}
	if c.has(finSeen) && !c.has(finRead) && c.rcvNxt == c.finSeq {
		ev |= c.takeFin(now)
	}
	return ev
}

// takeFin is the eighth check: all that the peer will send is in.
func (c *Conn) takeFin(now time.Duration) Event {
	c.set(finRead)
	c.rcvNxt++
	c.ooo.clear()
	switch c.state {
	case StateEstablished:
		c.state = StateCloseWait
		if c.cfg.PingPong {
			c.set(pingPong) // the ACK waits for our own FIN (Linux tcp_fin)
		} else {
			c.set(ackNow)
		}
	case StateFinWait1:
		c.set(ackForced)
		c.state = StateClosing
	case StateFinWait2:
		c.set(ackForced)
		c.timeWait(now)
	}
	return PeerClosed
}

// noteDuplicate has the next ACK report [left, right) as received twice (RFC
// 2883).
func (c *Conn) noteDuplicate(left, right uint32) {
	if c.has(sackOK) && c.cfg.DSACK {
		c.dsack = wire.SACKBlock{Left: left, Right: right}
		c.set(dsackSet)
	}
}
