package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// shutdown, send and recv of AF_UNIX sockets.

// dgramQueue is net.unix.max_dgram_qlen as the lab has it: a queue that holds
// more takes no datagram but of its own peer.
const dgramQueue = 1

// stuffed says whether a datagram socket takes no more (unix_recvq_full).
func (s *Socket) stuffed() bool { return s.Queued > dgramQueue }

var shutdownRulesUnix = onCall(spec.OpShutdown,
	Rule{Name: "/EINVAL", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_shutdown; POSIX.1-2008, shutdown()",
		Title: "A direction that there is not fails.", when: func(m *move) bool { return m.c.How > spec.ShutRdwr }, then: fails(spec.EINVAL)},
	Rule{Name: "/bsd/ENOTCONN", Class: Shall, For: forPOSIX | forSockets, Evidence: "XNU 11417 and FreeBSD 13, soshutdown; POSIX.1-2008, shutdown()", also: true,
		Title: "Without a peer shutdown may fail.", when: func(m *move) bool { return m.s.Peer == 0 || m.s.Peer == peerDead }, then: fails(spec.ENOTCONN)},
	Rule{Name: "/macos/ENOTCONN-again", Class: Shall, For: forMacOS, Evidence: "XNU 11417, soshutdownlock_final",
		Title: "Shutting a half that is shut already fails; the read half comes first.", when: halfShut, then: shutAgain},
	Rule{Name: "/bsd/left-out", Class: Succeed, For: forPOSIX | forSockets,
		Title: "What shutdown throws away outside Linux is not modelled.",
		when: func(m *move) bool {
			return m.c.How != spec.ShutWr && (m.s.Unread != 0 || m.s.Queued != 0) || m.s.TCP == Listen
		}, then: leaves(LeftShutdown)},
	Rule{Name: "/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_shutdown; POSIX.1-2008, shutdown()",
		Title: "shutdown ends the halves it names, in Linux whether there is a peer or not, and the other halves of a connected peer; in the BSDs that one can still write.", then: shutUnix},
)

func halfShut(m *move) bool {
	return m.c.How != spec.ShutWr && m.s.has(ShutRead) || m.c.How != spec.ShutRd && m.s.has(ShutWrite)
}

func shutUnix(m *move) {
	m.shut()
	if o := m.w.peer(m.s); o != nil && m.s.paired() {
		if m.c.How != spec.ShutWr && !m.under(forSockets) {
			o.set(ShutWrite)
		}
		if m.c.How != spec.ShutRd {
			o.set(ShutRead)
		}
	}
	m.ret(0)
}

// onSendUnix makes rules of both send and sendto.
func onSendUnix(rules ...Rule) []Rule {
	plain := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.only })
	return append(onCall(spec.OpSend, plain...), onCall(spec.OpSendto, rules...)...)
}

func unixPlain(m *move) bool { return m.s.Kind == KindUnixStream }
func unixPacket(m *move) bool {
	return m.s.Kind == KindUnixSeqpacket
}
func addressed(m *move) bool { return m.addressed() && m.s.Kind == KindUnixDgram }

// misled: the path of sendto fails with one of these.
func misled(m *move) bool { return addressed(m) && !m.rerun && m.there().err != spec.ENONE }

func failsMisled(m *move) { m.fail(m.there().err) }

// closedFar: whoever the call is for takes nothing more.
func closedFar(m *move) bool { o := m.other(); return o == nil || o.has(ShutRead) }

// queueFull: whoever the call is for has no room, and this is not its peer.
func queueFull(m *move) bool {
	o := m.other()
	return unixDgram(m) && o != nil && o != m.s && o.Peer != m.slot+1 && o.stuffed()
}

func unixPending(m *move) bool { return m.s.Err != spec.ENONE }

const linuxSend = "Linux 6.18, unix_dgram_sendmsg"

