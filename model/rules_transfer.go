package model

import "github.com/connspec/connspec/spec"

// shutdown, send, recv: as far as they touch the state of a connection.

var shutdownRules = []Rule{
	{Name: "shutdown/listener", Class: Succeed, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (TCP_LISTEN)",
		Title: "Shutting a listener for reading ends listening; connections not yet accepted are reset.",
		of:    streams, in: []TCP{Listen}, when: func(m *move) bool { return m.c.How != spec.ShutWr },
		then: func(m *move) { m.disconnect(m.slot); m.s.Layer = Unconnected; m.ret(0) }},
	{Name: "shutdown/listener-write", Class: Succeed, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (TCP_LISTEN)",
		Title: "Shutting a listener for writing has no effect.", of: streams, in: []TCP{Listen}, then: func(m *move) { m.poke(m.s, 0); m.ret(0) }},
	{Name: "shutdown/attempt", Class: Succeed, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (TCP_SYN_SENT)",
		Title: "Any shutdown gives up an attempt; SO_ERROR is ECONNRESET.",
		of:    streams, in: []TCP{SynSent}, then: func(m *move) { m.disconnect(m.slot); m.s.Layer = Unconnected; m.ret(0) }},
	{Name: "shutdown/crossed", Class: Succeed, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (SS_DISCONNECTING)",
		Title: "A shutdown during a simultaneous open leaves the socket between states.",
		of:    streams, in: []TCP{SynReceived}, needs: underway, when: layer(Connecting),
		then: func(m *move) { m.s.Layer = Disconnecting; m.shut(); m.ret(0) }},
	{Name: "shutdown/ENOTCONN-failed", Class: Shall, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (SS_CONNECTING, TCP_CLOSE)",
		Title: "After a failed attempt shutdown fails, and leaves the socket between states.",
		of:    streams, in: []TCP{Closed}, needs: underway, when: layer(Connecting), then: func(m *move) { m.s.Layer = Disconnecting; m.shut(); m.fail(spec.ENOTCONN) }},
	{Name: "shutdown/ENOTCONN", Class: Shall, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown",
		Title: "Without a connection or peer shutdown fails, and takes effect all the same.",
		in:    []TCP{Closed}, then: func(m *move) { m.shut(); m.fail(spec.ENOTCONN) }},
	{Name: "shutdown/ok-linux", Class: Succeed, on: on(spec.OpShutdown), For: forLinux, Evidence: "Linux 6.18, inet_shutdown, tcp_shutdown",
		Title: "Shutting for writing sends FIN.", when: isSocket, then: shutdownLinux},

	{Name: "shutdown/bsd/listener", Class: Succeed, on: on(spec.OpShutdown), For: forOSX,
		Title: "What shutdown does to a listener outside Linux is not modelled.", of: streams, in: []TCP{Listen}, then: leaves(LeftShutdown)},
	{Name: "shutdown/bsd/ENOTCONN", Class: Shall, on: on(spec.OpShutdown), For: forPOSIX | forBerkeley, Evidence: "XNU 11417 and FreeBSD 13, soshutdown; POSIX.1-2008, shutdown()",
		Title: "Without a connection or peer shutdown fails.",
		when: func(m *move) bool {
			return dgram(m) && m.s.TCP != Established || stream(m) && (m.s.TCP.in(Closed, TimeWait) || m.s.Layer == Unconnected)
		}, then: fails(spec.ENOTCONN)},
	{Name: "shutdown/posix/attempt", Class: Shall, on: on(spec.OpShutdown), For: forPOSIX, Evidence: "POSIX.1-2008, shutdown() (ENOTCONN)",
		Title: "A shutdown during an attempt fails: there is no connection yet.", needs: underway, when: layer(Connecting), then: fails(spec.ENOTCONN)},
	{Name: "shutdown/targettcp/attempt", Class: Unsaid, on: on(spec.OpShutdown), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "What a shutdown does during an attempt is not said.", needs: underway, when: layer(Connecting), then: openState},
	{Name: "shutdown/bsd/attempt", Class: Succeed, on: on(spec.OpShutdown), For: forMacOS | forOSX,
		Title: "A shutdown during an attempt is not modelled.", needs: underway, when: layer(Connecting), then: leaves(LeftShutdown)},
	{Name: "shutdown/discards", Class: Succeed, on: on(spec.OpShutdown), For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, shutdown() (disables further receive operations)",
		Title: "Shutting for reading may throw away what was not read.",
		when:  func(m *move) bool { return stream(m) && m.c.How != spec.ShutWr && m.s.Unread != 0 },
		then:  func(m *move) { m.s.Unread = 0; shutdown(m) }},
	{Name: "shutdown/ok", Class: Succeed, on: on(spec.OpShutdown), For: forPOSIX | forBerkeley, Evidence: "POSIX.1-2008, shutdown()",
		Title: "Shutting for writing sends FIN.", when: isSocket, then: shutdown},
}

