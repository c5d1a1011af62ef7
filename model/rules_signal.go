package model

import "github.com/connspec/connspec/spec"

// Signals, delivered to a thread of the script.

// stepSignal delivers a signal. A thread that is in no call, and a signal that
// is ignored, let nothing be seen.
func stepSignal(w *World, l *Label, out *Nexts) {
	t := w.thread(l.Thread)
	if t == nil || l.Signal >= spec.SignalCount {
		out.push(w).World.Left = LeftScope
		return
	}
	m := out.move(w)
	m.t, m.handler = t, w.Signals[l.Signal]
	if t.Wait == Blocked {
		m.waiter(t)
	}
	out.from = m.try(onSignal, out, false, out.from)
}

// waiter makes a blocked thread the one that is looked at.
func (m *move) waiter(t *Thread) {
	m.t, m.s, m.slot = t, nil, 0
	if t.Socket != 0 {
		m.slot = t.Socket - 1
		m.s = &m.w.Sockets[m.slot]
	}
}

// blockedIn: the thread waits in one of the calls.
func blockedIn(ops ...spec.Op) func(*move) bool {
	return func(m *move) bool {
		for _, op := range ops {
			if m.t.Op == op {
				return true
			}
		}
		return false
	}
}

var inConnect = blockedIn(spec.OpConnect)

// waitsForMany: poll and its like, which wait for several descriptors.
func waitsForMany(op spec.Op) bool {
	return op == spec.OpPoll || op == spec.OpSelect || op == spec.OpEpollWait
}

// polls is how many entries the call asks about.
func (c *Call) polls() uint8 {
	if c.Op == spec.OpPoll || c.Op == spec.OpSelect {
		return min(c.Polls, PollMax)
	}
	return 0
}

func restarting(m *move) bool { return m.handler == spec.SigRestart }

// timed: the wait ends by itself after a while.
func timed(m *move) bool { return m.t.Left != 0 }

var signalRules = []Rule{
	{Name: "sigaction/ok", Class: Succeed, on: on(spec.OpSigaction), For: forAll, Evidence: "POSIX.1-2008, sigaction()",
		Title: "sigaction says what a signal does from then on, in every thread.",
		then:  func(m *move) { m.w.Signals[m.c.Signal] = m.c.Handler; m.ret(0) }},

	{Name: "signal/between-calls", Class: Wake, on: onSignal, For: forAll, Evidence: "POSIX.1-2008, XSH 2.4",
		Title: "A signal for a thread that waits in no call ends none.", when: func(m *move) bool { return m.t.Wait != Blocked }, then: nothing},
	{Name: "signal/ignored", Class: Wake, on: onSignal, For: forAll, Evidence: "POSIX.1-2008, XSH 2.4.3; Linux 6.18, sig_ignored",
		Title: "A signal that is ignored ends no call.", when: func(m *move) bool { return m.handler == spec.SigIgnore }, then: nothing},
	{Name: "signal/targettcp", Class: Wake, on: onSignal, For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "The page knows no signals.", then: interrupted},
	{Name: "signal/close", Class: Wake, on: onSignal, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_close",
		Title: "A signal ends the wait of a lingering close, which returns 0: the socket is gone all the same.", when: blockedIn(spec.OpClose), then: succeeds},
	{Name: "signal/poll", Class: Wake, on: onSignal, For: forLinux | forMacOS | forOSX, Evidence: "Linux 6.18, do_restart_poll, signal(7); XNU 11417, poll_nocancel; POSIX.1-2008, poll()",
		Title: "A signal ends poll and select with EINTR, whatever SA_RESTART says.", when: func(m *move) bool { return waitsForMany(m.t.Op) }, then: fails(spec.EINTR)},

	{Name: "signal/linux/EINTR-timed", Class: Wake, on: onSignal, For: forLinux, Cites: cites("linux/errors/EINTR"), Evidence: "Linux 6.18, sock_intr_errno (-EINTR unless it waits for ever)",
		Title: "A signal ends a wait with a timeout by EINTR, whatever SA_RESTART says.", when: timed, then: fails(spec.EINTR)},
	{Name: "signal/linux/restart", Class: Wake, on: onSignal, For: forLinux, Evidence: "Linux 6.18, sock_intr_errno (-ERESTARTSYS)",
		Title: "With SA_RESTART the call is made again, on whatever its descriptor stands for by then.", when: restarting, then: (*move).restart},
	{Name: "signal/linux/EINTR", Class: Wake, on: onSignal, For: forLinux, Cites: cites("linux/errors/EINTR", "linux/errors/EINTR-async"),
		Title: "A caught signal ends the wait with EINTR; an attempt goes on.", then: fails(spec.EINTR)},

	{Name: "signal/posix/connect-restart", Class: Wake, on: onSignal, For: forPOSIX, Evidence: "POSIX.1-2008, sigaction() (SA_RESTART)", also: true,
		Title: "With SA_RESTART a connect may go on waiting.", when: all(inConnect, restarting), then: nothing},
	{Name: "signal/posix/connect", Class: Wake, on: onSignal, For: forPOSIX,
		Cites: cites("posix/errors/EINTR", "posix/errors/EINTR-async", "posix/description/eintr", "posix/description/eintr-not-aborted", "posix/description/eintr-async"),
		Title: "A caught signal ends a waiting connect with EINTR; the attempt goes on.", when: inConnect, then: fails(spec.EINTR)},
	{Name: "signal/bsd/connect", Class: Wake, on: onSignal, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, connectit, kern_connectat (ERESTART becomes EINTR)",
		Cites: cites("macos/errors/EINTR", "osx/errors/EINTR"),
		Title: "A caught signal ends a waiting connect with EINTR, whatever SA_RESTART says; the attempt goes on.", when: inConnect, then: fails(spec.EINTR)},
	{Name: "signal/restart", Class: Wake, on: onSignal, For: forPOSIX | forMacOS | forOSX, Evidence: "POSIX.1-2008, sigaction() (SA_RESTART); XNU 11417 and FreeBSD 13, sbwait (ERESTART)",
		Title: "With SA_RESTART accept, recv and send go on.", when: restarting, then: (*move).restart},
	{Name: "signal/EINTR", Class: Wake, on: onSignal, For: forPOSIX | forMacOS | forOSX, Evidence: "POSIX.1-2008, accept(), recv(), send()",
		Title: "A caught signal ends accept, recv and send with EINTR.", then: fails(spec.EINTR)},
}

