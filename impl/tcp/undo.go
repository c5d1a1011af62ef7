package tcp

// Taking back a reduction of the congestion window that turns out to have been
// for nothing: the retransmissions are reported as duplicates (RFC 3708), or the
// peer echoes a timestamp from before them (RFC 3522, RFC 4015).

// beginUndo remembers where a recovery began (Linux tcp_init_undo).
func (c *Conn) beginUndo() {
	t := c.tx
	c.set(undoable)
	t.undoMarker = c.sndUna
	t.undoRetrans = int32(t.again)
	if c.has(tlpOut) && c.has(tlpOld) {
		t.undoRetrans++
	}
	if t.undoRetrans == 0 {
		t.undoRetrans = -1
	}
}

// delayed says whether what arrived was sent before the first retransmission
// (Linux tcp_packet_delayed).
func (c *Conn) delayed() bool {
	if c.has(rtxStamped) {
		return c.has(tsOK) && c.tx.echo != 0 && seqLT(c.tx.echo, c.tx.rtxStamp)
	}
	return c.has(sackOK) || seqLT(c.sndUna, c.tx.high)
}

func (c *Conn) mayUndo() bool {
	return c.has(undoable) && (c.tx.undoRetrans == 0 || c.delayed())
}

// undo takes the reduction back (Linux tcp_undo_cwnd_reduction).
func (c *Conn) undo(unmark bool) {
	t := c.tx
	if unmark {
		for i := t.head; i != t.tail; i++ {
			t.at(i).marks &^= markLost
		}
		t.lost = 0
	}
	if t.priorSSThresh != 0 {
		c.cwnd = max(c.cwnd, t.priorCwnd)
		if t.priorSSThresh > c.ssthresh {
			c.ssthresh = t.priorSSThresh
			c.unset(ecnCWR)
		}
	}
	c.unset(undoable)
	t.rack.advanced = true
}

// undoRecovery ends fast recovery, undone if it was for nothing. true: without
// SACK the state stays until something beyond sender.high is acknowledged, so
// that late duplicate ACKs start nothing new (RFC 6582 section 4.1).
func (c *Conn) undoRecovery() bool {
	if c.mayUndo() {
		c.undo(false)
	} else if c.tx.rack.persist > 0 {
		c.tx.rack.persist--
	}
	if c.staysClosed() {
		return true
	}
	c.ca = CAOpen
	return false
}

func (c *Conn) staysClosed() bool {
	if c.sndUna != c.tx.high || c.has(sackOK) {
		return false
	}
	if !c.anyAgain() {
		c.unset(rtxStamped)
	}
	return true
}

// undoByDuplicates: every retransmission was reported as a duplicate.
func (c *Conn) undoByDuplicates() bool {
	if !c.has(undoable) || c.tx.undoRetrans != 0 {
		return false
	}
	c.tx.rack.persist = min(rackPersist, c.tx.rack.persist+1)
	c.undo(false)
	return true
}

// undoPartial: in recovery SND.UNA moved by something that was only late (Linux
// tcp_try_undo_partial). true: nothing more is marked lost for now.
func (c *Conn) undoPartial(prior uint32) bool {
	if !c.has(undoable) || !c.delayed() {
		return false
	}
	c.noteReordering(prior)
	if c.tx.again > 0 {
		return true
	}
	if !c.anyAgain() {
		c.unset(rtxStamped)
	}
	c.undo(true)
	c.keepOpen()
	return false
}

// undoLoss takes back what a timeout did (Linux tcp_try_undo_loss).
func (c *Conn) undoLoss(spurious bool) bool {
	if !spurious && !c.mayUndo() {
		return false
	}
	c.undo(true)
	c.retransmits = 0
	if c.staysClosed() {
		return true
	}
	if spurious || c.has(sackOK) {
		c.ca = CAOpen
	}
	return true
}
