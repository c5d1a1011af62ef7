package tcp

import "github.com/connspec/connspec/impl/wire"

// Explicit congestion notification (RFC 3168). A connection that agreed on it
// marks new data as ECN-capable, tells the peer of marks that routers left, and
// shrinks its window when the peer tells of them.

// ECNMode says when ECN is used (Linux tcp_ecn).
type ECNMode uint8

const (
	ECNOff    ECNMode = iota
	ECNOn             // asked for, and accepted
	ECNAccept         // accepted when the peer asks for it
)

// synECN is what of ECN a SYN carries: the first one of an active open asks for
// it (section 6.1.1), a repetition does not, as some paths drop such SYNs
// (section 6.1.1.1); the answer agrees.
func (c *Conn) synECN() wire.Flags {
	switch {
	case c.state == StateSynSent && c.cfg.ECN == ECNOn && !c.has(synLost):
		return wire.ECE | wire.CWR
	case c.state != StateSynSent && c.has(ecnOK):
		return wire.ECE
	}
	return 0
}

// agreeECN takes in what of ECN the peer's SYN carries.
func (c *Conn) agreeECN(syn *wire.TCP) {
	asked := syn.Flags & (wire.ECE | wire.CWR)
	switch {
	case syn.Flags&wire.ACK == 0 && c.has(passive):
		c.put(ecnOK, c.cfg.ECN != ECNOff && asked == wire.ECE|wire.CWR && syn.ECN == wire.NotECT)
	case syn.Flags&wire.ACK != 0:
		c.put(ecnOK, c.cfg.ECN == ECNOn && !c.has(synLost) && asked == wire.ECE)
	}
}

// seeECN takes in the codepoint and the CWR flag of a segment with data (Linux
// tcp_data_ecn_check, tcp_ecn_accept_cwr).
func (c *Conn) seeECN(a *arrival) {
	if !c.has(ecnOK) {
		return
	}
	if a.seg.Flags&wire.CWR != 0 {
		c.unset(ecnDemand)
		if a.end != a.seq {
			c.set(ackNow) // its window may be a single segment
		}
	}
	if len(a.data) == 0 {
		return
	}
	switch a.seg.ECN {
	case wire.NotECT:
		if c.has(ecnSeen) {
			c.ackQuickly(quickAcksMin)
		}
	case wire.CE:
		if !c.has(ecnDemand) {
			c.ackQuickly(quickAcksMin)
			c.set(ecnDemand)
		}
		c.set(ecnSeen)
	default:
		c.set(ecnSeen)
	}
}

// markECN puts the flags and the codepoint on a segment that leaves: fresh data
// is ECN-capable, what is sent again and bare ACKs are not (section 6.1.4, 6.1.5).
func (c *Conn) markECN(seg *wire.TCP, fresh bool) {
	if !c.has(ecnOK) {
		return
	}
	if c.has(ecnDemand) {
		seg.Flags |= wire.ECE
	}
	if fresh {
		seg.ECN = wire.ECT0
		if c.has(ecnCWR) {
			c.unset(ecnCWR)
			seg.Flags |= wire.CWR
		}
	}
}

// queueCWR tells the peer with the next data that the window shrank.
func (c *Conn) queueCWR() { c.put(ecnCWR, c.has(ecnOK)) }

// countECE counts what was delivered under congestion.
func (t *sender) countECE(delivered uint32, n *news) {
	if n.has(newsECE) {
		t.deliveredCE += delivered
	}
}
