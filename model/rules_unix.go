package model

import "github.com/connspec/connspec/spec"

// socketpair, bind, listen, accept, names and options of AF_UNIX sockets. The
// documents are about connect; these rules stand on the systems.

// onCall sets the trigger of rules about one call on an AF_UNIX socket, and
// puts its name before theirs.
func onCall(op spec.Op, rules ...Rule) []Rule {
	for i := range rules {
		rules[i].on = onUnix + on(op)
		rules[i].Name = op.String() + "/unix" + rules[i].Name
	}
	return rules
}

var socketRulesUnix = []Rule{
	{Name: "socketpair/left-out", Class: Succeed, on: on(spec.OpSocketpair), For: forTargetTCP,
		Title: "The page knows no AF_UNIX; socketpair is not modelled.", then: leaves(LeftFamily)},
	{Name: "socketpair/EAFNOSUPPORT", Class: Shall, on: on(spec.OpSocketpair), For: forUnix, Evidence: "POSIX.1-2008, socketpair()",
		Title: "An unknown family fails.", when: func(m *move) bool { return m.c.Family == spec.AFUnknown || m.c.Family == spec.AFUnspec }, then: fails(spec.EAFNOSUPPORT)},
	{Name: "socketpair/left-out-family", Class: Succeed, on: on(spec.OpSocketpair), For: forUnix,
		Title: "socketpair of Internet sockets is not modelled.", when: func(m *move) bool { return m.c.Family != spec.AFUnix }, then: leaves(LeftFamily)},
	{Name: "socketpair/EPROTONOSUPPORT", Class: Shall, on: on(spec.OpSocketpair), For: forUnix, Evidence: "Linux 6.18, unix_create; POSIX.1-2008, socketpair()",
		Title: "A protocol that AF_UNIX does not have fails.", when: all(familyUnix, unixProtocol), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socketpair/macos/type", Class: Shall, on: on(spec.OpSocketpair), For: forMacOS, Evidence: "XNU 11417, socreate_internal",
		Title: "AF_UNIX has streams and datagrams alone.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socketpair/may/EPROTONOSUPPORT", Class: May, on: on(spec.OpSocketpair), For: forPOSIX | forOSX, Evidence: "4.4BSD and FreeBSD, socreate",
		Title: "A type that AF_UNIX need not have may fail with EPROTONOSUPPORT.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socketpair/may/EPROTOTYPE", Class: May, on: on(spec.OpSocketpair), For: forPOSIX | forOSX, Evidence: "POSIX.1-2008, socketpair()",
		Title: "A type that AF_UNIX need not have may fail with EPROTOTYPE.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTOTYPE)},
	{Name: "socketpair/left-out-raw", Class: Succeed, on: on(spec.OpSocketpair), For: forPOSIX | forOSX,
		Title: "Raw AF_UNIX sockets are not modelled outside Linux.", when: all(familyUnix, not(unixTyped)), then: leaves(LeftFamily)},
	{Name: "socketpair/ok", Class: Succeed, on: on(spec.OpSocketpair), For: forUnix, Evidence: "POSIX.1-2008, socketpair(); Linux 6.18, unix_socketpair",
		Title: "socketpair makes two sockets that are connected to each other.", when: all(familyUnix, unixTyped), then: newPair},

	{Name: "socket/unix/EPROTONOSUPPORT", Class: Shall, on: on(spec.OpSocket), needs: oddSocket, For: forUnix, Evidence: "Linux 6.18, unix_create; POSIX.1-2008, socket()",
		Title: "A protocol that AF_UNIX does not have fails.", when: all(familyUnix, unixProtocol), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socket/unix/macos/type", Class: Shall, on: on(spec.OpSocket), needs: oddSocket, For: forMacOS, Evidence: "XNU 11417, socreate_internal",
		Title: "AF_UNIX has streams and datagrams alone.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socket/unix/may/EPROTONOSUPPORT", Class: May, on: on(spec.OpSocket), needs: oddSocket, For: forPOSIX | forOSX, Evidence: "4.4BSD and FreeBSD, socreate",
		Title: "A type that AF_UNIX need not have may fail with EPROTONOSUPPORT.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socket/unix/may/EPROTOTYPE", Class: May, on: on(spec.OpSocket), needs: oddSocket, For: forPOSIX | forOSX, Evidence: "POSIX.1-2008, socket()",
		Title: "A type that AF_UNIX need not have may fail with EPROTOTYPE.", when: all(familyUnix, oddUnixType), then: fails(spec.EPROTOTYPE)},
	{Name: "socket/unix/ok", Class: Succeed, on: on(spec.OpSocket), needs: oddSocket | localSocket, For: forUnix, Evidence: "POSIX.1-2008, socket(); Linux 6.18, unix_create",
		Title: "socket makes an AF_UNIX socket; to Linux a raw one is one for datagrams.", when: all(familyUnix, unixTyped), then: newUnix},
}

func familyUnix(m *move) bool { return m.c.Family == spec.AFUnix }

// unixProtocol: neither 0 nor the number of the family, which is no protocol to
// the BSDs.
func unixProtocol(m *move) bool {
	return m.c.Protocol > 1 || m.c.Protocol == 1 && m.under(forSockets)
}

func oddUnixType(m *move) bool {
	return m.c.Type != spec.SockStream && m.c.Type != spec.SockDgram
}

func unixTyped(m *move) bool {
	kind := unixKind(m.c.Type)
	if oddUnixType(m) && (m.under(forMacOS) || m.c.Type == spec.SockRaw && !m.under(forLinux)) {
		return false
	}
	return kind != KindNone
}

func newUnix(m *move) {
	slot, ok := m.openUnix(unixKind(m.c.Type))
	if !ok {
		return
	}
	m.w.Sockets[slot].assign(Nonblock, m.c.Nonblock)
	m.ret(m.install(File(slot + 1)))
}

func newPair(m *move) {
	var slots [2]uint8
	var fds [2]uint8
	for i := range slots {
		slot, ok := m.openUnix(unixKind(m.c.Type))
		if !ok {
			return
		}
		slots[i], fds[i] = slot, uint8(m.install(File(slot+1)))
		if m.w.Left != Inside {
			return
		}
	}
	for i, slot := range slots {
		s := &m.w.Sockets[slot]
		s.assign(Nonblock, m.c.Nonblock)
		s.TCP, s.Layer, s.Peer = Established, Connected, slots[1-i]+1
	}
	m.result(Return{Pair: fds})
}

func unixEmpty(m *move) bool {
	return m.c.To.Family == spec.AFUnix && m.c.To.Len == spec.OffsetofSunPath
}

// creating: what making the socket's file fails with.
func creating(errs ...spec.Errno) func(*move) bool {
	return func(m *move) bool {
		if m.c.To.Unix.Kind != UnixPath && m.under(forLinux) {
			return false
		}
		e := m.creates()
		for _, x := range errs {
			if x == e {
				return true
			}
		}
		return false
	}
}

// creates is what making the file of the address fails with; outside Linux an
// abstract name is an empty path, as is what stands in an AF_UNSPEC address.
func (m *move) creates() spec.Errno {
	if m.c.To.Unix.Kind != UnixPath {
		return spec.ENOENT
	}
	at, e := m.w.creates(&m.c.To.Unix.Path)
	if at.links > linksBSD && m.under(forSockets) {
		return spec.ELOOP
	}
	return e
}

func unixNamed(m *move) bool { return m.s.Name != NameNone }

// abstractTaken: another socket of the type has the abstract name.
func abstractTaken(m *move) bool {
	return m.c.To.Unix.Kind == UnixAbstract && m.under(forLinux) && m.there().other != 0
}

var bindRulesUnix = onCall(spec.OpBind,
	Rule{Name: "/bsd/EINVAL-bound", Class: Shall, For: forPOSIX | forSockets, Evidence: "XNU 11417 and FreeBSD 13, unp_bind; POSIX.1-2008, bind()",
		Title: "A socket that has a name fails.", when: unixNamed, then: fails(spec.EINVAL)},
	Rule{Name: "/linux/autobind-again", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, unix_autobind",
		Title: "With no path, a socket that has a name keeps it.", when: all(unixEmpty, unixNamed), then: succeeds},
	Rule{Name: "/linux/autobind", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, unix_autobind",
		Title: "With no path the system chooses an abstract name.", when: unixEmpty, then: func(m *move) { m.autobindUnix(); m.ret(0) }},
	Rule{Name: "/EINVAL", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_validate_addr; POSIX.1-2008, bind()",
		Title: "No path, or a length that the family does not have, fails; in Linux so does another family.",
		when: func(m *move) bool {
			n := m.c.To.Len
			return n <= spec.OffsetofSunPath || n > sizeofSockaddrUn && !m.under(forMacOS) || n > sizeofSockaddrUnBSD && m.under(forOSX) || m.c.To.Family != spec.AFUnix && m.under(forLinux)
		}, then: fails(spec.EINVAL)},
	Rule{Name: "/EAFNOSUPPORT", Class: Shall, For: forPOSIX | forSockets, Evidence: "FreeBSD 13, uipc_bindat; POSIX.1-2008, bind()",
		Title: "Another family fails; macOS takes AF_UNSPEC for AF_UNIX.", when: foreignUnix, then: fails(spec.EAFNOSUPPORT)},
	Rule{Name: "/EADDRINUSE", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_bind_bsd; POSIX.1-2008, bind()",
		Title: "A path where something is fails, even a link that leads nowhere.", when: creating(spec.EADDRINUSE), then: fails(spec.EADDRINUSE)},
	Rule{Name: "/ENOENT", Class: Shall, For: forUnix, Evidence: "Linux 6.18, filename_create; POSIX.1-2008, bind()",
		Title: "A path through what does not exist fails.", when: creating(spec.ENOENT), then: fails(spec.ENOENT)},
	Rule{Name: "/ENOTDIR", Class: Shall, For: forUnix, Evidence: "Linux 6.18, filename_create; POSIX.1-2008, bind()",
		Title: "A path through a file that is no directory fails.", when: creating(spec.ENOTDIR), then: fails(spec.ENOTDIR)},
	Rule{Name: "/EACCES", Class: Shall, For: forUnix, Evidence: "Linux 6.18, may_create; POSIX.1-2008, bind()",
		Title: "A directory that may not be searched or written fails.", when: creating(spec.EACCES), then: fails(spec.EACCES)},
	Rule{Name: "/ELOOP", Class: Shall, For: forUnix, Evidence: "Linux 6.18, filename_create; POSIX.1-2008, bind()",
		Title: "A path through symbolic links without end fails.", when: creating(spec.ELOOP), then: fails(spec.ELOOP)},
	Rule{Name: "/ENAMETOOLONG", Class: Shall, For: forUnix, Evidence: "Linux 6.18, filename_create; POSIX.1-2008, bind()",
		Title: "A path through a component longer than NAME_MAX fails.", when: creating(spec.ENAMETOOLONG), then: fails(spec.ENAMETOOLONG)},
	Rule{Name: "/linux/EINVAL-bound", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_bind_bsd, unix_bind_abstract",
		Title: "A socket that has a name fails, but only once the path is found good.", when: unixNamed, then: fails(spec.EINVAL)},
	Rule{Name: "/linux/EADDRINUSE-abstract", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_bind_abstract",
		Title: "An abstract name that another socket of the type has fails.", when: abstractTaken, then: fails(spec.EADDRINUSE)},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "POSIX.1-2008, bind(); Linux 6.18, unix_bind",
		Title: "bind names the socket, connected or not; a path makes a file.", then: bindUnix},
)

