package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// TCP Fast Open of the active side (RFC 7413): a SYN may ask for a cookie, or bring
// one back and data with it.

// Cookie is what a SYN carries for Fast Open. The zero Cookie asks for one.
type Cookie struct {
	Value        [wire.CookieMax]byte
	Len          uint8
	Experimental bool // in the option of RFC 6994 that came before
	Unasked      bool // data without an option, by agreement (TCP_FASTOPEN_NO_COOKIE)
}

// carriesData says whether data may go with the SYN.
func (k *Cookie) carriesData() bool { return k.Len != 0 || k.Unasked }

// fastOpen is what a connection knows of its Fast Open; those without have none.
type fastOpen struct {
	Cookie
	mss      uint16 // of the peer, from the last connection; 0: not known
	announce uint16 // the MSS of the SYN if the path has become narrower; 0: the interface's
	deferred bool   // the SYN waits for Launch
	repeats  bool   // SYNs that are sent again ask too
	sent     bool
	data     uint16 // bytes that went with the SYN
	taken    bool   // the SYN|ACK acknowledged them
}

// OpenFast is Open with Fast Open. mss is the peer's as an earlier connection had
// it, 0 if there was none. If deferred is set, no SYN is sent before Launch.
func (c *Conn) OpenFast(now time.Duration, cfg *Config, iss, tsOffset uint32, k Cookie, mss uint16, deferred bool) {
	c.Open(now, cfg, iss, tsOffset)
	c.fast = &fastOpen{Cookie: k, mss: mss, deferred: deferred}
	if deferred {
		c.unset(synDue)
	}
}

// Deferred says whether the SYN waits for Launch.
func (c *Conn) Deferred() bool { return c.fast != nil && c.fast.deferred }

// SynRepeated says whether the SYN was sent more than once.
func (c *Conn) SynRepeated() bool { return c.has(synLost) }

// Launch sends the SYN that was deferred, with as much of p as fits if the cookie is
// one, and gives how much that is.
func (c *Conn) Launch(now time.Duration, k Cookie, p []byte) int {
	c.fast.Cookie, c.fast.deferred = k, false
	c.set(synDue)
	return c.WriteToSyn(now, p)
}

// WriteToSyn gives the SYN of OpenFast data to carry: as much of p as fits. Call it
// before Next.
func (c *Conn) WriteToSyn(now time.Duration, p []byte) int {
	if !c.fast.carriesData() {
		return 0
	}
	return c.Write(now, p[:min(len(p), c.synRoom())])
}

// synRoom is how much data a SYN takes: a segment less all the options that there can
// be (Linux tcp_send_syn_data).
func (c *Conn) synRoom() int {
	mss := c.cfg.advertisedMSS()
	if c.fast.mss != 0 {
		mss = min(mss, c.fast.mss)
	}
	return int(mss) - optionsMax
}

// optionsMax is the most that options take of a segment.
const optionsMax = 40

// AskFastOpen says whether every SYN from now on asks for a cookie, though the first
// one did not (Linux, fastopen_req).
func (c *Conn) AskFastOpen(on bool) {
	if c.fast == nil {
		if !on {
			return
		}
		c.fast = &fastOpen{sent: true}
	}
	c.fast.repeats = on
}

// fastSyn puts into the first SYN what Fast Open adds to it, and gives the size of its
// data. SYNs that are sent again have neither (RFC 7413 section 4.2.1).
func (c *Conn) fastSyn(seg *wire.TCP, room []byte) (n int) {
	f := c.fast
	if f.sent {
		if f.repeats {
			fastOption(&seg.Options, &Cookie{Experimental: f.Experimental})
		}
		return 0
	}
	f.sent = true
	if !f.Unasked {
		fastOption(&seg.Options, &f.Cookie)
	}
	if !f.carriesData() {
		return 0
	}
	n = c.snd.peek(0, room[:min(int(c.snd.n), len(room))])
	f.data = uint16(n)
	c.sndNxt += uint32(n)
	return n
}

// ExpectSynData lets the SYN|ACK bring data, as it may to one that asked for Fast Open
// (RFC 7413 section 4.2.1). Linux goes by the last that did, though of an earlier
// attempt.
func (c *Conn) ExpectSynData() {
	if c.fast == nil {
		c.fast = &fastOpen{sent: true}
	}
}

// synAckData takes the data of a SYN|ACK. Delayed ACKs know nothing of it (Linux
// tcp_fastopen_add_skb).
func (c *Conn) synAckData(a *arrival) Event {
	n := min(uint32(len(a.data)), c.receiveWindow())
	if c.fast == nil || n == 0 {
		return 0
	}
	c.rcv.place(c.pool, 0, a.data[:n])
	c.rcv.n += n
	c.rcvNxt += n
	return Data
}

// ResendSyn sends the SYN again at once, by itself, after a packet with data was too
// big for the path (Linux tcp_simple_retransmit).
func (c *Conn) ResendSyn(mtu int) {
	if c.state != StateSynSent {
		return
	}
	c.ExpectSynData()
	known, mss := c.cfg.advertisedMSS(), uint16(max(mtu-ipTCPHeaders, mssMin))
	if c.fast.announce != 0 {
		known = c.fast.announce
	}
	if mss >= known {
		return
	}
	c.fast.announce = mss
	c.set(synDue)
}

// fastOption writes the option if it fits.
func fastOption(o *wire.TCPOptions, k *Cookie) {
	before := *o
	o.Has |= wire.OptionFastOpen
	if k.Experimental {
		o.Has |= wire.OptionFastOpenExperimental
	}
	o.Cookie, o.CookieLen = k.Value, k.Len
	if o.Len() > optionsMax {
		*o = before
	}
}

// synDataAnswered takes in what a SYN|ACK acknowledges of the data of the SYN; what it
// does not is sent again at once, and not for congestion (Linux
// tcp_rcv_fastopen_synack).
func (c *Conn) synDataAnswered(now time.Duration, ack uint32) {
	if c.fast == nil {
		return
	}
	c.snd.drop(ack - c.iss - 1)
	if ack == c.sndNxt {
		c.fast.taken = c.fast.data > 0
		return
	}
	t := c.outgoing(now)
	t.note(now, ack, c.sndNxt, c.sndNxt, uint32(c.mss))
	for i := t.head; i != t.tail; i++ {
		t.markLostAt(i)
	}
	c.set(rtxDue)
	c.rearmRTO(now)
}

func (f *fastOpen) appendTo(b []byte) []byte {
	if f == nil {
		return b
	}
	bit := func(on bool, n int) byte {
		if on {
			return 1 << n
		}
		return 0
	}
	b = append(b, f.Len, bit(f.Experimental, 0)|bit(f.Unasked, 1)|bit(f.deferred, 2)|bit(f.repeats, 3)|bit(f.sent, 4)|bit(f.taken, 5))
	b = append(b, byte(f.mss), byte(f.mss>>8), byte(f.announce), byte(f.announce>>8))
	return append(b, f.Value[:f.Len]...)
}
