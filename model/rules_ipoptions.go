package model

import "github.com/connspec/connspec/spec"

// IP_OPTIONS with a source route, as far as connect looks at it: it needs a
// destination to put at its end. What such a socket sends is not modelled.

func routing(m *move) bool { return m.s != nil && m.s.has(SourceRoute) }

var sourceRouteRules = []Rule{
	{Name: "setsockopt/IP_OPTIONS-elsewhere", Class: Succeed, on: on(spec.OpSetsockopt), For: forElsewhere,
		Title: "IP options are not modelled outside Linux.", when: option(spec.SolIP, spec.IPOptions), then: leaves(LeftOption)},
	{Name: "setsockopt/IP_OPTIONS", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_setsockopt",
		Title: "IP_OPTIONS gives a source route to what the socket sends, or takes it away.",
		when:  all(option(spec.SolIP, spec.IPOptions), plainIPv4), then: sets(SourceRoute)},
}

// plainIPv4: a fresh socket of AF_INET, not a raw one.
func plainIPv4(m *move) bool {
	return m.s != nil && m.s.Family == spec.AFInet && !m.s.has(Raw) && m.s.TCP == Closed
}

// connectSourceRoute goes before what else is said of connect and listen.
var connectSourceRoute = []Rule{
	{Name: "listen/source-route", Class: Succeed, on: on(spec.OpListen), For: forLinux,
		Title: "A listener with a source route is not modelled.", when: routing, then: leaves(LeftOption)},
	{Name: "connect/linux/EINVAL-source-route", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v4_connect (srr)",
		Title: "With a source route a stream socket needs a destination: 0.0.0.0 fails.",
		of:    streams, needs: special, when: all(routing, to(AddrAny)), then: fails(spec.EINVAL)},
	{Name: "connect/linux/source-route", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "A connection over a source route is not modelled.", of: streams, when: routing, then: leaves(LeftOption)},
}

// sendSourceRoute goes before the rules of sending.
var sendSourceRoute = []Rule{
	{Name: "send/source-route", Class: Succeed, on: on(spec.OpSend), For: forLinux,
		Title: "What a socket with a source route sends is not modelled.", when: routing, then: leaves(LeftOption)},
	{Name: "sendto/source-route", Class: Succeed, on: on(spec.OpSendto), For: forLinux,
		Title: "What a socket with a source route sends to an address is not modelled.", when: routing, then: leaves(LeftOption)},
}
