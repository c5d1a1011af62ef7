package model

import "github.com/connspec/connspec/spec"

// Waits that end by themselves: SO_SNDTIMEO, SO_RCVTIMEO, the timeouts of poll
// and select, a close that lingers.

// patienceMax is the longest timeout that the model counts, in milliseconds.
const patienceMax = 240 * Tick

// joins waits for an attempt that is under way.
func joins(m *move) {
	m.block()
	m.t.Marks |= Joined
}

// tardy is how far from its time the end of a wait may be, in units of [Tick]:
// a kernel's timers run at its own ticks and late on a busy machine, and the
// time of a script is the sum of its delays.
const tardy = 3

// ticks turns milliseconds into units of [Tick].
func ticks(ms int32) uint8 { return uint8(min((ms+Tick-1)/Tick, 240)) }

// patience is how long the call waits, in units of [Tick]; 0 is for ever.
func (m *move) patience() uint8 {
	switch m.c.Op {
	case spec.OpPoll, spec.OpSelect, spec.OpEpollWait:
		if m.c.Value > 0 {
			return ticks(m.c.Value)
		}
		return 0
	case spec.OpClose:
		return ticks(int32(m.s.Linger-1) * 1000)
	case spec.OpSend, spec.OpSendto:
		return m.s.SndTimeo
	case spec.OpConnect:
		if m.s.SndTimeo != 0 && m.under(forLinux|forPOSIX) {
			return m.s.SndTimeo
		}
	case spec.OpRecv, spec.OpRecvfrom:
		return m.s.RcvTimeo
	case spec.OpAccept:
		if m.s.RcvTimeo != 0 && m.under(forLinux|forPOSIX) {
			return m.s.RcvTimeo
		}
	}
	return 0
}

// mayExpire says whether the wait of t may be over.
func (w *World) mayExpire(t *Thread) bool {
	return w.Timers && t.Wait == Blocked && t.Left != 0 && (w.Passing == 0 || uint16(t.Left) <= uint16(w.Passing)+tardy)
}

// life is how long Linux lets an attempt live: 3 seconds with one SYN to be
// sent again, as in the lab; or TCP_USER_TIMEOUT, which is looked at once the
// SYN was sent again after a second (6.18, tcp_write_timeout,
// retransmits_timed_out). A TCP_SYNCNT above 1 gives 7 seconds and more, which
// the model does not count.
func (m *move) life() uint8 {
	switch {
	case !m.under(forLinux):
		return 0
	case m.s.UserTimeout != 0:
		return max(m.s.UserTimeout, 1000/Tick)
	case m.s.SynCount > 1:
		return 0
	}
	return 3000 / Tick
}

// mayGiveUp says whether the time of the attempt may be over.
func (m *move) mayGiveUp() bool {
	return m.s.TCP != SynSent || m.s.Life == 0 || m.w.Passing == 0 || uint16(m.s.Life) <= uint16(m.w.Passing)+tardy
}

// overdue says whether a wait or an attempt should have ended in the time that
// has passed.
func (w *World) overdue() bool {
	if !w.Timers || w.Passing == 0 {
		return false
	}
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.TCP == SynSent && s.Life != 0 && uint16(s.Life)+2*tardy <= uint16(w.Passing) {
			return true
		}
	}
	if w.unansweredLong(false) && w.waitsFor(false) || w.unansweredLong(true) && w.waitsFor(true) {
		return true
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait == Blocked && t.Left != 0 && uint16(t.Left)+tardy <= uint16(w.Passing) {
			return true
		}
	}
	return false
}

// settle ends a stretch in which time passes.
func (w *World) settle() {
	if w.Timers {
		for i := range w.Threads {
			if t := &w.Threads[i]; t.Wait == Blocked && t.Left != 0 {
				t.Left = max(t.Left, w.Passing+1) - w.Passing
			}
		}
		w.age()
		w.ask()
	}
	w.Timers, w.Passing = false, 0
}

// age takes the time that has passed from what attempts have left.
func (w *World) age() {
	for i := range w.Sockets {
		s := &w.Sockets[i]
		switch {
		case s.Life == 0:
		case s.TCP == TimeWait:
			s.Life = lapse(s.Life, w.Passing)
		case s.TCP != SynSent || w.Passing == 0:
			s.Life = 0
		default:
			s.Life = max(s.Life, w.Passing+1) - w.Passing
		}
	}
}

// stir forgets how long an attempt has left: what came for it may have set its
// timer anew.
func (n *Nexts) stir(slot uint8) {
	for i := n.first; i < n.Len; i++ {
		if s := &n.Buf[i].World.Sockets[slot]; s.TCP == SynSent {
			s.Life = 0
		}
	}
}

var timeoutRules = []Rule{
	{Name: "timeout/poll", Class: Timer, on: onTimeout, For: forLinux | forMacOS | forOSX, Evidence: "POSIX.1-2008, poll(), select()",
		Title: "A poll or select that waited long enough returns 0.", when: func(m *move) bool { return waitsForMany(m.t.Op) }, then: succeeds},
	{Name: "timeout/close", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_close",
		Title: "A close that lingered long enough returns 0, and TCP goes on.", when: blockedIn(spec.OpClose), then: succeeds},
	{Name: "timeout/linux/connect-EALREADY", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect (SS_CONNECTING)",
		Title: "A connect that joined an attempt and waited for SO_SNDTIMEO fails with EALREADY; the attempt goes on.",
		when:  func(m *move) bool { return inConnect(m) && m.t.has(Joined) }, then: fails(spec.EALREADY)},
	{Name: "timeout/linux/connect-EINPROGRESS", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect; socket(7), SO_SNDTIMEO",
		Title: "A connect that waited for SO_SNDTIMEO fails with EINPROGRESS; the attempt goes on.", when: inConnect, then: fails(spec.EINPROGRESS)},
	{Name: "timeout/posix/connect", Class: Timer, on: onTimeout, For: forPOSIX, Unsaid: forPOSIX, Open: cites("posix/description/timeout-length"),
		Title: "Whether SO_SNDTIMEO ends a waiting connect is not said.", when: inConnect, then: func(m *move) { m.s.set(AnyState); m.t.Wait = Anything }},
	{Name: "timeout/EAGAIN", Class: Timer, on: onTimeout, For: forAll &^ forTargetTCP, Evidence: "Linux 6.18, socket(7); POSIX.1-2008, setsockopt() (SO_RCVTIMEO, SO_SNDTIMEO)",
		Title: "An accept, recv or send that waited for the socket's timeout fails with EAGAIN.", then: fails(spec.EAGAIN)},
}
