package sock

import (
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// connectx and disconnectx of macOS (XNU connectx_nocancel, soconnectxlocked,
// tcp_usr_connectx_common, udp_connectx_common; disconnectx_nocancel).

// vectorsMax bounds the entries of an iovec (UIO_MAXIOV).
const vectorsMax = 1024

// connectx binds, connects and sends in one call.
func (l *Layer) connectx(thread int, c *spec.Call) (spec.Result, bool) {
	x := c.Connectx
	if l.p.Has&personality.Connectx == 0 || x == nil {
		return spec.Fail(spec.ENOSYS), true
	}
	i, _, e := l.lookup(c.FD)
	if e == spec.ENONE {
		e = l.connectxArguments(c, x)
	}
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	s := l.socks.at(i)
	if s.unix != 0 {
		return spec.Fail(spec.EOPNOTSUPP), true
	}
	call := *c
	call.Op = spec.OpConnect
	if s.typ == spec.SockDgram && c.Addr.Family == spec.AFUnspec && c.AddrLen == spec.SizeofSockaddrIn {
		call.Addr.Family = spec.AFInet
	}
	if !l.engaged(s) {
		if e := l.connectxFrom(i, s, c, x); e != spec.ENONE {
			return spec.Fail(e), true
		}
	}
	data := x.Vector != spec.PointerNull
	l.postpone = s.typ == spec.SockStream && !data && x.Flags&spec.ConnectResumeOnReadWrite != 0
	r, done := l.connect(thread, &call)
	l.postpone = false
	switch {
	case !data:
	case s.typ == spec.SockDgram && !r.Failed():
		return l.connectxDatagram(i, s, c), true
	case s.conn != 0 && (!done || r.Errno == spec.EINPROGRESS):
		conn := l.conns.at(s.conn)
		conn.tcp.Write(l.now, c.Buf)
		l.touch(s.conn, conn)
	}
	return r, done
}

// engaged: the socket listens, is connected or on the way: connect will say so,
// before anything is bound.
func (l *Layer) engaged(s *Socket) bool {
	return s.typ == spec.SockStream && (s.listening || s.phase != phaseUnconnected)
}

// connectxArguments are the checks of what the call points to.
func (l *Layer) connectxArguments(c *spec.Call, x *spec.Connectx) spec.Errno {
	switch x.Endpoints {
	case spec.PointerNull:
		return spec.EINVAL
	case spec.PointerUnreadable:
		return spec.EFAULT
	}
	if x.SourceAt != spec.PointerNull {
		if e := l.importAddress(argument{x.SourceAt, x.SourceLen}); e != spec.ENONE {
			return e
		}
	}
	if c.Pointer == spec.PointerNull {
		return spec.EINVAL
	}
	if e := l.importAddress(argumentOf(c)); e != spec.ENONE {
		return e
	}
	switch {
	case x.Vector == spec.PointerNull:
	case x.Vectors <= 0 || x.Vectors > vectorsMax, x.Length == spec.PointerNull:
		return spec.EINVAL
	case x.Vector == spec.PointerUnreadable:
		return spec.EFAULT
	}
	return spec.ENONE
}

// connectxFrom binds to the interface and the address that the call names. A
// datagram socket has lost its peer by then.
func (l *Layer) connectxFrom(i int32, s *Socket, c *spec.Call, x *spec.Connectx) spec.Errno {
	if s.typ == spec.SockDgram && s.associated {
		l.dissociate(s)
	}
	if x.Interface != 0 {
		if !l.routes.HasDevice(x.Interface) {
			return spec.ENXIO // inp_bindif
		}
		l.bindDevice(s, x.Interface)
	}
	if x.SourceAt == spec.PointerNull {
		return spec.ENONE
	}
	name := spec.Call{Op: spec.OpBind, FD: c.FD, Addr: x.Source, AddrLen: x.SourceLen}
	return l.bindAddress(i, &name)
}

// connectxDatagram sends the data of the call; if that fails the association is
// undone.
func (l *Layer) connectxDatagram(i int32, s *Socket, c *spec.Call) spec.Result {
	send := spec.Call{Op: spec.OpSend, FD: c.FD, Buf: c.Buf}
	if r := l.sendDatagram(i, s, &send, false); r.Failed() {
		l.dissociate(s)
		return r
	}
	return spec.Result{}
}

// resumeSYN sends the SYN that connectx left to the first read or write, and says
// whether there was one.
func (l *Layer) resumeSYN(s *Socket) bool {
	if s.conn == 0 {
		return false
	}
	c := l.conns.at(s.conn)
	if !c.postponed || c.tcp.State() != tcp.StateSynSent {
		return false
	}
	c.postponed = false
	l.touch(s.conn, c)
	return true
}

// handshake is how a read or write that sent the SYN goes on while the handshake
// does: not at all; still is false once it has succeeded.
func (l *Layer) handshake(s *Socket) (r spec.Result, done, still bool) {
	switch st := l.state(s); {
	case opening(st):
		return r, false, true
	case st == tcp.StateClosed:
		if e := s.takeError(); e != spec.ENONE {
			return spec.Fail(e), true, true
		}
	}
	return r, false, false
}

// disconnectx ends an association, an attempt or a connection.
func (l *Layer) disconnectx(c *spec.Call) spec.Result {
	if l.p.Has&personality.Connectx == 0 || c.Connectx == nil {
		return spec.Fail(spec.ENOSYS)
	}
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s, which := l.socks.at(i), c.Connectx.Association
	switch {
	case s.unix != 0:
		return spec.Fail(spec.EOPNOTSUPP)
	case which != spec.AssociationAny && which != spec.AssociationAll:
		return spec.Fail(spec.EINVAL)
	case s.typ == spec.SockDgram && !s.associated:
		return spec.Fail(spec.ENOTCONN)
	case s.typ == spec.SockDgram:
		l.dissociate(s)
		return spec.Result{}
	case s.dead && !l.inTimeWait(s):
		return spec.Fail(spec.EINVAL) // INPCB_STATE_DEAD
	case s.dead:
		return spec.Result{}
	}
	l.disconnectStream(i, s)
	return spec.Result{}
}

// disconnectStream is tcp_disconnect: below ESTABLISHED the socket is destroyed
// in silence, above its connection is shut in both directions.
func (l *Layer) disconnectStream(i int32, s *Socket) {
	st := l.state(s)
	l.wake(i)
	switch {
	case st == tcp.StateListen:
		l.stopListening(s)
		fallthrough
	case s.conn == 0:
		s.shut, s.dead, s.phase = shutBoth, true, phaseUnconnected
		l.releasePort(s)
	case opening(st):
		n, c := s.conn, l.conns.at(s.conn)
		c.postponed = false
		c.tcp.Drop()
		l.happened(n, c, tcp.Closed)
	case st == tcp.StateEstablished || st == tcp.StateCloseWait:
		n, c := s.conn, l.conns.at(s.conn)
		if s.givesUp(st) || c.tcp.Readable() > 0 {
			c.tcp.Abort(l.now)
			l.happened(n, c, tcp.Closed)
			return
		}
		l.shutHalves(s, shutBoth)
	}
}
