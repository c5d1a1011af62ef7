package tcp

// Limits of the window field (RFC 7323 section 2.3).
const (
	windowMax      = 65535
	windowScaleMax = 14
)

// openWindow sets the first window: whole segments, unscaled (Linux
// tcp_select_initial_window).
func (c *Conn) openWindow(segment uint32) {
	w := min(uint32(c.cfg.InitialWindow), c.rcvLimit)
	if w > segment {
		w -= w % segment
	}
	c.rcvWnd = min(w, windowMax)
	c.rcvTarget = c.rcvWnd
}

// receiveWindow is what is left of the window last told to the peer.
func (c *Conn) receiveWindow() uint32 {
	w := c.rcvWup + c.rcvWnd - c.rcvNxt
	if int32(w) < 0 {
		return 0
	}
	return w
}

// newWindow is the window we would like to tell. It stays shut until a whole
// segment, or a sixteenth of the buffer, is free (RFC 9293 section 3.8.6.2.2).
func (c *Conn) newWindow() uint32 {
	free := uint32(0)
	if c.rcv.n < c.rcvLimit {
		free = c.rcvLimit - c.rcv.n
	}
	if free < c.rcvLimit/2 {
		free = free >> c.rcvWScale << c.rcvWScale
		if free < c.rcvLimit/16 || free < uint32(c.rcvMSS) {
			return 0
		}
	}
	w := min(free, c.rcvTarget)
	unit := uint32(1)<<c.rcvWScale - 1
	if c.rcvWScale != 0 {
		return min((w+unit)&^unit, free|unit)
	}
	return w
}

// selectWindow decides the window to tell now. The right edge never moves back
// (RFC 9293 section 3.8.6).
func (c *Conn) selectWindow() uint16 {
	left, w := c.receiveWindow(), c.newWindow()
	unit := uint32(1)<<c.rcvWScale - 1
	if w < left {
		w = (left + unit) &^ unit
	}
	w = min(w, windowMax<<c.rcvWScale)
	c.rcvWnd, c.rcvWup = w, c.rcvNxt
	return uint16(w >> c.rcvWScale)
}

// growTarget lets the window grow with the data received in order, as Linux
// does (tcp_grow_window), up to the buffer's limit.
func (c *Conn) growTarget(n uint32) {
	if c.rcvTarget < c.rcvLimit {
		c.rcvTarget = min(c.rcvTarget+2*n, c.rcvLimit)
	}
}

// updateSendWindow takes the window of a segment if it is not older than the
// one known (RFC 9293 section 3.10.7.4; Linux tcp_ack_update_window).
func (c *Conn) updateSendWindow(a *arrival) bool {
	if !seqGT(a.ack, c.sndUna) && !seqGT(a.seq, c.sndWl1) &&
		!(a.seq == c.sndWl1 && (a.wnd > c.sndWnd || a.wnd == 0)) {
		return false
	}
	c.sndWl1, c.sndWnd = a.seq, a.wnd
	c.sndMaxWnd = max(c.sndMaxWnd, a.wnd)
	return true
}

// windowLeft is how much more the peer's window lets us send; negative after
// the peer took back what it had offered.
func (c *Conn) windowLeft() int32 { return int32(c.sndUna + c.sndWnd - c.sndNxt) }
