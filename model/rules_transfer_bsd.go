package model

import "github.com/connspec/connspec/spec"

// send, recv and shutdown in macOS and osx, as far as the two differ from the
// others: XNU 11417, sendit, sosendcheck, udp_output, soreceive, soshutdown;
// FreeBSD 13, which has the same checks under nearly the same names.

// forSockets are the two BSDs.
const forSockets = forMacOS | forOSX

// imported is the call as the address import of macOS hands it on: AF_UNSPEC
// in an address of the size of sockaddr_in counts as AF_INET, except in the
// connect of a datagram socket, where it dissolves (XNU 11417, getsockaddr_s).
func (m *move) imported(c, given *Call) *Call {
	switch {
	case c.Op == spec.OpBind && c.To.Family == spec.AFInet6 && m.s != nil && m.s.Family == spec.AFInet && m.under(forMacOS):
		*given = *c // where sin_addr is, sin6_flowinfo is 0 (in_pcbbind)
		given.To.Addr = AddrAny
		return given
	case c.To.Family != spec.AFUnspec || c.To.Len != spec.SizeofSockaddrIn || m.s == nil || m.s.Family != spec.AFInet:
		return c
	case c.Op == spec.OpConnect && m.s.Kind == KindDgram || !m.under(forMacOS):
		return c
	}
	*given = *c
	given.To.Family = spec.AFInet
	return given
}

// forgets: connect clears the pending error before the protocol looks at the
// address (FreeBSD 13, soconnectat); 4.2BSD does not.
func (m *move) forgets() bool {
	if m.c.Op != spec.OpConnect || !pending(m) || badPointer(m) || m.c.To.Len < 2 || m.c.To.Len > 255 || !m.under(forOSX) {
		return false
	}
	return m.s.Kind == KindDgram || m.s.Kind == KindUnixDgram || m.s.Layer == Unconnected && m.s.TCP != Listen
}

// addressless: the stream has nothing to do with any peer.
func addressless(m *move) bool { return !layer(Connected)(m) && !layer(Connecting)(m) }

// keepsError returns the pending error and clears it, unless it is only peeked
// at.
func keepsError(m *move) {
	if peeking(m) {
		m.fail(m.s.Err)
		return
	}
	collectOnce(m)
}

