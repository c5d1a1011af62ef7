package tcp

import (
	"encoding/binary"
	"time"
)

// CopyTo makes dst a copy of c that shares nothing with it but the Config. It
// uses dst's buffers where they are large enough, and those of dst's pool.
func (c *Conn) CopyTo(dst *Conn) {
	pool, snd, rcv, tx, ooo := dst.pool, dst.snd, dst.rcv, dst.tx, dst.ooo
	*dst = *c
	dst.pool, dst.snd, dst.rcv, dst.tx, dst.ooo = pool, snd, rcv, tx, ooo
	if c.fast != nil {
		dst.fast = new(fastOpen)
		*dst.fast = *c.fast
	}
	c.snd.copyTo(&dst.snd, pool, 0)
	ahead := uint32(0)
	if !c.ooo.empty() {
		ahead = c.ooo.highest() - c.rcvNxt
	}
	c.rcv.copyTo(&dst.rcv, pool, ahead)
	dst.tx.clear()
	if c.tx != nil && c.tx.started {
		if dst.tx == nil {
			dst.tx = new(sender)
		}
		c.tx.copyTo(dst.tx)
	}
	dst.ooo.clear()
	if !c.ooo.empty() {
		if dst.ooo == nil {
			dst.ooo = new(reassembly)
		}
		*dst.ooo = *c.ooo
	}
}

// AppendState appends to b all that decides how the connection goes on, in a
// form that is equal for equal states: sequence numbers count from the initial
// ones, times from now. What was sent long ago and measured is left out.
func (c *Conn) AppendState(now time.Duration, b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, byte(c.state), byte(c.endedIn), c.sndWScale, c.rcvWScale, c.retransmits, c.backoff,
		c.quick, byte(c.ca), byte(c.pending), c.keepProbes, c.synRetries, byte(c.reply.flags))
	b = le.AppendUint64(b, uint64(c.flags))
	for _, v := range [...]uint32{
		uint32(c.mss)<<16 | uint32(c.rcvMSS), c.sndUna - c.iss, c.sndNxt - c.iss, c.acked, c.sndWnd, c.sndWl1 - c.irs, c.sndMaxWnd,
		c.sndSmall - c.iss, c.pushSeq - c.iss, c.cwnd, c.ssthresh,
		c.rcvNxt - c.irs, c.rcvWup - c.irs, c.rcvWnd, c.rcvTarget, c.sndLimit, c.rcvLimit, c.snd.n, c.rcv.n,
	} {
		b = le.AppendUint32(b, v)
	}
	if c.has(finSeen) {
		b = le.AppendUint32(b, c.finSeq-c.irs)
	}
	for _, at := range [...]time.Duration{c.sendAt, c.ackAt, c.endAt, c.keepAt} {
		if at != never {
			at -= now
		}
		b = le.AppendUint64(b, uint64(at))
	}
	b = le.AppendUint64(b, uint64(c.rto))
	b = le.AppendUint64(b, uint64(c.ato))
	b = c.fast.appendTo(b)
	b = c.snd.appendTo(b)
	b = c.rcv.appendTo(b)
	if !c.ooo.empty() {
		for _, r := range c.ooo.r[:c.ooo.n] {
			b = le.AppendUint32(b, r.Left-c.irs)
			b = le.AppendUint32(b, r.Right-c.irs)
		}
	}
	return c.tx.appendTo(b, c.iss)
}

// appendTo appends what decides how sending goes on; numbers count from iss.
func (t *sender) appendTo(b []byte, iss uint32) []byte {
	if t == nil || !t.started {
		return b
	}
	le := binary.LittleEndian
	for _, v := range [...]uint32{
		t.sacked, t.lost, t.again, t.high - iss, t.reordering, t.reordSeen, t.undoMarker - iss, uint32(t.undoRetrans),
		t.priorCwnd, t.priorSSThresh, t.prrDelivered, t.prrOut, t.tlpHigh - iss, t.cwndCount, t.usedMost, t.usedUntil - iss, t.used,
		t.cubic.max, t.cubic.count,
	} {
		b = le.AppendUint32(b, v)
	}
	for i := t.head; i != t.tail; i++ {
		b = append(le.AppendUint32(b, t.at(i).end-iss), byte(t.at(i).marks))
	}
	return b
}

// appendTo appends the bytes in the queue to b.
func (r *ring) appendTo(b []byte) []byte {
	first := r.buf[min(r.off, uint32(len(r.buf))):min(r.off+r.n, uint32(len(r.buf)))]
	b = append(b, first...)
	return append(b, r.buf[:r.n-uint32(len(first))]...)
}
