package sock

import "github.com/connspec/connspec/spec"

// connectUnix is connect(2) (unix_stream_connect, unix_dgram_connect; soconnect,
// unp_connect).
func (l *Layer) connectUnix(thread int, c *spec.Call, s *Socket, f *file) (spec.Result, bool) {
	if e := l.importAddress(argumentOf(c)); e != spec.ENONE {
		return spec.Fail(e), true
	}
	u, a := l.unixOf(s), l.unixAddress(c)
	if !u.paired() {
		return failed(l.associateUnix(s, u, &a)), true
	}
	if l.p.Unix.SocketFirst {
		switch {
		case u.state == unixListens:
			return spec.Fail(l.p.Listening), true
		case u.connected():
			return spec.Fail(spec.EISCONN), true
		}
	}
	e := l.unixAddressError(&a)
	if e == spec.ENONE {
		e = l.credentials(s.unix, u)
	}
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	d := l.patienceOf(c.Op, s)
	e, full := l.tryConnectUnix(s, u, &a, f.nonblock || d < 0)
	if full == 0 {
		return failed(e), true
	}
	w := l.block(thread, spec.OpConnect, l.fileOf(c.FD))
	w.to = a
	l.limit(w, d)
	l.awaitRoom(w, full)
	return spec.Result{}, false
}

// failed is the result of a call that gives nothing but an errno.
func failed(e spec.Errno) spec.Result {
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	return spec.Result{}
}

// tryConnectUnix connects to a listener at once, accepted or not. full is the
// listener to wait for.
func (l *Layer) tryConnectUnix(s *Socket, u *unixSocket, a *unixAddress, nonblock bool) (e spec.Errno, full int32) {
	p := &l.p.Unix
	n, e := l.findUnix(a, u.typ)
	if e != spec.ENONE {
		return e, 0
	}
	listener, at := l.unixes.at(n), l.alive(n)
	switch {
	case listener.state != unixListens || at.shut&shutRead != 0:
		return spec.ECONNREFUSED, 0
	case p.FullWaits && at.backlog.queued > at.backlog.limit && nonblock: // unix_recvq_full
		return spec.EAGAIN, 0
	case p.FullWaits && at.backlog.queued > at.backlog.limit:
		return spec.ENONE, n
	case !p.FullWaits && l.crowded(at):
		return spec.ECONNREFUSED, 0
	case u.state == unixJoined && !p.SocketFirst:
		return spec.EISCONN, 0
	case u.state == unixListens:
		return spec.EINVAL, 0
	}
	l.join(s, u, listener, at)
	return spec.ENONE, 0
}

// join connects a socket to a listener: the other end is made at once, and waits
// to be accepted.
func (l *Layer) join(s *Socket, u, listener *unixSocket, at *Socket) {
	k, child := l.newUnix(u.typ)
	end := l.unixOf(child)
	end.name, end.nameLen = listener.name, listener.nameLen
	end.passCred, end.passPidfd = listener.passCred, listener.passPidfd
	end.state, u.state, u.over = unixJoined, unixJoined, false
	l.point(end, s.unix)
	l.point(u, child.unix)
	at.backlog.queue.push(k)
	at.backlog.queued++
	l.wake(listener.sock)
	l.wake(u.sock)
}

// associateUnix gives a datagram socket a peer, or takes it away.
func (l *Layer) associateUnix(s *Socket, u *unixSocket, a *unixAddress) spec.Errno {
	p := &l.p.Unix
	switch {
	case a.len < sizeofFamily && !p.SocketFirst:
		return spec.EINVAL
	case p.Dissolves && a.family == spec.AFUnspec:
		l.repoint(u, 0)
		return spec.ENONE
	case p.SocketFirst && !p.Dissolves:
		l.repoint(u, 0)
	}
	if l.p.ForgetsError {
		s.err = spec.ENONE
	}
	e := l.unixAddressError(a)
	if e == spec.ENONE {
		e = l.credentials(s.unix, u)
	}
	if e != spec.ENONE {
		return e
	}
	n, e := l.findUnix(a, u.typ)
	if e == spec.ENONE && l.deaf(n, s.unix) {
		e = spec.EPERM
	}
	if e != spec.ENONE {
		return e
	}
	l.repoint(u, n)
	if l.p.StaleError {
		e = s.takeError()
	}
	return e
}

// deaf says whether a datagram socket hears another one alone.
func (l *Layer) deaf(n, from int32) bool {
	peer := l.unixes.at(n).peer
	return l.p.Unix.Exclusive && peer != 0 && peer != from
}

// repoint changes the peer of a datagram socket. On Linux the datagrams that
// wait were the old peer's and go with it, and if it had this socket for a peer
// it is told (unix_dgram_disconnected).
func (l *Layer) repoint(u *unixSocket, peer int32) {
	old := u.peer
	if old == peer {
		return
	}
	l.wake(u.sock)
	if old != 0 {
		l.holdUnix(old)
	}
	l.point(u, peer)
	if l.p.Unix.Exclusive && old != 0 && u.rx.len() > 0 {
		for u.rx.len() > 0 {
			l.takePacket(u)
		}
		l.rouse(u, true)
		if s := l.alive(old); s != nil && l.unixes.at(old).peer == l.socks.at(u.sock).unix {
			s.err = spec.ECONNRESET
			l.wakeUnix(old)
		}
	}
	l.dropUnix(old)
}
