package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// The sender's side of selective acknowledgements: RFC 2018, with RFC 2883 for
// duplicates. What is done with what they report is in alert.go.

// takeSacks takes in the SACK blocks of an acknowledgement: whole segments are
// marked (Linux tcp_sacktag_write_queue).
func (c *Conn) takeSacks(now time.Duration, a *arrival, n *news) {
	o := &a.seg.Options
	if !c.has(sackOK) || o.Has&wire.OptionSACK == 0 {
		return
	}
	n.reord = c.sndNxt
	blocks := o.SACK[:min(o.SACKCount, wire.SACKBlocksMax)]
	if len(blocks) == 0 {
		return
	}
	dup := c.duplicateReport(a.ack, blocks) && c.dsackSeen(blocks[0], n)
	if c.tx.count() == 0 {
		return
	}
	for k, b := range blocks {
		if !seqLT(b.Left, b.Right) || seqGT(b.Right, c.sndNxt) || !seqGT(b.Right, c.sndUna) {
			continue // nothing that is in flight
		}
		if isDup := dup && k == 0; isDup || !seqLT(b.Left, c.sndUna) {
			c.tag(now, b, isDup, n)
		}
	}
	if c.ca != CALoss || c.has(undoable) {
		c.noteReordering(n.reord)
	}
}

// duplicateReport says whether the first block reports a duplicate (RFC 2883
// section 4): it lies below the acknowledgement, or in the second block.
func (c *Conn) duplicateReport(ack uint32, b []wire.SACKBlock) bool {
	return seqLT(b[0].Left, ack) || len(b) > 1 && seqLE(b[0].Right, b[1].Right) && seqGE(b[0].Left, b[1].Left)
}

// dsackSeen counts a duplicate report, if it can be one of a retransmission
// (Linux tcp_dsack_seen, tcp_check_dsack).
func (c *Conn) dsackSeen(b wire.SACKBlock, n *news) bool {
	t, size := c.tx, b.Right-b.Left
	if t == nil || !seqLT(b.Left, b.Right) || size > c.sndMaxWnd {
		return false
	}
	segs := uint32(1)
	if mss := uint32(max(c.mss, 1)); size > mss {
		segs = (size + mss - 1) / mss
	} else if c.has(tlpOut) && t.tlpHigh == b.Right {
		n.set(newsDSACKProbe)
	}
	t.dsackDups += segs
	if t.dsackDups > t.againTotal {
		return false
	}
	if t.reordSeen > 0 && !n.has(newsDSACKProbe) {
		t.rack.dsackSeen = true
	}
	n.set(newsDSACK)
	n.dsacked += segs
	if c.has(undoable) && t.undoRetrans > 0 && seqLE(b.Right, c.sndUna) && seqGT(b.Right, t.undoMarker) {
		t.undoRetrans = max(0, t.undoRetrans-int32(segs))
	}
	return true
}

// tag marks the segments in flight that lie in block b.
func (c *Conn) tag(now time.Duration, b wire.SACKBlock, dup bool, n *news) {
	t := c.tx
	lo, hi := t.head, t.tail
	for lo != hi { // the first segment that ends after b.Left
		if mid := lo + (hi-lo)/2; seqGT(t.at(mid).end, b.Left) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	from := b.Left
	if lo != t.tail {
		from = c.startOf(lo)
	}
	for i := lo; i != t.tail && seqLE(t.at(i).end, b.Right); i++ {
		s := t.at(i)
		if seqGE(from, b.Left) && (dup || s.marks&markSacked == 0) {
			c.tagOne(now, s, from, dup, n)
		}
		from = s.end
	}
}

// tagOne marks one segment (Linux tcp_sacktag_one).
func (c *Conn) tagOne(now time.Duration, s *segment, from uint32, dup bool, n *news) {
	t := c.tx
	if dup && s.marks&(markAgain|markEver) != 0 {
		if c.has(undoable) && t.undoRetrans > 0 && seqGT(s.end, t.undoMarker) {
			t.undoRetrans--
		}
		if s.marks&markSacked != 0 {
			n.reord = seqMin(n.reord, from)
		}
	}
	if s.marks&markSacked == 0 {
		c.rackAdvance(now, s)
		n.noteDelivered(s)
		switch {
		case s.marks&markAgain != 0:
			if s.marks&markLost != 0 { // else the retransmission is still in flight
				s.marks &^= markLost | markAgain
				t.lost--
				t.again--
			}
		default:
			if s.marks&markEver == 0 {
				if t.sacked > 0 && seqLT(from, t.fack) {
					n.reord = seqMin(n.reord, from) // a hole that was never sent again
				}
				if seqLE(s.end, t.high) {
					n.set(newsOriginal)
				}
				n.noteSackTime(s.at)
			}
			if s.marks&markLost != 0 {
				s.marks &^= markLost
				t.lost--
			}
		}
		s.marks |= markSacked
		t.sacked++
		t.delivered++
		n.set(newsSacked)
		if t.sacked == 1 || seqGT(s.end, t.fack) {
			t.fack = s.end
		}
	}
	if dup && s.marks&markAgain != 0 {
		s.marks &^= markAgain
		t.again--
	}
}

// highestSack is the end of the highest segment reported, or SND.UNA.
func (c *Conn) highestSack() uint32 {
	if c.tx == nil || c.tx.sacked == 0 {
		return c.sndUna
	}
	return c.tx.fack
}

// noteReordering: a segment that begins at low arrived after a higher one
// without having been sent twice (Linux tcp_check_sack_reordering).
func (c *Conn) noteReordering(low uint32) {
	t, fack, mss := c.tx, c.highestSack(), uint32(max(c.mss, 1))
	if !seqLT(low, fack) {
		return
	}
	if metric := fack - low; metric > t.reordering*mss {
		t.reordering = min((metric+mss-1)/mss, reorderingMax)
	}
	t.reordSeen++
}

// reneged: the peer takes back what it reported, which RFC 2018 section 8
// allows. It gets a little time to explain itself, then all is sent again
// (Linux tcp_check_sack_reneging).
func (c *Conn) reneged(now time.Duration, n *news) bool {
	if !n.has(newsReneged) || !n.has(newsAdvanced) {
		return false
	}
	c.setTimer(timerRTO, now+max(c.srtt/2, 10*time.Millisecond))
	n.flags &^= newsSetTimer
	return true
}