func bindUnix(m *move) {
	a := &m.c.To.Unix
	if a.Kind == UnixPath {
		at, _ := m.w.creates(&a.Path)
		node, ok := m.w.create(at, Node{Kind: NodeSocket})
		if !ok || a.Path.Wide {
			m.leave(LeftFiles)
			return
		}
		m.s.Node = node
	}
	m.s.Name = a.Name
	m.s.set(AddrLock)
	m.ret(0)
}

var listenRulesUnix = onCall(spec.OpListen,
	Rule{Name: "/EOPNOTSUPP", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_listen; POSIX.1-2008, listen()",
		Title: "A datagram socket cannot listen.", when: unixDgram, then: fails(spec.EOPNOTSUPP)},
	Rule{Name: "/EINVAL-unbound", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_listen; XNU 11417, uipc_listen",
		Title: "A socket without a name cannot listen.", when: not(unixNamed), then: fails(spec.EINVAL)},
	Rule{Name: "/EDESTADDRREQ", Class: Shall, For: forPOSIX | forOSX, Evidence: "FreeBSD 13, uipc_listen; POSIX.1-2008, listen()",
		Title: "A socket without a name may fail so.", when: not(unixNamed), then: fails(spec.EDESTADDRREQ)},
	Rule{Name: "/EINVAL", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_listen; XNU 11417, solisten; POSIX.1-2008, listen()",
		Title: "A connected socket cannot listen.", when: state(Established), then: fails(spec.EINVAL)},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_listen; POSIX.1-2008, listen()",
		Title: "listen makes a socket a listener, or changes its backlog.",
		then:  func(m *move) { m.s.TCP, m.s.Backlog = Listen, m.backlog(m.c.Value); m.ret(0) }},
)

