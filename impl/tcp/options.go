package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// timestampsLen is what the timestamps option takes of every segment.
const timestampsLen = 12

// clockTick is the tick of the timestamp clock (RFC 7323 section 5.4).
const clockTick = time.Millisecond

// pawsIdle is how long a timestamp stays valid (RFC 7323 section 5.5).
const pawsIdle = 24 * 24 * time.Hour

func (c *Conn) timestamp(now time.Duration) uint32 { return uint32(now/clockTick) + c.tsOffset }

// synOptions writes the options of a SYN: all that the host wants, or, in
// answer to the peer's SYN in a passive open, what both want.
func (c *Conn) synOptions(now time.Duration, o *wire.TCPOptions) {
	o.Has, o.MSS = wire.OptionMSS, c.cfg.advertisedMSS()
	if c.maxSegment != 0 {
		o.MSS = min(o.MSS, c.maxSegment)
	}
	if c.fast != nil && c.fast.announce != 0 {
		o.MSS = c.fast.announce
	}
	wants := !c.has(passive)
	if c.cfg.SACK && wants || c.has(sackOK) {
		o.Has |= wire.OptionSACKPermitted
	}
	if c.cfg.Timestamps && wants || c.has(tsOK) {
		o.Has |= wire.OptionTimestamps
		o.TSVal, o.TSEcr = c.timestamp(now), c.tsRecent
	}
	if c.cfg.WindowScaling && wants || c.has(wsOK) {
		o.Has |= wire.OptionWindowScale
		o.WindowScale = c.cfg.WindowScale
	}
}

// header fills in a segment of a synchronized connection: acknowledgement,
// window, timestamps and SACK blocks.
func (c *Conn) header(now time.Duration, seg *wire.TCP, flags wire.Flags, seq uint32) {
	*seg = wire.TCP{Seq: seq, Ack: c.rcvNxt, Flags: flags | wire.ACK, Window: c.selectWindow()}
	if c.has(tsOK) {
		seg.Options.Has |= wire.OptionTimestamps
		seg.Options.TSVal, seg.Options.TSEcr = c.timestamp(now), c.tsRecent
	}
	if c.sackLen() > 0 {
		c.sackBlocks(&seg.Options)
	}
	c.markECN(seg, false)
}

// sackRoom is the most SACK blocks that fit beside the timestamps.
func (c *Conn) sackRoom() int {
	if c.has(tsOK) {
		return wire.SACKBlocksMax - 1
	}
	return wire.SACKBlocksMax
}

// sackBlocks reports a duplicate first (RFC 2883) and then what is ahead of
// RCV.NXT, the most recent first (RFC 2018 section 4).
func (c *Conn) sackBlocks(o *wire.TCPOptions) {
	n, most := 0, c.sackRoom()
	if c.has(dsackSet) {
		o.SACK[0] = c.dsack
		n = 1
		c.unset(dsackSet)
	}
	if c.ooo != nil {
		n += copy(o.SACK[n:most], c.ooo.r[:c.ooo.n])
	}
	o.SACKCount = uint8(n)
	o.Has |= wire.OptionSACK
}

// sackLen is what SACK blocks take of the next segment.
func (c *Conn) sackLen() int {
	if !c.has(sackOK) || c.has(ackLast) || !c.has(dsackSet) && c.ooo.empty() {
		return 0
	}
	n := 0
	if c.has(dsackSet) {
		n++
	}
	if c.ooo != nil {
		n += int(c.ooo.n)
	}
	return 4 + 8*min(n, c.sackRoom())
}

// pawsReject says whether a timestamp shows that the segment is an old
// duplicate (RFC 7323 section 5.3). A pure ACK that brings nothing new may be
// older, since networks reorder them (Linux tcp_disordered_ack).
func (c *Conn) pawsReject(now time.Duration, a *arrival) bool {
	o := &a.seg.Options
	if !c.has(tsOK) || o.Has&wire.OptionTimestamps == 0 || !seqLT(o.TSVal, c.tsRecent) {
		return false
	}
	if now-c.tsRecentAt > pawsIdle {
		return false
	}
	pureAck := a.seg.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK && len(a.data) == 0
	old := pureAck && a.seq == c.rcvNxt && a.ack == c.sndUna && a.wnd == c.sndWnd &&
		time.Duration(c.tsRecent-o.TSVal)*clockTick <= c.rto
	return !old
}

// takeTimestamp keeps the timestamp of a segment that the next ACK echoes (RFC
// 7323 section 4.3).
func (c *Conn) takeTimestamp(now time.Duration, a *arrival) {
	o := &a.seg.Options
	if c.has(tsOK) && o.Has&wire.OptionTimestamps != 0 && seqLE(a.seq, c.rcvWup) && seqGE(o.TSVal, c.tsRecent) {
		c.tsRecent, c.tsRecentAt = o.TSVal, now
	}
}