// interrupted leaves open what becomes of a call, and with it of its socket.
func interrupted(m *move) {
	m.t.Wait = Anything
	if m.s != nil {
		m.s.set(AnyState)
	}
}

// restart makes the call of a waiting thread once more, as a new call: its
// descriptor is looked up again, and O_NONBLOCK and the timeouts are what they
// are now.
func (m *move) restart() {
	switch {
	case m.t.has(Unsure): // another socket, and which address it goes to is not kept
		m.leave(LeftSimultaneous)
	case m.t.has(Lost):
		m.fail(spec.EBADF)
	case m.s.unix() && (m.t.Op == spec.OpConnect || m.t.Op == spec.OpSendto): // it looks the address up again
		switch {
		case m.t.Op == spec.OpSendto && m.s.Err != spec.ENONE: // sock_alloc_send_pskb
			m.fail(m.s.error())
		case m.t.Op == spec.OpSendto && m.s.has(ShutWrite):
			m.fail(spec.EPIPE)
		case m.resumable():
			m.resume()
		case m.s.has(Nonblock):
			m.fail(spec.EAGAIN)
		default:
			m.t.Left = m.s.SndTimeo
		}
	default:
		m.restate()
		m.rerun = false
		m.again.To = Sockaddr{Family: m.s.Family, Len: 128, Pointer: m.again.To.Pointer}
		m.first(m.trigger(m.t.Op))
	}
}

// lose notes that a descriptor was closed which a blocked call may have been
// given. A poll goes on with what it was given; what it shows then is not
// modelled.
func (m *move) lose(f File) {
	if f == FileNone {
		return
	}
	lost := Lost
	for _, other := range m.w.FDs {
		if other == f {
			lost = Unsure
		}
	}
	for i := range m.w.Threads {
		t := &m.w.Threads[i]
		if t.Wait == Anything && File(t.Socket) == f && waitsForMany(t.Op) {
			m.leave(LeftPoll)
		}
		if t.Wait != Blocked {
			continue
		}
		if File(t.Socket) == f {
			t.Marks |= lost
		}
		for _, polled := range t.Files {
			if polled == f || t.Op == spec.OpEpollWait && (f == FileEpoll || f.isSocket()) {
				m.leave(LeftPoll)
			}
		}
	}
}

// reuse notes that a descriptor was given out: it may have a number that a
// blocked call was given.
func (w *World) reuse() {
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait == Blocked && t.has(Lost) {
			t.Marks |= Unsure
		}
	}
}

// descriptorOf is a descriptor of the file, -1 for none.
func (w *World) descriptorOf(f File) int32 {
	for i := range w.FDs {
		if f != FileNone && w.FDs[i] == f {
			return int32(i) + FDFirst
		}
	}
	return -1
}