var sendRulesBSD = onSend([]Rule{
	{Name: "/bsd/ENAMETOOLONG", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, getsockaddr", only: true,
		Title: "A length beyond 255 fails.",
		needs: strange, when: all(isSocket, named, length(func(n int32) bool { return n < 0 || n > 255 })), then: fails(spec.ENAMETOOLONG), unix: true},
	{Name: "/bsd/EINVAL-no-family", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, getsockaddr", only: true,
		Title: "A length without room for a family fails.", needs: strange, when: all(isSocket, named, shorter(2)), then: fails(spec.EINVAL), unix: true},
	{Name: "/bsd/EFAULT", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, getsockaddr", only: true,
		Title: "An address that cannot be read fails.", needs: strange, when: all(isSocket, named, badPointer), then: fails(spec.EFAULT), unix: true},
	{Name: "/bsd/EPIPE", Class: Shall, For: forSockets, Evidence: "XNU 11417, sosendcheck; FreeBSD 13, sosend_generic (SBS_CANTSENDMORE first)",
		Title: "Shut for writing, or dead, send fails.", needs: marked, when: has(ShutWrite), then: fails(spec.EPIPE)},
	{Name: "/bsd/error", Class: Shall, For: forSockets, Evidence: "XNU 11417, sosendcheck; FreeBSD 13, sosend_generic (so_error)",
		Title: "A pending error is returned, and cleared.", needs: marked, when: pending, then: collectOnce},
	{Name: "/bsd/ENOTCONN", Class: Shall, For: forSockets, Evidence: "XNU 11417, sosendcheck; FreeBSD 13, sosend_generic",
		Title: "Without a connection, or during an attempt, a stream socket cannot send, wherever to.",
		of:    streams, when: not(layer(Connected)), then: fails(spec.ENOTCONN)},
	{Name: "/bsd/EDESTADDRREQ", Class: Shall, For: forSockets, Evidence: "XNU 11417, sosendcheck; FreeBSD 13, sosend_dgram",
		Title: "Without a peer and without an address a datagram socket cannot send.",
		of:    dgrams, when: all(not(named), not(state(Established))), then: fails(spec.EDESTADDRREQ)},
	{Name: "/bsd/EISCONN-stream", Class: May, For: forOSX, only: true, also: true, Evidence: "4.3BSD, sendto on a connected socket",
		Title: "An address on a connected stream socket may fail.", of: streams, when: named, then: fails(spec.EISCONN)},
	{Name: "/macos/EISCONN", Class: Shall, For: forMacOS, only: true, Evidence: "XNU 11417, udp_output",
		Title: "An address on a datagram socket with a peer fails, whatever is wrong with it.", of: dgrams, in: []TCP{Established}, when: named, then: fails(spec.EISCONN)},
	{Name: "/osx/EISCONN-first", Class: May, For: forOSX, only: true, also: true, Evidence: "4.4BSD, udp_output",
		Title: "An invalid address on a datagram socket with a peer may fail for the peer.",
		of:    dgrams, in: []TCP{Established}, needs: strange, when: all(named, anyOf(inexact, wrongFamily)), then: fails(spec.EISCONN)},
	{Name: "/bsd/EINVAL-length", Class: Shall, For: forSockets, only: true, Evidence: "XNU 11417, in_pcbladdr; FreeBSD 13, udp_send",
		Title: "Any length but that of sockaddr_in fails.", of: dgrams, needs: strange, when: all(named, inexact), then: fails(spec.EINVAL)},
	{Name: "/bsd/EAFNOSUPPORT", Class: Shall, For: forSockets, only: true, Evidence: "XNU 11417 and FreeBSD 13, in_pcbladdr",
		Title: "Another family fails.", of: dgrams, needs: strange, when: all(named, wrongFamily), then: fails(spec.EAFNOSUPPORT)},
	{Name: "/osx/EISCONN", Class: Shall, For: forOSX, only: true, Evidence: "FreeBSD 13, udp_send, udp_output",
		Title: "A valid address on a datagram socket with a peer fails.", of: dgrams, in: []TCP{Established}, when: named, then: fails(spec.EISCONN)},
	{Name: "/bsd/EADDRNOTAVAIL", Class: Shall, For: forSockets, only: true, Evidence: "XNU 11417 and FreeBSD 13, in_pcbladdr",
		Title: "Port 0 fails.", of: dgrams, needs: strange, when: all(named, portZero), then: fails(spec.EADDRNOTAVAIL)},
	{Name: "/bsd/ENETUNREACH", Class: Shall, For: forSockets, only: true, Evidence: "XNU 11417 and FreeBSD 13, in_pcbladdr",
		Title: "A destination without a route fails.",
		of:    dgrams, needs: special, when: all(named, routed(routeNone)), then: fails(spec.ENETUNREACH)},
	{Name: "/bsd/EHOSTUNREACH", Class: Shall, For: forSockets, only: true, Evidence: "XNU 11417 and FreeBSD 13, ip_output (RTF_REJECT)",
		Title: "A route that rejects fails; the socket has been bound by then.",
		of:    dgrams, when: targets(routeUnreachable, routeProhibit), then: failsBound(spec.EHOSTUNREACH)},
	{Name: "/bsd/EACCES", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, ip_output (IP_ALLOWBROADCAST)",
		Cites: cites("macos/errors/EACCES", "osx/errors/EACCES"),
		Title: "A broadcast address fails without SO_BROADCAST; the socket has been bound by then.",
		of:    dgrams, when: all(not(has(CanBcast)), targets(routeBroadcast)), then: failsBound(spec.EACCES)},
})

// targets: the datagram goes along such a route.
func targets(routes ...route) func(*move) bool {
	return func(m *move) bool {
		for _, r := range routes {
			if m.route(m.target()) == r {
				return true
			}
		}
		return false
	}
}

