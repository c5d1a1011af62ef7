package tcp

// Without SACK: duplicate ACKs stand for segments that arrived out of order
// (RFC 5681 section 3.2), and a partial acknowledgement means that the next
// segment is lost too (NewReno, RFC 6582). Counting each duplicate as a segment
// that has left the network is also what sends new data for the first two of
// them: Limited Transmit (RFC 3042).

// countDuplicates counts duplicate ACKs (Linux tcp_add_reno_sack).
func (c *Conn) countDuplicates(n *news) {
	if c.has(sackOK) || n.dups == 0 {
		return
	}
	t := c.tx
	before := t.sacked
	t.sacked += n.dups
	c.limitDuplicates(0)
	if t.sacked > before {
		t.delivered += t.sacked - before
	}
}

// limitDuplicates: there can be no more duplicates than segments that are not
// lost. If there were, the path reorders (Linux tcp_check_reno_reordering).
func (c *Conn) limitDuplicates(more uint32) {
	t := c.tx
	holes := min(max(t.lost, 1), t.count())
	if t.sacked+holes > t.count() {
		t.sacked = t.count() - holes
		t.reordering = min(t.count()+more, reorderingMax)
		t.reordSeen++
	}
}

// duplicatesAcked: of n segments acknowledged, one was the hole; the duplicate
// ACKs were for the rest (Linux tcp_remove_reno_sacks).
func (c *Conn) duplicatesAcked(n uint32) {
	t := c.tx
	if n > 0 {
		t.delivered += max(n, t.sacked+1) - t.sacked
		t.sacked -= min(t.sacked, n-1)
	}
	c.limitDuplicates(n)
}

// lostWithoutSACK takes the first segment for lost after enough duplicate ACKs,
// and after a partial acknowledgement (Linux tcp_newreno_mark_lost).
func (c *Conn) lostWithoutSACK(advanced bool) {
	t := c.tx
	if c.ca < CARecovery && t.sacked >= t.reordering || c.ca == CARecovery && advanced {
		if t.at(t.head).marks&markLost == 0 {
			t.markLostAt(t.head)
		}
	}
}