var sendRulesUnix = onSendUnix(
	// stream
	Rule{Name: "/stream/EISCONN", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_stream_sendmsg",
		Title: "With an address a connected stream socket fails.",
		when:  all(unixPlain, (*move).addressed, state(Established)), then: fails(spec.EISCONN), only: true},
	Rule{Name: "/stream/EOPNOTSUPP", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_stream_sendmsg",
		Title: "With an address a stream socket that is not connected fails.", when: all(unixPlain, (*move).addressed), then: fails(spec.EOPNOTSUPP), only: true},
	Rule{Name: "/stream/bsd/EISCONN", Class: Shall, For: forPOSIX | forSockets, Evidence: "FreeBSD 13, uipc_send; POSIX.1-2008, sendto()", also: true,
		Title: "With an address a connected socket may fail.", when: all((*move).addressed, state(Established)), then: fails(spec.EISCONN), only: true},
	Rule{Name: "/bsd/left-out", Class: Succeed, For: forPOSIX | forSockets,
		Title: "What an address does to a socket with connections outside Linux is not modelled.", when: all(unixStream, (*move).addressed), then: leaves(LeftOption), only: true},
	Rule{Name: "/stream/ENOTCONN", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_stream_sendmsg; XNU 11417, sosend; POSIX.1-2008, send()",
		Title: "Without a connection send fails.",
		when: func(m *move) bool {
			return unixPlain(m) && m.s.Peer == 0 && (!m.s.has(ShutWrite) || m.under(forLinux))
		}, then: fails(spec.ENOTCONN)},
	Rule{Name: "/stream/EPIPE", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_stream_sendmsg; XNU 11417, sosend; POSIX.1-2008, send()",
		Title: "Shut for writing send fails, whatever error is pending.", when: all(unixPlain, has(ShutWrite)), then: fails(spec.EPIPE)},
	Rule{Name: "/stream/EPIPE-peer", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_stream_sendmsg",
		Title: "To a peer that takes nothing more send fails.", when: all(unixPlain, closedFar, func(m *move) bool { return m.c.Len != 0 }), then: fails(spec.EPIPE)},
	Rule{Name: "/stream/ok", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_stream_sendmsg; POSIX.1-2008, send()",
		Title: "Bytes are handed to the peer at once.", when: unixPlain, then: sendBytes},

	// seqpacket
	Rule{Name: "/seqpacket/error", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_seqpacket_sendmsg",
		Title: "A pending error is returned, and cleared.", when: all(unixPacket, unixPending), then: collectOnce},
	Rule{Name: "/seqpacket/ENOTCONN", Class: Shall, For: forLinux | forPOSIX | forOSX, Evidence: "Linux 6.18, unix_seqpacket_sendmsg; POSIX.1-2008, send()",
		Title: "Without a connection send fails.", when: all(unixPacket, not(state(Established))), then: fails(spec.ENOTCONN)},

	// datagram
	Rule{Name: "/dgram/bsd/EPIPE", Class: Shall, For: forPOSIX | forSockets, Evidence: "XNU 11417 and FreeBSD 13, sosend; POSIX.1-2008, send()",
		Title: "Shut for writing send fails, wherever to.", when: func(m *move) bool { return !unixPlain(m) && m.s.has(ShutWrite) }, then: fails(spec.EPIPE)},
	Rule{Name: "/dgram/bsd/error", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, sosend (so_error)",
		Title: "A pending error is returned, and cleared.", when: all(unixDgram, unixPending), then: collectOnce},
	Rule{Name: "/dgram/bsd/EISCONN", Class: Shall, For: forPOSIX | forSockets, Evidence: "XNU 11417 and FreeBSD 13, uipc_send; POSIX.1-2008, sendto()",
		Title: "With an address a socket that has a peer fails.", when: all(addressed, state(Established)), then: fails(spec.EISCONN), only: true},
	Rule{Name: "/dgram/EINVAL", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_validate_addr",
		Title: "An address that is none of AF_UNIX fails.", when: func(m *move) bool { return addressed(m) && !m.rerun && badUnix(m) }, then: fails(spec.EINVAL), only: true},
	Rule{Name: "/dgram/bsd/EAFNOSUPPORT", Class: Shall, For: forPOSIX | forSockets, Evidence: bsdConnect + "; POSIX.1-2008, sendto()",
		Title: "An address of another family fails; macOS takes AF_UNSPEC for AF_UNIX.", when: all(addressed, foreignUnix), then: fails(spec.EAFNOSUPPORT), only: true},
	Rule{Name: "/dgram/bsd/EINVAL", Class: Shall, For: forPOSIX | forSockets, Evidence: bsdConnect,
		Title: "An address without a path, or longer than the family has, fails.", when: all(addressed, badUnixLength), then: fails(spec.EINVAL), only: true},
	Rule{Name: "/dgram/error", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sock_alloc_send_pskb",
		Title: "A pending error is returned, and cleared.", when: func(m *move) bool { return unixDgram(m) && !m.rerun && unixPending(m) }, then: collectOnce},
	Rule{Name: "/dgram/EPIPE", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sock_alloc_send_pskb",
		Title: "Shut for writing send fails.", when: func(m *move) bool { return !unixPlain(m) && !m.rerun && m.s.has(ShutWrite) }, then: fails(spec.EPIPE)},
	Rule{Name: "/dgram/path", Class: Shall, For: forUnix, Evidence: linuxFind + "; POSIX.1-2008, sendto()",
		Title: "A path that leads nowhere fails as in connect.", when: misled, then: failsMisled, only: true},
	Rule{Name: "/dgram/bsd/ENOTSOCK", Class: Shall, For: forPOSIX | forSockets, Evidence: bsdConnect,
		Title: "A file that is no socket fails.", when: all(addressed, noSocketFile), then: fails(spec.ENOTSOCK), only: true},
	Rule{Name: "/dgram/EACCES", Class: Shall, For: forUnix, Evidence: linuxFind + "; POSIX.1-2008, sendto()",
		Title: "A socket file that may not be written fails.", when: all(addressed, not(rerun), denied), then: fails(spec.EACCES), only: true},
	Rule{Name: "/dgram/ECONNREFUSED", Class: Shall, For: forUnix, Evidence: linuxFind,
		Title: "A name that no socket is behind fails.", when: all(addressed, not(rerun), anyOf(noSocketFile, ownerless)), then: fails(spec.ECONNREFUSED), only: true},
	Rule{Name: "/dgram/EPROTOTYPE", Class: Shall, For: forUnix, Evidence: linuxFind + "; POSIX.1-2008, sendto()",
		Title: "A socket of another type behind the path fails.", when: all(addressed, mistyped), then: fails(spec.EPROTOTYPE), only: true},
	Rule{Name: "/dgram/ENOTCONN", Class: Shall, For: forUnix &^ forMacOS, Evidence: linuxSend + "; POSIX.1-2008, send()",
		Title: "Without a peer and without an address send fails.", when: unpeered, then: fails(spec.ENOTCONN)},
	Rule{Name: "/dgram/EDESTADDRREQ", Class: Shall, For: forPOSIX | forSockets, Evidence: "XNU 11417 and FreeBSD 13, sosend; POSIX.1-2008, send()",
		Title: "Without a peer and without an address send may ask for one.", when: unpeered, then: fails(spec.EDESTADDRREQ)},
	Rule{Name: "/dgram/EPERM", Class: Shall, For: forLinux, Evidence: linuxSend + " (unix_may_send)",
		Title: "A socket that has another peer takes nothing.", when: all(unixDgram, (*move).deaf), then: fails(spec.EPERM)},
	Rule{Name: "/dgram/ECONNRESET-dissolved", Class: Shall, For: forLinux, Evidence: linuxSend + " (restart)",
		Title: "A send that waited for a peer which is none any more fails when that one goes.",
		when: func(m *move) bool {
			return unixDgram(m) && m.rerun && !addressed(m) && m.far() == peerDead && m.s.Peer != peerDead
		}, then: fails(spec.ECONNRESET)},
	Rule{Name: "/dgram/ECONNREFUSED-peer", Class: Shall, For: forLinux, Evidence: linuxSend + " (SOCK_DEAD)",
		Title: "To a peer that has gone send fails, and the socket has none from then on.",
		when:  func(m *move) bool { return unixDgram(m) && m.far() == peerDead }, then: losesPeer},
	Rule{Name: "/dgram/posix/peer-gone", Class: Succeed, For: forPOSIX,
		Title: "What a send to a peer that has gone fails with is not said, and not modelled.",
		when:  func(m *move) bool { return m.far() == peerDead }, then: leaves(LeftShutdown)},
	Rule{Name: "/dgram/EPIPE-peer", Class: Shall, For: forUnix, Evidence: linuxSend,
		Title: "To a socket that is shut for reading send fails.", when: closedFar, then: fails(spec.EPIPE)},
	Rule{Name: "/dgram/EPERM-landlock", Class: Shall, For: forLinux, Evidence: "Linux 6.18, hook_unix_may_send",
		Title: "Landlock keeps a thread from abstract names outside its domain, but not from a peer.", when: all(addressed, not(rerun), keptOff), then: fails(spec.EPERM), only: true},
	Rule{Name: "/dgram/EAGAIN", Class: Shall, For: forLinux, Evidence: linuxSend + " (unix_recvq_full)",
		Title: "To a socket whose queue is full a non-blocking send fails.", when: all(queueFull, nonblocking), then: fails(spec.EAGAIN)},
	Rule{Name: "/dgram/wait", Class: Block, For: forLinux, Evidence: linuxSend + " (unix_wait_for_peer)",
		Title: "To a socket whose queue is full send waits.", when: queueFull, then: waitsFor},
	Rule{Name: "/dgram/ok", Class: Succeed, For: forUnix, Evidence: linuxSend + "; POSIX.1-2008, send()",
		Cites: cites("posix/description/dgram-destination", "linux/description/dgram-destination", "macos/description/dgram-destination",
			"osx/description/dgram-destination"),
		Title: "A datagram or packet is handed over at once.", then: sendPacket},
)

