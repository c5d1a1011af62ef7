package sock

import "github.com/connspec/connspec/spec"

// callUnix makes a call on an AF_UNIX socket; mine is false if the descriptor is
// none, or the call is alike for all.
func (l *Layer) callUnix(thread int, c *spec.Call) (r spec.Result, done, mine bool) {
	n := l.fileOf(c.FD)
	if n == 0 || !c.Op.TakesDescriptor() {
		return r, false, false
	}
	f := l.files.at(n)
	if f.sock == 0 || l.socks.at(f.sock).unix == 0 {
		return r, false, false
	}
	s := l.socks.at(f.sock)
	switch c.Op {
	case spec.OpConnect:
		r, done = l.connectUnix(thread, c, s, f)
		return r, done, true
	case spec.OpSend, spec.OpSendto:
		r, done = l.sendUnix(thread, c, s, f)
		return r, done, true
	case spec.OpAccept:
		d := l.patienceOf(c.Op, s)
		if r, done = l.tryAcceptUnix(f.sock, nameOutOf(c), f.nonblock || d < 0); !done {
			w := l.block(thread, spec.OpAccept, n)
			w.out = nameOutOf(c)
			l.limit(w, d)
		}
		return r, done, true
	case spec.OpRecv, spec.OpRecvfrom:
		r, done = l.recvUnix(thread, c, s, f)
		return r, done, true
	case spec.OpBind:
		return failed(l.bindUnix(s, c)), true, true
	case spec.OpListen:
		return failed(l.listenUnix(s, c)), true, true
	case spec.OpShutdown:
		return failed(l.shutdownUnix(s, c)), true, true
	case spec.OpGetsockname:
		return l.nameUnix(c, s.unix), true, true
	case spec.OpGetpeername:
		return l.getpeernameUnix(s, c), true, true
	case spec.OpGetsockopt, spec.OpSetsockopt:
		r, mine = l.optionUnix(s, c)
		return r, true, mine
	}
	return r, false, false
}

func (l *Layer) recvUnix(thread int, c *spec.Call, s *Socket, f *file) (spec.Result, bool) {
	d := l.patienceOf(c.Op, s)
	nonblock := f.nonblock || c.MsgFlags&spec.MsgDontwait != 0 || d < 0
	out := nameOut{pointer: spec.PointerNull}
	if c.Op == spec.OpRecvfrom {
		out = nameOutOf(c)
	}
	r, done := l.tryRecvUnix(s, out, c.Buf, c.MsgFlags, nonblock)
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.buf, w.flags, w.out = c.Buf, c.MsgFlags, out
		l.limit(w, d)
	}
	return r, done
}

// shutdownUnix shuts halves of a socket, and of a connected peer
// (unix_shutdown; soshutdown, uipc_shutdown).
func (l *Layer) shutdownUnix(s *Socket, c *spec.Call) spec.Errno {
	if c.How > spec.ShutRdwr {
		return spec.EINVAL
	}
	u, p, how := l.unixOf(s), &l.p.Unix, uint8(c.How)+1
	if alone := u.peer == 0 || u.over; alone && !p.ShutAlone {
		return spec.ENOTCONN
	}
	if again := s.shut & how; l.p.ShutOnce && again != 0 {
		if again&shutRead == 0 && how&shutRead != 0 {
			l.shutUnix(s, u, shutRead)
		}
		return spec.ENOTCONN
	}
	l.shutUnix(s, u, how)
	return spec.ENONE
}

func (l *Layer) shutUnix(s *Socket, u *unixSocket, how uint8) {
	p := &l.p.Unix
	s.shut |= how
	l.wake(u.sock)
	if how&shutRead != 0 && l.p.FlushOnShut {
		for u.rx.len() > 0 {
			l.takePacket(u)
		}
	}
	o := l.alive(u.peer)
	if o == nil || !u.paired() {
		return
	}
	if how&shutRead != 0 && p.ShutReaches {
		o.shut |= shutWrite
	}
	if how&shutWrite != 0 {
		o.shut |= shutRead
	}
	l.wakeUnix(u.peer)
}

// optionUnix reads or sets an option that is AF_UNIX's own; mine is false for
// those of all sockets.
func (l *Layer) optionUnix(s *Socket, c *spec.Call) (r spec.Result, mine bool) {
	if c.Level != spec.SolSocket {
		return spec.Fail(l.p.Unix.OptionOther), true
	}
	u := l.unixOf(s)
	var pass *bool
	switch c.Option {
	case spec.SoPasscred:
		pass = &u.passCred
	case spec.SoPasspidfd:
		pass = &u.passPidfd
	}
	if pass == nil || !l.p.Unix.Abstract {
		return r, false
	}
	if c.Op == spec.OpSetsockopt {
		*pass = c.Value != 0
		return r, true
	}
	return spec.Result{Value: truth(*pass)}, true
}

// readinessUnix is everything that poll could tell (unix_poll, unix_dgram_poll).
func (l *Layer) readinessUnix(s *Socket) (ev spec.PollEvents) {
	u := l.unixOf(s)
	if s.err != spec.ENONE {
		ev |= spec.PollErr
	}
	if s.shut == shutBoth || u.paired() && u.state == unixFresh {
		ev |= spec.PollHup
	}
	if s.shut&shutRead != 0 {
		ev |= spec.PollIn | spec.PollRdhup
	}
	if u.rx.len() > 0 || s.listening && !s.backlog.queue.empty() {
		ev |= spec.PollIn
	}
	if u.state != unixListens && l.roomUnix(s, u) {
		ev |= spec.PollOut
	}
	return ev
}

// roomUnix says whether a send would find room: a quarter at most of what the
// socket may have under way is, and its peer takes datagrams.
func (l *Layer) roomUnix(s *Socket, u *unixSocket) bool {
	p := &l.p.Unix
	switch {
	case p.Exclusive && u.charged > p.SendMax/4, u.charged >= p.SendMax:
		return false
	case u.paired() || l.alive(u.peer) == nil:
		return true
	}
	return !l.stuffed(l.unixes.at(u.peer), s.unix)
}

// unixReadable and unixWritable are soreadable and sowriteable.
func (l *Layer) unixReadable(s *Socket) bool {
	return s.err != spec.ENONE || s.shut&shutRead != 0 || s.listening && !s.backlog.queue.empty() || l.unixOf(s).rx.len() > 0
}

func (l *Layer) unixWritable(s *Socket) bool {
	u := l.unixOf(s)
	switch {
	case s.err != spec.ENONE || s.shut&shutWrite != 0:
		return true
	case u.paired() && !u.connected():
		return false
	}
	return l.roomUnix(s, u)
}
