package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// arrival is a segment with the numbers that its handling needs.
type arrival struct {
	seg  *wire.TCP
	data []byte
	seq  uint32 // of data
	end  uint32 // after data and FIN
	ack  uint32
	wnd  uint32 // scaled
	fin  bool
}

// Handle takes in a segment of the connection. The payload is copied as far as
// it is wanted. After it, drain Next.
func (c *Conn) Handle(now time.Duration, seg *wire.TCP, payload []byte) Event {
	a := arrival{
		seg: seg, data: payload, seq: seg.Seq, ack: seg.Ack, fin: seg.Flags&wire.FIN != 0,
		end: seg.Seq + segmentLen(seg.Flags, len(payload)), wnd: uint32(seg.Window),
	}
	if c.has(wsOK) && seg.Flags&wire.SYN == 0 {
		a.wnd <<= c.sndWScale
	}
	switch c.state {
	case StateClosed:
		return 0
	case StateSynSent:
		return c.handleSynSent(now, &a)
	case StateTimeWait:
		return c.handleTimeWait(now, &a)
	case StateFinWait2:
		if c.has(orphan) && c.cfg.Remnants {
			return c.handleOrphan(now, &a)
		}
	case StateSynReceived:
		if c.has(passive) {
			if ok, ev := c.checkRequest(now, &a); !ok {
				return ev
			}
			if c.has(held) {
				return 0
			}
			return c.accepted(now, &a)
		}
	}
	if ok, ev := c.validate(now, &a); !ok {
		return ev
	}
	return c.accepted(now, &a)
}

// accepted handles a segment that passed validation: RFC 9293 section
// 3.10.7.4 from the fifth check on.
func (c *Conn) accepted(now time.Duration, a *arrival) Event {
	if a.seg.Flags&wire.ACK == 0 {
		return 0
	}
	c.seeECN(a)
	slow := c.state != StateEstablished || c.cfg.QuickAcks > 0 && !c.predicted(a.seg)
	ev, ok := c.handleAck(now, a)
	if !ok {
		return ev
	}
	c.takeTimestamp(now, a)
	c.keepProbes = 0
	if c.state == StateClosed || c.state == StateTimeWait {
		return ev // after TIME-WAIT nothing of the segment counts (Linux, BSD)
	}
	if c.cfg.Remnants && c.state == StateFinWait2 && c.has(orphan) && ev&FinAcked != 0 && !a.fin && seqLE(a.end, c.rcvNxt) {
		return ev // nor of one that leaves no more than a remnant (tcp_time_wait)
	}
	more, ok := c.handleData(now, a)
	ev |= more
	if ok || c.ackAt != never && (slow || c.state != StateEstablished) {
		c.scheduleAck(now)
	}
	return ev
}

// validate is the first four checks of RFC 9293 section 3.10.7.4, with RFC
// 5961 and RFC 7323, in the order of Linux (tcp_validate_incoming).
func (c *Conn) validate(now time.Duration, a *arrival) (ok bool, ev Event) {
	flags := a.seg.Flags
	if c.cfg.NeedsAck && flags&(wire.ACK|wire.SYN|wire.RST) == 0 {
		return false, 0
	}
	if flags&wire.RST == 0 && c.pawsReject(now, a) || !c.acceptable(a) {
		switch {
		case flags&wire.RST != 0:
			if c.cfg.LateReset && c.lateReset(a) {
				return false, c.reset()
			}
		case flags&wire.SYN != 0:
			c.challenge(now)
		default:
			c.duplicate(now, a)
		}
		return false, 0
	}
	if flags&wire.RST != 0 {
		if c.exactReset(a) {
			return false, c.reset()
		}
		c.challenge(now)
		return false, 0
	}
	if flags&wire.SYN != 0 {
		if c.crossedSyn(a) {
			// The SYN itself counts as a duplicate. It is answered after a FIN
			// that was waiting for the connection.
			c.set(ackLast)
			return true, 0
		}
		c.challenge(now)
		return false, 0
	}
	return true, 0
}

