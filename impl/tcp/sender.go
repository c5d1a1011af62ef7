package tcp

import "time"

// mark is what became of a segment in flight.
type mark uint8

const (
	markSacked mark = 1 << iota // the peer reported it (RFC 2018)
	markLost                    // it is taken for lost
	markAgain                   // a retransmission of it is in flight
	markEver                    // it was sent more than once
)

// segment is a segment in flight. It begins where the one before it ends, the
// first at SND.UNA.
type segment struct {
	end       uint32
	at        uint32 // when it was sent last, see micros
	delivered uint32 // sender.delivered at that time
	marks     mark
}

// segmentsMax is how many segments may be in flight.
const segmentsMax = 1 << 16

// sender is what a connection keeps in order to send data and to send it again:
// nothing before the first segment with data or FIN. Everything is counted in
// segments, as Linux does.
type sender struct {
	started bool

	pool       *Pool     // of segs; nil: none
	segs       []segment // a ring; its length is a power of two
	head, tail uint32    // of segs, modulo its length
	hint       uint32    // no segment before it is to be sent again

	sacked, lost, again uint32 // segments in flight by mark; without SACK, sacked counts duplicate ACKs
	fack                uint32 // end of the highest SACKed segment, if there is one
	delivered           uint32 // segments that the peer has, and one for the SYN
	deliveredCE         uint32
	lostTotal           uint32
	againTotal          uint32
	dsackDups           uint32

	// Round-trip times beyond those of Conn (rtt.go).
	minRTT        time.Duration
	mdev, mdevMax time.Duration
	minRTTAt      uint32 // when minRTT was measured, see micros
	rttSeq        uint32 // the round trip that mdevMax is of ends here
	echo          uint32 // timestamp that the segment at hand echoes
	rtxStamp      uint32 // timestamp of this episode's first retransmission, with rtxStamped

	high       uint32 // SND.NXT when the state was entered (RFC 6582 "recover")
	reordering uint32 // segments that may pass one another (Linux tp->reordering)
	reordSeen  uint32

	// What a reduction was, so that it can be taken back (undo.go).
	undoMarker    uint32
	undoRetrans   int32 // retransmissions not reported as duplicates yet; -1: none was made
	priorCwnd     uint32
	priorSSThresh uint32

	prrDelivered, prrOut uint32 // RFC 6937

	rack rack

	tlpHigh uint32 // SND.NXT after the probe, with tlpOut (RFC 8985 section 7)

	cubic     cubic
	cwndCount uint32 // segments acknowledged towards one more of the window

	// Use of the window (RFC 7661; congestion.go).
	usedMost  uint32 // segments in flight in this round
	usedUntil uint32 // SND.NXT at the start of the round
	usedSince time.Duration
	batchEnd  uint32 // see endsBatch
	batchOne  bool   // it is of one segment
	used      uint32 // segments in flight since usedSince
}

// reorderingUsual and reorderingMax are Linux's tcp_reordering and
// tcp_max_reordering; the former is DupThresh of RFC 5681.
const (
	reorderingUsual = 3
	reorderingMax   = 300
)

// micros is a time in microseconds modulo 2^32: 71 minutes, longer than any
// segment is in flight without being sent again.
func micros(now time.Duration) uint32 { return uint32(now / time.Microsecond) }

// sinceMicros is the time from at, which is in the past, to now.
func sinceMicros(now time.Duration, at uint32) time.Duration {
	return time.Duration(int32(micros(now)-at)) * time.Microsecond
}

// clear makes t the sender of no connection; it keeps its memory.
func (t *sender) clear() {
	if t != nil {
		*t = sender{pool: t.pool, segs: t.segs}
	}
}

// start is for the first segment, at number una.
func (t *sender) start(now time.Duration, una uint32) {
	t.started, t.delivered, t.reordering = true, 1, reorderingUsual
	t.high, t.usedUntil, t.batchEnd, t.usedSince = una, una, una, now
	t.rack.steps = 1
	t.cubic.newRound(now, una)
}

// outgoing is the connection's sender, made if there is none.
func (c *Conn) outgoing(now time.Duration) *sender {
	if c.tx == nil {
		c.tx = new(sender)
	}
	if !c.tx.started {
		c.tx.pool = c.pool
		c.tx.start(now, c.dataStart())
		c.tx.minRTT, c.tx.minRTTAt = c.srtt, micros(now)
		c.tx.mdev, c.tx.mdevMax, c.tx.rttSeq = 2*c.srtt, c.rttvar, c.sndNxt
	}
	return c.tx
}

