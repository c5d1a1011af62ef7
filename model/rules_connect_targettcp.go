package model

import "github.com/connspec/connspec/spec"

// connect in TargetTCP, by its page alone. It gives no order. Where it is
// silent the rules follow the BSDs, and say so.

const likeBSD = "the page is silent; as in the BSDs"

var connectTargetTCP = []Rule{
	{Name: "connect/targettcp/ENOTSOCK", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/ENOTSOCK"),
		Title: "Whatever is no handle of a socket fails.", of: nothingOpen | nonSockets, then: fails(spec.ENOTSOCK)},
	{Name: "connect/targettcp/EFAULT", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EFAULT"),
		Title: "A null address fails.", needs: unreadable, when: null, then: fails(spec.EFAULT)},
	{Name: "connect/targettcp/EFAULT-unreadable", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Evidence: likeBSD,
		Title: "An address that cannot be read fails.", needs: unreadable, when: all(badPointer, not(null)), then: fails(spec.EFAULT)},
	{Name: "connect/targettcp/EINVAL", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EINVAL", "targettcp/description/length-argument"),
		Title: "A length below that of sockaddr_in fails.", needs: oddLength, when: shorter(spec.SizeofSockaddrIn), then: fails(spec.EINVAL), port: true},
	{Name: "connect/targettcp/EAFNOSUPPORT", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EAFNOSUPPORT"),
		Title: "Another family fails.", needs: misfit, when: all(isSocket, wrongFamily), then: fails(spec.EAFNOSUPPORT), port: true},
	{Name: "connect/targettcp/EALREADY", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EALREADY", "targettcp/description/tcp-ealready"),
		Title: "While an attempt is under way connect fails.", needs: underway, when: layer(Connecting), then: fails(spec.EALREADY)},
	{Name: "connect/targettcp/EISCONN", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EISCONN", "targettcp/description/tcp-eisconn"),
		Title: "A connected stream socket fails.", needs: underway, when: layer(Connected), then: fails(spec.EISCONN)},
	{Name: "connect/targettcp/EOPNOTSUPP", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EOPNOTSUPP"),
		Title: "A listening socket fails.", of: streams, in: []TCP{Listen}, then: fails(spec.EOPNOTSUPP)},
	{Name: "connect/targettcp/EDESTADDRREQ-address", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EDESTADDRREQ-address"),
		Title: "The wildcard address fails.", needs: wild, when: all(isSocket, not(wrongFamily), to(AddrAny)), then: fails(spec.EDESTADDRREQ), port: true},
	{Name: "connect/targettcp/EDESTADDRREQ-port", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EDESTADDRREQ-port"),
		Title: "Port 0 fails.", needs: portless, when: all(isSocket, not(wrongFamily), portZero), then: fails(spec.EDESTADDRREQ), port: true},
	{Name: "connect/targettcp/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP,
		Cites: cites("targettcp/errors/EADDRNOTAVAIL-broadcast", "targettcp/errors/EADDRNOTAVAIL-multicast"),
		Title: "A stream socket cannot connect to a broadcast address or a group.",
		of:    streams, needs: toMany, when: all(not(wrongFamily), routed(routeBroadcast, routeMulticast)), then: fails(spec.EADDRNOTAVAIL), port: true},
	{Name: "connect/targettcp/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/ENETUNREACH"),
		Title: "A destination without a route fails.", needs: unrouted, when: all(isSocket, not(wrongFamily), routed(routeNone)), then: fails(spec.ENETUNREACH), port: true},
	{Name: "connect/targettcp/EADDRINUSE", Class: Shall, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EADDRINUSE"),
		Title: "A connection between the same four names fails.", needs: shared, when: anyOf(tupleTaken, tupleWaits), then: fails(spec.EADDRINUSE)},
	{Name: "connect/targettcp/EADDRINUSE-open", Class: May, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/EADDRINUSE"),
		Title: "The four names of a socket whose state the page leaves open may be taken.", needs: shared | vague, when: tupleMayBeTaken, then: fails(spec.EADDRINUSE)},
	{Name: "connect/targettcp/ENETUNREACH-broadcast", Class: May, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/errors/ENETUNREACH"),
		Title: "255.255.255.255 may need a route.", of: dgrams, needs: toMany, when: all(not(wrongFamily), to(AddrBroadcast)), then: fails(spec.ENETUNREACH), port: true},
	{Name: "connect/targettcp/unsaid-state", Class: Unsaid, on: on(spec.OpConnect), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "What connect does to a socket whose attempt failed, or whose connection ended, is not said.",
		needs: dead, when: anyOf(has(Dead), gone), then: openState},
	{Name: "connect/targettcp/unsaid-route", Class: Unsaid, on: on(spec.OpConnect), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "The page knows no routes that reject, and does not say what a loopback address can reach.",
		needs: unrouted | looping, when: all(isSocket, anyOf(idle, has(Dead)), anyOf(routed(routeUnreachable, routeProhibit, routeBlackhole), loopedOut)), then: openState},
	{Name: "connect/targettcp/reassociate", Class: Succeed, on: on(spec.OpConnect), For: forTargetTCP, Cites: cites("targettcp/description/udp-repeat"),
		Title: "A datagram socket with a peer gets another; it may keep its local address.", also: true,
		of: dgrams, in: []TCP{Established}, then: func(m *move) { apart(m); associate(m) }},
}
