package sock

import (
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// readable says whether a read on a BSD socket would not wait: something is
// there, an error, or the end (soreadable).
func (l *Layer) readable(s *Socket) bool {
	switch {
	case s.unix != 0:
		return l.unixReadable(s)
	case s.listening:
		return !s.backlog.queue.empty()
	case s.err != spec.ENONE || s.shut&shutRead != 0 || s.typ == spec.SockDgram && s.rx.Len() > 0:
		return true
	}
	return s.conn != 0 && l.conns.at(s.conn).tcp.Readable() > 0
}

// writable says whether a write on a BSD socket would not wait, be it to fail
// (sowriteable). A stream without a connection waits for one.
func (l *Layer) writable(s *Socket) bool {
	switch {
	case s.unix != 0:
		return l.unixWritable(s)
	case s.err != spec.ENONE || s.shut&shutWrite != 0 || s.typ == spec.SockDgram:
		return true
	case s.conn != 0 && l.conns.at(s.conn).postponed && l.state(s) == tcp.StateSynSent:
		return true // SOF1_PRECONNECT_DATA
	case s.phase != phaseConnected || s.conn == 0:
		return false
	}
	return roomToWrite(&l.conns.at(s.conn).tcp)
}

// sopoll is what poll tells of a BSD socket: nothing but POLLIN, POLLOUT, and
// POLLHUP once both halves are shut (sopoll_generic of FreeBSD).
func (l *Layer) sopoll(s *Socket) (ev spec.PollEvents) {
	if l.readable(s) {
		ev |= spec.PollIn
	}
	if l.writable(s) {
		ev |= spec.PollOut
	}
	if s.shut == shutBoth {
		ev |= spec.PollHup
	}
	return ev
}

// kqpoll is what poll tells of a socket on macOS, where it asks a filter for
// each direction that the caller names (poll_nocancel, filt_soread,
// filt_sowrite). A filter whose half is shut hangs the descriptor up: then all
// that was asked of reading is there, urgent data too, and POLLOUT is not
// (poll_callback).
func (l *Layer) kqpoll(s *Socket, asked spec.PollEvents) (ev spec.PollEvents) {
	const reads = spec.PollIn | spec.PollPri
	if asked&(reads|spec.PollHup) != 0 && l.readable(s) {
		ev = asked & spec.PollIn
		if s.shut&shutRead != 0 && !s.listening {
			ev = asked&reads | spec.PollHup
		}
	}
	if asked&spec.PollOut != 0 && l.writable(s) {
		if s.shut&shutWrite != 0 {
			ev |= spec.PollHup
		}
		if ev&spec.PollHup == 0 {
			ev |= spec.PollOut
		}
	}
	return ev
}
