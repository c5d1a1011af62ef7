package model

import "github.com/connspec/connspec/spec"

// poll.

var pollRules = []Rule{
	{Name: "poll/left-out", Class: Succeed, on: on(spec.OpPoll), For: forAll,
		Title: "A poll with more entries than the model keeps is not modelled.",
		when:  func(m *move) bool { return m.c.Polls > PollMax || m.c.Value > patienceMax || m.pollsEpoll() }, then: leaves(LeftPoll)},
	{Name: "poll/any-state", Class: Succeed, on: on(spec.OpPoll), For: forPOSIX, Open: cites("posix/description/async-failure-notice", "posix/application-usage/failed-state"),
		Title: "How poll announces a failed attempt, and what it shows of a socket in an unspecified state, is not said.",
		when:  unsaidPoll, then: whatever},
	{Name: "poll/targettcp", Class: Succeed, on: on(spec.OpPoll), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "The page knows no poll.", then: whatever},
	{Name: "poll/posix-hidden", Class: Succeed, on: on(spec.OpPoll), For: forPOSIX, also: true, Evidence: "POSIX.1-2008, poll(); XNU and FreeBSD, sopoll",
		Title: "A socket that is not connected may not be shown as writable.",
		when:  func(m *move) bool { return m.c.Value == 0 && m.polled(true) != m.polled(false) }, then: func(m *move) { m.result(m.polled(true)) }},
	{Name: "poll/ready", Class: Succeed, on: on(spec.OpPoll), For: forAll &^ forTargetTCP, Evidence: "POSIX.1-2008, poll(); Linux 6.18, tcp_poll, datagram_poll; XNU and FreeBSD, sopoll",
		Cites: cites("posix/description/async-writable", "linux/errors/EINPROGRESS-writable", "macos/errors/EINPROGRESS-writable", "osx/errors/EINPROGRESS-writable"),
		Title: "poll shows what each descriptor is ready for.",
		when:  func(m *move) bool { return m.c.Value == 0 || m.polled(false).Ret != 0 }, then: func(m *move) { m.result(m.polled(false)) }},
	{Name: "poll/waits", Class: Block, on: on(spec.OpPoll), For: forLinux | forMacOS, Evidence: "POSIX.1-2008, poll()",
		Title: "With nothing ready poll waits.", then: waits},
	{Name: "poll/waits-unsaid", Class: Succeed, on: on(spec.OpPoll), For: forPOSIX | forOSX,
		Title: "A poll that waits is not modelled where it is open what it shows.", then: leaves(LeftPoll)},
}

// pollsEpoll: one of the descriptors is of an epoll instance, or of a file
// with states of its own.
func (m *move) pollsEpoll() bool {
	for i := range m.c.polls() {
		if f := m.w.file(m.c.Poll[i].FD); f >= FileOther && f != FileNull {
			return true
		}
	}
	return false
}

// unsaidPoll: one of the descriptors is of a socket in an unspecified state, or
// may have one at its other end.
func unsaidPoll(m *move) bool {
	for i := range m.c.Polls {
		if s := m.w.socket(m.c.Poll[i].FD); s != nil && (s.has(AnyState) || m.w.anything(s.Kind) && (s.TCP == Listen || s.Kind == KindDgram || s.Kind == KindUnixDgram)) {
			return true
		}
	}
	return false
}

func (w *World) socket(fd int32) *Socket {
	if f := w.file(fd); f.isSocket() {
		return &w.Sockets[f-1]
	}
	return nil
}

// polled is the result of poll in this world; hidden asks for that of a BSD.
// No BSD of the time has POLLRDHUP, and POLLERR is not for sockets there.
func (m *move) polled(hidden bool) Return {
	var r Return
	hidden = hidden || !m.under(forLinux|forPOSIX)
	if hidden {
		r.Loose = spec.PollRdhup | spec.PollErr
	}
	if m.under(forMacOS) { // it has no POLLRDHUP, and no POLLERR for a socket
		r.Loose = 0
	}
	for i := range m.c.Polls {
		p := m.c.Poll[i]
		if p.FD < 0 {
			continue
		}
		mask := spec.PollIn | spec.PollOut
		switch s := m.w.socket(p.FD); {
		case m.w.file(p.FD) == FileNone:
			mask = spec.PollNval
		case s == nil:
		case s.unix() && m.under(forLinux) || s.unix() && m.under(forPOSIX) && !hidden:
			mask = m.pollUnix(s)
		case m.under(forMacOS):
			mask = m.pollMacOS(s, p.Events)
		case m.under(forOSX):
			mask = m.pollBSD(s)
		case s.Kind == KindDgram:
			mask = s.pollDgram()
		case hidden:
			mask = m.pollBSD(s)
		default:
			mask = m.pollLinux(s)
		}
		r.Revents[i] = mask & (p.Events | spec.PollErr | spec.PollHup | spec.PollNval)
		if r.Revents[i] != 0 {
			r.Ret++
		}
	}
	return r
}

