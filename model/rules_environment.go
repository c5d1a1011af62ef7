package model

import "github.com/connspec/connspec/spec"

// What follows from a change of the environment: an attempt or a datagram meets
// the new route by the rules of connect and send; these are about sockets that
// had their route before it went.

// astray: the peer of a datagram socket was reachable when connect set it.
func astray(routes ...route) func(*move) bool {
	return func(m *move) bool {
		if !dgram(m) || named(m) || inet6(m) || m.s.TCP != Established || m.w.Env == (Surroundings{}) {
			return false
		}
		to := m.route(m.s.Remote)
		for _, r := range routes {
			if r == to {
				return true
			}
		}
		return false
	}
}

var routeGone = []route{routeNone, routeUnreachable, routeProhibit, routeBlackhole}

var environmentSend = onSend([]Rule{
	{Name: "/dgram/route-gone", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udp_sendmsg (sk_dst_check, ip_route_output_flow)",
		Title: "A datagram socket whose peer has lost its route fails as connect would.",
		when:  anyOf(astray(routeGone...), all(fromAbsent, dgramIn(Established), not(named), not(inet6))), then: func(m *move) { m.fail(m.sendRoute()) }},
	{Name: "/dgram/bsd/ENETDOWN", Class: Shall, For: forSockets, Evidence: "XNU 11417, dlil_output; FreeBSD 13, ether_output (IFF_UP)",
		Title: "A datagram fails while the interface is down.",
		of:    dgrams, when: all(downWire, anyOf(named, state(Established)), not(pending), not(has(ShutWrite)), targets(routeUnicast, routeMulticast)), then: failsBound(spec.ENETDOWN)},
	{Name: "/dgram/bsd/no-address", Class: Succeed, For: forSockets,
		Title: "What the BSDs do without an address, or without loopback, is not modelled.",
		of:    dgrams, when: all(anyOf(named, state(Established)), lacking(NoAddress|NoAddress6|NoLoopback)), then: leaves(LeftEnv)},
	{Name: "/dgram/bsd/route-gone", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, ip_output (ips_noroute, RTF_REJECT)",
		Title: "A datagram socket whose peer has lost its route fails.",
		when:  all(astray(routeNone, routeUnreachable, routeProhibit), not(pending), not(has(ShutWrite))), then: fails(spec.EHOSTUNREACH)},
	{Name: "/dgram/unsaid-route-gone", Class: Unsaid, For: forPOSIX | forTargetTCP, Unsaid: forPOSIX | forTargetTCP,
		Title: "What becomes of a datagram to a peer that has lost its route is not said.",
		when:  anyOf(astray(routeGone...), all(dgram, anyOf(named, state(Established)), lacking(NoLink|NoAddress|NoAddress6|NoLoopback))), then: openState},
})

