package model

import "github.com/connspec/connspec/spec"

// connect on AF_UNIX sockets. Linux looks at the socket itself last of all, the
// BSDs first: unix_stream_connect, unix_dgram_connect and unix_find_other of
// Linux 6.18, soconnectlock and unp_connect of XNU 11417.

// Conditions.

func unixStream(m *move) bool { return m.s.paired() }
func unixDgram(m *move) bool  { return m.s.Kind == KindUnixDgram }

// badUnix: what unix_validate_addr refuses. The family alone is no address.
func badUnix(m *move) bool {
	return m.c.To.Family != spec.AFUnix || m.c.To.Len <= spec.OffsetofSunPath || m.c.To.Len > sizeofSockaddrUn
}

// foreignUnix: another family; macOS takes AF_UNSPEC for AF_UNIX (unp_connect).
func foreignUnix(m *move) bool {
	return m.c.To.Family != spec.AFUnix && !(unspec(m) && m.under(forMacOS))
}

// badUnixLength: no path, or more than sun_path holds where the system minds.
func badUnixLength(m *move) bool {
	n := m.c.To.Len
	return n <= spec.OffsetofSunPath || n > sizeofSockaddrUn && m.under(forPOSIX) || n > sizeofSockaddrUnBSD && m.under(forOSX)
}

// sizeofSockaddrUnBSD is sizeof(struct sockaddr_un) of FreeBSD.
const sizeofSockaddrUnBSD = 106

// sizeofSockaddrUn is sizeof(struct sockaddr_un) of Linux.
const sizeofSockaddrUn = 110

// dissolves: the address has the family that takes a peer away.
func dissolves(m *move) bool { return unixDgram(m) && unspec(m) }

// lost: following the path fails with e. Where the order of checks is not
// known a permission that is missing does not keep other errors away.
func lost(e spec.Errno) func(*move) bool {
	return func(m *move) bool {
		if e == spec.EACCES || m.ordered(on(spec.OpConnect)) {
			return m.there().err == e
		}
		return m.there().free == e
	}
}

// reaches: the path leads to a file, or needs none.
func reaches(m *move) bool { return m.there().free == spec.ENONE }

// denied: the file may not be written.
func denied(m *move) bool { return reaches(m) && m.there().deny }

// noSocketFile: the path leads to a file of another kind.
func noSocketFile(m *move) bool {
	return reaches(m) && m.there().kind != NodeSocket && m.there().kind != NodeNone
}

// ownerless: nothing listens behind the name any more, or ever.
func ownerless(m *move) bool {
	return reaches(m) && !noSocketFile(m) && m.far() == 0 || m.far() == peerDead
}

// mistyped: the socket behind the path is of another type.
func mistyped(m *move) bool { o := m.other(); return o != nil && o.Kind != m.s.Kind }

// notListening: the socket behind the name takes no connections.
func notListening(m *move) bool {
	o := m.other()
	return o != nil && o.Kind == m.s.Kind && unixStream(m) && (o.TCP != Listen || o.has(ShutRead) && m.under(forLinux))
}

// fullQueue: the listener has no room for one more connection.
func fullQueue(m *move) bool {
	o := m.other()
	return o != nil && o.TCP == Listen && o.Kind == m.s.Kind && m.w.full(m.far()-1)
}

// unknown: the socket behind the name is in any state.
func unknown(m *move) bool { o := m.other(); return o != nil && o.has(AnyState) }

const (
	linuxFind   = "Linux 6.18, unix_find_bsd"
	linuxStream = "Linux 6.18, unix_stream_connect"
	linuxDgram  = "Linux 6.18, unix_dgram_connect"
	xnuConnect  = "XNU 11417, unp_connect"
	bsdConnect  = "XNU 11417 and FreeBSD 13, unp_connect"
)

// forUnix are the dialects whose documents know AF_UNIX.
const forUnix = forPOSIX | forLinux | forSockets

func onConnect(rules ...Rule) []Rule {
	for i := range rules {
		rules[i].on = onUnix + on(spec.OpConnect)
		if rules[i].Name[0] == '/' {
			rules[i].Name = "connect/unix" + rules[i].Name
		}
	}
	return rules
}