var acceptRulesUnix = onCall(spec.OpAccept,
	Rule{Name: "/posix/beside", Class: Unsaid, For: forPOSIX, Open: cites("posix/application-usage/failed-state"),
		Title: "What accept takes when a socket in an unspecified state may have connected is not said.", when: func(m *move) bool { return beside(m) }, then: openBeside},
	Rule{Name: "/EOPNOTSUPP", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_accept; XNU 11417, accept; POSIX.1-2008, accept()",
		Title: "A datagram socket has nothing to accept.", when: unixDgram, then: fails(spec.EOPNOTSUPP), also: true},
	Rule{Name: "/bsd/EINVAL-dgram", Class: Shall, For: forPOSIX | forOSX, Evidence: "FreeBSD 13, accept (SO_ACCEPTCONN is looked at first)",
		Title: "A datagram socket may be refused for not listening.", when: unixDgram, then: fails(spec.EINVAL)},
	Rule{Name: "/EINVAL", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_accept; POSIX.1-2008, accept()",
		Title: "A socket that does not listen fails.", when: all(unixStream, not(state(Listen))), then: fails(spec.EINVAL)},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_accept; POSIX.1-2008, accept()",
		Title: "accept takes the first connection of the queue, even if its client has gone.", when: func(m *move) bool { return unixStream(m) && m.firstChild() >= 0 }, then: acceptUnix},
	Rule{Name: "/EAGAIN", Class: Shall, For: forUnix, Evidence: "POSIX.1-2008, accept()",
		Title: "With no connection to take a non-blocking accept fails.", when: all(unixStream, nonblocking), then: fails(spec.EAGAIN)},
	Rule{Name: "/linux/EINVAL-shut", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_accept (skb_recv_datagram)",
		Title: "On a listener that is shut for reading an accept that would wait fails.", when: all(unixStream, has(ShutRead)), then: fails(spec.EINVAL)},
	Rule{Name: "/wait", Class: Block, For: forUnix, Evidence: "POSIX.1-2008, accept()",
		Title: "With no connection to take accept waits.", when: unixStream, then: waits},
)

