package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// Open starts an active open (RFC 9293 section 3.10.1): Next gives the SYN.
// The initial sequence number and the offset of the timestamp clock are the
// caller's, see ISN.
func (c *Conn) Open(now time.Duration, cfg *Config, iss, tsOffset uint32) {
	c.clear(cfg)
	c.start(iss, tsOffset)
	c.state = StateSynSent
	mss := cfg.advertisedMSS()
	c.openWindow(uint32(mss))
	if cfg.WindowScaling {
		c.rcvWScale = cfg.WindowScale
	}
	c.setMSS(mssDefault)
}

// Accept starts a passive open with the SYN that Listen let pass (RFC 9293
// section 3.10.7.2): Next gives the SYN|ACK.
func (c *Conn) Accept(now time.Duration, cfg *Config, iss, tsOffset uint32, syn *wire.TCP) {
	c.clear(cfg)
	c.start(iss, tsOffset)
	c.set(passive)
	c.state = StateSynReceived
	c.agree(now, syn)
	segment := uint32(cfg.advertisedMSS())
	if c.has(tsOK) {
		segment -= timestampsLen
	}
	c.openWindow(segment)
}

func (c *Conn) start(iss, tsOffset uint32) {
	c.iss, c.sndUna, c.sndNxt, c.tsOffset = iss, iss, iss, tsOffset
	c.sndSmall, c.pushSeq = iss, iss+1
	c.set(synDue)
}

// agree takes in the peer's SYN: its number, window and options. An option
// counts if both sides sent it (RFC 7323 section 1.3, RFC 2018 section 2).
func (c *Conn) agree(now time.Duration, syn *wire.TCP) {
	o := &syn.Options
	c.irs, c.rcvNxt, c.rcvWup = syn.Seq, syn.Seq+1, syn.Seq+1
	c.sndWnd, c.sndWl1 = uint32(syn.Window), syn.Seq // never scaled in a SYN
	c.sndMaxWnd = c.sndWnd
	if c.cfg.WindowScaling && o.Has&wire.OptionWindowScale != 0 {
		c.set(wsOK)
		c.sndWScale = min(o.WindowScale, windowScaleMax)
		c.rcvWScale = c.cfg.WindowScale
	} else {
		c.rcvWScale = 0
	}
	if c.cfg.Timestamps && o.Has&wire.OptionTimestamps != 0 {
		c.set(tsOK)
		c.tsRecent, c.tsRecentAt = o.TSVal, now
	}
	if c.cfg.SACK && o.Has&wire.OptionSACKPermitted != 0 {
		c.set(sackOK)
	}
	mss := uint16(mssDefault)
	if o.Has&wire.OptionMSS != 0 && o.MSS != 0 {
		mss = o.MSS
	}
	c.agreeECN(syn)
	c.setMSS(max(mss, mssMin))
	c.rcvMSS = min(c.mss, mssDefault)
	c.lastRcvd = now
}

// setMSS sets the segment size from the peer's MSS, the MTU and the options
// that every segment carries (RFC 9293 section 3.7.1, RFC 6691).
func (c *Conn) setMSS(peer uint16) {
	c.mss = min(peer, c.cfg.advertisedMSS())
	if c.maxSegment != 0 {
		c.mss = min(c.mss, c.maxSegment)
	}
	if c.has(tsOK) {
		c.mss -= timestampsLen
	}
	if c.cwnd == 0 || c.state == StateSynSent || c.state == StateSynReceived {
		c.cwnd = uint32(c.cfg.InitialSegments)
	}
}

// SetMTU takes in a smaller path MTU, as ICMP "fragmentation needed" tells it
// (RFC 1191): segments shrink, and what was in flight is sent again unless it
// fits.
func (c *Conn) SetMTU(now time.Duration, mtu int) {
	mss := mtu - ipTCPHeaders
	if c.has(tsOK) {
		mss -= timestampsLen
	}
	mss = max(mss, mssMin)
	if mss >= int(c.mss) {
		return
	}
	c.mss = uint16(mss)
	if c.state.sends() && c.has(synAcked) && c.tx.count() > 0 {
		c.tooLarge()
	}
}

// tooLarge sends again what no longer fits a segment. It was not congestion that
// took it: the window, in segments, stays (Linux tcp_simple_retransmit).
func (c *Conn) tooLarge() {
	t := c.tx
	for i := t.head; i != t.tail; i++ {
		if seqMin(t.at(i).end, c.dataEnd())-c.startOf(i) > uint32(c.mss) {
			t.markLostAt(i)
		}
	}
	if t.lost == 0 {
		return
	}
	if !c.has(sackOK) {
		c.limitDuplicates(0)
	}
	if c.ca != CALoss {
		t.high = c.sndNxt
		c.ssthresh = c.currentSSThresh()
		t.priorSSThresh = 0
		c.unset(undoable)
		c.ca = CALoss
	}
	c.set(rtxDue)
}

// established ends the handshake.
func (c *Conn) established(now time.Duration) Event {
	c.set(synAcked)
	c.unset(rtxStamped)
	c.state = StateEstablished
	if c.retransmits > 1 { // RFC 5681 section 3.1; Linux forgives one
		c.cwnd = 1
	}
	c.retransmits, c.backoff = 0, 0
	c.sendAt = never
	if c.srtt == 0 && c.has(synLost) {
		c.rto = max(c.cfg.RTOInitial, rtoAfterLostSyn)
	}
	if c.has(keepalive) {
		c.keepAt = now + c.cfg.KeepaliveIdle
	}
	if c.has(finQueued) {
		c.state = StateFinWait1
	}
	return Established | Space
}

// finAtOnce puts a FIN that waited for the handshake in flight, if the peer's
// window has a place for it.
func (c *Conn) finAtOnce(now time.Duration) {
	if c.state != StateFinWait1 || !c.cfg.FinAheadOfText || c.snd.n > 0 || c.windowLeft() < 1 {
		return
	}
	c.set(finAhead | finSent)
	c.sndNxt++
	c.sndSmall = c.sndNxt
	c.sent(now, c.sndNxt-1, c.sndNxt-1, 0)
}

// sendFinAhead gives that FIN. It acknowledges no more than the peer's SYN, so
// that what is due for the rest of the segment stays due.
func (c *Conn) sendFinAhead(now time.Duration, seg *wire.TCP) {
	c.unset(finAhead)
	*seg = wire.TCP{Seq: c.iss + 1, Ack: c.irs + 1, Flags: wire.FIN | wire.ACK, Window: uint16(c.rcvWnd >> c.rcvWScale)}
	if c.has(tsOK) {
		seg.Options.Has = wire.OptionTimestamps
		seg.Options.TSVal, seg.Options.TSEcr = c.timestamp(now), c.tsRecent
	}
}
