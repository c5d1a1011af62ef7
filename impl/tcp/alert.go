package tcp

import "time"

// newsFlag is one thing that an acknowledgement told.
type newsFlag uint16

const (
	newsAdvanced    newsFlag = 1 << iota // SND.UNA moved
	newsAcked                            // segments were acknowledged whole
	newsData                             // it carried data
	newsWindow                           // it changed the window
	newsECE                              // it echoes congestion (RFC 3168)
	newsSacked                           // segments were SACKed
	newsDSACK                            // it reports a duplicate
	newsDSACKProbe                       // of a tail loss probe
	newsOriginal                         // what was in flight at sender.high arrived, never sent again
	newsAgainAcked                       // a segment that was sent again was acknowledged
	newsLostAgain                        // retransmissions are lost
	newsReneged                          // what it acknowledges ends at a SACKed segment
	newsSetTimer                         // the timer is to be set from now
	newsAckTime                          // firstAck and lastAck count
	newsSackTime                         // firstSack and lastSack count
	newsPriorCounts                      // priorDelivered counts
)

// newsNotDup is what a duplicate ACK is not (RFC 5681 section 2).
const newsNotDup = newsData | newsWindow | newsAcked

// news is what one acknowledgement told about what is in flight.
type news struct {
	flags               newsFlag
	dups                uint32 // duplicate ACKs that it counts for
	acked               uint32 // segments
	dsacked             uint32 // segments reported as duplicates
	reord               uint32 // lowest number that came after a higher one
	priorFack           uint32
	priorDelivered      uint32 // sender.delivered when the newest of what arrived was sent
	firstAck, lastAck   uint32 // when what was acknowledged was sent
	firstSack, lastSack uint32 // and what was SACKed
}

func (n *news) has(f newsFlag) bool { return n.flags&f != 0 }
func (n *news) set(f newsFlag)      { n.flags |= f }

func (n *news) noteDelivered(s *segment) {
	if !n.has(newsPriorCounts) || seqGT(s.delivered, n.priorDelivered) {
		n.set(newsPriorCounts)
		n.priorDelivered = s.delivered
	}
}

func (n *news) noteAckTime(at uint32) {
	if !n.has(newsAckTime) {
		n.set(newsAckTime)
		n.firstAck = at
	}
	n.lastAck = at
}

func (n *news) noteSackTime(at uint32) {
	if !n.has(newsSackTime) {
		n.set(newsSackTime)
		n.firstSack = at
	}
	n.lastSack = at
}

// dubious says whether an acknowledgement is anything but plain progress.
func (c *Conn) dubious(n *news) bool {
	return !n.has(newsNotDup) || n.has(newsSacked|newsECE|newsDSACK) || c.ca != CAOpen
}

// alert moves the congestion state on: the state machine of Linux
// (tcp_fastretrans_alert), in which RFC 5681, 6582, 6675, 8985, 6937, 5682 and
// 3168 meet. Afterwards Next sends again what is lost, if rtxDue is set.
func (c *Conn) alert(now time.Duration, prior uint32, n *news) {
	t := c.tx
	if t.count() == 0 {
		t.sacked = 0
	}
	if n.has(newsECE) {
		t.priorSSThresh = 0
	}
	if c.reneged(now, n) {
		return
	}
	if c.ca == CAOpen {
		c.unset(rtxStamped)
	} else if seqGE(c.sndUna, t.high) && !c.leaveEpisode() {
		return
	}
	switch c.ca {
	case CARecovery:
		if !n.has(newsAdvanced) {
			c.countDuplicates(n)
		} else if c.undoPartial(prior) {
			return
		}
		if c.undoByDuplicates() {
			c.tryOpen(n)
		}
		c.findLost(now, n)
		if c.ca != CARecovery {
			if t.lost == 0 {
				return
			}
			c.enterRecovery(n)
		}
	case CALoss:
		c.progressInLoss(now, n)
		c.findLost(now, n)
		if c.ca == CAOpen || n.has(newsLostAgain) {
			c.alertCalm(now, n)
		}
		return
	default:
		c.alertCalm(now, n)
		return
	}
	c.set(rtxDue)
}

// alertCalm is alert outside of a recovery: it may begin one.
func (c *Conn) alertCalm(now time.Duration, n *news) {
	if n.has(newsAdvanced) && !c.has(sackOK) {
		c.tx.sacked = 0
	}
	c.countDuplicates(n)
	if c.ca <= CADisorder {
		c.undoByDuplicates()
	}
	c.findLost(now, n)
	if c.tx.lost == 0 {
		c.tryOpen(n)
		return
	}
	c.enterRecovery(n)
	c.set(rtxDue)
}

// leaveEpisode ends what began before sender.high now that everything up to
// there is acknowledged. false: it stays, and the acknowledgement is done with.
func (c *Conn) leaveEpisode() bool {
	switch c.ca {
	case CACWR:
		// Something sent since must arrive, and with it the word of the reduction.
		if c.sndUna != c.tx.high {
			c.endReduction()
			c.ca = CAOpen
		}
	case CARecovery:
		if !c.has(sackOK) {
			c.tx.sacked = 0
		}
		if c.undoRecovery() {
			return false
		}
		c.endReduction()
	}
	return true
}

// findLost marks what is lost, by the means that the connection has.
func (c *Conn) findLost(now time.Duration, n *news) {
	t := c.tx
	if t.count() == 0 {
		return
	}
	again := t.again
	switch {
	case !c.has(sackOK):
		c.lostWithoutSACK(n.has(newsAdvanced))
	case c.cfg.RACK:
		if c.rackMarkLost(now) {
			n.flags &^= newsSetTimer
		}
	default:
		c.lostBySACK()
	}
	if again > t.again {
		n.set(newsLostAgain)
	}
}

// enterRecovery begins fast recovery (RFC 5681 section 3.2).
func (c *Conn) enterRecovery(n *news) {
	c.tx.priorSSThresh = 0
	c.beginUndo()
	if !c.reducing() {
		if !n.has(newsECE) {
			c.tx.priorSSThresh = c.currentSSThresh()
		}
		c.beginReduction()
	}
	c.ca = CARecovery
}

// tryOpen is for an acknowledgement that leaves nothing lost.
func (c *Conn) tryOpen(n *news) {
	if !c.anyAgain() {
		c.unset(rtxStamped)
	}
	if n.has(newsECE) {
		c.enterCWR()
	}
	if c.ca != CACWR {
		c.keepOpen()
	}
}

// keepOpen goes to Open, or to Disorder while something is SACKed or sent again.
func (c *Conn) keepOpen() {
	state := CAOpen
	if c.tx.sacked+c.tx.lost > 0 || c.anyAgain() {
		state = CADisorder
	}
	if c.ca != state {
		c.ca = state
		c.tx.high = c.sndNxt
	}
}

// anyAgain says whether something in flight was sent again.
func (c *Conn) anyAgain() bool {
	t := c.tx
	return t.again > 0 || t.count() > 0 && t.at(t.head).marks&markEver != 0
}