// slotOf is the slot of a socket of the world.
func (m *move) slotOf(s *Socket) uint8 {
	for i := range m.w.Sockets {
		if s == &m.w.Sockets[i] {
			return uint8(i)
		}
	}
	panic("BUG: a socket that is not in the world")
}

// pollDgram: datagram_poll.
func (s *Socket) pollDgram() spec.PollEvents {
	mask := spec.PollOut
	if s.Err != spec.ENONE || s.has(ErrQueued) {
		mask |= spec.PollErr
	}
	if s.has(ShutRead) {
		mask |= spec.PollRdhup | spec.PollIn
		if s.has(ShutWrite) {
			mask |= spec.PollHup
		}
	}
	if s.Queued != 0 {
		mask |= spec.PollIn
	}
	return mask
}

// pollLinux: tcp_poll.
func (m *move) pollLinux(s *Socket) spec.PollEvents {
	var mask spec.PollEvents
	if s.TCP == Listen {
		if q, _ := m.w.queue(m.slotOf(s)); q != 0 {
			mask = spec.PollIn
		}
		return mask
	}
	if s.TCP == Closed || s.has(ShutRead) && s.has(ShutWrite) {
		mask |= spec.PollHup
	}
	if s.has(ShutRead) {
		mask |= spec.PollIn | spec.PollRdhup
	}
	if s.has(Deferred) && s.TCP == SynSent {
		mask |= spec.PollOut
	}
	if !s.TCP.in(SynSent, SynReceived) {
		mask |= spec.PollOut
		if s.Unread != 0 {
			mask |= spec.PollIn
		}
	}
	if s.Err != spec.ENONE || s.has(ErrQueued) {
		mask |= spec.PollErr
	}
	return mask
}

// soReadable: soreadable of XNU and FreeBSD; an error counts.
func (m *move) soReadable(s *Socket) bool {
	if s.TCP == Listen {
		q, _ := m.w.queue(m.slotOf(s))
		return q != 0
	}
	return s.Unread != 0 || s.Queued != 0 || s.has(ShutRead) || s.Err != spec.ENONE
}

// soWritable: sowriteable of XNU and FreeBSD. A stream socket needs a
// connection.
func soWritable(s *Socket) bool {
	return s.Kind == KindDgram || s.Kind == KindUnixDgram || s.Layer == Connected || s.has(ShutWrite|Deferred) || s.Err != spec.ENONE
}

// pollBSD: sopoll_generic of FreeBSD 13.
func (m *move) pollBSD(s *Socket) spec.PollEvents {
	var mask spec.PollEvents
	if m.soReadable(s) {
		mask |= spec.PollIn
	}
	if soWritable(s) {
		mask |= spec.PollOut
	}
	if s.has(ShutRead) && s.has(ShutWrite) {
		mask |= spec.PollHup
	}
	return mask
}

// pollMacOS: poll_nocancel of XNU 11417 asks filt_soread and filt_sowrite, each
// only if the caller asks for something of its kind. A filter that finds its
// half shut reports the end of file, which poll_callback makes POLLHUP; from
// then on POLLOUT is kept back, and reading has whatever was asked for.
func (m *move) pollMacOS(s *Socket, asked spec.PollEvents) spec.PollEvents {
	var mask spec.PollEvents
	if asked&(spec.PollIn|spec.PollPri|spec.PollHup) != 0 && m.soReadable(s) {
		mask |= spec.PollIn
		if s.has(ShutRead) && s.TCP != Listen {
			mask |= spec.PollHup | spec.PollPri
		}
	}
	if asked&spec.PollOut == 0 || !soWritable(s) {
		return mask
	}
	if s.has(ShutWrite) {
		mask |= spec.PollHup
	}
	if mask&spec.PollHup == 0 {
		mask |= spec.PollOut
	}
	return mask
}
