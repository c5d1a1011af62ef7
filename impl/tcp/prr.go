package tcp

// Proportional rate reduction (RFC 6937): while the window shrinks, what leaves
// follows what arrives. Linux uses it for reductions without loss too, and with
// the refinements of RFC 9937 (tcp_cwnd_reduction).

// reducing says whether a reduction is under way.
func (c *Conn) reducing() bool { return c.ca == CACWR || c.ca == CARecovery }

// beginReduction sets the threshold that the window is to shrink to.
func (c *Conn) beginReduction() {
	t := c.tx
	t.high = c.sndNxt
	c.unset(tlpOut)
	t.cwndCount, t.priorCwnd = 0, c.cwnd
	t.prrDelivered, t.prrOut = 0, 0
	c.ssthresh = t.cubic.reduce(c.cwnd)
	c.queueCWR()
}

// reduceStep sets the window after an acknowledgement that delivered segments:
// the proportional part above the threshold (PRR), slow start up to it below
// (PRR-SSRB), and no more than was delivered while more is being lost (PRR-CRB).
func (c *Conn) reduceStep(delivered, lost uint32, n *news) {
	t := c.tx
	if delivered == 0 || t.priorCwnd == 0 {
		return
	}
	flight := t.inFlight()
	t.prrDelivered += delivered
	var out int64
	if delta := int64(c.ssthresh) - int64(flight); delta < 0 {
		out = int64((uint64(c.ssthresh)*uint64(t.prrDelivered)+uint64(t.priorCwnd)-1)/uint64(t.priorCwnd)) - int64(t.prrOut)
	} else {
		out = max(int64(t.prrDelivered)-int64(t.prrOut), int64(delivered))
		if n.has(newsAdvanced) && lost == 0 {
			out++
		}
		out = min(delta, out)
	}
	least := int64(0)
	if t.prrOut == 0 {
		least = 1 // the fast retransmit
	}
	c.cwnd = flight + uint32(max(out, least))
}

// endReduction leaves the window at the threshold, unless it was undone.
func (c *Conn) endReduction() {
	if c.ssthresh < ssthreshNone && (c.ca == CACWR || c.has(undoable)) {
		c.cwnd = c.ssthresh
	}
}

// enterCWR begins a reduction for which nothing was lost (RFC 3168 section 6.1.2).
func (c *Conn) enterCWR() {
	c.tx.priorSSThresh = 0
	if c.ca < CACWR {
		c.unset(undoable)
		c.beginReduction()
		c.ca = CACWR
	}
}