// drop forgets what is in flight.
func (t *sender) drop() {
	if t != nil {
		t.tail, t.sacked, t.lost, t.again = t.head, 0, 0, 0
	}
}

// count is how many segments are in flight, SACKed and lost ones too.
func (t *sender) count() uint32 {
	if t == nil {
		return 0
	}
	return t.tail - t.head
}

func (t *sender) at(i uint32) *segment { return &t.segs[i&uint32(len(t.segs)-1)] }

// inFlight is how many segments are believed to be in the network (RFC 6675
// section 4, pipe; Linux tcp_packets_in_flight).
func (t *sender) inFlight() uint32 {
	if t == nil {
		return 0
	}
	return t.tail - t.head - t.sacked - t.lost + t.again
}

// push notes a segment that is sent now for the first time.
func (t *sender) push(now time.Duration, end uint32) {
	if n := uint32(len(t.segs)); t.tail-t.head == n {
		segs := t.pool.getSegments(max(2*n, segmentsMin))
		for i := range n {
			segs[(t.head+i)&uint32(len(segs)-1)] = *t.at(t.head + i)
		}
		if n > 0 {
			t.pool.putSegments(t.segs)
		}
		t.segs = segs
	}
	*t.at(t.tail) = segment{end: end, at: micros(now), delivered: t.delivered}
	t.tail++
}

// note notes that [from, to) is sent now in segments of size bytes; last is the
// end of its data.
func (t *sender) note(now time.Duration, from, to, last, size uint32) {
	for size > 0 && last-from > size && seqLT(from, last) {
		from += size
		t.push(now, from)
	}
	t.push(now, to)
}

// startOf is the first number of segment i.
func (c *Conn) startOf(i uint32) uint32 {
	if i == c.tx.head {
		return c.dataStart()
	}
	return c.tx.at(i - 1).end
}

// uncount takes a segment out of the counts that its marks are in.
func (t *sender) uncount(m mark) {
	if m&markSacked != 0 {
		t.sacked--
	}
	if m&markLost != 0 {
		t.lost--
	}
	if m&markAgain != 0 {
		t.again--
	}
}

// split cuts segment i at number at.
func (t *sender) split(now time.Duration, i, at uint32) {
	whole := *t.at(i)
	t.push(now, t.at(t.tail-1).end)
	for k := t.tail - 1; k != i; k-- {
		*t.at(k) = *t.at(k - 1)
	}
	t.at(i).end = at
	if whole.marks&markSacked != 0 {
		t.sacked++
	}
	if whole.marks&markLost != 0 {
		t.lost++
	}
	if whole.marks&markAgain != 0 {
		t.again++
	}
}

// join makes one segment of i and the next (Linux tcp_collapse_retrans).
func (t *sender) join(i uint32, sack bool) {
	next := *t.at(i + 1)
	t.uncount(next.marks)
	if !sack && t.sacked > 0 {
		t.sacked--
	}
	s := t.at(i)
	s.end = next.end
	s.marks |= next.marks & markEver
	for k := i + 1; k+1 != t.tail; k++ {
		*t.at(k) = *t.at(k + 1)
	}
	t.tail--
	if seqGT(t.hint, i) {
		t.hint = i
	}
}

// markLostAt takes segment i for lost; of one that was sent again, the
// retransmission (Linux tcp_mark_skb_lost).
func (t *sender) markLostAt(i uint32) {
	s := t.at(i)
	switch {
	case s.marks&markSacked != 0:
		return
	case s.marks&markLost == 0:
		s.marks |= markLost
		t.lost++
		t.lostTotal++
	case s.marks&markAgain != 0:
		s.marks &^= markAgain
		t.again--
		t.lostTotal++
	}
	if seqLT(i, t.hint) {
		t.hint = i
	}
}

// nextLost is the first segment that is lost and not sent again.
func (t *sender) nextLost() (i uint32, ok bool) {
	if t.again >= t.lost {
		return 0, false
	}
	for i = seqMax(t.hint, t.head); i != t.tail; i++ {
		if t.at(i).marks&(markLost|markSacked|markAgain) == markLost {
			t.hint = i
			return i, true
		}
	}
	t.hint = t.tail
	return 0, false
}

// copyTo makes dst a copy of t in dst's own memory.
func (t *sender) copyTo(dst *sender) {
	pool, segs := dst.pool, dst.segs
	*dst = *t
	dst.pool, dst.segs = pool, append(segs[:0], t.segs...)
}