func shutdown(m *move) {
	write := m.c.How != spec.ShutRd && !m.s.has(ShutWrite)
	m.shut()
	if m.c.How != spec.ShutWr && (m.s.Unread != 0 || m.s.Queued != 0) && m.under(forSockets) {
		m.s.flushReads()
	}
	if write && m.s.Kind == KindStream {
		m.closeTCP(m.s)
	}
	m.ret(0)
}

// shut marks the halves that the call names.
func (m *move) shut() {
	m.poke(m.s, 0)
	if m.c.How != spec.ShutWr {
		m.s.set(ShutRead)
	}
	if m.c.How != spec.ShutRd {
		m.s.set(ShutWrite)
	}
}

func shutdownLinux(m *move) {
	if m.s.Layer == Connecting {
		m.s.Layer = Connected
	}
	m.shut()
	if m.s.Kind == KindStream && m.c.How != spec.ShutRd && m.s.TCP != SynReceived {
		m.closeTCP(m.s)
	}
	m.ret(0)
}

// sendto names a destination unless its pointer is NULL.
func named(m *move) bool {
	return m.c.Op == spec.OpSendto && m.c.To.Pointer != spec.PointerNull && !unaddressed(m)
}

// unaddressed: to an AF_INET6 datagram socket of Linux AF_UNSPEC is no
// destination (udpv6_sendmsg).
func unaddressed(m *move) bool {
	return inet6(m) && dgram(m) && unspec(m) && m.c.To.Len >= 2 && m.c.To.Len <= 128 && !badPointer(m) && m.under(forLinux)
}

func onSend(rules []Rule) []Rule {
	var table []Rule
	for _, op := range []spec.Op{spec.OpSend, spec.OpSendto} {
		for _, r := range rules {
			r.Name, r.on = op.String()+r.Name, on(op)
			if op == spec.OpSendto || !r.only {
				r.only = false
				table = append(table, r)
			}
		}
	}
	return table
}

