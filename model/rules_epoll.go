package model

import "github.com/connspec/connspec/spec"

const forElsewhere = forAll &^ forLinux

func isEpoll(m *move) bool { return m.file == FileEpoll }

// watched is the file that epoll_ctl is about.
func (m *move) watched() File { return m.w.file(m.c.Poll[0].FD) }

func watching(m *move) bool { return m.w.interest(m.c.Poll[0].FD) != nil }

func cmd(c spec.EpollCmd) func(*move) bool { return func(m *move) bool { return m.c.Epoll == c } }

var epollRules = []Rule{
	{Name: "epoll_create1/elsewhere", Class: Succeed, on: on(spec.OpEpollCreate), For: forElsewhere,
		Title: "epoll is Linux's alone, and elsewhere not modelled.", then: leaves(LeftPoll)},
	{Name: "epoll_ctl/elsewhere", Class: Succeed, on: on(spec.OpEpollCtl), For: forElsewhere,
		Title: "epoll_ctl is Linux's alone, and elsewhere not modelled.", then: leaves(LeftPoll)},
	{Name: "epoll_wait/elsewhere", Class: Succeed, on: on(spec.OpEpollWait), For: forElsewhere,
		Title: "epoll_wait is Linux's alone, and elsewhere not modelled.", then: leaves(LeftPoll)},

	{Name: "epoll_create1/left-out", Class: Succeed, on: on(spec.OpEpollCreate), For: forLinux,
		Title: "A second epoll instance is not modelled.", when: func(m *move) bool { return m.w.descriptorOf(FileEpoll) >= 0 }, then: leaves(LeftPoll)},
	{Name: "epoll_create1/ok", Class: Succeed, on: on(spec.OpEpollCreate), For: forLinux, Evidence: "epoll_create(2)",
		Title: "epoll_create1 gives the lowest free descriptor, of a file that is no socket.", then: func(m *move) { m.ret(m.install(FileEpoll)) }},

	{Name: "epoll_ctl/EBADF", Class: Shall, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2); Linux 6.18, do_epoll_ctl",
		Title: "epoll_ctl fails if either number is no descriptor.", when: func(m *move) bool { return badFD(m) || m.watched() == FileNone }, then: fails(spec.EBADF)},
	{Name: "epoll_ctl/other-file", Class: Succeed, on: on(spec.OpEpollCtl), For: forLinux,
		Title: "Watching pipes, eventfds and sockets of other families is not modelled.",
		when:  func(m *move) bool { f := m.watched(); return f >= FileOther && f < FileEpoll }, then: leaves(LeftPoll)},
	{Name: "epoll_ctl/EPERM", Class: Shall, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2); Linux 6.18, do_epoll_ctl (file_can_poll)",
		Title: "A file that cannot be polled fails.", when: func(m *move) bool { return m.watched() == FileNull }, then: fails(spec.EPERM)},
	{Name: "epoll_ctl/EINVAL", Class: Shall, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2); Linux 6.18, do_epoll_ctl",
		Title: "epoll_ctl fails on what is no epoll instance, and for the instance itself.",
		when:  func(m *move) bool { return !isEpoll(m) || m.watched() == FileEpoll }, then: fails(spec.EINVAL)},
	{Name: "epoll_ctl/EEXIST", Class: Shall, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2)",
		Title: "A descriptor that is watched cannot be added.", when: all(cmd(spec.EpollAdd), watching), then: fails(spec.EEXIST)},
	{Name: "epoll_ctl/ENOENT", Class: Shall, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2)",
		Title: "A descriptor that is not watched cannot be changed or taken out.", when: all(not(cmd(spec.EpollAdd)), not(watching)), then: fails(spec.ENOENT)},
	{Name: "epoll_ctl/left-out", Class: Succeed, on: on(spec.OpEpollCtl), For: forLinux,
		Title: "More entries than the model keeps, and AF_UNIX sockets, are not modelled.",
		when: func(m *move) bool {
			return m.w.Interests[InterestsMax-1].Slot != 0 && m.c.Epoll == spec.EpollAdd || m.w.Sockets[m.watched()-1].unix()
		}, then: leaves(LeftPoll)},
	{Name: "epoll_ctl/EPOLL_CTL_DEL", Class: Succeed, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2)",
		Title: "EPOLL_CTL_DEL takes an entry out.", when: cmd(spec.EpollDel), then: unlist},
	{Name: "epoll_ctl/ok", Class: Succeed, on: on(spec.OpEpollCtl), For: forLinux, Evidence: "epoll_ctl(2); Linux 6.18, ep_insert, ep_modify",
		Title: "EPOLL_CTL_ADD and EPOLL_CTL_MOD say what to watch for; what is ready by then counts as a change.", then: enlist},

	{Name: "epoll_wait/EBADF", Class: Shall, on: on(spec.OpEpollWait), For: forLinux, Evidence: "epoll_wait(2)",
		Title: "epoll_wait on a number that is no descriptor fails.", when: badFD, then: fails(spec.EBADF)},
	{Name: "epoll_wait/EINVAL", Class: Shall, on: on(spec.OpEpollWait), For: forLinux, Evidence: "epoll_wait(2); Linux 6.18, ep_check_params",
		Title: "epoll_wait fails with no room for events, and on what is no epoll instance.",
		when:  func(m *move) bool { return !m.rerun && m.c.Len <= 0 || !isEpoll(m) }, then: fails(spec.EINVAL)},
	{Name: "epoll_wait/left-out", Class: Succeed, on: on(spec.OpEpollWait), For: forLinux,
		Title: "Room for fewer events than there may be is not modelled, nor a wait longer than the model counts.",
		when:  func(m *move) bool { return !m.rerun && (m.c.Len < InterestsMax || m.c.Value > patienceMax) }, then: leaves(LeftPoll)},
	{Name: "epoll_wait/ready", Class: Succeed, on: on(spec.OpEpollWait), For: forLinux, Evidence: "epoll_wait(2), epoll(7); Linux 6.18, ep_send_events",
		Cites: cites("linux/errors/EINPROGRESS-writable"),
		Title: "epoll_wait reports what changed and is ready, and for an entry that is not edge triggered what is ready still.",
		when:  func(m *move) bool { return m.c.Value == 0 || m.anyListed() }, then: (*move).report},
	{Name: "epoll_wait/waits", Class: Block, on: on(spec.OpEpollWait), For: forLinux, Evidence: "epoll_wait(2)",
		Title: "With nothing to report epoll_wait waits.", then: waits},
}

// enlist adds an entry or changes it, and lists it if it is ready.
func enlist(m *move) {
	p := m.c.Poll[0]
	n := m.w.interest(p.FD)
	if n == nil {
		for i := range m.w.Interests {
			if n = &m.w.Interests[i]; n.Slot == 0 {
				break
			}
		}
	}
	listed := n.Marks & Listed
	*n = Interest{Slot: uint8(m.watched()), FD: uint8(p.FD), Events: uint8(p.Events), Marks: listed}
	if m.c.Flags&spec.EpollET != 0 {
		n.Marks |= Edge
	}
	if m.c.Flags&spec.EpollOneshot != 0 {
		n.Marks |= Oneshot
	}
	if m.shows(n) != 0 {
		n.Marks |= Listed
	}
	m.ret(0)
}

// unlist takes an entry out.
func unlist(m *move) {
	kept := 0
	for _, n := range m.w.Interests {
		if n.Slot != 0 && int32(n.FD) != m.c.Poll[0].FD {
			m.w.Interests[kept] = n
			kept++
		}
	}
	for ; kept < InterestsMax; kept++ {
		m.w.Interests[kept] = Interest{}
	}
	m.ret(0)
}