func acceptUnix(m *move) {
	slot := m.dequeue()
	c := &m.w.Sockets[slot]
	c.Parent = 0
	c.clear(Child)
	c.assign(Nonblock, m.c.Nonblock || m.s.has(Nonblock) && m.under(forSockets))
	name := m.w.peerName(c)
	if c.Peer == peerDead && m.under(forSockets) { // uipc_accept
		name = NameNone
	}
	m.nameUnix(m.install(File(slot+1)), name)
}

var nameRulesUnix = append(onCall(spec.OpGetsockname,
	Rule{Name: "/posix/unsaid", Class: Unsaid, For: forPOSIX, Open: cites("posix/description/autobind-unix"),
		Title: "Which name a connected socket has that bind gave none is not said.", when: func(m *move) bool { return m.s.Name == NameNone && m.s.Peer != 0 }, then: whatever},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_getname; POSIX.1-2008, getsockname()",
		Title: "getsockname gives the name as bind was given it; an accepted socket has that of its listener.",
		then:  func(m *move) { m.nameUnix(0, m.s.Name) }},
), onCall(spec.OpGetpeername,
	Rule{Name: "/macos/EINVAL", Class: Shall, For: forMacOS, Evidence: "XNU 11417, getpeername (both halves shut)",
		Title: "A socket shut in both directions fails, whether it has a peer or not.", when: all(has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL)},
	Rule{Name: "/ENOTCONN", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_getname; POSIX.1-2008, getpeername()",
		Title: "A socket without a peer has none to name.", when: func(m *move) bool { return m.s.Peer == 0 }, then: fails(spec.ENOTCONN)},
	Rule{Name: "/bsd/EINVAL", Class: Shall, For: forPOSIX | forOSX, Evidence: "XNU 11417, getpeername (both halves shut)", also: true,
		Title: "A socket shut in both directions may have no peer any more.", when: all(has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL)},
	Rule{Name: "/bsd/ENOTCONN", Class: Shall, For: forPOSIX | forOSX, Evidence: "FreeBSD 13, unp_disconnect", also: true,
		Title: "A peer that has gone may have no name any more.", when: func(m *move) bool { return m.s.Peer == peerDead }, then: fails(spec.ENOTCONN)},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_getname; POSIX.1-2008, getpeername()",
		Title: "getpeername gives the name of the peer; in Linux even after it has gone.",
		when:  func(m *move) bool { return m.s.Peer != peerDead || m.under(forLinux|forPOSIX) },
		then:  func(m *move) { m.nameUnix(0, m.w.peerName(m.s)) }},
)...)