// apartUnix takes the peer from a datagram socket before anything else is
// looked at, as soconnectlock does.
func apartUnix(m *move) {
	if m.s.Kind == KindUnixDgram && m.under(forSockets) {
		m.s.TCP, m.s.Peer, m.s.PeerName = Closed, 0, NameNone
	}
}

// failsUnix fails. In the BSDs a datagram socket has lost its peer by then, and
// POSIX leaves open in what state the socket is.
func failsUnix(e spec.Errno) func(*move) {
	return func(m *move) {
		apartUnix(m)
		if m.c.Op == spec.OpConnect && m.s.TCP == Closed && m.under(forPOSIX) {
			m.s.set(AnyState)
		}
		m.fail(e)
	}
}

var connectRulesUnix = onConnect(
	// the arguments
	Rule{Name: "/linux/dissolve", Class: Succeed, For: forLinux, Cites: cites("linux/description/unspec-dissolve-dgram"),
		Title: "AF_UNSPEC takes the peer from a datagram socket, and with it what the peer had sent.", when: dissolves, then: dissolveUnix},
	Rule{Name: "/linux/EINVAL", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_validate_addr", Against: cites("linux/errors/EAFNOSUPPORT"),
		Title: "Another family, no path at all, or more than a sockaddr_un fails, in every state.", when: badUnix, then: fails(spec.EINVAL)},

	// the BSDs look at the socket first
	Rule{Name: "/bsd/EOPNOTSUPP", Class: Shall, For: forPOSIX | forSockets,
		Cites: cites("posix/errors/may/EOPNOTSUPP", "macos/errors/EOPNOTSUPP", "osx/errors/EOPNOTSUPP"),
		Title: "A listening socket fails.", when: state(Listen), then: fails(spec.EOPNOTSUPP)},
	Rule{Name: "/EISCONN", Class: Shall, For: forPOSIX | forSockets, Cites: cites("posix/errors/EISCONN", "macos/errors/EISCONN", "osx/errors/EISCONN"),
		Title: "A connected stream socket fails.", when: all(unixStream, unixLayer(Connected)), then: fails(spec.EISCONN)},
	Rule{Name: "/posix/reconnect", Class: Unsaid, For: forPOSIX, Unsaid: forPOSIX,
		Title: "What connect does to a socket whose connection has ended is not said.",
		when:  all(unixStream, state(Established), not(unixLayer(Connected))), then: openState},
	Rule{Name: "/bsd/reconnect", Class: Succeed, For: forSockets,
		Title: "What connect does to a socket whose connection has ended is not modelled.",
		when:  all(unixStream, state(Established), not(unixLayer(Connected))), then: leaves(LeftShutdown)},
	Rule{Name: "/posix/unsaid-listener", Class: Unsaid, For: forPOSIX, Open: cites("posix/application-usage/failed-state"),
		Title: "What connect does to a listening socket is not said.", when: state(Listen), then: openState},
	Rule{Name: "/bsd/dissolve", Class: Shall, For: forSockets, Cites: cites("macos/description/dgram-dissolve-eafnosupport", "osx/description/dgram-dissolve-eafnosupport"),
		Title: "AF_UNSPEC takes the peer from a datagram socket and may report EAFNOSUPPORT.", also: true, when: dissolves, then: failsUnix(spec.EAFNOSUPPORT)},
	Rule{Name: "/posix/dissolve", Class: Succeed, For: forPOSIX, Cites: cites("posix/description/unspec-reset"),
		Title: "AF_UNSPEC takes the peer from a datagram socket.", when: dissolves, then: dissolveUnix},
	Rule{Name: "/posix/EINVAL", Class: May, For: forPOSIX, Cites: cites("posix/errors/may/EINVAL-length", "posix/errors/may/EINVAL-family"),
		Title: "A length that the family does not have, or another family, may fail.", when: badUnix, then: failsUnix(spec.EINVAL)},
	Rule{Name: "/bsd/EINVAL", Class: Shall, For: forSockets, Cites: cites("macos/errors/EINVAL-length", "osx/errors/EINVAL-length"),
		Title: "An address without a path fails.", when: shorter(spec.OffsetofSunPath + 1), then: failsUnix(spec.EINVAL)},
	Rule{Name: "/osx/EINVAL-no-family", Class: Shall, For: forOSX, Evidence: "FreeBSD 13, getsockaddr", Cites: cites("osx/errors/EINVAL-length"),
		Title: "An address too short for a family may fail before the peer is lost.", when: all(unixDgram, shorter(2)), then: fails(spec.EINVAL)},
	Rule{Name: "/osx/EINVAL-long", Class: Shall, For: forOSX, Evidence: "FreeBSD 13, unp_connectat (sizeof sun_path)", Cites: cites("osx/errors/EINVAL-length"), also: true,
		Title: "A path that sun_path has no room for may fail.", when: length(func(n int32) bool { return n > sizeofSockaddrUnBSD }), then: failsUnix(spec.EINVAL)},
	Rule{Name: "/EAFNOSUPPORT", Class: Shall, For: forPOSIX | forSockets, Cites: cites("posix/errors/EAFNOSUPPORT", "macos/errors/EAFNOSUPPORT", "osx/errors/EAFNOSUPPORT"),
		Title: "Another family fails; macOS takes AF_UNSPEC for AF_UNIX.", when: foreignUnix, then: failsUnix(spec.EAFNOSUPPORT)},
	Rule{Name: "/posix/unsaid-unspec", Class: Unsaid, For: forPOSIX, Open: cites("posix/description/unspec-stream"),
		Title: "What AF_UNSPEC does to a socket with connections is not said.", when: all(unixStream, unspec), then: openState},
	Rule{Name: "/posix/unsaid-length", Class: Unsaid, For: forPOSIX, Unsaid: forPOSIX,
		Title: "What an address leads to whose length the family does not have is not said.",
		when:  func(m *move) bool { return m.c.To.Family == spec.AFUnix && badUnix(m) }, then: openState},

	// the path
	Rule{Name: "/ENOENT", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/unix/ENOENT-missing", "posix/errors/unix/ENOENT-empty", "macos/errors/unix/ENOENT", "osx/errors/unix/ENOENT"),
		Title: "A path that leads to nothing fails; outside Linux so does an empty one.", when: lost(spec.ENOENT), then: failsUnix(spec.ENOENT)},
	Rule{Name: "/ENOTDIR", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/unix/ENOTDIR-prefix", "posix/errors/unix/ENOTDIR-slash", "macos/errors/unix/ENOTDIR", "osx/errors/unix/ENOTDIR"),
		Title: "A path through a file that is no directory, or with a slash behind one, fails.", when: lost(spec.ENOTDIR), then: failsUnix(spec.ENOTDIR)},
	Rule{Name: "/ELOOP", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/unix/ELOOP", "posix/errors/may/ELOOP", "macos/errors/unix/ELOOP", "osx/errors/unix/ELOOP"),
		Title: "Symbolic links without end, or more than 40 of them, fail.", when: lost(spec.ELOOP), then: failsUnix(spec.ELOOP)},
	Rule{Name: "/ENAMETOOLONG", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/unix/ENAMETOOLONG", "macos/errors/unix/ENAMETOOLONG-component", "osx/errors/unix/ENAMETOOLONG-component"),
		Title: "A component longer than NAME_MAX fails.", when: lost(spec.ENAMETOOLONG), then: failsUnix(spec.ENAMETOOLONG)},
	Rule{Name: "/EACCES-search", Class: Shall, For: forUnix &^ forPOSIX, Cites: cites("linux/errors/unix/EACCES-search", "macos/errors/unix/EACCES-search", "osx/errors/unix/EACCES-search"),
		Title: "A directory on the way that may not be searched fails.", when: lost(spec.EACCES), then: failsUnix(spec.EACCES)},
	Rule{Name: "/posix/EACCES-search", Class: May, For: forPOSIX, Cites: cites("posix/errors/may/EACCES-search"),
		Title: "A directory on the way that may not be searched may fail.", when: lost(spec.EACCES), then: failsUnix(spec.EACCES)},

	// the file
	Rule{Name: "/macos/ENOTSOCK", Class: Shall, For: forMacOS, Evidence: xnuConnect + " (VSOCK)", Cites: cites("macos/errors/ENOTSOCK"),
		Title: "A file that is no socket fails, before its permissions are looked at.", when: noSocketFile, then: failsUnix(spec.ENOTSOCK)},
	Rule{Name: "/osx/ENOTSOCK", Class: Shall, For: forOSX, Evidence: bsdConnect, Cites: cites("osx/errors/ENOTSOCK"),
		Title: "A file that is no socket fails.", when: noSocketFile, then: failsUnix(spec.ENOTSOCK)},
	Rule{Name: "/EACCES-write", Class: Shall, For: forUnix &^ forPOSIX, Cites: cites("linux/errors/unix/EACCES-write", "macos/errors/unix/EACCES-write", "osx/errors/unix/EACCES-write"),
		Title: "A socket file that may not be written fails.", when: denied, then: failsUnix(spec.EACCES)},
	Rule{Name: "/posix/EACCES-write", Class: May, For: forPOSIX, Cites: cites("posix/errors/may/EACCES-write"),
		Title: "A socket file that may not be written may fail.", when: denied, then: failsUnix(spec.EACCES)},
	Rule{Name: "/linux/ECONNREFUSED-file", Class: Shall, For: forLinux, Evidence: linuxFind + " (S_ISSOCK)",
		Title: "A file that is no socket fails like one whose socket is gone.", when: noSocketFile, then: fails(spec.ECONNREFUSED)},
	Rule{Name: "/posix/unsaid-file", Class: Unsaid, For: forPOSIX, Unsaid: forPOSIX,
		Title: "What a path leads to that is no socket is not said.", when: noSocketFile, then: openState},

	// the socket behind it
	Rule{Name: "/posix/unsaid-peer", Class: Unsaid, For: forPOSIX, Open: cites("posix/application-usage/failed-state"),
		Title: "What connect meets at a socket in an unspecified state is not said.", when: unknown, then: openState},
	Rule{Name: "/ECONNREFUSED-dead", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/ECONNREFUSED-not-listening", "macos/errors/ECONNREFUSED-rejected", "osx/errors/ECONNREFUSED-rejected", "linux/errors/ECONNREFUSED"),
		Title: "A name whose socket is gone, or an abstract one that no socket of the type has, fails.", when: ownerless, then: failsUnix(spec.ECONNREFUSED)},
	Rule{Name: "/EPROTOTYPE", Class: Shall, For: forUnix, Evidence: linuxFind,
		Cites: cites("posix/errors/EPROTOTYPE", "linux/errors/EPROTOTYPE", "linux/errors/EPROTOTYPE-unix", "macos/errors/EPROTOTYPE", "osx/errors/EPROTOTYPE"),
		Title: "A socket of another type behind the path fails, listening or not.", when: mistyped, then: failsUnix(spec.EPROTOTYPE)},
	Rule{Name: "/ECONNREFUSED", Class: Shall, For: forUnix, Evidence: linuxStream,
		Cites: cites("posix/errors/ECONNREFUSED-not-listening", "linux/errors/ECONNREFUSED", "macos/errors/ECONNREFUSED-rejected", "osx/errors/ECONNREFUSED-rejected"),
		Title: "A socket that does not listen fails; in Linux so does a listener that is shut for reading.", when: notListening, then: failsUnix(spec.ECONNREFUSED)},
	Rule{Name: "/linux/EAGAIN", Class: Shall, For: forLinux, Cites: cites("linux/errors/EAGAIN-unix", "linux/errors/EINPROGRESS-unix"),
		Title: "With the queue of the listener full a non-blocking connect fails, and nothing is under way.", when: all(fullQueue, nonblocking), then: fails(spec.EAGAIN)},
	Rule{Name: "/linux/wait", Class: Block, For: forLinux, Evidence: "Linux 6.18, unix_wait_for_peer",
		Title: "With the queue of the listener full connect waits.", when: fullQueue, then: waitsFor},
	Rule{Name: "/bsd/ECONNREFUSED-full", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, sonewconn", also: true,
		Cites: cites("macos/errors/ECONNREFUSED-rejected", "osx/errors/ECONNREFUSED-rejected"),
		Title: "A listener whose queue has reached the backlog may refuse.", when: busyQueue, then: fails(spec.ECONNREFUSED)},
	Rule{Name: "/posix/unsaid-full", Class: Unsaid, For: forPOSIX, Unsaid: forPOSIX,
		Title: "What a listener whose queue has reached the backlog answers is not said.", when: busyQueue, then: openState},
	Rule{Name: "/linux/EISCONN", Class: Shall, For: forLinux, Cites: cites("linux/errors/EISCONN", "linux/description/once-unix-stream"),
		Title: "A connected socket fails, but only once all is well with the address.", when: all(unixStream, state(Established)), then: fails(spec.EISCONN)},
	Rule{Name: "/linux/EINVAL-listening", Class: Shall, For: forLinux, Evidence: linuxStream,
		Title: "A listening socket fails, but only once all is well with the address.", when: state(Listen), then: fails(spec.EINVAL)},
	Rule{Name: "/linux/EPERM", Class: Shall, For: forLinux, Evidence: linuxDgram + " (unix_may_send)",
		Title: "A datagram socket that has another peer cannot be one.", when: all(unixDgram, (*move).deaf), then: fails(spec.EPERM)},

	Rule{Name: "/linux/EPERM-landlock", Class: Shall, For: forLinux, Evidence: "Linux 6.18, hook_unix_stream_connect, hook_unix_may_send",
		Title: "Landlock keeps a thread from abstract names outside its domain, but only once all else is well.", when: keptOff, then: fails(spec.EPERM)},

	// nothing is wrong
	Rule{Name: "/macos/pending", Class: Shall, For: forMacOS, Evidence: "XNU 11417, connectit (so_error)",
		Title: "A datagram socket with a pending error gets the peer and returns the error.",
		when:  all(unixDgram, unixPending), then: func(m *move) { m.repoint(m.far()); m.s.TCP = Established; collectOnce(m) }},
	Rule{Name: "/dgram", Class: Succeed, For: forUnix, Evidence: linuxDgram,
		Cites: cites("posix/description/peer-set", "posix/return-value/success", "linux/description/dgram-destination", "linux/return-value/success",
			"macos/description/dgram-associate", "macos/return-values/success", "osx/description/dgram-associate", "osx/return-values/success"),
		Title: "On a datagram socket connect sets the peer; in Linux another one than before takes what the old one had sent with it.",
		when:  unixDgram, then: associateUnix},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: linuxStream,
		Cites: cites("posix/description/stream-attempt", "posix/return-value/success", "linux/description/stream-attempt", "linux/description/seqpacket-attempt", "linux/return-value/success",
			"macos/description/stream-attempt", "macos/return-values/success", "osx/description/stream-attempt", "osx/return-values/success"),
		Title: "A listener with room is connected to at once, accepted or not, blocking or not.", when: unixStream, then: connectUnix},
)

