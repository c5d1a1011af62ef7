package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// connect in macOS, in the order of its checks (XNU 11417: connect_nocancel,
// soconnectlock, tcp_usr_connect, udp_connect), and in the 4.2BSD text of Mac
// OS X, which gives no order (FreeBSD 13 and before where it is silent).

// failsApart fails after a datagram socket has lost its peer: soconnectlock
// disconnects before it looks at the new address.
func failsApart(e spec.Errno) func(*move) {
	return func(m *move) {
		apart(m)
		m.fail(e)
	}
}

// failsPicky fails in in_pcbladdr: by then a stream socket has been given a port
// (tcp_connect), and a datagram socket has lost its peer and not got one.
func failsPicky(e spec.Errno) func(*move) {
	return func(m *move) {
		apart(m)
		if stream(m) {
			m.autobind(m.s)
		}
		m.fail(e)
	}
}

// apart takes the peer from a datagram socket (udp_disconnect): its address
// goes, even if bind gave it, and the port stays.
func apart(m *move) {
	if s := m.s; s != nil && s.Kind == KindDgram && s.TCP == Established {
		s.TCP = Closed
		s.Remote, s.RPort, s.Local = AddrAny, PortZero, AddrAny
		s.clear(AddrLock)
		m.rank(s)
	}
}

// collectOnce returns the pending error, which a dead socket has once.
func collectOnce(m *move) { m.fail(m.s.error()) }

func pending(m *move) bool { return m.s != nil && m.s.Err != spec.ENONE }

