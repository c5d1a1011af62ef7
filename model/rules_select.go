package model

import "github.com/connspec/connspec/spec"

// select. Its three sets are PollIn, PollOut and PollPri of the entries.

var selectRules = []Rule{
	{Name: "select/left-out", Class: Succeed, on: on(spec.OpSelect), For: forAll,
		Title: "A select with more descriptors than the model keeps is not modelled.",
		when:  func(m *move) bool { return m.c.Polls > PollMax || m.c.Value > patienceMax || m.pollsEpoll() }, then: leaves(LeftPoll)},
	{Name: "select/targettcp", Class: Succeed, on: on(spec.OpSelect), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "The page knows no select.", then: whatever},
	{Name: "select/EBADF", Class: Shall, on: on(spec.OpSelect), For: forAll &^ forTargetTCP, Evidence: "POSIX.1-2008, select(); Linux 6.18, max_select_fd",
		Title: "A set with a number that is no descriptor fails.", when: func(m *move) bool {
			for i := range m.c.Polls {
				if !m.rerun && m.w.file(m.c.Poll[i].FD) == FileNone {
					return true
				}
			}
			return false
		}, then: fails(spec.EBADF)},
	{Name: "select/any-state", Class: Succeed, on: on(spec.OpSelect), For: forPOSIX, Open: cites("posix/description/async-failure-notice", "posix/application-usage/failed-state"),
		Title: "How select announces a failed attempt, and what it shows of a socket in an unspecified state, is not said.",
		when:  unsaidPoll, then: whatever},
	{Name: "select/posix-hidden", Class: Succeed, on: on(spec.OpSelect), For: forPOSIX, also: true, Evidence: "POSIX.1-2008, select(); XNU and FreeBSD, soo_select",
		Title: "A socket that is not connected may not be shown as writable.",
		when:  func(m *move) bool { return m.c.Value == 0 && m.selected(true) != m.selected(false) }, then: func(m *move) { m.result(m.selected(true)) }},
	{Name: "select/ready", Class: Succeed, on: on(spec.OpSelect), For: forAll &^ forTargetTCP, Evidence: "POSIX.1-2008, select(); Linux 6.18, do_select; XNU and FreeBSD, soo_select",
		Cites: cites("posix/description/async-writable", "linux/errors/EINPROGRESS-writable", "macos/errors/EINPROGRESS-writable", "osx/errors/EINPROGRESS-writable"),
		Title: "select shows which descriptors are ready.",
		when:  func(m *move) bool { return m.c.Value == 0 || m.selected(false).Ret != 0 }, then: func(m *move) { m.result(m.selected(false)) }},
	{Name: "select/waits", Class: Block, on: on(spec.OpSelect), For: forLinux | forMacOS | forOSX, Evidence: "POSIX.1-2008, select()",
		Title: "With nothing ready select waits.", then: waits},
	{Name: "select/waits-unsaid", Class: Succeed, on: on(spec.OpSelect), For: forPOSIX,
		Title: "A select that waits is not modelled where it is open what it shows.", then: leaves(LeftPoll)},
}

// What select takes for readable and writable (Linux 6.18, POLLIN_SET and
// POLLOUT_SET of fs/select.c).
const (
	selectIn  = spec.PollIn | spec.PollHup | spec.PollErr | spec.PollNval
	selectOut = spec.PollOut | spec.PollErr | spec.PollNval
)

// selected is the result of select in this world; hidden asks for that of a
// BSD. It counts a descriptor once for every set it is in.
func (m *move) selected(hidden bool) Return {
	var r Return
	hidden = hidden || !m.under(forLinux|forPOSIX)
	for i := range m.c.Polls {
		p := m.c.Poll[i]
		var mask spec.PollEvents
		switch s := m.w.socket(p.FD); {
		case s == nil:
			mask = spec.PollIn | spec.PollOut
		case s.unix() && (m.under(forLinux | forPOSIX)):
			mask = asSets(m.pollUnix(s))
		case hidden:
			if m.soReadable(s) {
				mask |= spec.PollIn
			}
			if soWritable(s) {
				mask |= spec.PollOut
			}
		default:
			mask = asSets(m.pollAny(s))
		}
		r.Revents[i] = mask & p.Events
		for _, set := range [...]spec.PollEvents{spec.PollIn, spec.PollOut, spec.PollPri} {
			if r.Revents[i]&set != 0 {
				r.Ret++
			}
		}
	}
	return r
}

// asSets turns events of poll into the sets of select.
func asSets(e spec.PollEvents) spec.PollEvents {
	var sets spec.PollEvents
	if e&selectIn != 0 {
		sets |= spec.PollIn
	}
	if e&selectOut != 0 {
		sets |= spec.PollOut
	}
	return sets | e&spec.PollPri
}

// pollAny: tcp_poll or datagram_poll.
func (m *move) pollAny(s *Socket) spec.PollEvents {
	if s.Kind == KindDgram {
		return s.pollDgram()
	}
	return m.pollLinux(s)
}
