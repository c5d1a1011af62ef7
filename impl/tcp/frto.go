package tcp

import "time"

// Retransmission timeouts: RFC 6298 section 5 and RFC 5681 section 3.1, with
// F-RTO (RFC 5682), which finds out whether the timeout was spurious before
// everything is sent again.

// enterLoss takes what is in flight for lost, but for what was sent too recently
// to know (Linux tcp_enter_loss).
func (c *Conn) enterLoss(now time.Duration) {
	t, fresh := c.tx, c.ca < CARecovery
	c.allLost(now)
	if c.ca <= CADisorder || !seqGT(t.high, c.sndUna) || c.ca == CALoss && c.retransmits == 0 {
		t.priorSSThresh = c.currentSSThresh()
		t.priorCwnd = c.cwnd
		c.ssthresh = t.cubic.reduce(c.cwnd)
		t.cubic.reset()
		t.cubic.newRound(now, c.sndNxt)
		c.beginUndo()
	}
	c.cwnd = t.inFlight() + 1
	t.cwndCount = 0
	if c.ca <= CADisorder && t.sacked >= reorderingUsual {
		t.reordering = min(t.reordering, reorderingUsual)
	}
	c.ca, t.high = CALoss, c.sndNxt
	c.unset(tlpDue | tlpOut | rtxNew)
	c.queueCWR()
	c.put(frto, c.cfg.FRTO && (fresh || c.retransmits > 0))
	c.set(rtxForce)
}

// allLost marks everything in flight (Linux tcp_timeout_mark_lost). A SACKed
// segment at SND.UNA shows that the peer has reneged.
func (c *Conn) allLost(now time.Duration) {
	t := c.tx
	reneged := t.at(t.head).marks&markSacked != 0
	if reneged || !c.has(sackOK) {
		t.sacked = 0
	}
	for i := t.head; i != t.tail; i++ {
		if reneged {
			t.at(i).marks &^= markSacked
		} else if c.has(sackOK) && c.cfg.RACK && i != t.head && c.rackRemaining(now, t.at(i), 0) > 0 {
			continue
		}
		t.markLostAt(i)
	}
}

// progressInLoss handles an acknowledgement after a timeout (Linux
// tcp_process_loss).
func (c *Conn) progressInLoss(now time.Duration, n *news) {
	t := c.tx
	recovered := seqGE(c.sndUna, t.high)
	if n.has(newsAdvanced) && c.undoLoss(false) {
		return
	}
	if c.has(frto) {
		if n.has(newsOriginal) && c.undoLoss(true) { // RFC 5682 step 3.b
			return
		}
		if seqGT(c.sndNxt, t.high) {
			if n.has(newsSacked) || n.dups > 0 {
				c.unset(frto) // step 3.a: the loss was real
			}
		} else if n.has(newsAdvanced) && !recovered {
			t.high = c.sndNxt
			if c.dataEnd() != c.sndNxt && !c.has(finSent) && c.windowLeft() > 0 {
				c.set(rtxNew) // step 2.b: new data tells
				return
			}
			c.unset(frto)
		}
	}
	if recovered {
		c.undoRecovery()
		return
	}
	if !c.has(sackOK) {
		if seqGT(c.sndNxt, t.high) && n.dups > 0 {
			c.countDuplicates(n)
		} else if n.has(newsAdvanced) {
			t.sacked = 0
		}
	}
	c.set(rtxDue)
}