var sendRules = onSend([]Rule{
	// the address of sendto
	{Name: "/EINVAL-length", Class: Shall, For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel", only: true,
		Title: "A negative length, or one beyond sockaddr_storage, fails.",
		needs: strange, when: all(isSocket, named, length(func(n int32) bool { return n < 0 || n > 128 })), then: fails(spec.EINVAL), unix: true},
	{Name: "/EFAULT", Class: Shall, For: forAll &^ forSockets, Evidence: "Linux 6.18, move_addr_to_kernel", only: true,
		Title: "An address that cannot be read fails.",
		needs: strange, when: all(isSocket, named, badPointer, not(shorter(1))), then: fails(spec.EFAULT), unix: true},
	{Name: "/EFAULT-empty", Class: May, For: forPOSIX | forTargetTCP, Evidence: "POSIX.1-2008, XSH 2.3 (EFAULT)", only: true,
		Title: "An address that cannot be read may fail whatever its length.",
		needs: strange, when: all(isSocket, named, badPointer, shorter(1)), then: fails(spec.EFAULT), unix: true},

	// stream, with Fast Open: see rules_fastopen.go
	{Name: "/stream/fast-open/EOPNOTSUPP-off", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen (TFO_CLIENT_ENABLE)",
		Title: "Where the system has Fast Open for clients switched off, MSG_FASTOPEN and a send that would end a deferral fail.",
		needs: quick | changed, when: all(fastOpens, lacking(NoFastOpen)), then: fails(spec.EOPNOTSUPP)},
	{Name: "/stream/fast-open/EOPNOTSUPP", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen", only: true,
		Title: "A Fast Open to an address of family AF_UNSPEC fails, also where the address would not count.",
		needs: quick, when: all(fastOpens, named, unspec, not(shorter(2))), then: fails(spec.EOPNOTSUPP)},
	{Name: "/stream/fast-open/EALREADY", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen (fastopen_req)",
		Title: "While one Fast Open is in hand, or if the connection was begun by connect with TCP_FASTOPEN_CONNECT and no cookie, another fails.",
		needs: quick, when: all(fastOpens, has(FastBusy)), then: fails(spec.EALREADY)},
	{Name: "/stream/fast-open/big", Class: Succeed, For: forLinux,
		Title: "More data than surely fits on a SYN is not modelled.",
		needs: quick, when: all(fastOpens, func(m *move) bool { return m.c.Len > fastOpenData }), then: leaves(LeftWindow)},
	{Name: "/stream/fast-open/deferred-EINVAL", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen, __inet_stream_connect", only: true,
		Title: "A send that ends a deferral, with an address too short for a family, fails and has sent the SYN and its data all the same.",
		needs: quick, when: all(has(Deferred), named, shorter(2)), then: func(m *move) { m.deferredSYN(); m.fail(spec.EINVAL) }},
	{Name: "/stream/fast-open/deferred", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen; RFC 7413, 4.1.3",
		Title: "The first send after a deferred connect sends SYN with the data.",
		needs: quick, when: all(has(Deferred), nonblocking, not(noBytes)), then: func(m *move) { m.ret(m.c.Len); m.deferredSYN() }},
	{Name: "/stream/fast-open/deferred-EINPROGRESS", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_locked (copied_syn)",
		Title: "A first send of nothing sends SYN with the cookie and fails with EINPROGRESS.",
		needs: quick, when: all(has(Deferred), nonblocking), then: func(m *move) { m.fail(spec.EINPROGRESS); m.deferredSYN() }},
	{Name: "/stream/fast-open/deferred-wait", Class: Block, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen, __inet_stream_connect",
		Title: "A blocking first send after a deferred connect sends SYN with the data and waits for the handshake.",
		needs: quick, when: has(Deferred), then: func(m *move) { m.block(); m.fastWait(FastSent); m.deferredSYN() }},
	{Name: "/stream/fast-open/fails", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen, __inet_stream_connect",
		Title: "MSG_FASTOPEN connects first, and fails as connect would.",
		needs: quick, when: all(fastFlag, failsToConnect), then: (*move).failAsConnect},
	{Name: "/stream/fast-open/joins", Class: Block, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Title: "MSG_FASTOPEN during an attempt joins the wait for it.",
		in:    []TCP{SynSent, SynReceived}, needs: quick, when: all(fastFlag, layer(Connecting)), then: func(m *move) { m.block(); m.fastWait(FastJoined) }},
	{Name: "/stream/fast-open/connected", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Title: "MSG_FASTOPEN after a successful attempt takes note of that, as connect does once, and sends as usual.",
		needs: quick, when: all(fastFlag, layer(Connecting)), then: func(m *move) { m.s.Layer = Connected; m.sendPlainly() }},
	{Name: "/stream/fast-open/data", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, tcp_send_syn_data; RFC 7413, 4.1.3", only: true,
		Title: "MSG_FASTOPEN with a cookie connects by SYN with the data.",
		needs: quick, when: all(fastFlag, nonblocking, hasCookie, not(noBytes)), then: func(m *move) { m.ret(m.c.Len); m.fastStart() }},
	{Name: "/stream/fast-open/EINPROGRESS", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_send_syn_data (fallback); RFC 7413, 4.1.2", only: true,
		Title: "MSG_FASTOPEN without a cookie, or without data, sends SYN that asks for one and fails with EINPROGRESS.",
		needs: quick, when: all(fastFlag, nonblocking), then: func(m *move) { m.fail(spec.EINPROGRESS); m.fastStart() }},
	{Name: "/stream/fast-open/wait", Class: Block, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen, __inet_stream_connect", only: true,
		Title: "A blocking MSG_FASTOPEN sends SYN, with the data if there is a cookie, and waits for the handshake.",
		needs: quick, when: fastFlag, then: fastStartWaiting},

	// stream
	{Name: "/stream/error", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_connect, sk_stream_error",
		Title: "A pending error is returned, and cleared.",
		of:    streams, needs: marked, when: pending, then: collectOnce},
	{Name: "/stream/attempt-EAGAIN", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_connect",
		Title: "During an attempt a non-blocking send fails.", of: streams, in: []TCP{SynSent, SynReceived}, when: nonblocking, then: fails(spec.EAGAIN)},
	{Name: "/stream/attempt-wait", Class: Block, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_connect",
		Title: "During an attempt send waits for it.", of: streams, in: []TCP{SynSent, SynReceived}, then: waits},
	{Name: "/stream/EPIPE", Class: Shall, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_locked",
		Title: "Without a connection, or shut for writing, send fails.",
		of:    streams, when: anyOf(not(state(Established, CloseWait)), has(ShutWrite)), then: fails(spec.EPIPE)},
	{Name: "/stream/reset", Class: Shall, For: forPOSIX | forTargetTCP, Evidence: "POSIX.1-2008, send() (ECONNRESET)",
		Title: "A pending error is returned, and cleared.", of: streams, needs: marked, when: pending, then: collectOnce},
	{Name: "/stream/bsd/EPIPE", Class: Shall, For: forPOSIX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, sosend (SBS_CANTSENDMORE first); POSIX.1-2008, send()",
		Title: "Shut for writing, or dead, send fails.", of: streams, needs: marked, when: has(ShutWrite), then: fails(spec.EPIPE)},
	{Name: "/stream/bsd/ENOTCONN", Class: Shall, For: forPOSIX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, sosend; POSIX.1-2008, send()",
		Title: "Without a connection send fails.", of: streams, when: not(layer(Connected)), then: fails(spec.ENOTCONN)},
	{Name: "/stream/big", Class: Succeed, For: forAll,
		Title: "More than one segment's worth is not modelled.",
		when:  func(m *move) bool { return stream(m) && m.c.Len+int32(m.s.Unsent) > int32(m.segmentMax()) }, then: leaves(LeftWindow)},
	{Name: "/stream/ok", Class: Succeed, For: forAll, Evidence: "RFC 9293, 3.10.2 and 3.7.4; POSIX.1-2008, send()",
		Title: "Data is sent, or held back while a small segment is outstanding.",
		of:    streams, then: sendStream},

	// datagram
	datagramTooLong,
	{Name: "/dgram/big", Class: Succeed, For: forAll,
		Title: "A datagram that must be fragmented is not modelled.", of: dgrams, when: func(m *move) bool { return m.c.Len > m.datagramMax() }, then: leaves(LeftWindow)},
	{Name: "/dgram/bsd/EPIPE", Class: Shall, For: forPOSIX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, sosend; POSIX.1-2008, send()",
		Title: "Shut for writing, send fails.", of: dgrams, needs: marked, when: has(ShutWrite), then: fails(spec.EPIPE)},
	{Name: "/dgram/bsd/error", Class: Shall, For: forPOSIX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, sosend (so_error)",
		Title: "A pending error is returned, and cleared.", of: dgrams, needs: marked, when: pending, then: collectOnce},
	{Name: "/dgram/EINVAL-length", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udp_sendmsg", only: true,
		Title: "A length below that of sockaddr_in fails.", of: dgrams, needs: strange, when: all(named, tooShort), then: failsBound(spec.EINVAL)},
	{Name: "/dgram/EAFNOSUPPORT", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udp_sendmsg", only: true,
		Title: "Another family fails; AF_UNSPEC passes for AF_INET.", of: dgrams, needs: strange, when: all(named, foreignFamily), then: failsBound(spec.EAFNOSUPPORT)},
	{Name: "/dgram/EINVAL-port", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udp_sendmsg", only: true,
		Title: "Port 0 fails.", of: dgrams, needs: strange, when: all(named, portZero), then: failsBound(spec.EINVAL)},
	{Name: "/dgram/bsd/address", Class: Shall, For: forPOSIX | forTargetTCP, only: true, also: true, Evidence: "XNU 11417 and FreeBSD 13, in_pcbladdr",
		Title: "An invalid address fails.", of: dgrams, needs: strange, when: all(named, not(badPointer), anyOf(inexact, tooShort)), then: fails(spec.EINVAL)},
	{Name: "/dgram/bsd/EISCONN", Class: Shall, For: forPOSIX | forTargetTCP, only: true, also: true, Evidence: "XNU 11417 and FreeBSD 13, sendto on a connected socket; POSIX.1-2008, sendto()",
		Title: "An address on a socket with a peer may fail.", of: dgrams, in: []TCP{Established}, when: named, then: fails(spec.EISCONN)},
	{Name: "/dgram/bsd/EAFNOSUPPORT", Class: Shall, For: forPOSIX | forTargetTCP, only: true, Evidence: "XNU 11417 and FreeBSD 13, in_pcbladdr",
		Title: "Another family fails.", of: dgrams, needs: strange, when: all(named, wrongFamily), then: fails(spec.EAFNOSUPPORT)},
	{Name: "/dgram/odd-address", Class: Unsaid, For: forPOSIX | forTargetTCP, Unsaid: forPOSIX | forTargetTCP, only: true,
		Title: "What becomes of a datagram to port 0, to the wildcard, to no route, or to many is not said.",
		of:    dgrams, when: all(named, anyOf(portZero, inexact, to(AddrAny), not(routed(routeLocal, routeUnicast)))), then: openState},
	{Name: "/dgram/EDESTADDRREQ", Class: Shall, For: forAll &^ forSockets, Cites: cites("targettcp/description/udp-sendto"), Evidence: "Linux 6.18, udp_sendmsg; XNU and FreeBSD, sosend; POSIX.1-2008, send()",
		Title: "Without a peer and without an address send fails; in Linux the socket has been bound by then.",
		of:    dgrams, when: all(not(named), not(state(Established))), then: noDestination, port: true},
	{Name: "/dgram/route", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu", only: true,
		Title: "A destination that routing refuses fails with its error.",
		when:  func(m *move) bool { return dgram(m) && named(m) && m.sendRoute() != spec.ENONE }, then: func(m *move) { failsBound(m.sendRoute())(m) }},
	{Name: "/dgram/unsaid-source", Class: Unsaid, For: forPOSIX, Unsaid: forPOSIX, Evidence: "RFC 1122, 3.2.1.3 (g)", only: true,
		Title: "What becomes of a datagram from a loopback address to the wire is not said.", when: oddWay, then: openState},
	{Name: "/dgram/unsaid-way", Class: Unsaid, For: forTargetTCP, Unsaid: forTargetTCP, Evidence: "RFC 1122, 3.2.1.3 (g)",
		Title: "What becomes of a datagram to many, or from a loopback address to the wire, is not said.", when: oddWay, then: openState},
	{Name: "/dgram/left-out", Class: May, For: forLinux | forMacOS | forOSX, Evidence: "RFC 1122, 3.2.1.3 (g)",
		Title: "Datagrams to many, and from a loopback address to the wire, are not modelled.", when: oddWay, then: leaves(LeftLocalDelivery)},
	{Name: "/dgram/error", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sock_alloc_send_pskb",
		Title: "A pending error is returned, and cleared.", of: dgrams, needs: marked, when: pending, then: collectBound},
	{Name: "/dgram/EPIPE", Class: Shall, For: forLinux, Evidence: "Linux 6.18, sock_alloc_send_pskb",
		Title: "Shut for writing, send fails.", of: dgrams, needs: marked, when: has(ShutWrite), then: func(m *move) { routedBound(m); m.fail(spec.EPIPE) }},
	filterDatagram,
	{Name: "/dgram/ok", Class: Succeed, For: forAll, Evidence: "RFC 768; POSIX.1-2008, send()",
		Cites: cites("posix/description/dgram-destination", "linux/description/dgram-destination", "macos/description/dgram-destination",
			"osx/description/dgram-destination", "targettcp/description/udp-send", "targettcp/description/destination"),
		Title: "The datagram is sent to the address given, or to the peer.", of: dgrams, then: sendDatagram},
})

