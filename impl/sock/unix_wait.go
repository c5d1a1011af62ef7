package sock

import "github.com/connspec/connspec/spec"

// awaitRoom puts a wait into the queue of those for whom there is no room at
// another socket (unix_wait_for_peer).
func (l *Layer) awaitRoom(w *wait, at int32) {
	w.far, w.roused = at, false
	l.holdUnix(at)
	l.unixes.at(at).room.push(w.self)
}

// leaveRoom takes a wait out of the queue it stands in.
func (l *Layer) leaveRoom(w *wait) {
	if w.far == 0 {
		return
	}
	if !w.roused {
		l.unixes.at(w.far).room.remove(w.self)
	}
	l.dropUnix(w.far)
	w.far = 0
}

// rouse has those tried again that wait for room at a socket: the first, or all
// when it goes (wake_up of peer_wait, whose waiters are exclusive).
func (l *Layer) rouse(u *unixSocket, all bool) {
	for {
		i, ok := u.room.pop()
		if !ok {
			return
		}
		w := l.waits.at(i)
		w.roused = true
		l.wake(w.sock)
		if !all {
			return
		}
	}
}

// resumeUnix tries a blocked call on an AF_UNIX socket again. One that waits for
// room at another is tried when it was roused, whatever else has changed.
func (l *Layer) resumeUnix(w *wait) (spec.Result, bool) {
	if w.far != 0 && !w.roused {
		return spec.Result{}, false
	}
	s := l.socks.at(w.sock)
	switch w.op {
	case spec.OpAccept:
		return l.tryAcceptUnix(w.sock, w.out, false)
	case spec.OpConnect:
		l.leaveRoom(w)
		e, full := l.tryConnectUnix(s, l.unixOf(s), &w.to, false)
		if full != 0 {
			l.awaitRoom(w, full)
			return spec.Result{}, false
		}
		return failed(e), true
	case spec.OpSend:
		return l.resumeSendUnix(s, w)
	case spec.OpRecv, spec.OpRecvfrom:
		return l.tryRecvUnix(s, w.out, w.buf, w.flags, false)
	}
	panic("BUG: wait for " + w.op.String() + " on an AF_UNIX socket")
}

// resumeSendUnix goes on with a send. What waited for room at another socket
// stays with that one.
func (l *Layer) resumeSendUnix(s *Socket, w *wait) (spec.Result, bool) {
	u := l.unixOf(s)
	if u.typ == spec.SockStream {
		n, e, done := l.tryWriteUnix(s, u, w.buf, false)
		w.buf = w.buf[n:]
		w.sent += n
		return sendResult(w.sent, e), done
	}
	if w.far == 0 {
		e, full, done := l.trySendUnix(s, u, w.to, w.addressed, w.buf, false)
		return l.packetSent(w, e, full, done)
	}
	far := w.far
	l.holdUnix(far)
	l.leaveRoom(w)
	e, full, done := l.deliverUnix(s, u, far, w.to, w.addressed, w.buf, false)
	l.dropUnix(far)
	return l.packetSent(w, e, full, done)
}

// packetSent is the outcome of one more try to send a packet.
func (l *Layer) packetSent(w *wait, e spec.Errno, full int32, done bool) (spec.Result, bool) {
	if !done {
		if full != 0 {
			l.awaitRoom(w, full)
		}
		return spec.Result{}, false
	}
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	return spec.Result{Ret: int32(len(w.buf))}, true
}