var connectMacOS = slices.Concat([]Rule{
	{Name: "connect/macos/EBADF", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EBADF"),
		Title: "A number that is no descriptor fails first of all.", of: nothingOpen, then: fails(spec.EBADF)},
	{Name: "connect/macos/ENOTSOCK", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/ENOTSOCK"),
		Title: "A descriptor that is no socket fails.", of: nonSockets, then: fails(spec.ENOTSOCK)},
	{Name: "connect/macos/ENAMETOOLONG", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, getsockaddr (SOCK_MAXADDRLEN)",
		Against: cites("macos/errors/EINVAL-length"),
		Title:   "A length beyond 255, negative ones too, fails.",
		needs:   oddLength, when: length(func(n int32) bool { return n < 0 || n > 255 }), then: fails(spec.ENAMETOOLONG), unix: true},
	{Name: "connect/macos/EINVAL-null", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, getsockaddr_s",
		Cites:   cites("macos/errors/EINVAL"),
		Against: cites("macos/errors/EFAULT"),
		Title:   "A null address of ordinary length is an invalid argument.",
		needs:   unreadable, when: all(null, shorter(129)), then: fails(spec.EINVAL), unix: true},
	{Name: "connect/macos/EINVAL-no-family", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EINVAL-length"),
		Title: "A length without room for a family fails.", needs: oddLength, when: shorter(2), then: fails(spec.EINVAL), unix: true},
	{Name: "connect/macos/EFAULT", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EFAULT"),
		Title: "An address that cannot be read fails.", needs: unreadable, when: badPointer, then: fails(spec.EFAULT), unix: true},
	{Name: "connect/macos/EALREADY", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EALREADY"),
		Title: "While an attempt is under way a non-blocking connect fails.",
		needs: underway, when: all(layer(Connecting), nonblocking), then: fails(spec.EALREADY)},
	{Name: "connect/macos/EOPNOTSUPP", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EOPNOTSUPP"),
		Title: "A listening socket fails.", of: streams, in: []TCP{Listen}, then: fails(spec.EOPNOTSUPP)},
	{Name: "connect/macos/EISCONN", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EISCONN", "macos/description/stream-once"),
		Title: "A connected stream socket fails.", needs: underway, when: layer(Connected), then: fails(spec.EISCONN)},
	{Name: "connect/macos/EISCONN-connecting", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, soconnectlock (SS_ISCONNECTING counts)",
		Against: cites("macos/errors/EISCONN"),
		Title:   "While an attempt is under way a blocking connect fails as if connected.", needs: underway, when: layer(Connecting), then: fails(spec.EISCONN)},
	{Name: "connect/macos/collect-reset", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/ECONNRESET"), Evidence: "XNU 11417, tcp_usr_connect (INP_DEAD)",
		Title: "After an attempt that succeeded and was reset before anybody asked, connect returns ECONNRESET once.",
		needs: dead, when: all(has(Dead), func(m *move) bool { return m.s.Err == spec.ECONNRESET }), then: collectOnce},
	{Name: "connect/macos/collect-error", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, tcp_usr_connect (INP_DEAD)",
		Title: "After a failed attempt connect returns its error once.", needs: dead, when: all(has(Dead), pending), then: collectOnce},
	{Name: "connect/macos/EINVAL-dead", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, tcp_usr_connect (INP_DEAD); field reports",
		Title: "A socket whose attempt failed, or whose connection ended, cannot be used again.",
		needs: dead | underway, when: anyOf(has(Dead), streamIn(TimeWait, FinWait1, FinWait2, Closing, LastAck)), then: fails(spec.EINVAL)},

	{Name: "connect/macos/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EAFNOSUPPORT", "macos/description/address-space"),
		Title: "Another family fails on a stream socket, whatever the length.", of: streams, needs: misfit, when: foreignFamily, then: fails(spec.EAFNOSUPPORT)},
	{Name: "connect/macos/EAFNOSUPPORT-group", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, tcp_usr_connect; asserted by its tests",
		Title: "A stream socket cannot connect to a group or to 255.255.255.255.",
		of:    streams, needs: toMany, when: all(not(unspec), to(AddrMulticast, AddrBroadcast)), then: fails(spec.EAFNOSUPPORT)},
	{Name: "connect/macos/EINVAL-length", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EINVAL-length"),
		Title: "Any length but that of sockaddr_in fails; a stream socket is bound by then, a datagram socket has lost its peer.",
		needs: oddLength, when: inexact, then: failsPicky(spec.EINVAL)},
	{Name: "connect/macos/EAFNOSUPPORT-dgram", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/EAFNOSUPPORT"),
		Title: "Another family fails on a datagram socket, which has lost its peer by then.", needs: misfit, when: foreignFamily, then: failsApart(spec.EAFNOSUPPORT)},
	{Name: "connect/macos/dissolve", Class: Shall, on: on(spec.OpConnect), For: forMacOS,
		Cites: cites("macos/description/dgram-dissolve-unspec", "macos/description/dgram-dissolve-eafnosupport"),
		Title: "AF_UNSPEC takes the peer from a datagram socket and reports EAFNOSUPPORT.", needs: misfit, when: unspec, then: failsApart(spec.EAFNOSUPPORT)},
	{Name: "connect/macos/dissolve-null", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, in_pcbladdr; asserted by its tests",
		Cites: cites("macos/description/dgram-dissolve-null"), Against: cites("macos/description/dgram-dissolve-eafnosupport"),
		Title: "0.0.0.0 with port 0 takes the peer from a datagram socket and reports EADDRNOTAVAIL.",
		of:    dgrams, in: []TCP{Established}, needs: wild, when: all(portZero, to(AddrAny)), then: failsPicky(spec.EADDRNOTAVAIL)},
	{Name: "connect/macos/EADDRNOTAVAIL-port", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, in_pcbladdr",
		Cites: cites("macos/errors/EADDRNOTAVAIL", "macos/description/dgram-dissolve-invalid"),
		Title: "Port 0 fails; a stream socket is bound by then, a datagram socket has lost its peer.", needs: portless, when: portZero, then: failsPicky(spec.EADDRNOTAVAIL)},
}, connectInet6(forMacOS, "macos", [2]spec.Errno{spec.EAFNOSUPPORT, spec.EINVAL}, [2]spec.Errno{spec.EAFNOSUPPORT, spec.EAFNOSUPPORT}),
	connectHalfOpen(forMacOS, "macos"), []Rule{
		{Name: "connect/macos/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/ENETUNREACH"),
			Title: "A destination without a route fails.", needs: unrouted, when: routed(routeNone), then: failsPicky(spec.ENETUNREACH)},
		{Name: "connect/macos/EINVAL-self", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Evidence: "XNU 11417, tcp_connect; field reports",
			Title: "A stream socket cannot connect to itself.", needs: selfward, when: reflexive, then: fails(spec.EINVAL)},
	})

