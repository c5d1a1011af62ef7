package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// quickAcksMin is how many segments are acknowledged at once even if the window
// is small.
const quickAcksMin = 2

// measure follows the peer's way of sending as data arrives: segment size,
// pushes, and the gaps that delayed ACKs adapt to (Linux tcp_event_data_recv).
func (c *Conn) measure(now time.Duration, a *arrival) {
	n := uint16(min(len(a.data), 65535))
	switch {
	case n >= c.rcvMSS:
		c.rcvMSS = min(n, c.cfg.advertisedMSS())
	case c.has(ackPushed):
		c.set(ackPushed2)
	}
	if n < c.rcvMSS || a.seg.Flags&wire.PSH != 0 {
		c.set(ackPushed)
	}
	gap, least := now-c.lastRcvd, c.cfg.DelayedAck
	switch {
	case c.ato == 0:
		c.moreQuickAcks()
		c.ato = least
	case gap <= least/2:
		c.ato = c.ato/2 + least/2
	case gap < c.ato:
		c.ato = min(c.ato/2+gap, c.rto)
	case gap > c.rto:
		c.moreQuickAcks()
	}
	c.lastRcvd = now
}

// moreQuickAcks lets the next segments be acknowledged at once, so that a peer
// in slow start gets going (Linux tcp_incr_quickack).
func (c *Conn) moreQuickAcks() {
	if c.cfg.QuickAcks == 0 {
		return
	}
	n := c.rcvWnd / (2 * uint32(max(c.rcvMSS, 1)))
	n = min(max(n, quickAcksMin), uint32(c.cfg.QuickAcks))
	c.quick = max(c.quick, uint8(n))
}

// ackQuickly lets the next n segments be acknowledged at once (Linux
// tcp_enter_quickack_mode).
func (c *Conn) ackQuickly(n uint8) {
	c.quick = max(c.quick, n)
	c.unset(pingPong)
	c.ato = c.cfg.DelayedAck
}

// enterQuickAck starts to acknowledge at once: the peer repeats itself (Linux
// tcp_enter_quickack_mode).
func (c *Conn) enterQuickAck() {
	c.moreQuickAcks()
	c.unset(pingPong)
	c.ato = c.cfg.DelayedAck
}

// scheduleAck decides when the segment just received is acknowledged: at once
// for every second full segment, for anything out of order, and in quick mode;
// later otherwise (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2).
func (c *Conn) scheduleAck(now time.Duration) {
	if c.has(ackNow | ackForced) {
		return
	}
	pending := c.rcvNxt - c.rcvWup
	full := pending > uint32(c.rcvMSS)
	if c.cfg.QuickAcks == 0 {
		full = pending >= 2*uint32(c.rcvMSS)
	}
	if full && c.newWindow() >= c.rcvWnd || c.quick > 0 && !c.has(pingPong) || !c.ooo.empty() {
		c.set(ackNow)
		return
	}
	if c.ackAt != never && (c.ato == 0 || c.ackAt <= now+c.ato/4) {
		c.set(ackNow) // it was about to go
		return
	}
	if at := now + c.ackDelay(); at < c.ackAt {
		c.ackAt = at
	}
}

// ackDelay is how long an ACK waits (Linux tcp_send_delayed_ack).
func (c *Conn) ackDelay() time.Duration {
	wait := c.ato
	if wait <= c.cfg.DelayedAck {
		return max(wait, c.cfg.Tick) // nothing: a bare FIN was all there ever was
	}
	most := 500 * time.Millisecond // RFC 9293 section 3.8.6.3
	if c.has(pingPong | ackPushed) {
		most = c.cfg.DelayedAckMax
	}
	if c.srtt > 0 {
		most = min(most, max(c.srtt, c.cfg.DelayedAck))
	}
	return min(wait, most)
}

// ackSent notes that RCV.NXT is on its way to the peer.
func (c *Conn) ackSent() {
	c.unset(ackNow | ackForced | ackPushed | ackPushed2)
	c.ackAt = never
	if c.quick > 0 {
		c.quick--
		if c.quick == 0 {
			c.ato = c.cfg.DelayedAck
		}
	}
}

// expireAck is the delayed ACK timer. An ACK that found no reply to ride on
// means that the exchange is not question and answer (Linux tcp_delack_timer).
func (c *Conn) expireAck() {
	c.ackAt = never
	if c.has(pingPong) {
		c.unset(pingPong)
		c.ato = c.cfg.DelayedAck
	} else {
		c.ato = min(2*c.ato, c.rto)
	}
	c.set(ackNow)
}

// ackAfterRead sends a waiting ACK when the user has read everything of a short
// exchange, and tells the peer when the window has doubled (Linux
// tcp_cleanup_rbuf; RFC 9293 section 3.8.6.2.2).
func (c *Conn) ackAfterRead() {
	if c.ackAt != never {
		short := c.has(ackPushed2) || c.has(ackPushed) && !c.has(pingPong)
		if c.rcvNxt-c.rcvWup > uint32(c.rcvMSS) || short && c.rcv.n == 0 && c.cfg.QuickAcks > 0 {
			c.set(ackNow)
			return
		}
	}
	if c.has(finRead|readClosed) || !c.state.receives() {
		return
	}
	if left := c.receiveWindow(); 2*left <= c.rcvTarget {
		if w := c.newWindow(); w > 0 && w >= 2*left {
			c.set(ackNow)
		}
	}
}
