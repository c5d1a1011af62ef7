package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// reply is a RST to be sent; flags 0 means none. Only the last one is kept, as
// the owner drains Next after each segment.
type reply struct {
	flags    wire.Flags
	seq, ack uint32
	active   bool // the user aborted: a segment of the connection, with its options
}

// resetFor answers a with the RST of RFC 9293 section 3.10.7.1.
func (c *Conn) resetFor(a *arrival) {
	if rst, ok := ResetFor(a.seg, len(a.data)); ok {
		c.reply = reply{flags: rst.Flags, seq: rst.Seq, ack: rst.Ack}
	}
}

func (c *Conn) sendReply(now time.Duration, seg *wire.TCP) {
	r := c.reply
	c.reply = reply{}
	if r.active {
		c.header(now, seg, r.flags, r.seq)
		return
	}
	*seg = wire.TCP{Seq: r.seq, Ack: r.ack, Flags: r.flags}
}

// challenge asks the peer, with an ACK, whether it really sent that (RFC 5961).
// It also answers segments that are not acceptable (RFC 9293 section 3.10.7.4).
func (c *Conn) challenge(now time.Duration) {
	if now-c.lastInvalid < c.cfg.InvalidLimit {
		return
	}
	c.lastInvalid = now
	c.set(ackForced)
}
