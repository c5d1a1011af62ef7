package sock

import (
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// recv is recv(2) and recvfrom(2).
func (l *Layer) recv(thread int, c *spec.Call) (spec.Result, bool) {
	i, f, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	d := l.patienceOf(c.Op, l.socks.at(i))
	nonblock := f.nonblock || c.MsgFlags&spec.MsgDontwait != 0 || d < 0
	out := nameOut{pointer: spec.PointerNull}
	if c.Op == spec.OpRecvfrom {
		out = nameOutOf(c)
	}
	r, done := spec.Fail(spec.EAGAIN), nonblock
	begun := l.resumeSYN(l.socks.at(i))
	if !begun {
		r, done = l.tryRecv(i, out, c.Buf, c.MsgFlags, nonblock)
	}
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.begun = begun
		w.buf, w.flags, w.out = c.Buf, c.MsgFlags, out
		l.limit(w, d)
	}
	return r, done
}

func (l *Layer) tryRecv(i int32, out nameOut, p []byte, flags spec.MsgFlags, nonblock bool) (spec.Result, bool) {
	s := l.socks.at(i)
	if s.typ == spec.SockDgram {
		return l.recvDatagram(s, out, p, flags, nonblock)
	}
	return l.recvStream(s, p, flags, nonblock)
}

// recvStream reads what there is. Bytes go before the end of file, that before
// errors (tcp_recvmsg_locked).
func (l *Layer) recvStream(s *Socket, p []byte, flags spec.MsgFlags, nonblock bool) (spec.Result, bool) {
	st := l.state(s)
	if st == tcp.StateListen {
		return spec.Fail(spec.ENOTCONN), true
	}
	if s.conn != 0 {
		c := l.conns.at(s.conn)
		if c.tcp.Readable() > 0 {
			if flags&spec.MsgPeek != 0 {
				return spec.Result{Ret: int32(c.tcp.Peek(p))}, true
			}
			n := c.tcp.Read(l.now, p)
			l.touch(s.conn, c)
			return spec.Result{Ret: int32(n)}, true
		}
	}
	switch {
	case s.err != spec.ENONE && l.p.DataFirst:
		return spec.Fail(l.seeError(s, flags)), true
	case s.peerDone:
		return spec.Result{}, true
	case s.err != spec.ENONE:
		return spec.Fail(l.seeError(s, flags)), true
	case s.shut&shutRead != 0:
		return spec.Result{}, true
	case st == tcp.StateClosed:
		return spec.Fail(spec.ENOTCONN), true
	case opening(st) && l.p.ConnectingRecv != spec.ENONE:
		return spec.Fail(l.p.ConnectingRecv), true
	case len(p) == 0 && l.p.EmptyReadReturns:
		return spec.Result{}, true
	}
	return spec.Fail(spec.EAGAIN), nonblock
}

// seeError is the pending error as recv reports it.
func (l *Layer) seeError(s *Socket, flags spec.MsgFlags) spec.Errno {
	if l.p.PeekKeepsError && flags&spec.MsgPeek != 0 {
		return s.err
	}
	return s.takeError()
}

// recvDatagram takes the oldest datagram, cut to the buffer. A pending error
// goes first (__skb_recv_udp).
func (l *Layer) recvDatagram(s *Socket, out nameOut, p []byte, flags spec.MsgFlags, nonblock bool) (spec.Result, bool) {
	if s.err != spec.ENONE && !(l.p.DataFirst && s.rx.Len() > 0) {
		return spec.Fail(l.seeError(s, flags)), true
	}
	from, payload, ok := s.rx.Peek()
	if !ok {
		if s.shut&shutRead != 0 && (!nonblock || l.p.ReadShutDiscards) {
			return spec.Result{}, true
		}
		if len(p) == 0 && l.p.EmptyReadReturns {
			return spec.Result{}, true
		}
		return spec.Fail(spec.EAGAIN), nonblock
	}
	r := spec.Result{Ret: int32(copy(p, payload))}
	if flags&spec.MsgPeek == 0 {
		s.rx.Pop()
	}
	if out.pointer != spec.PointerNull {
		if e := out.put(&r, s, from, l.routes.NIC()); e != spec.ENONE {
			return spec.Fail(e), true
		}
	}
	return r, true
}