// reflexive: source and destination of the attempt are the same.
func reflexive(m *move) bool {
	dst := m.destination()
	return !dst.Six() && toItself(m) && (m.s.Local == dst || source(dst) == dst)
}

// connectBSDRoutes holds what macOS and osx share of routes, for both kinds.
func connectBSDRoutes(d Dialects, name string, group []Rule) []Rule {
	pre := "connect/" + name + "/"
	of := func(clause string) []spec.ClauseID { return cites(spec.ClauseID(name + clause)) }
	return append(group, []Rule{
		{Name: pre + "EHOSTUNREACH", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, rtalloc (RTF_REJECT)",
			Cites: of("/errors/EHOSTUNREACH"),
			Title: "A route that rejects fails; a stream socket is left half open.",
			needs: unrouted, when: all(sendable, routed(routeUnreachable, routeProhibit)), then: func(m *move) { failsPicky(spec.EHOSTUNREACH)(m); rejectedSYN(m) }},
		{Name: pre + "EACCES-broadcast", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, ip_output",
			Cites: of("/errors/EACCES"),
			Title: "The SYN to a broadcast address fails, and leaves the socket half open.",
			of:    streams, needs: toMany, when: all(sendable, routed(routeBroadcast)), then: func(m *move) { failsPicky(spec.EACCES)(m); rejectedSYN(m) }},
		{Name: pre + "EADDRINUSE", Class: Shall, on: on(spec.OpConnect), For: d, Cites: of("/errors/EADDRINUSE"),
			Title: "A connection between the same four names fails.", needs: shared, when: anyOf(tupleTaken, tupleWaits), then: fails(spec.EADDRINUSE)},
		{Name: pre + "EADDRINUSE-dgram", Class: Shall, on: on(spec.OpConnect), For: d, Cites: of("/errors/EADDRINUSE"), Evidence: "XNU 11417 and FreeBSD 13, in_pcbconnect",
			Title: "A datagram socket cannot have the same four names as another; it has lost its peer by then.",
			needs: shared, when: namesTaken, then: failsPicky(spec.EADDRINUSE)},
		{Name: pre + "loopback-source", Class: Succeed, on: on(spec.OpConnect), For: d,
			Title: "A datagram or SYN to the wire from a loopback address is not modelled.", needs: looping, when: fromLoopback, then: leaves(LeftAddress)},
		{Name: pre + "stale-error", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417, connectit (so_error); netsem connect_10",
			Title: "A datagram socket with an error pending gets it from connect, and its new peer all the same.",
			of:    dgrams, needs: erring, when: pending,
			then: func(m *move) { e := m.s.error(); apart(m); associate(m); m.fail(e) }},
		{Name: pre + "reassociate", Class: Succeed, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417, soconnectlock; FreeBSD 13, soconnectat",
			Cites: of("/description/dgram-repeat"),
			Title: "A datagram socket with a peer loses it, and the address that went with it, before it gets the new one.",
			of:    dgrams, in: []TCP{Established}, then: func(m *move) { apart(m); associate(m) }},
	}...)
}

// sendable: nothing that is looked at before the SYN goes out, or the peer is
// set, is wrong.
func sendable(m *move) bool {
	return idle(m) && !m.s.has(Dead) && !badPointer(m) && !inexact(m) && !wrongFamily(m) && !portZero(m)
}

// rejectedSYN: the protocol block of a stream socket has its names and stays in
// SYN-SENT, though connect has failed (tcp_connect before tcp_output).
func rejectedSYN(m *move) {
	if !stream(m) {
		return
	}
	s, dst := m.s, m.destination()
	if dst == AddrBroadcast {
		dst = AddrSubnetBroadcast
	}
	if s.unnamed() {
		s.Local = source(dst)
	}
	s.Remote, s.RPort = dst, m.c.To.Port
	s.TCP = SynSent
	s.set(HalfOpen)
}

// rejected: the host has refused to send the socket's SYN to the same peer.
func rejected(m *move) bool {
	dst := m.destination()
	if dst == AddrBroadcast {
		dst = AddrSubnetBroadcast
	}
	return m.s.Remote == dst && m.s.RPort == m.c.To.Port
}

