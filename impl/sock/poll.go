package sock

import (
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// poll fills in the events of every entry and waits for one to have some.
func (l *Layer) poll(thread int, c *spec.Call) (spec.Result, bool) {
	l.pollFiles = l.pollFiles[:0]
	for i := range c.Poll {
		l.pollFiles = append(l.pollFiles, l.fileOf(c.Poll[i].FD))
	}
	if n := l.pollOnce(c.Poll, l.pollFiles); n > 0 || c.Timeout == 0 {
		return spec.Result{Ret: n, Poll: c.Poll}, true
	}
	l.waitForMany(thread, c)
	return spec.Result{}, false
}

// waitForMany blocks a call that waits for the files in l.pollFiles.
func (l *Layer) waitForMany(thread int, c *spec.Call) {
	w := l.block(thread, c.Op, 0)
	w.poll = c.Poll
	w.files = append(w.files, l.pollFiles...)
	for _, f := range w.files {
		if f != 0 {
			l.hold(f)
		}
	}
	l.limit(w, milliseconds(max(c.Timeout, 0)))
}

// pollOnce sets the Revents of every entry and counts those that have any.
func (l *Layer) pollOnce(entries []spec.PollFD, files []int32) int32 {
	n := int32(0)
	for i := range entries {
		e := &entries[i]
		switch {
		case e.FD < 0:
			e.Revents = 0
		case files[i] == 0:
			e.Revents = spec.PollNval
		default:
			e.Revents = l.readiness(l.files.at(files[i]), e.Events) & (e.Events | spec.PollErr | spec.PollHup)
		}
		if e.Revents != 0 {
			n++
		}
	}
	return n
}

// readiness is everything that poll could tell about a file to a caller who
// asks for some events.
func (l *Layer) readiness(f *file, asked spec.PollEvents) spec.PollEvents {
	if f.sock == 0 {
		return l.readinessOther(f)
	}
	s := l.socks.at(f.sock)
	switch {
	case l.p.Poll == personality.PollFilters:
		return l.kqpoll(s, asked)
	case l.p.Poll == personality.PollQuiet:
		return l.sopoll(s)
	case s.unix != 0:
		return l.readinessUnix(s)
	case s.typ == spec.SockDgram:
		return l.readinessDatagram(s)
	}
	return l.readinessStream(s)
}

// readinessDatagram is datagram_poll.
func (l *Layer) readinessDatagram(s *Socket) spec.PollEvents {
	ev := spec.PollOut
	if s.err != spec.ENONE || s.errorQueue {
		ev |= spec.PollErr
	}
	if s.shut&shutRead != 0 {
		ev |= spec.PollIn | spec.PollRdhup
	}
	if s.shut == shutBoth {
		ev |= spec.PollHup
	}
	if s.rx.Len() > 0 {
		ev |= spec.PollIn
	}
	return ev
}

// readinessStream is tcp_poll.
func (l *Layer) readinessStream(s *Socket) spec.PollEvents {
	st := l.state(s)
	if st == tcp.StateListen {
		if !s.backlog.queue.empty() {
			return spec.PollIn
		}
		return 0
	}
	var ev spec.PollEvents
	if st == tcp.StateClosed && s.conn == 0 && s.err == spec.ENONE && s.shut == 0 && !s.dead {
		ev = l.p.FreshPoll
	} else if s.shut == shutBoth || st == tcp.StateClosed {
		ev = spec.PollHup
	}
	if s.shut&shutRead != 0 {
		ev |= spec.PollIn | spec.PollRdhup
	}
	if l.deferred(s) {
		ev |= spec.PollOut
	} else if !opening(st) && !(st == tcp.StateClosed && s.conn == 0 && l.p.FreshPoll == 0) {
		ev |= l.flow(s)
	}
	if s.err != spec.ENONE || s.errorQueue {
		ev |= spec.PollErr
	}
	return ev
}

// flow is whether a stream past its handshake has bytes to read and room to
// write. Writing is also possible where it would fail at once.
func (l *Layer) flow(s *Socket) spec.PollEvents {
	ev := spec.PollOut
	if s.conn == 0 {
		return ev
	}
	c := &l.conns.at(s.conn).tcp
	if c.Readable() > 0 {
		ev |= spec.PollIn
	}
	st := c.State()
	if (st == tcp.StateEstablished || st == tcp.StateCloseWait) && s.shut&shutWrite == 0 && !roomToWrite(c) {
		ev &^= spec.PollOut
		s.noSpace = true
	}
	return ev
}

// roomToWrite says whether enough is free that a writer should be told: a
// third of what is queued (__sk_stream_is_writeable).
func roomToWrite(c *tcp.Conn) bool { return c.Writable() >= c.Unacked()/2 && c.Writable() > 0 }

// retryPolls tries every blocked poll again.
func (l *Layer) retryPolls() {
	for i := l.pollers.first; i != 0; {
		w := l.waits.at(i)
		next := w.next
		if r := l.many(w); r.Ret > 0 {
			l.finish(i, r)
		}
		i = next
	}
}

// many is what a blocked poll would return now.
func (l *Layer) many(w *wait) spec.Result {
	switch w.op {
	case spec.OpEpollWait:
		return l.report(l.files.at(w.files[0]).own, w.call.Max, w.poll)
	case spec.OpSelect:
		return spec.Result{Ret: l.selectOnce(w.poll, w.files), Poll: w.poll}
	}
	return spec.Result{Ret: l.pollOnce(w.poll, w.files), Poll: w.poll}
}

// waitsForMany: poll and its like, which wait for several files.
func waitsForMany(op spec.Op) bool {
	return op == spec.OpPoll || op == spec.OpSelect || op == spec.OpEpollWait
}
