package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// CloseWrite ends our side: a FIN follows what was written (RFC 9293 section
// 3.10.4; shutdown(SHUT_WR)). In SYN-SENT and SYN-RECEIVED the FIN waits for
// the connection.
func (c *Conn) CloseWrite(now time.Duration) {
	switch c.state {
	case StateEstablished:
		c.state = StateFinWait1
	case StateCloseWait:
		c.state = StateLastAck
	case StateSynSent, StateSynReceived:
	default:
		return
	}
	if c.state != StateSynSent && c.state != StateSynReceived && c.flowing() {
		c.set(finApart)
	}
	c.set(finQueued)
}

// flowing says whether all that was written could leave now. A FIN that is queued
// then does not ride on it: where each call has its segments sent before the next,
// they are gone by then.
func (c *Conn) flowing() bool {
	n := c.dataEnd() - c.sndNxt
	if n == 0 || c.windowLeft() < int32(n) || c.nagleHolds(c.sndNxt-c.sndUna) {
		return false
	}
	mss := uint32(max(c.mss, 1))
	return c.tx.inFlight()+(n+mss-1)/mss <= c.cwnd
}

// CloseRead says that nobody will read any more (shutdown(SHUT_RD)). Data is
// still acknowledged, until our side is closed too.
func (c *Conn) CloseRead() { c.set(readClosed) }

// Close gives the connection up (close(2)): nobody will call Read or Write. It
// ends in CLOSED by itself; what was written is still delivered. A connection
// with unread data is reset, where the Config says so (RFC 2525 section 2.17).
func (c *Conn) Close(now time.Duration) Event {
	unread := c.rcv.n > 0
	c.rcv.drop(c.rcv.n)
	switch c.state {
	case StateClosed:
		return Closed
	case StateSynSent:
		c.end()
		return Closed
	case StateTimeWait:
		c.set(orphan | readClosed)
		return 0
	}
	if unread && c.cfg.ResetOnUnread { // in whatever state
		if c.state.sends() && c.flowing() {
			c.set(resetLast | orphan | readClosed)
			return 0
		}
		c.reply = reply{flags: wire.RST, seq: c.acceptableSeq(), active: true}
		c.end()
		return Closed
	}
	c.CloseWrite(now)
	if c.state == StateSynReceived && c.cfg.FinBeforeAck {
		c.state = StateFinWait1
	}
	c.set(orphan | readClosed)
	if c.state == StateFinWait2 && c.cfg.FinTimeout > 0 {
		c.endAt = now + c.cfg.FinTimeout
	}
	return 0
}

// Abort resets the connection (RFC 9293 section 3.10.5): Next gives a RST where
// the peer knows of the connection. The state is CLOSED.
func (c *Conn) Abort(now time.Duration) {
	switch c.state {
	case StateSynReceived, StateEstablished, StateFinWait1, StateFinWait2, StateCloseWait:
		c.reply = reply{flags: wire.RST, seq: c.acceptableSeq(), active: true}
	}
	c.end()
}

// Drop ends the connection in silence: an ICMP error killed it, or another one
// takes its place.
func (c *Conn) Drop() {
	c.reply = reply{}
	c.unset(finAhead)
	c.end()
}

// Quotes says whether seq, the number that an ICMP error quotes, is of a
// segment in flight; other errors are forged or late (RFC 5927 section 4.1).
func (c *Conn) Quotes(seq uint32) bool {
	return c.state != StateClosed && seqGE(seq, c.sndUna) && seqLE(seq, c.sndNxt)
}
