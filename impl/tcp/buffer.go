package tcp

import "time"

// Write puts as much of p into the send buffer as there is room and says how
// much. It takes nothing once the write side is closed.
func (c *Conn) Write(now time.Duration, p []byte) int {
	n := min(len(p), c.Writable())
	if n == 0 {
		return 0
	}
	c.place(&c.snd, c.sndClass, c.snd.n, p[:n])
	c.snd.n += uint32(n)
	return n
}

// AwaitWrite says whether somebody waits in SYN-SENT to write: then the ACK of
// the peer's SYN rides on the data, which is to be written before Next is asked
// (Linux tcp_rcv_synsent_state_process).
func (c *Conn) AwaitWrite(on bool) { c.put(writeWaits, on) }

// Read takes received bytes out of the receive buffer. Next may then give an
// ACK that tells the peer of the room.
func (c *Conn) Read(now time.Duration, p []byte) int {
	n := c.rcv.peek(0, p)
	if n == 0 {
		return 0
	}
	c.rcv.drop(uint32(n))
	c.ackAfterRead()
	return n
}

// Peek copies received bytes without taking them.
func (c *Conn) Peek(p []byte) int { return c.rcv.peek(0, p) }

// SetBuffers sets the limits of the buffers in bytes (SO_SNDBUF, SO_RCVBUF). A
// window already told is not taken back.
func (c *Conn) SetBuffers(snd, rcv int) {
	c.sndLimit, c.rcvLimit = uint32(max(snd, 1)), uint32(max(rcv, 1))
	c.rcvTarget = min(c.rcvTarget, c.rcvLimit)
}

// SetNoDelay turns the Nagle algorithm off or on (TCP_NODELAY). Off lets go what
// was held so far, by SetCork too.
func (c *Conn) SetNoDelay(on bool) {
	c.put(noDelay, on)
	c.put(pushOnce, on && c.has(cork))
}

// SetCork holds short segments back until they are full, at most for a timeout
// (TCP_CORK); false lets go what was held.
func (c *Conn) SetCork(on bool) { c.put(cork, on) }

// SetMaxSegment bounds the data in each segment, sent and asked for (TCP_MAXSEG),
// 0: no bound. Call it after Open or Accept.
func (c *Conn) SetMaxSegment(n int) {
	c.maxSegment = uint16(min(max(n, 0), 65535))
	if m := c.maxSegment; m != 0 {
		if c.has(tsOK) {
			m -= min(timestampsLen, m-1)
		}
		c.mss = min(c.mss, m)
	}
}

// SetSynRetries sets how many SYNs are sent again (TCP_SYNCNT). Call it after
// Open.
func (c *Conn) SetSynRetries(n int) { c.synRetries = uint8(min(max(n, 0), 255)) }

// SetUserTimeout bounds how long data may stay unacknowledged; 0 removes the
// bound (RFC 5482, TCP_USER_TIMEOUT).
func (c *Conn) SetUserTimeout(d time.Duration) { c.userTimeout = d }

// SetKeepalive turns keepalive probes on or off (RFC 9293 section 3.8.4).
func (c *Conn) SetKeepalive(now time.Duration, on bool) {
	c.put(keepalive, on)
	c.keepAt, c.keepProbes = never, 0
	if on && c.state.Synchronized() && c.state != StateTimeWait {
		c.keepAt = now + c.cfg.KeepaliveIdle
	}
}