func rerun(m *move) bool { return m.rerun }

func unpeered(m *move) bool { return unixDgram(m) && !m.rerun && !addressed(m) && m.s.Peer == 0 }

func losesPeer(m *move) {
	if m.s.Peer == peerDead {
		m.repoint(0)
		m.s.TCP = Closed
	}
	m.fail(spec.ECONNREFUSED)
}

func sendBytes(m *move) {
	o := m.w.peer(m.s)
	if o != nil && !(o.has(ShutRead) && m.under(forMacOS)) { // which drops it (SB_DROP)
		if int32(o.Unread)+m.c.Len > unreadMax {
			m.leave(LeftWindow)
			return
		}
		o.Unread += uint16(m.c.Len)
	}
	m.ret(m.c.Len)
}

// unreadMax is less than any send buffer holds.
const unreadMax = 16 << 10

func sendPacket(m *move) {
	o := m.other()
	if o.Queued == QueueMax || m.c.Len > unreadMax {
		m.leave(LeftWindow)
		return
	}
	o.Queue[o.Queued] = Datagram{Len: uint16(m.c.Len), From: m.slot + 1}
	o.Queued++
	m.ret(m.c.Len)
}

// onRecvUnix makes rules of both recv and recvfrom.
func onRecvUnix(rules ...Rule) []Rule {
	return append(onCall(spec.OpRecv, slices.Clone(rules)...), onCall(spec.OpRecvfrom, rules...)...)
}