// unixLayer is layer for sockets of any kind.
func unixLayer(l Layer) func(*move) bool { return func(m *move) bool { return m.s.Layer == l } }

// busyQueue: the queue of the listener has reached the backlog. How much more
// it takes differs between systems.
func busyQueue(m *move) bool {
	o := m.other()
	if o == nil || o.TCP != Listen || o.Kind != m.s.Kind {
		return false
	}
	q, _ := m.w.queue(m.far() - 1)
	return q >= o.Backlog
}

// waitsFor waits for the queue of the socket that the call is about.
func waitsFor(m *move) {
	far := m.far()
	m.block()
	m.t.Other = far
}

func connectUnix(m *move) {
	if m.join(m.far() - 1) {
		m.ret(0)
	}
}

// associateUnix gives a datagram socket its peer.
func associateUnix(m *move) {
	far := m.far()
	m.repoint(far)
	m.s.TCP = Established
	m.ret(0)
}

func dissolveUnix(m *move) {
	m.repoint(0)
	m.s.TCP = Closed
	m.ret(0)
}

// repoint changes the peer of a datagram socket. In Linux the datagrams that
// wait were the old peer's and go with it, and if it had this socket for a peer
// it is told (unix_dgram_disconnected).
func (m *move) repoint(far uint8) {
	s, old := m.s, m.s.Peer
	s.Peer, s.PeerName = far, NameNone
	if old == 0 || old == far || s.Queued == 0 || !m.under(forLinux) {
		return
	}
	s.Queued, s.Queue = 0, [QueueMax]Datagram{}
	if old == peerDead {
		return
	}
	if o := &m.w.Sockets[old-1]; o.Peer == m.slot+1 {
		o.Err = spec.ECONNRESET
	}
}