// acceptable is the sequence number check (RFC 9293 section 3.10.7.4). On Linux
// (tcp_sequence) the left edge is the last number acknowledged, so that a
// repetition of what is not acknowledged yet is no reason for an ACK. A segment
// may reach beyond the right edge if nothing waits to be read.
func (c *Conn) acceptable(a *arrival) bool {
	edge := c.rcvNxt + c.receiveWindow()
	left := (seqLT(a.end, c.rcvNxt) || a.end == c.rcvNxt && a.seq != a.end) && !c.crossedSyn(a)
	if c.cfg.LeftEdgeAcked {
		left = seqLT(a.end, c.rcvWup)
	}
	if left || seqGT(a.seq, edge) {
		return false
	}
	return !seqGT(a.end, edge) || c.rcv.n == 0
}

// inWindow is the check where there is no socket behind the connection yet, or
// no more: some of the segment, or its empty place, is in the window (Linux
// tcp_in_window).
func (c *Conn) inWindow(a *arrival) bool {
	edge := c.rcvNxt + c.receiveWindow()
	return a.seq == c.rcvNxt || seqGT(a.end, c.rcvNxt) && seqLT(a.seq, edge) || a.seq == edge && a.seq == a.end
}

// exactReset says whether a RST is certain: its number is exactly what is
// expected next (RFC 5961 section 3.2), or the right edge of the highest data
// received ahead, which is where a peer is that did not see its loss (Linux).
// While the peer's FIN is not acknowledged its own number still is in the window.
func (c *Conn) exactReset(a *arrival) bool {
	if a.seq == c.rcvNxt || c.cfg.LateReset && c.lateReset(a) {
		return true
	}
	if c.has(sackOK) && !c.ooo.empty() {
		return a.seq == c.ooo.highest()
	}
	return false
}

// lateReset accepts a RST one below RCV.NXT after the peer's FIN: some systems
// do not count their FIN in it (Linux tcp_reset_check).
func (c *Conn) lateReset(a *arrival) bool {
	switch c.state {
	case StateCloseWait, StateLastAck, StateClosing:
		return a.seq == c.rcvNxt-1
	}
	return false
}

// crossedSyn is the SYN|ACK of a peer that also opened actively: it completes
// the handshake (RFC 9293 section 3.5, figure 7).
func (c *Conn) crossedSyn(a *arrival) bool {
	return c.state == StateSynReceived && a.seg.Flags&wire.ACK != 0 && a.seq+1 == a.end &&
		a.end == c.rcvNxt && a.ack == c.sndNxt
}

// duplicate answers a segment outside the window with an ACK, which names the
// duplicate if there is one (RFC 2883 section 4.1). Only empty segments can make
// two ends answer each other without end; whoever sends text again waits for
// the answer (Linux tcp_oow_rate_limited).
func (c *Conn) duplicate(now time.Duration, a *arrival) {
	if a.end == a.seq {
		c.challenge(now)
		return
	}
	if seqLT(a.seq, c.rcvNxt) {
		c.enterQuickAck()
		c.noteDuplicate(a.seq, seqMin(a.end, c.rcvNxt))
	}
	c.set(ackForced)
}

// reset ends the connection because the peer says so.
func (c *Conn) reset() Event {
	c.end()
	return Reset | Closed
}

// Predicted says whether a segment of n bytes is nothing but the next text of
// the peer.
func (c *Conn) Predicted(seg *wire.TCP, n int) bool {
	return n > 0 && seg.Ack == c.sndUna && c.predicted(seg)
}

// predicted is header prediction: nothing about the segment is unexpected
// (Linux tcp_rcv_established).
func (c *Conn) predicted(seg *wire.TCP) bool {
	var options wire.OptionSet
	if c.has(tsOK) {
		options = wire.OptionTimestamps
	}
	return c.state == StateEstablished && seg.Flags&^wire.PSH == wire.ACK && seg.Options.Has == options &&
		seg.Seq == c.rcvNxt && !seqGT(seg.Ack, c.sndNxt) && c.ooo.empty() && uint32(seg.Window)<<c.sndWScale == c.sndWnd
}
