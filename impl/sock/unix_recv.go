package sock

import "github.com/connspec/connspec/spec"

// tryRecvUnix is recv(2) and recvfrom(2) (unix_stream_read_generic,
// __unix_dgram_recvmsg; soreceive).
func (l *Layer) tryRecvUnix(s *Socket, out nameOut, p []byte, flags spec.MsgFlags, nonblock bool) (spec.Result, bool) {
	u := l.unixOf(s)
	switch {
	case u.typ == spec.SockStream && u.state != unixJoined:
		return spec.Fail(l.p.Unix.RecvUnconnected), true
	case u.paired() && u.state != unixJoined:
		return spec.Fail(spec.ENOTCONN), true
	}
	waits := u.rx.len() > 0
	bytesFirst := u.typ == spec.SockStream || l.p.DataFirst
	switch {
	case s.err != spec.ENONE && !(waits && bytesFirst):
		return spec.Fail(l.seeError(s, flags)), true
	case waits && u.typ == spec.SockStream:
		return l.readUnix(u, out, p, flags)
	case waits:
		return l.receiveUnix(u, out, p, flags)
	case s.shut&shutRead != 0 && (u.paired() || !nonblock || l.p.ReadShutDiscards):
		return spec.Result{}, true
	case len(p) == 0 && l.p.EmptyReadReturns:
		return spec.Result{}, true
	}
	return spec.Fail(spec.EAGAIN), nonblock
}

// readUnix reads from a stream, over the borders of what was sent.
func (l *Layer) readUnix(u *unixSocket, out nameOut, p []byte, flags spec.MsgFlags) (spec.Result, bool) {
	from := u.rx.front().from
	n := u.rx.read(p)
	r := spec.Result{Ret: int32(n)}
	if flags&spec.MsgPeek == 0 {
		l.consume(u, n)
	}
	if !l.p.Unix.StreamNames {
		from = 0
	}
	return l.recvName(out, r, from), true
}

// consume takes n bytes off a stream. A piece is given back when all of it is
// read.
func (l *Layer) consume(u *unixSocket, n int) {
	q := &u.rx
	for q.len() > 0 {
		h := q.front()
		if int(h.len) > n {
			h.len -= int32(n)
			q.done += n
			return
		}
		n -= int(h.len)
		l.takePacket(u)
	}
}

// receiveUnix takes the oldest packet, cut to the buffer. That makes room for
// one who waits.
func (l *Layer) receiveUnix(u *unixSocket, out nameOut, p []byte, flags spec.MsgFlags) (spec.Result, bool) {
	h := u.rx.front()
	from := h.from
	r := spec.Result{Ret: int32(u.rx.read(p[:min(len(p), int(h.len))]))}
	l.holdUnix(from)
	if flags&spec.MsgPeek == 0 {
		l.takePacket(u)
	}
	l.rouse(u, false)
	l.wake(u.sock)
	r = l.recvName(out, r, from)
	l.dropUnix(from)
	return r, true
}

// recvName adds the sender's name for recvfrom. On Linux a sender without a name
// has no address at all (unix_copy_addr).
func (l *Layer) recvName(out nameOut, r spec.Result, from int32) spec.Result {
	if out.pointer == spec.PointerNull || from == 0 {
		return r
	}
	if l.p.Unix.Abstract && l.unixes.at(from).name == "" {
		return r
	}
	if e := l.putUnix(out, &r, from); e != spec.ENONE {
		return spec.Fail(e)
	}
	return r
}
