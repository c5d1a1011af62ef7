package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// timeWait enters TIME-WAIT: both sides are closed, and late segments are still
// to be answered for 2 MSL (RFC 9293 section 3.6.1).
func (c *Conn) timeWait(now time.Duration) {
	c.state = StateTimeWait
	c.sendAt, c.ackAt, c.keepAt = never, never, never
	c.endAt = now + c.cfg.TimeWait
}

// handleTimeWait is TIME-WAIT (RFC 9293 section 3.10.7.4 and 3.6.1; Linux
// tcp_timewait_state_process).
func (c *Conn) handleTimeWait(now time.Duration, a *arrival) Event {
	flags, paws := a.seg.Flags, c.pawsReject(now, a)
	if !paws && a.seq == c.rcvNxt && (a.seq == a.end || flags&wire.RST != 0) {
		if flags&wire.RST != 0 { // RFC 1337 is off, as on Linux
			c.end()
			return Closed
		}
		c.endAt = now + c.cfg.TimeWait
		c.takeTimestamp(now, a)
		return 0
	}
	if flags&(wire.SYN|wire.RST|wire.ACK) == wire.SYN && !paws && c.newerSyn(a) {
		c.challenge(now)
		return Superseded
	}
	if flags&wire.RST != 0 {
		return 0
	}
	if paws || flags&wire.ACK != 0 {
		c.endAt = now + c.cfg.TimeWait
	}
	c.challenge(now)
	return 0
}

// newerSyn says whether a SYN is of a new connection: its number or timestamp
// is beyond the old one's (RFC 9293 section 3.6.1, RFC 6191).
func (c *Conn) newerSyn(a *arrival) bool {
	o := &a.seg.Options
	return seqGT(a.seq, c.rcvNxt) ||
		c.has(tsOK) && o.Has&wire.OptionTimestamps != 0 && seqGT(o.TSVal, c.tsRecent)
}

// successorGap keeps the numbers of a connection that takes the place of one in
// TIME-WAIT clear of the old one's (Linux tcp_timewait_state_process).
const successorGap = 65535 + 2

// SuccessorISS is the initial sequence number for a connection that takes this
// one's place after Superseded.
func (c *Conn) SuccessorISS() uint32 { return c.sndNxt + successorGap }

// handleOrphan is FIN-WAIT-2 after Close: only the peer's FIN is awaited, and
// data, which nobody can read, is answered with a RST.
func (c *Conn) handleOrphan(now time.Duration, a *arrival) Event {
	flags := a.seg.Flags
	if c.pawsReject(now, a) || !c.inWindow(a) {
		c.challenge(now) // a RST too (tcp_timewait_check_oow_rate_limit)
		return 0
	}
	switch {
	case flags&wire.RST != 0:
		return c.reset()
	case flags&wire.SYN != 0 && seqGE(a.seq, c.rcvNxt),
		flags&wire.ACK != 0 && seqGT(a.end, c.rcvNxt) && a.end != a.seq && !(a.fin && a.end == c.rcvNxt+1):
		c.resetFor(a)
		c.end()
		return Aborted | Closed
	case flags&wire.ACK == 0 || !a.fin || a.end != c.rcvNxt+1:
		return 0
	}
	c.takeTimestamp(now, a)
	c.set(finSeen)
	c.finSeq = c.rcvNxt
	return c.takeFin(now)
}