// connectHalfOpen: connect after a SYN that the host refused to send.
func connectHalfOpen(d Dialects, name string) []Rule {
	pre := "connect/" + name + "/half-open-"
	return []Rule{
		{Name: pre + "again", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, tcp_connect (in_pcblookup_hash finds the socket itself)",
			Cites: cites(spec.ClauseID(name + "/errors/EADDRINUSE")),
			Title: "A stream socket whose SYN the host would not send finds its own names taken.", needs: dead, when: all(has(HalfOpen), rejected), then: fails(spec.EADDRINUSE)},
		{Name: pre + "elsewhere", Class: Succeed, on: on(spec.OpConnect), For: d,
			Title: "Such a socket tries another peer from the address it has; where that is not known, or the host refuses again, is not modelled.",
			needs: dead, when: all(has(HalfOpen), anyOf(not(routed(routeLocal, routeUnicast)), fromLoopback, func(m *move) bool { return m.route(m.s.Remote) != routeBroadcast })),
			then: leaves(LeftHalfOpen)},
	}
}

var connectOSX = slices.Concat([]Rule{
	{Name: "connect/osx/EBADF", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EBADF"),
		Title: "A number that is no descriptor fails.", of: nothingOpen, then: fails(spec.EBADF)},
	{Name: "connect/osx/ENOTSOCK", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/ENOTSOCK"),
		Title: "A descriptor that is no socket fails.", of: nonSockets, then: fails(spec.ENOTSOCK)},
	{Name: "connect/osx/EINVAL-length", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EINVAL-length"),
		Title: "Any length but that of sockaddr_in fails; a datagram socket may have lost its peer by then.", also: true,
		needs: oddLength, when: inexact, then: fails(spec.EINVAL), port: true},
	{Name: "connect/osx/EINVAL-length-apart", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EINVAL-length", "osx/description/dgram-dissolve-invalid"),
		Title: "Any length but that of sockaddr_in is an invalid address, which takes the peer away.",
		of:    dgrams, in: []TCP{Established}, needs: oddLength, when: all(inexact, not(badPointer), not(shorter(2))), then: failsApart(spec.EINVAL), port: true},
	{Name: "connect/osx/ENAMETOOLONG", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, getsockaddr (SOCK_MAXADDRLEN)",
		Against: cites("osx/errors/EINVAL-length"),
		Title:   "A length beyond 255, negative ones too, fails.",
		needs:   oddLength, when: length(func(n int32) bool { return n < 0 || n > 255 }), then: fails(spec.ENAMETOOLONG), unix: true},
	{Name: "connect/osx/EFAULT", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EFAULT"),
		Title: "An address that cannot be read fails.", needs: unreadable, when: badPointer, then: fails(spec.EFAULT), unix: true},
	{Name: "connect/osx/EALREADY", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EALREADY"),
		Title: "While an attempt is under way a non-blocking connect fails.", needs: underway, when: all(layer(Connecting), nonblocking), then: fails(spec.EALREADY)},
	{Name: "connect/osx/EALREADY-blocking", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, kern_connectat",
		Title: "While an attempt is under way a blocking connect fails in the same way.",
		needs: underway, when: all(layer(Connecting), not(nonblocking)), then: fails(spec.EALREADY)},
	{Name: "connect/osx/EISCONN-connecting", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "4.4BSD and XNU, soconnect (SS_ISCONNECTING)",
		Title: "While an attempt is under way a blocking connect may fail as if connected.",
		needs: underway, when: all(layer(Connecting), not(nonblocking)), then: fails(spec.EISCONN)},
	{Name: "connect/osx/EOPNOTSUPP", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EOPNOTSUPP"),
		Title: "A listening socket fails.", of: streams, in: []TCP{Listen}, then: fails(spec.EOPNOTSUPP)},
	{Name: "connect/osx/EISCONN", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EISCONN", "osx/description/stream-once"),
		Title: "A connected stream socket fails.", needs: underway, when: layer(Connected), then: fails(spec.EISCONN)},
	{Name: "connect/osx/collect-error", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "4.4BSD, connect (so_error); netsem connect_4a",
		Title: "After a failed attempt connect may return its error once.", needs: dead, when: all(has(Dead), pending), then: collectOnce},
	{Name: "connect/osx/EINVAL-dead", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 9, tcp_usr_connect (INP_DROPPED)",
		Title: "A socket whose attempt failed cannot be used again.", needs: dead, when: anyOf(has(Dead), gone), then: fails(spec.EINVAL)},
	{Name: "connect/osx/ECONNREFUSED-dead", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, tcp_usr_connect (INP_DROPPED); so_error is zeroed first",
		Title: "A socket whose attempt failed cannot be used again, and may say so by ECONNREFUSED.",
		needs: dead, when: anyOf(has(Dead), gone), then: func(m *move) { m.s.Err = spec.ENONE; m.fail(spec.ECONNREFUSED) }},
	{Name: "connect/osx/EADDRINUSE-time-wait", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, tcp_usr_connect (INP_TIMEWAIT)",
		Title: "A socket whose connection is ending cannot be used again.", needs: dead, when: gone, then: fails(spec.EADDRINUSE)},
	{Name: "connect/osx/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EAFNOSUPPORT", "osx/description/address-space"),
		Title: "Another family fails.", needs: misfit, when: all(isSocket, foreignFamily), then: failsApart(spec.EAFNOSUPPORT), port: true},
	{Name: "connect/osx/dissolve", Class: Shall, on: on(spec.OpConnect), For: forOSX,
		Cites: cites("osx/description/dgram-dissolve-invalid", "osx/description/dgram-dissolve-unspec", "osx/description/dgram-dissolve-eafnosupport"),
		Title: "AF_UNSPEC takes the peer from a datagram socket and reports EAFNOSUPPORT.", needs: misfit, when: all(isSocket, unspec), then: failsApart(spec.EAFNOSUPPORT), port: true},
	{Name: "connect/osx/EAFNOSUPPORT-multicast", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, tcp_usr_connect",
		Title: "A stream socket cannot connect to a group.", of: streams, needs: toMany, when: all(not(wrongFamily), to(AddrMulticast)), then: fails(spec.EAFNOSUPPORT), port: true},
	{Name: "connect/osx/EACCES-limited-broadcast", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, tcp_usr_connect",
		Cites: cites("osx/errors/EACCES"),
		Title: "A stream socket cannot connect to 255.255.255.255.", of: streams, needs: toMany, when: all(not(wrongFamily), to(AddrBroadcast)), then: fails(spec.EACCES), port: true},
	{Name: "connect/osx/dissolve-null", Class: Shall, on: on(spec.OpConnect), For: forOSX, Evidence: "FreeBSD 13, in_pcbconnect_setup",
		Cites: cites("osx/description/dgram-dissolve-null"), Against: cites("osx/description/dgram-dissolve-eafnosupport"),
		Title: "0.0.0.0 with port 0 takes the peer from a datagram socket and reports EADDRNOTAVAIL.",
		of:    dgrams, in: []TCP{Established}, needs: wild, when: all(not(wrongFamily), portZero, to(AddrAny)), then: failsApart(spec.EADDRNOTAVAIL)},
	{Name: "connect/osx/EADDRNOTAVAIL-port", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/EADDRNOTAVAIL"), Evidence: "FreeBSD 13, in_pcbconnect_setup",
		Title: "Port 0 fails; a stream socket is bound by then, a datagram socket has lost its peer.",
		needs: portless, when: all(isSocket, not(wrongFamily), portZero), then: failsApart(spec.EADDRNOTAVAIL), port: true},
}, connectInet6(forOSX, "osx", [2]spec.Errno{spec.EAFNOSUPPORT, spec.EAFNOSUPPORT}, [2]spec.Errno{spec.EINVAL, spec.EINVAL}),
	connectHalfOpen(forOSX, "osx"), []Rule{
		{Name: "connect/osx/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/ENETUNREACH"),
			Title: "A destination without a route fails.", needs: unrouted, when: all(isSocket, not(wrongFamily), routed(routeNone)), then: failsApart(spec.ENETUNREACH), port: true},
	})

// gone: the connection is ending or has ended, and the protocol still knows.
func gone(m *move) bool {
	return stream(m) && m.s.Layer == Unconnected && m.s.TCP > SynReceived
}
