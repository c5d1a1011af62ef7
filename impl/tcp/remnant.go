package tcp

import (
	"encoding/binary"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// Remnant is what must be kept of a closed connection that only waits: in
// TIME-WAIT, or in FIN-WAIT-2 for a FIN that nobody will hear of (Linux
// inet_timewait_sock). It is a fifth of a Conn; a segment that comes for it
// makes a Conn of it again.
type Remnant struct {
	cfg   *Config
	flags flag
	endAt time.Duration

	tsRecentAt, lastInvalid, rto time.Duration

	iss, irs, sndUna, sndNxt, sndWnd        uint32
	rcvNxt, rcvWup, rcvWnd, rcvTarget       uint32
	rcvLimit, finSeq, tsOffset, tsRecent    uint32
	dsack                                   wire.SACKBlock
	rcvMSS                                  uint16
	state, endedIn                          State
	sndWScale, rcvWScale, quick, synRetries uint8
}

// Leave gives the remnant of a connection that has nothing to send; ok is false
// if more than that is left of it.
func (c *Conn) Leave() (r Remnant, ok bool) {
	switch {
	case c.state == StateTimeWait:
	case c.state == StateFinWait2 && c.has(orphan) && c.cfg.Remnants && c.endAt != never:
	default:
		return r, false
	}
	if c.snd.n > 0 || c.rcv.n > 0 || !c.ooo.empty() || min(c.sendAt, c.ackAt, c.keepAt) != never {
		return r, false
	}
	return Remnant{
		cfg: c.cfg, flags: c.flags, endAt: c.endAt, tsRecentAt: c.tsRecentAt, lastInvalid: c.lastInvalid, rto: c.rto,
		iss: c.iss, irs: c.irs, sndUna: c.sndUna, sndNxt: c.sndNxt, sndWnd: c.sndWnd,
		rcvNxt: c.rcvNxt, rcvWup: c.rcvWup, rcvWnd: c.rcvWnd, rcvTarget: c.rcvTarget,
		rcvLimit: c.rcvLimit, finSeq: c.finSeq, tsOffset: c.tsOffset, tsRecent: c.tsRecent,
		dsack: c.dsack, rcvMSS: c.rcvMSS, state: c.state, endedIn: c.endedIn,
		sndWScale: c.sndWScale, rcvWScale: c.rcvWScale, quick: c.quick, synRetries: c.synRetries,
	}, true
}

// Revive makes c the connection that r is left of.
func (c *Conn) Revive(r *Remnant) {
	c.clear(r.cfg)
	c.flags, c.endAt, c.tsRecentAt, c.lastInvalid, c.rto = r.flags, r.endAt, r.tsRecentAt, r.lastInvalid, r.rto
	c.iss, c.irs, c.sndUna, c.sndNxt, c.sndWnd = r.iss, r.irs, r.sndUna, r.sndNxt, r.sndWnd
	c.rcvNxt, c.rcvWup, c.rcvWnd, c.rcvTarget = r.rcvNxt, r.rcvWup, r.rcvWnd, r.rcvTarget
	c.rcvLimit, c.finSeq, c.tsOffset, c.tsRecent = r.rcvLimit, r.finSeq, r.tsOffset, r.tsRecent
	c.dsack, c.rcvMSS, c.state, c.endedIn = r.dsack, r.rcvMSS, r.state, r.endedIn
	c.sndWScale, c.rcvWScale, c.quick, c.synRetries = r.sndWScale, r.rcvWScale, r.quick, r.synRetries
}

// State is the state of the connection that waits.
func (r *Remnant) State() State { return r.state }

// Deadline is when nothing is left of the connection any more.
func (r *Remnant) Deadline() time.Duration { return r.endAt }

// SuccessorISS is Conn.SuccessorISS.
func (r *Remnant) SuccessorISS() uint32 { return r.sndNxt + successorGap }

// AppendState is Conn.AppendState.
func (r *Remnant) AppendState(now time.Duration, b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, byte(r.state), r.sndWScale, r.rcvWScale, r.quick)
	b = le.AppendUint64(le.AppendUint64(b, uint64(r.flags)), uint64(r.endAt-now))
	for _, v := range [...]uint32{
		r.sndUna - r.iss, r.sndNxt - r.iss, r.sndWnd, r.rcvNxt - r.irs, r.rcvWup - r.irs, r.rcvWnd, r.rcvTarget, r.finSeq - r.irs,
	} {
		b = le.AppendUint32(b, v)
	}
	return b
}
