package tcp

import "github.com/connspec/connspec/impl/wire"

// reassemblyMax is how many separate ranges ahead of RCV.NXT are kept; a
// segment that would make one more is dropped and comes again.
const reassemblyMax = 32

// reassembly is what was received ahead of RCV.NXT: ranges of sequence numbers,
// the most recently changed first, as SACK reports them (RFC 2018 section 4).
// The bytes are in the receive ring already. A nil reassembly is empty.
type reassembly struct {
	n int
	r [reassemblyMax]wire.SACKBlock
}

func (q *reassembly) empty() bool { return q == nil || q.n == 0 }

func (q *reassembly) clear() {
	if q != nil {
		q.n = 0
	}
}

// add enters [left, right); ok is false if there is no room for one more range.
// dup is what of it was there before, empty if nothing.
func (q *reassembly) add(left, right uint32) (dup wire.SACKBlock, ok bool) {
	merged, keep := wire.SACKBlock{Left: left, Right: right}, 0
	apart := 0
	for _, b := range q.r[:q.n] {
		if seqLT(b.Right, left) || seqGT(b.Left, right) {
			apart++
		}
	}
	if apart == reassemblyMax {
		return dup, false
	}
	for _, b := range q.r[:q.n] {
		if seqLT(b.Right, left) || seqGT(b.Left, right) {
			q.r[keep] = b
			keep++
			continue
		}
		if l, r := seqMax(left, b.Left), seqMin(right, b.Right); seqLT(l, r) {
			dup = wire.SACKBlock{Left: l, Right: r}
		}
		merged.Left, merged.Right = seqMin(merged.Left, b.Left), seqMax(merged.Right, b.Right)
	}
	copy(q.r[1:keep+1], q.r[:keep])
	q.r[0], q.n = merged, keep+1
	return dup, true
}

// take gives the end of the range that begins at or before next, and removes
// it; it gives next if there is none.
func (q *reassembly) take(next uint32) uint32 {
	if q.empty() {
		return next
	}
	for i := 0; i < q.n; {
		if seqGT(q.r[i].Left, next) {
			i++
			continue
		}
		next = seqMax(next, q.r[i].Right)
		copy(q.r[i:], q.r[i+1:q.n])
		q.n--
		i = 0 // a range before this one may begin at next now
	}
	return next
}

// highest is the number after the highest byte received.
func (q *reassembly) highest() uint32 {
	high := q.r[0].Right
	for _, b := range q.r[1:q.n] {
		high = seqMax(high, b.Right)
	}
	return high
}