func collectBound(m *move) {
	routedBound(m)
	collectOnce(m)
}

// routedBound binds and routes, which comes before the socket is looked at.
func routedBound(m *move) {
	m.autobind(m.s)
	if !named(m) && m.s.Flow != AddrAny {
		m.s.set(Routed)
	}
}

func noDestination(m *move) {
	if m.under(forLinux) {
		m.autobind(m.s)
	}
	m.fail(spec.EDESTADDRREQ)
}

// oddWay: the datagram goes to many, or would leave the host with an address
// that must not.
func oddWay(m *move) bool {
	if !dgram(m) {
		return false
	}
	r := m.route(m.target())
	odd := r != routeLocal && r != routeUnicast || m.s.has(Bare) || r == routeUnicast && m.s.from(m.target()).Loops()
	linux := odd
	if m.target().Six() { // it lets ::1 out
		linux = r == routeMulticast || m.s.has(Bare)
	} else if !m.s.has(Raw) {
		linux = m.target().many() && (inet6(m) || m.s.Flow != AddrAny)
	}
	if odd != linux && m.under(forLinux) {
		return linux
	}
	return odd
}

// target is where a datagram goes.
func (m *move) target() Addr {
	if !named(m) || m.s.has(Raw) && !namedRaw(m) {
		return m.s.Remote
	}
	return m.destination()
}