var recvRulesBSD = onRecv([]Rule{
	{Name: "/bsd/stream-data-and-ack", Class: Succeed, For: forSockets, also: true, Evidence: "XNU 11417 and FreeBSD 13, tcp_usr_rcvd",
		Title: "Reading may send an acknowledgement that is due.", of: streams, when: all(unread, has(AckDue)), then: func(m *move) { m.ack(m.s); read(m) }},
	{Name: "/bsd/stream-data", Class: Succeed, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic",
		Title: "What was received is read, as much as the buffer takes, before any error is told.", of: streams, when: unread, then: read},
	{Name: "/bsd/dgram-data", Class: Succeed, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_dgram",
		Cites: cites("macos/description/dgram-source", "osx/description/dgram-source"),
		Title: "The oldest datagram is read before any error is told; what the buffer does not take is lost.",
		of:    dgrams, when: func(m *move) bool { return m.s.Queued != 0 }, then: receive},
	{Name: "/bsd/error", Class: Shall, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic (so_error)",
		Title: "A pending error is returned, and cleared unless it is only peeked at; it goes before the end of the stream.",
		needs: marked, when: pending, then: keepsError},
	{Name: "/bsd/end", Class: Succeed, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic (SBS_CANTRCVMORE)",
		Title: "After the peer's FIN, and shut for reading, recv returns 0.", needs: marked, when: has(ShutRead), then: succeeds},
	{Name: "/bsd/ENOTCONN", Class: Shall, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic",
		Title: "Without a connection or an attempt recv fails on a stream socket.", of: streams, when: addressless, then: fails(spec.ENOTCONN)},
	{Name: "/bsd/empty-buffer", Class: Succeed, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic (uio_resid)",
		Title: "Reading into no buffer does not wait.", when: all(isSocket, func(m *move) bool { return m.c.Len == 0 }), then: succeeds},
	{Name: "/bsd/EAGAIN", Class: Shall, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic",
		Title: "With nothing to read a non-blocking recv fails, during an attempt too.", when: all(isSocket, nonblocking), then: fails(spec.EAGAIN)},
	{Name: "/bsd/wait", Class: Block, For: forSockets, Evidence: "XNU 11417, soreceive; FreeBSD 13, soreceive_generic",
		Title: "With nothing to read recv waits, during an attempt too.", when: isSocket, then: waits},
})

// already: a half that the call names is shut.
func already(m *move) bool {
	return m.c.How != spec.ShutWr && m.s.has(ShutRead) || m.c.How != spec.ShutRd && m.s.has(ShutWrite)
}

var shutdownRulesBSD = []Rule{
	{Name: "shutdown/EINVAL", Class: Shall, on: on(spec.OpShutdown), For: forAll, Evidence: "POSIX.1-2008, shutdown(); Linux 6.18, inet_shutdown; XNU 11417 and FreeBSD 13, soshutdown",
		Title: "A direction that there is not fails, whatever the state.", when: func(m *move) bool { return isSocket(m) && m.c.How > spec.ShutRdwr }, then: fails(spec.EINVAL)},
	{Name: "shutdown/macos/listener", Class: Shall, on: on(spec.OpShutdown), For: forMacOS, Evidence: "XNU 11417, soshutdown (SS_ISCONNECTED)",
		Title: "A listener has no connection to shut.", of: streams, in: []TCP{Listen}, then: fails(spec.ENOTCONN)},
	{Name: "shutdown/bsd/attempt-read", Class: Succeed, on: on(spec.OpShutdown), For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, soshutdown (SS_ISCONNECTING), sorflush",
		Title: "During an attempt a stream socket can be shut for reading; the attempt goes on.",
		needs: underway, when: all(layer(Connecting), not(has(ShutRead)), func(m *move) bool { return m.c.How == spec.ShutRd }), then: func(m *move) { m.shut(); m.ret(0) }},
	{Name: "shutdown/macos/attempt-write", Class: Succeed, on: on(spec.OpShutdown), For: forMacOS, Evidence: "XNU 11417, tcp_usrclosed (TCPS_SYN_SENT)",
		Title: "Shut for writing before the peer answered, a stream socket is dead, without an error.",
		of:    streams, in: []TCP{SynSent}, needs: underway, when: all(layer(Connecting), not(already), func(m *move) bool { return m.c.How != spec.ShutRd }),
		then: func(m *move) { m.done(m.slot, spec.ENONE); m.ret(0) }},
	{Name: "shutdown/macos/again", Class: Shall, on: on(spec.OpShutdown), For: forMacOS, Evidence: "XNU 11417, soshutdownlock_final",
		Title: "A half that is shut, by the peer's FIN too, cannot be shut again; of both, reading is tried first.",
		when: func(m *move) bool {
			return isSocket(m) && !m.peerless() && already(m)
		}, then: shutAgain},
}

// peerless: shutdown finds neither a connection nor a peer nor an attempt.
func (m *move) peerless() bool {
	return dgram(m) && m.s.TCP != Established || stream(m) && (m.s.TCP.in(Closed, TimeWait) || m.s.Layer == Unconnected)
}

func shutAgain(m *move) {
	if m.c.How == spec.ShutRdwr && !m.s.has(ShutRead) {
		m.s.set(ShutRead)
		m.s.flushReads()
	}
	m.fail(spec.ENOTCONN)
}

// flushReads drops what nobody will read (sorflush).
func (s *Socket) flushReads() {
	s.Unread, s.Queued = 0, 0
	s.Queue = [QueueMax]Datagram{}
}
