package model

import "github.com/connspec/connspec/spec"

// connect in POSIX.1-2008. The page gives no order: whichever check fails may
// be the one reported. A connect that failed leaves the socket in a state that
// the page does not specify.

// failsOpen fails and leaves the state of the socket open.
func failsOpen(e spec.Errno) func(*move) {
	return func(m *move) {
		m.s.set(AnyState)
		m.fail(e)
	}
}

var connectPOSIX = []Rule{
	{Name: "connect/posix/EBADF", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EBADF"),
		Title: "A number that is no descriptor fails.", of: nothingOpen, then: fails(spec.EBADF)},
	{Name: "connect/posix/ENOTSOCK", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/ENOTSOCK"),
		Title: "A descriptor that is no socket fails.", of: nonSockets, then: fails(spec.ENOTSOCK)},
	{Name: "connect/posix/EINVAL-no-socket", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EINVAL-length", "posix/description/address-format"),
		Title: "An invalid length may be reported before the descriptor is looked at.", needs: strange, when: all(not(isSocket), inexact), then: fails(spec.EINVAL)},
	{Name: "connect/posix/EFAULT-no-socket", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Evidence: "POSIX.1-2008, XSH 2.3 (EFAULT)",
		Title: "An address that cannot be read may be reported before the descriptor is looked at.", needs: strange, when: all(not(isSocket), badPointer), then: fails(spec.EFAULT)},
	{Name: "connect/posix/EFAULT", Class: May, on: on(spec.OpConnect), For: forPOSIX, Evidence: "POSIX.1-2008, XSH 2.3 (EFAULT)",
		Title: "An address that cannot be read may fail.", needs: strange, when: all(isSocket, badPointer), then: kept(spec.EFAULT), unix: true},
	{Name: "connect/posix/EINVAL-length", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EINVAL-length"),
		Title: "A length that the family does not have may fail.", needs: strange, when: all(isSocket, inexact), then: kept(spec.EINVAL)},
	{Name: "connect/posix/EINVAL-family", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EINVAL-family"),
		Title: "A family that the system does not have may fail so.", needs: strange, when: all(isSocket, foreignFamily), then: kept(spec.EINVAL)},
	{Name: "connect/posix/EOPNOTSUPP", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EOPNOTSUPP"),
		Title: "A listening socket may fail.", of: streams, in: []TCP{Listen}, then: fails(spec.EOPNOTSUPP)},
	{Name: "connect/posix/EALREADY", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EALREADY", "posix/description/ealready"),
		Title: "While an attempt is under way connect fails, blocking or not.", needs: underway, when: all(layer(Connecting), not(unspec)), then: fails(spec.EALREADY)},
	{Name: "connect/posix/EISCONN", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EISCONN"),
		Title: "A connected stream socket fails.",
		of:    streams, needs: marked | underway, when: all(not(unspec), anyOf(layer(Connected), state(Established, FinWait1, FinWait2, CloseWait, Closing, LastAck))), then: fails(spec.EISCONN)},
	{Name: "connect/posix/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EAFNOSUPPORT"),
		Title: "Another family fails.", needs: strange, when: all(isSocket, foreignFamily), then: kept(spec.EAFNOSUPPORT)},
	{Name: "connect/posix/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/ENETUNREACH"),
		Title: "A destination without a route fails.", needs: unrouted, when: all(idle, routed(routeNone)), then: failsOpen(spec.ENETUNREACH)},
	{Name: "connect/posix/ENETUNREACH-broadcast", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/ENETUNREACH"),
		Title: "255.255.255.255 may need a route.", needs: toMany, when: all(idle, to(AddrBroadcast)), then: failsOpen(spec.ENETUNREACH)},
	{Name: "connect/posix/EHOSTUNREACH", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EHOSTUNREACH"),
		Title: "A destination that cannot be reached may fail.",
		needs: unrouted, when: all(idle, routed(routeUnreachable, routeProhibit, routeBlackhole)), then: failsOpen(spec.EHOSTUNREACH)},
	{Name: "connect/posix/EADDRNOTAVAIL", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EADDRNOTAVAIL"),
		Title: "An address that this machine cannot use fails.",
		needs: portless | toMany | wild | shared | looping | vague, when: all(idle, anyOf(portZero, routed(routeBroadcast, routeMulticast), to(AddrAny), tupleTaken, tupleMayBeTaken, fromLoopback)), then: failsOpen(spec.EADDRNOTAVAIL)},
	{Name: "connect/posix/EADDRINUSE", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/EADDRINUSE"),
		Title: "A connection between the same four names may fail.", needs: shared | vague, when: anyOf(tupleTaken, tupleWaits, tupleMayBeTaken), then: failsOpen(spec.EADDRINUSE)},

	{Name: "connect/posix/unspec-reset", Class: Succeed, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/description/unspec-reset"),
		Title: "AF_UNSPEC takes the peer from a datagram socket; what local name is left is not said.",
		of:    dgrams, needs: strange, when: all(unspec, not(inexact), not(badPointer)), then: resetPeer},
	{Name: "connect/posix/unspec-stream", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX, Open: cites("posix/description/unspec-stream"),
		Title: "What AF_UNSPEC does to a stream socket is not said.", of: streams, needs: strange, when: unspec, then: openState},
	{Name: "connect/posix/unsaid-state", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX, Open: cites("posix/application-usage/failed-state"),
		Title: "What connect does to a listening socket, one shut down, or one whose connection ended, is not said.",
		of:    streams, needs: marked | underway, when: anyOf(state(Listen, TimeWait), has(ShutRead|ShutWrite|Dead)), then: openState},
	{Name: "connect/posix/unsaid-address", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX, Unsaid: forPOSIX,
		Title: "What an address means that names no host and port is not said.",
		needs: unreadable | oddLength | portless | wild | looping | shared | toMany | unrouted, when: all(isSocket, anyOf(badPointer, inexact, portZero, to(AddrAny), fromLoopback, tupleTaken, tupleWaits,
			routed(routeBroadcast, routeMulticast, routeUnreachable, routeProhibit, routeBlackhole))), then: openState},
	{Name: "connect/posix/reassociate", Class: Succeed, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/description/peer-set"),
		Title: "A datagram socket with a peer gets another; which local address it then has is not said.", also: true,
		of: dgrams, in: []TCP{Established}, then: func(m *move) { apart(m); associate(m) }},
}

// idle: the socket could start an attempt.
func idle(m *move) bool {
	return dgram(m) || stream(m) && m.s.Layer == Unconnected && m.s.TCP == Closed
}

// kept fails; a socket with an attempt or a connection keeps it, another is in
// an unspecified state.
func kept(e spec.Errno) func(*move) {
	return func(m *move) {
		if idle(m) {
			m.s.set(AnyState)
		}
		m.fail(e)
	}
}

// resetPeer: the page says that the peer goes and is silent on the rest.
func resetPeer(m *move) {
	m.s.TCP = Closed
	m.s.Remote, m.s.RPort = AddrAny, PortZero
	m.s.set(AnyState)
	m.ret(0)
}