// sendRoute is the error that Linux's routing has for a datagram.
func (m *move) sendRoute() spec.Errno {
	dst := m.target()
	switch {
	case dst.Six():
		return m.sendRoute6(dst)
	case bareSource(m):
		return m.bareError()
	}
	if fromAbsent(m) {
		return spec.ENETUNREACH
	}
	switch m.route(dst) {
	case routeNone:
		return spec.ENETUNREACH
	case routeUnreachable:
		return spec.EHOSTUNREACH
	case routeProhibit:
		return spec.EACCES
	case routeBlackhole:
		return spec.EINVAL
	case routeUnicast:
		if m.s.source4().Loops() {
			return spec.EINVAL
		}
	case routeMulticast:
		if m.homeless(dst) {
			return spec.ENETUNREACH
		}
	case routeBroadcast:
		if dst == AddrSubnetBroadcast && m.s.source4().Loops() {
			return spec.EINVAL
		}
		if m.homeless(dst) {
			return spec.ENETUNREACH
		}
		if !m.s.has(CanBcast) {
			return spec.EACCES
		}
	}
	return spec.ENONE
}

func sendDatagram(m *move) {
	s, dst, port := m.s, m.target(), m.s.RPort
	if named(m) {
		port = m.c.To.Port
	}
	m.autobind(s)
	src := s.from(dst)
	if src == AddrAny {
		src = m.source(dst)
	}
	m.ret(m.c.Len)
	if !named(m) && s.Flow != AddrAny {
		if s.has(Routed) {
			dst, port = s.Flow, s.FlowPort
			if s.Remote.Local() { // by the cached route to the host itself, where it is nobody's
				return
			}
		}
		s.set(Routed)
		if src.Loops() {
			m.leave(LeftAddress)
			return
		}
	}
	f := Frame{Proto: ProtoUDP, Src: src, SPort: s.LPort, Dst: dst, DPort: port, Len: uint16(m.c.Len)}
	m.poke(s, spec.PollOut)
	switch {
	case dst == m.target() && !dst.many() || !m.under(forLinux):
		m.emit(f)
	case dst == m.target():
		m.castOut(f)
	default: // by the route to the peer, whatever the address says
		m.leaveHost(f)
	}
}