func queued(m *move) bool { return m.s.Queued != 0 }

const linuxRecv = "Linux 6.18, __unix_dgram_recvmsg"

var recvRulesUnix = onRecvUnix(
	Rule{Name: "/posix/beside", Class: Unsaid, For: forPOSIX, Open: cites("posix/application-usage/failed-state"),
		Title: "What recv takes when a socket in an unspecified state may have sent is not said.",
		when:  func(m *move) bool { return unixDgram(m) && !m.s.has(AnyState) && m.w.anything(m.s.Kind) }, then: openState},
	Rule{Name: "/stream/EINVAL", Class: Shall, For: forLinux, Evidence: "Linux 6.18, unix_stream_read_generic",
		Title: "A stream socket without a connection fails.", when: all(unixPlain, not(state(Established))), then: fails(spec.EINVAL)},
	Rule{Name: "/ENOTCONN", Class: Shall, For: forUnix, Evidence: "Linux 6.18, unix_seqpacket_recvmsg; XNU 11417, soreceive; POSIX.1-2008, recv()",
		Title: "A socket with connections that has none fails.",
		when: func(m *move) bool {
			return m.s.TCP != Established && (unixPacket(m) || unixPlain(m) && !m.under(forLinux))
		}, then: fails(spec.ENOTCONN)},
	Rule{Name: "/empty-buffer", Class: Succeed, For: forUnix,
		Title: "Reading into no buffer is not modelled.", when: func(m *move) bool { return unixPlain(m) && m.c.Len == 0 }, then: leaves(LeftWindow)},
	Rule{Name: "/stream/data", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_stream_read_generic; POSIX.1-2008, recv()",
		Title: "What was sent is read, as much as the buffer takes.", when: func(m *move) bool { return m.s.Unread != 0 }, then: readUnix},
	Rule{Name: "/error", Class: Shall, For: forLinux, Evidence: linuxRecv + ", unix_stream_read_generic",
		Title: "A pending error is returned, and cleared, before any datagram and after all bytes.", when: unixPending, then: collectOnce},
	Rule{Name: "/dgram/data", Class: Succeed, For: forUnix, Evidence: linuxRecv + "; POSIX.1-2008, recv()",
		Cites: cites("posix/description/dgram-source", "linux/description/dgram-source"),
		Title: "The oldest datagram or packet is read; what the buffer does not take is lost.", when: queued, then: receiveUnix},
	Rule{Name: "/bsd/error", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, soreceive (so_error)",
		Title: "A pending error is returned once there is nothing to read; MSG_PEEK leaves it.", when: unixPending, then: seeErrorUnix},
	Rule{Name: "/end", Class: Succeed, For: forUnix, Evidence: "Linux 6.18, unix_stream_read_generic, __unix_dgram_recvmsg; POSIX.1-2008, recv()",
		Title: "Shut for reading, recv returns 0; a datagram socket of Linux does where it would wait.",
		when: func(m *move) bool {
			return m.s.has(ShutRead) && (!unixDgram(m) || !nonblocking(m) || !m.under(forLinux))
		}, then: succeeds},
	Rule{Name: "/EAGAIN", Class: Shall, For: forUnix, Evidence: "POSIX.1-2008, recv()",
		Title: "With nothing to read a non-blocking recv fails.", when: nonblocking, then: fails(spec.EAGAIN)},
	Rule{Name: "/wait", Class: Block, For: forUnix, Evidence: "POSIX.1-2008, recv()",
		Title: "With nothing to read recv waits.", then: waits},
)