var environmentSegment = []Rule{
	{Name: "listen/no-way-back", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux, Evidence: "Linux 6.18, tcp_conn_request (route_req)",
		Title: "A listener drops a SYN from where no route leads back to.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|RST|ACK|FIN) == SYN && !m.answerable(&m.f) }, then: nothing},
	{Name: "request/no-way-back", Class: Deliver, on: onSegment, in: received, For: forLinux,
		Title: "The end of a handshake with a peer that has lost its route is not modelled.",
		when:  func(m *move) bool { return m.s.has(Request) && !m.answerable(&m.f) && m.f.Bits&RST == 0 }, then: leaves(LeftEnv)},
}

var environmentNobody = []Rule{
	{Name: "nobody/left-out", Class: Deliver, on: onNoSocket, For: forLinux,
		Title: "A segment to the host's lost IPv6 address is not modelled once other routes of IPv6 have changed as well.",
		needs: unplainly, when: all(toLost6, func(m *move) bool { return m.w.Env.Routes6 != 0 }), then: leaves(LeftEnv)},
	{Name: "nobody/no-route", Class: Deliver, on: onNoSocket, For: forLinux, Evidence: "Linux 6.18, ip6_pkt_discard (IPSTATS_MIB_INNOROUTES)",
		Title: "A segment to the IPv6 address that the host has lost is answered from the link-local one: no route.", needs: unplainly, when: toLost6, then: tellNoRoute},
	{Name: "datagram/nobody/left-out", Class: Deliver, on: onDatagram, For: forLinux,
		Title: "A datagram to the host's lost IPv6 address is not modelled once other routes of IPv6 have changed as well.",
		when:  all(toLost6, func(m *move) bool { return m.w.Env.Routes6 != 0 }), then: leaves(LeftEnv)},
	{Name: "datagram/nobody/no-route", Class: Deliver, on: onDatagram, For: forLinux, Evidence: "Linux 6.18, ip6_pkt_discard (IPSTATS_MIB_INNOROUTES)",
		Title: "A datagram to the IPv6 address that the host has lost is answered from the link-local one: no route.", when: toLost6, then: tellNoRoute},
}

// toLost6: the frame from the wire is for the IPv6 address that the host has lost.
func toLost6(m *move) bool { return !m.inner && m.f.Dst == AddrOwn6 && m.absent(AddrOwn6) }

// tellNoRoute answers a packet that is not the host's.
func tellNoRoute(m *move) {
	if m.f.Src.Loops() || !m.answerable(&m.f) {
		return
	}
	r := DoesReject0.rejection(&m.f)
	r.Src, r.Dst, r.Loose = AddrLink, m.f.Src, LooseQuote
	m.emit(r)
}

// stranded says that no route leads to where the frame goes, and takes care of
// what the segment's connection makes of that. An acknowledgement or RST is
// lost and nobody notices.
func (m *move) stranded(s *Socket, f *Frame) bool {
	if s.swallowed(f) {
		return true
	}
	if m.w.Env == (Surroundings{}) {
		return false
	}
	if s.Dev != spec.DeviceNone && (s.Family == spec.AFInet || m.w.Env.Routes6 != 0) {
		m.leave(LeftEnv)
		return true
	}
	if m.wayError(s) == spec.ENONE {
		if f.Bits&FIN != 0 && m.w.Env.Out.matches(f.Dst, ProtoTCP) {
			m.leave(LeftEnv)
			return true
		}
		return false
	}
	if f.Bits&SYN != 0 {
		m.hide(f)
	}
	if f.Dst.Six() && !s.has(Request) && m.under(forLinux) { // inet6_csk_xmit remembers an error for any segment
		s.Soft = m.wayError(s)
	}
	switch {
	case f.space() == 0:
	case s.has(Request) && m.under(forLinux): // rtx_syn_ack
	case f.Bits == SYN && s.Retries != 0 && m.under(forLinux): // tcp_retransmit_skb, inet_sk_rebuild_header
		s.Soft = m.wayError(s)
	default:
		m.leave(LeftEnv)
	}
	return true
}

// withheld: Linux keeps data that has no way to the peer, or that its own firewall
// stops, and sends all of it when the connection next has something to do
// (tcp_write_xmit).
func (m *move) withheld(s *Socket) bool {
	return m.w.Env != (Surroundings{}) && s.TCP.in(Established, CloseWait) && m.under(forLinux) &&
		(m.wayError(s) != spec.ENONE || m.w.Env.Out.matches(s.Remote, ProtoTCP))
}

// retains is what trying to send the data comes to: TCP takes the acknowledgement on
// it for sent, and the firewall may tell of it.
func (m *move) retains(s *Socket) {
	s.RcvWup = s.RcvNxt
	s.clear(AckDue | DueTwice)
	m.converse(s)
	if e := m.wayError(s); e != spec.ENONE && s.Remote.Six() {
		s.Soft = e
	} else if e == spec.ENONE {
		f := Frame{Proto: ProtoTCP, Bits: PSH | ACK, Src: s.Local, Dst: s.Remote, SPort: s.LPort, DPort: s.RPort, Seq: s.SndNxt, Ack: s.RcvNxt, Len: s.Unsent}
		m.stopped(&f)
	}
}

// passedOver: data that was kept is not looked at when header prediction takes a
// segment (tcp_rcv_established). idle says that nothing was outstanding before, and
// that the segment is the next one and may match it.
func (m *move) passedOver(s *Socket, f *Frame, idle bool) bool {
	return idle && s.TCP == Established && f.Len != 0 && f.Bits&FIN == 0 && f.end() == s.RcvNxt && m.under(forLinux)
}

var environmentTimer = []Rule{
	{Name: "timer/withheld", Class: Timer, on: onTimer, For: forLinux,
		Title: "When data that had no way to the peer is tried again is not modelled.",
		when:  timer(func(m *move) bool { return m.s.Unsent != 0 && m.s.SndUna == m.s.SndNxt }), then: leaves(LeftEnv)},
}

// homeless: Linux has nothing to choose an address by. For 255.255.255.255, and
// for a group without a route, the socket's own would do.
func (m *move) homeless(dst Addr) bool {
	if m.s.source4() != AddrAny {
		return false
	}
	switch cut := m.w.Env.lacks(NoLink | NoAddress); dst {
	case AddrBroadcast:
		return cut || m.w.Env.changed(dst) != RouteUnicast
	case AddrMulticast:
		return cut || m.w.Env.changed(dst) == RouteGone
	}
	return false
}

// wayError is the error that Linux has for a segment of s: its peer has no route,
// or its own address is gone (ip_route_output_key_hash_rcu, fib_props). A
// connection that is made meanwhile begins with it as a soft error
// (tcp_init_transfer, inet_sk_rebuild_header).
func (m *move) wayError(s *Socket) spec.Errno {
	if m.w.Env == (Surroundings{}) {
		return spec.ENONE
	}
	if s.Local == AddrOwn && m.w.Env.lacks(NoAddress) {
		return spec.ENETUNREACH
	}
	return m.route(s.Remote).errno()
}

// errno is the error of a route of the type in Linux.
func (r route) errno() spec.Errno {
	switch r {
	case routeNone:
		return spec.ENETUNREACH
	case routeUnreachable:
		return spec.EHOSTUNREACH
	case routeProhibit:
		return spec.EACCES
	case routeBlackhole:
		return spec.EINVAL
	}
	return spec.ENONE
}

// lost says that the interface which a frame would leave by is down.
func (m *move) lost(f *Frame) bool {
	if f.Dst.Local() || f.Dst == AddrLoopbackBroadcast {
		return m.w.Env.lacks(NoLoopback)
	}
	return m.w.Env.lacks(NoLink)
}

// fromAbsent: the socket has an address that the host has lost; one bound to a
// broadcast address has it from its peer.
func fromAbsent(m *move) bool {
	return m.s != nil && (m.s.Local == AddrOwn || m.s.has(Bare) && m.s.Via == AddrOwn) && m.w.Env.lacks(NoAddress) && !(m.c.Op == spec.OpConnect && native(m))
}

// sane: a stream socket without an attempt, or a datagram socket, is given an
// address that can be looked at.
func sane(m *move) bool { return idle(m) && !badPointer(m) && !inexact(m) && !wrongFamily(m) }

// byWire: the destination lies beyond the interface of the wire.
func byWire(m *move) bool {
	return routed(routeUnicast, routeBroadcast, routeMulticast)(m) && m.c.To.Addr != AddrLoopbackBroadcast
}

var environmentConnect = []Rule{
	{Name: "connect/osx/ENETDOWN", Class: Shall, on: on(spec.OpConnect), For: forOSX, Cites: cites("osx/errors/ENETDOWN"),
		Title: "The SYN fails while the interface is down, and leaves the socket half open.",
		of:    streams, when: all(sendable, downWire, byWire), then: func(m *move) { failsPicky(spec.ENETDOWN)(m); rejectedSYN(m) }},
	{Name: "connect/macos/ENETDOWN", Class: Shall, on: on(spec.OpConnect), For: forMacOS, Cites: cites("macos/errors/ENETDOWN"), Evidence: "XNU 11417, tcp_output (dlil_output: ENETDOWN)",
		Title: "The SYN fails while the interface is down, and leaves the socket half open.",
		of:    streams, when: all(sendable, downWire, byWire, not(rejected)), then: func(m *move) { failsPicky(spec.ENETDOWN)(m); rejectedSYN(m) }},
	{Name: "connect/bsd/no-address", Class: Succeed, on: on(spec.OpConnect), For: forSockets,
		Title: "What the BSDs do without an address, or without loopback, is not modelled.",
		when:  all(sane, anyOf(lacking(NoAddress|NoAddress6), all(lacking(NoLoopback), func(m *move) bool { return m.destination().Local() }))), then: leaves(LeftEnv)},
	{Name: "connect/posix/ENETDOWN", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/may/ENETDOWN"),
		Title: "While the interface that leads to the destination is down connect may fail.",
		when:  all(sane, anyOf(lacking(NoLink), lacking(NoLoopback))), then: failsOpen(spec.ENETDOWN)},
	{Name: "connect/posix/EADDRNOTAVAIL-gone", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/EADDRNOTAVAIL"),
		Title: "Without its address this machine may have none to offer.", when: all(sane, lacking(NoAddress|NoAddress6)), then: failsOpen(spec.EADDRNOTAVAIL)},
	{Name: "connect/posix/ENETUNREACH-gone", Class: May, on: on(spec.OpConnect), For: forPOSIX, Cites: cites("posix/errors/ENETUNREACH"),
		Title: "From an address that has gone no route may lead anywhere.", needs: changed, when: all(sane, fromAbsent), then: failsOpen(spec.ENETUNREACH)},
	{Name: "connect/targettcp/unsaid-link", Class: Unsaid, on: on(spec.OpConnect), For: forTargetTCP, Unsaid: forTargetTCP,
		Title: "What connect does while an interface is down or the address gone is not said.",
		when:  all(sane, lacking(NoLink|NoAddress|NoAddress6|NoLoopback)), then: openState},
}

// connectSourceGone is looked at where connect looks for a route.
var connectSourceGone = Rule{
	Name: "connect/linux/ENETUNREACH-source", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (__ip_dev_find)",
	Cites: cites("linux/errors/ENETUNREACH"),
	Title: "From an address that the host has lost no route leads anywhere.", needs: changed, when: fromAbsent, then: failsRoute(spec.ENETUNREACH),
}

func lacking(l Lack) func(*move) bool { return func(m *move) bool { return m.w.Env.lacks(l) } }

func downWire(m *move) bool { return m.w.Env.lacks(NoLink) }

// unheard: the frame from the wire does not get as far as a socket.
func (m *move) unheard() bool {
	if m.w.Env.lacks(NoLink) {
		return true
	}
	return m.f.control() && m.absent(m.f.Quote.Src)
}
