package model

import "github.com/connspec/connspec/spec"

// connect in Linux, in the order of its checks: __sys_connect,
// inet_stream_connect, tcp_v4_connect; inet_dgram_connect,
// __ip4_datagram_connect (6.18).

// failsBound fails after the port was chosen: inet_dgram_connect binds before
// it looks at the address.
func failsBound(e spec.Errno) func(*move) {
	return func(m *move) {
		if dgram(m) {
			m.autobind(m.s)
		}
		m.fail(e)
	}
}

// failsRoute fails in the routing step. By then a datagram socket has written
// the new destination into its flow (inet->cork.fl) and forgotten its cached
// route. The old peer stays, but the second send to it, which finds the route
// cached again, takes the flow for granted: the datagram goes to where connect
// could not.
func failsRoute(e spec.Errno) func(*move) {
	return func(m *move) {
		switch {
		case inet6(m):
			m.bindToScope()
			if dgram(m) {
				m.autobind(m.s)
			} else if !native(m) {
				m.s.clear(MappedOps)
			}
		case dgram(m) && !m.s.has(Raw):
			m.autobind(m.s)
			m.s.Flow, m.s.FlowPort = m.destination(), m.c.To.Port
			m.s.clear(Routed)
		}
		m.fail(e)
	}
}

var connectLinux = []Rule{
	{Name: "connect/linux/EBADF", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EBADF"),
		Title: "A number that is no descriptor fails first of all.", of: nothingOpen, then: fails(spec.EBADF)},
	{Name: "connect/linux/EINVAL-length", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel",
		Title: "A negative length, or one beyond sockaddr_storage, fails before anything looks at the socket.",
		needs: oddLength, when: length(func(n int32) bool { return n < 0 || n > 128 }), then: fails(spec.EINVAL), unix: true},
	{Name: "connect/linux/EFAULT", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EFAULT"),
		Title: "An address that cannot be read fails; an empty one is not read.",
		needs: unreadable, when: all(badPointer, not(shorter(1))), then: fails(spec.EFAULT), unix: true},
	{Name: "connect/linux/ENOTSOCK", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/ENOTSOCK"),
		Title: "A descriptor that is no socket fails.", of: nonSockets, then: fails(spec.ENOTSOCK)},
	{Name: "connect/linux/EINVAL-no-family", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect, inet_dgram_connect",
		Title: "A length without room for a family fails, in every state.", needs: oddLength, when: shorter(2), then: fails(spec.EINVAL), unix: true},

	// AF_UNSPEC
	{Name: "connect/linux/dissolve-dgram", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/description/unspec-dissolve-dgram"),
		Title: "AF_UNSPEC takes the peer from a datagram socket, the names that bind did not give, and the device; an AF_INET6 socket goes on hearing its old peer alone.",
		of:    dgrams, needs: misfit, when: unspec, then: dissolveDgram},
	{Name: "connect/linux/dissolve-listener", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_disconnect, inet_csk_listen_stop",
		Title: "AF_UNSPEC ends listening; connections not yet accepted are reset.",
		of:    streams, in: []TCP{Listen}, needs: misfit, when: unspec, then: dissolveStream},
	{Name: "connect/linux/dissolve-attempt", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/description/unspec-dissolve-tcp"),
		Title: "AF_UNSPEC gives up an attempt in silence; SO_ERROR is ECONNRESET.",
		of:    streams, in: []TCP{SynSent}, needs: misfit, when: unspec, then: dissolveStream},
	{Name: "connect/linux/dissolve-connection", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/description/unspec-dissolve-tcp"),
		Title: "AF_UNSPEC resets a connection; SO_ERROR is ECONNRESET.",
		of:    streams, in: []TCP{SynReceived, Established, FinWait1, FinWait2, CloseWait}, needs: misfit, when: unspec, then: dissolveStream},
	{Name: "connect/linux/dissolve-stream", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/description/unspec-dissolve-tcp", "linux/description/unspec-reconnect"),
		Title: "AF_UNSPEC makes a stream socket without a connection fit to connect.",
		of:    streams, needs: misfit, when: unspec, then: dissolveStream},

	// the state of the attempt
	{Name: "connect/linux/EISCONN", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EISCONN", "linux/description/once"),
		Title: "A connected stream socket fails, whatever the address.",
		needs: underway, when: all(layer(Connected), not(state(Closed))), then: fails(spec.EISCONN)},
	{Name: "connect/linux/EISCONN-dead", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect (SS_CONNECTED outlives TCP)",
		Title: "A stream socket whose connection has ended still fails as connected.",
		needs: underway, when: layer(Connected), then: fails(spec.EISCONN)},
	{Name: "connect/linux/EISCONN-deferred", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect (DEFER_CONNECT)",
		Title: "While the SYN is left to send, a non-blocking connect fails as if connected.",
		in:    []TCP{SynSent, SynReceived}, needs: quick, when: all(layer(Connecting), has(Deferred), nonblocking), then: fails(spec.EISCONN)},
	{Name: "connect/linux/EALREADY", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EALREADY"),
		Title: "While an attempt is under way a non-blocking connect fails, whatever the address.",
		in:    []TCP{SynSent, SynReceived}, needs: underway, when: all(layer(Connecting), nonblocking), then: fails(spec.EALREADY)},
	{Name: "connect/linux/join", Class: Block, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Title: "While an attempt is under way a blocking connect joins the wait; its address is ignored.",
		in:    []TCP{SynSent, SynReceived}, needs: underway, when: layer(Connecting), then: joins},
	{Name: "connect/linux/collect-error", Class: Shall, on: on(spec.OpConnect), For: forLinux, Open: cites("linux/notes/failed-state"),
		Evidence: "Linux 6.18, __inet_stream_connect (sock_error)",
		Title:    "After a failed attempt connect returns its error once, and the socket can be used again.",
		in:       []TCP{Closed}, needs: underway, when: all(layer(Connecting), func(m *move) bool { return m.s.Err != spec.ENONE }), then: collect},
	{Name: "connect/linux/ECONNABORTED", Class: Shall, on: on(spec.OpConnect), For: forLinux, Open: cites("linux/notes/failed-state"),
		Evidence: "Linux 6.18, __inet_stream_connect (sock_error ?: -ECONNABORTED)",
		Title:    "After a failed attempt whose error was taken otherwise, connect returns ECONNABORTED once.",
		in:       []TCP{Closed}, needs: underway, when: layer(Connecting), then: collect},
	{Name: "connect/linux/zero-once", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Against: cites("linux/errors/EISCONN"),
		Title:   "After a successful attempt connect returns 0 once, whatever the address.",
		needs:   underway, when: layer(Connecting), then: func(m *move) { m.s.Layer = Connected; m.ret(0) }},
	{Name: "connect/linux/EINVAL-disconnecting", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, inet_shutdown (SS_DISCONNECTING)",
		Title: "A socket shut during its attempt fails until AF_UNSPEC.", needs: underway, when: layer(Disconnecting), then: fails(spec.EINVAL)},
	{Name: "connect/linux/EISCONN-listening", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect (sk_state != TCP_CLOSE)",
		Title: "A listening socket fails as if connected.",
		of:    streams, needs: underway | marked, when: not(state(Closed)), then: fails(spec.EISCONN)},

	// the address
	{Name: "connect/linux/raw6/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip6_datagram_connect_v6_only",
		Title: "A raw socket of AF_INET6 takes no AF_INET address, whatever its length.",
		needs: raw, when: all(raw6, func(m *move) bool { return m.c.To.Family != spec.AFInet6 }), then: fails(spec.EAFNOSUPPORT)},
	{Name: "connect/linux/raw6/mapped", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "A v4-mapped peer of a raw socket that is bound to an IPv6 address is not modelled.",
		needs: raw, when: all(raw6, mapped, func(m *move) bool { return m.s.Local.Six() }), then: leaves(LeftAddress)},
	{Name: "connect/linux/EINVAL-short", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v4_connect, __ip4_datagram_connect",
		Title: "A length below that of sockaddr_in, or of sockaddr_in6 without the scope id, fails; a datagram socket has been bound by then.",
		needs: oddLength, when: tooShort, then: failsBound(spec.EINVAL)},
	{Name: "connect/linux/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EAFNOSUPPORT"),
		Title: "Another family fails; a datagram socket has been bound by then.", needs: misfit, when: wrongFamily, then: failsBound(spec.EAFNOSUPPORT)},
}