var optionRulesUnix = append(onCall(spec.OpGetsockopt,
	Rule{Name: "/SO_TYPE", Class: Succeed, For: forUnix, Evidence: "POSIX.1-2008, getsockopt()",
		Title: "SO_TYPE gives the type.", when: option(spec.SolSocket, spec.SoType), then: func(m *move) { m.result(Return{Value: int32(unixType(m.s.Kind))}) }},
	Rule{Name: "/EOPNOTSUPP", Class: Shall, For: forLinux, Evidence: "Linux 6.18, do_sock_getsockopt (unix_stream_ops has no getsockopt)",
		Title: "Options of TCP fail.", when: func(m *move) bool { return m.c.Level == spec.SolTCP }, then: fails(spec.EOPNOTSUPP)},
	Rule{Name: "/left-out", Class: Succeed, For: forUnix,
		Title: "Other options of AF_UNIX sockets are not modelled.", then: leaves(LeftOption)},
), onCall(spec.OpSetsockopt,
	Rule{Name: "/EOPNOTSUPP", Class: Shall, For: forLinux, Evidence: "Linux 6.18, do_sock_setsockopt",
		Title: "Options of TCP fail.", when: func(m *move) bool { return m.c.Level == spec.SolTCP }, then: fails(spec.EOPNOTSUPP)},
	Rule{Name: "/left-out", Class: Succeed, For: forUnix,
		Title: "Other options of AF_UNIX sockets are not modelled.", then: leaves(LeftOption)},
)...)

// pollUnix: unix_poll, unix_dgram_poll.
func (m *move) pollUnix(s *Socket) spec.PollEvents {
	var mask spec.PollEvents
	if s.Err != spec.ENONE {
		mask |= spec.PollErr
	}
	if s.has(ShutRead) && s.has(ShutWrite) || s.paired() && s.TCP == Closed {
		mask |= spec.PollHup
	}
	if s.has(ShutRead) {
		mask |= spec.PollIn | spec.PollRdhup
	}
	if q, _ := m.w.queue(m.slotOf(s)); s.TCP == Listen {
		if q != 0 {
			mask |= spec.PollIn
		}
		return mask
	}
	if s.Unread != 0 || s.Queued != 0 {
		mask |= spec.PollIn
	}
	if o := m.w.peer(s); o == nil || s.paired() || o.Peer == m.slotOf(s)+1 || !o.stuffed() {
		mask |= spec.PollOut
	}
	return mask
}