func seeErrorUnix(m *move) {
	if peeking(m) {
		m.fail(m.s.Err)
		return
	}
	collectOnce(m)
}

func readUnix(m *move) {
	n := min(m.c.Len, int32(m.s.Unread))
	if !peeking(m) {
		m.s.Unread -= uint16(n)
	}
	m.from(n, m.w.peerName(m.s))
}

func receiveUnix(m *move) {
	d := m.s.Queue[0]
	name := d.Name
	if d.From != 0 {
		name = m.w.Sockets[d.From-1].Name
	}
	if !peeking(m) {
		m.s.Queued--
		copy(m.s.Queue[:], m.s.Queue[1:])
		m.s.Queue[QueueMax-1] = Datagram{}
	}
	m.from(min(m.c.Len, int32(d.Len)), name)
}

// from ends the call with the sender's name. To Linux a socket without a name
// has no address to report; elsewhere it has an empty one. The BSDs report none of
// a stream (PR_ADDR).
func (m *move) from(n int32, name Name) {
	if m.c.Op != spec.OpRecvfrom || name == NameNone && m.under(forLinux) || unixPlain(m) && m.under(forSockets) {
		m.ret(n)
		return
	}
	m.nameUnix(n, name)
}

var wakeRulesUnix = []Rule{
	{Name: "wake/unix/goes-on", Class: Wake, on: onUnixWake, For: forUnix, Evidence: "Linux 6.18, unix_stream_connect (restart), unix_accept, unix_dgram_sendmsg; POSIX.1-2008, accept(), recv(), send()",
		Title: "A call that waited goes on as soon as it need not wait; a connect looks its address up again.",
		when:  resumesUnix, then: (*move).resume},
}

// resumesUnix: a wait for room goes on while there is none, whatever else has
// changed (unix_wait_for_peer).
func resumesUnix(m *move) bool {
	if i := m.t.Other; i != 0 && !m.t.has(Cut) {
		if o := &m.w.Sockets[i-1]; o.stuffed() || o.TCP == Listen && m.w.full(i-1) {
			return false
		}
	}
	return m.resumable()
}

var timeoutRulesUnix = []Rule{
	{Name: "timeout/unix/connect", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, unix_stream_connect (sock_sndtimeo)",
		Title: "A connect that waited for room as long as SO_SNDTIMEO says fails with EAGAIN, and nothing is under way.",
		when:  func(m *move) bool { return inConnect(m) && m.s.unix() }, then: fails(spec.EAGAIN)},
}