func onRecv(rules []Rule) []Rule {
	var table []Rule
	for _, op := range []spec.Op{spec.OpRecv, spec.OpRecvfrom} {
		for _, r := range rules {
			r.Name, r.on = op.String()+r.Name, on(op)
			table = append(table, r)
		}
	}
	return table
}

func unread(m *move) bool { return m.s != nil && m.s.Unread != 0 }

var recvRules = onRecv([]Rule{
	{Name: "/stream/ENOTCONN-listening", Class: Shall, For: forAll &^ forSockets, Evidence: "Linux 6.18, tcp_recvmsg_locked; POSIX.1-2008, recv()",
		Title: "A listener has nothing to read.", of: streams, in: []TCP{Listen}, then: fails(spec.ENOTCONN)},
	{Name: "/stream/empty-buffer", Class: Succeed, For: forAll &^ forSockets,
		Title: "Reading into no buffer is not modelled.", of: streams, when: func(m *move) bool { return m.c.Len == 0 }, then: leaves(LeftWindow)},
	{Name: "/stream/shut-and-deaf", Class: Succeed, For: forPOSIX | forTargetTCP, also: true, Evidence: "XNU 11417 and FreeBSD 13, tcp_do_segment (data for SBS_CANTRCVMORE is dropped)",
		Title: "Shut for reading, recv may return 0 whatever has come.", of: streams, needs: marked, when: all(has(ShutRead), not(has(GotFIN)), unread), then: succeeds},
	{Name: "/stream/data-and-ack", Class: Succeed, For: forAll &^ forSockets, also: true, Evidence: "Linux 6.18, tcp_cleanup_rbuf; RFC 9293, 3.8.6.2.2",
		Title: "Reading may send an acknowledgement that is due.", of: streams, when: all(unread, has(AckDue), not(wokenByFirst)), then: func(m *move) { m.ack(m.s); read(m) }},
	{Name: "/stream/data", Class: Succeed, For: forAll &^ forSockets, Evidence: "POSIX.1-2008, recv()",
		Title: "What was received is read, as much as the buffer takes.", of: streams, when: unread, then: read},
	{Name: "/stream/reset-after-end", Class: Shall, For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, recv() (ECONNRESET); XNU and FreeBSD, soreceive (so_error before SBS_CANTRCVMORE)",
		Title: "A pending error may be returned, and cleared, before the end.", of: streams, needs: marked, when: all(has(GotFIN), pending), then: collectOnce},
	{Name: "/stream/end", Class: Succeed, For: forAll &^ forSockets, Evidence: "Linux 6.18, tcp_recvmsg_locked (SOCK_DONE); POSIX.1-2008, recv()",
		Title: "After the peer's FIN recv returns 0.", of: streams, needs: marked, when: has(GotFIN), then: succeeds},
	{Name: "/stream/error", Class: Shall, For: forAll &^ forSockets, Evidence: "Linux 6.18, tcp_recvmsg_locked; XNU and FreeBSD, soreceive",
		Title: "A pending error is returned, and cleared.", of: streams, needs: marked, when: pending, then: collectOnce},
	{Name: "/stream/shut", Class: Succeed, For: forAll &^ forSockets, also: true, Evidence: "Linux 6.18, tcp_recvmsg_locked; XNU and FreeBSD, soreceive (SBS_CANTRCVMORE)",
		Title: "Shut for reading, recv returns 0.", of: streams, needs: marked, when: has(ShutRead), then: succeeds},
	{Name: "/stream/ENOTCONN", Class: Shall, For: forAll &^ forSockets, Evidence: "Linux 6.18, tcp_recvmsg_locked; POSIX.1-2008, recv()",
		Title: "Without a connection recv fails.",
		when: func(m *move) bool {
			if !stream(m) || m.s.has(ShutRead) && m.under(forLinux) {
				return false
			}
			return m.s.TCP == Closed || (m.s.Layer != Connected || m.s.TCP.in(SynSent, SynReceived)) && !m.under(forLinux)
		}, then: fails(spec.ENOTCONN)},

	{Name: "/dgram/error", Class: Shall, For: forAll &^ forSockets, Evidence: "Linux 6.18, __skb_recv_udp; XNU and FreeBSD, soreceive",
		Title: "A pending error is returned, and cleared, before any datagram.", of: dgrams, needs: marked, when: pending, then: collectOnce},
	{Name: "/dgram/data", Class: Succeed, For: forAll &^ forSockets, Evidence: "POSIX.1-2008, recv()",
		Cites: cites("posix/description/dgram-source", "linux/description/dgram-source",
			"targettcp/description/source"),
		Title: "The oldest datagram is read; what the buffer does not take is lost.",
		of:    dgrams, when: func(m *move) bool { return m.s.Queued != 0 }, then: receive},
	{Name: "/dgram/bsd/shut", Class: Succeed, For: forPOSIX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, soreceive_dgram",
		Title: "Shut for reading, recv may return 0.", of: dgrams, needs: marked, when: has(ShutRead), then: succeeds, also: true},
	{Name: "/EAGAIN", Class: Shall, For: forAll &^ forSockets, Evidence: "POSIX.1-2008, recv()",
		Title: "With nothing to read a non-blocking recv fails.",
		when:  all(isSocket, nonblocking, func(m *move) bool { return !(stream(m) && (m.s.has(ShutRead|GotFIN) || m.s.Unread != 0)) }), then: fails(spec.EAGAIN)},
	{Name: "/dgram/shut", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, __skb_wait_for_more_packets",
		Title: "Shut for reading, a recv that would wait returns 0.", of: dgrams, needs: marked, when: has(ShutRead), then: succeeds},
	{Name: "/wait", Class: Block, For: forAll &^ forSockets, Evidence: "POSIX.1-2008, recv()",
		Title: "With nothing to read recv waits.", when: all(isSocket, not(nonblocking), not(has(ShutRead))), then: waits},
})

