package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// cookies are what the puppet hands out; the shortest, the usual length, and
// another of that length.
var cookies = [...]script.FastOpen{
	{Present: true, Len: 4, Cookie: [16]byte{1, 2, 3, 4}},
	{Present: true, Len: 8, Cookie: [16]byte{1, 2, 3, 4, 5, 6, 7, 8}},
	{Present: true, Len: 8, Cookie: [16]byte{8, 7, 6, 5, 4, 3, 2, 1}},
}

// openFast begins with a connection on which the puppet mostly gives a cookie,
// and then mostly another socket that can use it.
func (w *world) openFast() {
	w.open(true)
	if w.percent(50) {
		w.fastSockopt(w.focus)
		w.connect(w.focus)
	} else {
		w.sendto(w.focus)
	}
	if w.percent(85) {
		w.synAck()
	}
	switch n := w.below(10); {
	case n < 3:
		w.dissolve(w.focus)
	case n < 8:
		w.open(true)
	}
	if w.percent(70) {
		w.fastSockopt(w.focus)
		w.connect(w.focus)
	}
}

func (w *world) fastSockopt(fd int32) {
	c := spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolTCP, Option: spec.TCPFastopenConnect, Value: 1}
	switch n := w.below(20); {
	case n < 2:
		c.Value = 0
	case n == 2:
		c.Value = int32(w.below(2))*3 - 1
	case n == 3:
		c.Option, c.Value = spec.TCPFastopen, int32(w.below(3))-1
	case n == 4:
		c.Op, c.Value = spec.OpGetsockopt, 0
	case n == 5:
		c.Option, c.Value = spec.TCPFastopenNoCookie, int32(w.below(3))
	}
	s := w.at(fd)
	if w.call(c) && s != nil && c.Op == spec.OpSetsockopt && c.Option == spec.TCPFastopenConnect && (c.Value == 0 || c.Value == 1) && s.state != StateConnected && s.state != StateConnecting {
		s.fast = c.Value == 1
	}
}

// fastOption is the puppet's answer to a Fast Open option.
func (w *world) fastOption() script.FastOpen {
	switch n := w.below(10); {
	case n < 6:
		w.cookie = true
		return cookies[w.below(len(cookies))]
	case n < 7:
		return script.FastOpen{Present: true}
	case n < 8:
		w.cookie = true
		o := cookies[0]
		o.Experimental = true
		return o
	}
	return script.FastOpen{}
}

// fastAnswer makes SYN|ACK acknowledge the data of the SYN, or bring some.
func (w *world) fastAnswer(f *script.Frame) {
	if w.wire.open && w.wire.ack > 1 && w.percent(60) {
		f.Ack = w.wire.ack
	}
	if w.percent(10) {
		f.Len = 3
	}
}

// fastSend sends with MSG_FASTOPEN, or ends a deferral; done says that it took
// care of the call.
func (w *world) fastSend(fd int32, s *socket, c *spec.Call) (done bool) {
	connects := s.state == StateFresh || s.state == StateFailed
	if w.percent(25) || connects && w.percent(75) {
		c.MsgFlags |= spec.MsgFastopen
	}
	fastopen := c.MsgFlags&spec.MsgFastopen != 0
	if !(fastopen && connects && c.Op == spec.OpSendto) && !(s.state == StateConnecting && s.deferred) {
		return false
	}
	if c.Op == spec.OpSendto && w.percent(60) {
		c.MsgFlags &^= spec.MsgDontwait
	}
	opens := s.deferred
	if !opens {
		host, puppet := onHost(c.Addr.Addr)
		if host || !puppet || c.Addr.Family != spec.AFInet || c.Pointer != spec.PointerValid || c.AddrLen < spec.SizeofSockaddrIn || c.AddrLen > 128 {
			c.MsgFlags |= spec.MsgDontwait
			return false
		}
	}
	if !s.nonblock && c.MsgFlags&spec.MsgDontwait == 0 {
		if s.waiting != 0 {
			return true
		}
		w.wait(s, *c)
		if s.waiting == 0 {
			return true
		}
	} else if !w.call(*c) {
		return true
	}
	s.state, s.loop, s.bytes, s.peerDone, s.deferred = StateConnecting, false, 0, false, false
	to := wire{sock: w.index(fd), ack: 1}
	if w.cookie {
		to.ack += uint32(len(c.Buf))
	}
	w.switchTo(to)
	return true
}