// connectLinuxRoute goes on where the form of the address is right.
var connectLinuxRoute = []Rule{
	connectSourceGone,
	{Name: "connect/linux/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/ENETUNREACH"),
		Title: "A destination without a route fails; a datagram socket keeps its old peer.",
		needs: unrouted, when: routed(routeNone), then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/EHOSTUNREACH", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, fib_props (RTN_UNREACHABLE)",
		Title: "A route of type unreachable fails.", needs: unrouted, when: routed(routeUnreachable), then: failsRoute(spec.EHOSTUNREACH)},
	{Name: "connect/linux/EACCES-prohibit", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, fib_props (RTN_PROHIBIT)",
		Cites: cites("linux/errors/EACCES-firewall"),
		Title: "A route of type prohibit fails.", needs: unrouted, when: routed(routeProhibit), then: failsRoute(spec.EACCES)},
	{Name: "connect/linux/EINVAL-blackhole", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, fib_props (RTN_BLACKHOLE)",
		Title: "A route of type blackhole fails.", needs: unrouted, when: routed(routeBlackhole), then: failsRoute(spec.EINVAL)},
	{Name: "connect/linux/EINVAL-loopback-source", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __mkroute_output",
		Title: "From a loopback address nothing leaves the host.",
		needs: looping, when: anyOf(fromLoopback, func(m *move) bool { return m.s.source4().Loops() && m.c.To.Addr == AddrSubnetBroadcast }),
		then: failsRoute(spec.EINVAL)},
	{Name: "connect/linux/ENETUNREACH-stream-broadcast", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v4_connect (RTCF_BROADCAST)",
		Against: cites("linux/errors/EACCES-broadcast"),
		Title:   "A stream socket cannot reach a broadcast address, whatever SO_BROADCAST says.",
		of:      streams, needs: toMany, when: routed(routeBroadcast), then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/ENETUNREACH-stream-multicast", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v4_connect (RTCF_MULTICAST)",
		Title: "A stream socket cannot reach a group.", of: streams, needs: toMany, when: routed(routeMulticast), then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/ENETUNREACH-limited-broadcast", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu",
		Title: "255.255.255.255, or a group without a route, needs a bound address to leave from.",
		needs: special | changed, when: func(m *move) bool { return dgram(m) && m.homeless(m.c.To.Addr) }, then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/EACCES-broadcast", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EACCES-broadcast"),
		Title: "A datagram socket needs SO_BROADCAST for a broadcast address.",
		of:    dgrams, needs: toMany, when: all(routed(routeBroadcast), not(has(CanBcast))), then: failsRoute(spec.EACCES)},
	connectNone,
	{Name: "connect/linux/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, __inet_check_established",
		Against: cites("linux/errors/EADDRINUSE"),
		Title:   "A connection between the same four names fails.", needs: shared, when: tupleTaken, then: failsRoute(spec.EADDRNOTAVAIL)},
	{Name: "connect/linux/EADDRNOTAVAIL-time-wait", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_twsk_unique (tw_ts_recent_stamp)",
		Against: cites("linux/errors/EADDRINUSE"),
		Title:   "A connection between the same four names that lies in TIME-WAIT, and whose peer sent no timestamps, is as much in the way as one that lives.",
		needs:   shared, when: all(tupleWaits, not(stamped)), then: failsRoute(spec.EADDRNOTAVAIL)},
	{Name: "connect/linux/over-time-wait-fast", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "A Fast Open over TIME-WAIT is not modelled.", needs: shared, when: all(tupleWaits, has(FastConnect)), then: leaves(LeftTupleReuse)},
	{Name: "connect/linux/over-time-wait-EINPROGRESS", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_twsk_unique (twp is NULL); RFC 6191",
		Title: "Within the host, where all connections have timestamps, a socket that has its port connects over TIME-WAIT at once.",
		needs: shared, when: all(tupleWaits, nonblocking), then: func(m *move) { m.fail(spec.EINPROGRESS); startAttempt(m) }},
	{Name: "connect/linux/over-time-wait", Class: Block, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_twsk_unique (twp is NULL); RFC 6191",
		Title: "The same for a blocking connect, which waits for the new connection.",
		needs: shared, when: tupleWaits, then: startWaiting},
	{Name: "connect/linux/deferred", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_fastopen_defer_connect; RFC 7413, 4.1.3",
		Title: "With TCP_FASTOPEN_CONNECT and a cookie connect returns 0 at once and leaves the SYN to the first send.",
		needs: quick, when: defers, then: startDeferred},
}

// dissolveDgram: __udp_disconnect.
func dissolveDgram(m *move) {
	s := m.s
	moves := s.Local != AddrAny && !s.has(AddrLock)
	s.TCP = Closed
	if s.Family != spec.AFInet6 { // sk_v6_daddr stays
		s.Remote = AddrAny
	}
	s.RPort, s.Flow, s.FlowPort, s.Dev = PortZero, AddrAny, PortZero, spec.DeviceNone
	s.clear(Routed)
	if !s.has(AddrLock) {
		s.Local, s.Via = AddrAny, AddrAny
	}
	if !s.has(PortLock) {
		s.clear(HasPort)
		s.LPort, s.Rank = PortZero, 0
	} else if moves {
		m.rank(s)
	}
	m.ret(0)
}

func dissolveStream(m *move) {
	m.cut()
	m.disconnect(m.slot)
	m.s.Layer = Unconnected
	m.ret(0)
}

// collect reports a failed attempt and clears it away.
func collect(m *move) {
	e := m.s.error()
	if e == spec.ENONE {
		e = spec.ECONNABORTED
	}
	m.s.Layer = Unconnected
	m.cut()
	m.disconnect(m.slot)
	m.fail(e)
}
