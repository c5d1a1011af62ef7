package model

import "github.com/connspec/connspec/spec"

// What follows from a change of the environment: an attempt or a datagram meets
// the new route by the rules of connect and send; these are about sockets that
// had their route before it went.

// astray: the peer of a datagram socket was reachable when connect set it.
func astray(routes ...route) func(*move) bool {
	return func(m *move) bool {
		if !dgram(m) || named(m) || m.s.TCP != Established || m.w.Env == (Surroundings{}) {
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
		when:  astray(routeGone...), then: func(m *move) { m.fail(m.sendRoute()) }},
	{Name: "/dgram/bsd/route-gone", Class: Shall, For: forSockets, Evidence: "XNU 11417 and FreeBSD 13, ip_output (ips_noroute, RTF_REJECT)",
		Title: "A datagram socket whose peer has lost its route fails.",
		when:  all(astray(routeNone, routeUnreachable, routeProhibit), not(pending), not(has(ShutWrite))), then: fails(spec.EHOSTUNREACH)},
	{Name: "/dgram/unsaid-route-gone", Class: Unsaid, For: forPOSIX | forTargetTCP, Unsaid: forPOSIX | forTargetTCP,
		Title: "What becomes of a datagram to a peer that has lost its route is not said.",
		when:  astray(routeGone...), then: openState},
})

var environmentSegment = []Rule{
	{Name: "listen/no-way-back", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux, Evidence: "Linux 6.18, tcp_conn_request (route_req)",
		Title: "A listener drops a SYN from where no route leads back to.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|RST|ACK|FIN) == SYN && !m.answerable(&m.f) }, then: nothing},
	{Name: "request/no-way-back", Class: Deliver, on: onSegment, in: received, For: forLinux,
		Title: "The end of a handshake with a peer that has lost its route is not modelled.",
		when:  func(m *move) bool { return m.s.has(Request) && !m.answerable(&m.f) && m.f.Bits&RST == 0 }, then: leaves(LeftEnv)},
}

// stranded says that no route leads to where the frame goes, and takes care of
// what the segment's connection makes of that. An acknowledgement or RST is
// lost and nobody notices.
func (m *move) stranded(s *Socket, f *Frame) bool {
	if m.w.Env == (Surroundings{}) || f.Dst.Local() {
		return false
	}
	r := m.route(f.Dst)
	if r == routeUnicast {
		return false
	}
	switch {
	case f.space() == 0:
	case m.d == spec.Linux && s.has(Request): // rtx_syn_ack
	case m.d == spec.Linux && f.Bits == SYN && s.Retries != 0: // tcp_retransmit_skb, inet_sk_rebuild_header
		s.Soft = r.errno()
	default:
		m.leave(LeftEnv)
	}
	return true
}

// withheld: Linux keeps data that has no way to the peer, and sends all of it
// when the connection next has something to do (tcp_write_xmit).
func (m *move) withheld(s *Socket) bool {
	return m.d == spec.Linux && m.w.Env != (Surroundings{}) && s.TCP.in(Established, CloseWait) && !s.Remote.Local() && m.route(s.Remote) != routeUnicast
}

var environmentTimer = []Rule{
	{Name: "timer/withheld", Class: Timer, on: onTimer, For: forLinux,
		Title: "When data that had no way to the peer is tried again is not modelled.",
		when:  timer(func(m *move) bool { return m.s.Unsent != 0 && m.s.SndUna == m.s.SndNxt }), then: leaves(LeftEnv)},
}

// homeless: Linux has nothing to choose an address by. For 255.255.255.255, and
// for a group without a route, the socket's own would do.
func (m *move) homeless(dst Addr) bool {
	if m.s.Local != AddrAny && !m.s.has(Bare) {
		return false
	}
	return dst == AddrBroadcast && m.w.Env.changed(dst) != RouteUnicast || dst == AddrMulticast && m.w.Env.changed(dst) == RouteGone
}

// wayError is the soft error with which Linux begins a connection whose peer has
// lost its route meanwhile (tcp_init_transfer, inet_sk_rebuild_header).
func (m *move) wayError(peer Addr) spec.Errno {
	if m.d != spec.Linux || m.w.Env == (Surroundings{}) || peer.Local() {
		return spec.ENONE
	}
	return m.route(peer).errno()
}

// errno is the error that Linux has for a route of the type (fib_props).
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