func peeking(m *move) bool { return m.c.MsgFlags&spec.MsgPeek != 0 }

func read(m *move) {
	n := min(m.c.Len, int32(m.s.Unread))
	if !peeking(m) {
		m.s.Unread -= uint16(n)
	}
	m.ret(n)
}

func receive(m *move) {
	d := m.s.Queue[0]
	if !peeking(m) {
		m.s.Queued--
		copy(m.s.Queue[:], m.s.Queue[1:])
		m.s.Queue[QueueMax-1] = Datagram{}
	}
	n := min(m.c.Len, int32(d.Len))
	if m.c.Op == spec.OpRecvfrom {
		m.name(n, d.Addr, d.Port)
		return
	}
	m.ret(n)
}

// wokenByFirst: in Linux the segment that woke the reader is the first since the
// last acknowledgement, and reading it sends none.
func wokenByFirst(m *move) bool {
	return m.t.Wait == Blocked && !m.s.has(DueTwice) && m.under(forLinux)
}

// sendStream takes the data of a send. Of none Linux does not go on to send what
// it has kept (tcp_sendmsg_locked).
func sendStream(m *move) {
	if m.c.Len != 0 || m.s.Unsent == 0 || !m.under(forLinux) {
		m.push(m.s, uint16(m.c.Len))
	}
	m.ret(m.c.Len)
}
