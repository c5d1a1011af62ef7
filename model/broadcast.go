package model

import "github.com/connspec/connspec/spec"

// Datagrams to many: what a host sends to a broadcast address comes back to it
// (RFC 1122, section 3.3.6; Linux 6.18, ip_mc_output), what it sends to a group only if
// it has joined, which no socket of the model does.

// many says whether the destination is a broadcast address or a group of IPv4.
func (a Addr) many() bool { return a.Broadcasts() || a == AddrMulticast }

// castOut sends a datagram to many: to the wire unless it comes from a loopback
// address, and to the sockets of the host itself.
func (m *move) castOut(f Frame) {
	if m.stopped(&f) {
		return
	}
	near := f.Src.Loops() || f.Dst == AddrLoopbackBroadcast
	if !near && !m.w.Env.lacks(NoLink) {
		m.leaveHost(f)
	}
	if f.Dst == AddrMulticast || near && m.w.Env.lacks(NoLoopback) || !near && m.w.Env.lacks(NoLink) {
		return
	}
	if m.inboxLen == inboxMax {
		m.leave(LeftScope)
		return
	}
	m.inbox[m.inboxLen] = f
	m.inboxLen++
}

// hearers are the sockets that a datagram to a broadcast address is for: all that
// it fits (__udp4_lib_mcast_deliver).
func (m *move) hearers(to func(s *Socket)) {
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if s.Kind == KindDgram && s.has(HasPort) && s.LPort == m.f.DPort && !s.has(AnyState|Raw) && s.udpScore(&m.f) > 0 {
			to(s)
		}
	}
}

var broadcastRules = []Rule{
	{Name: "datagram/broadcast", Class: Deliver, on: onDatagram, For: forLinux, Evidence: "RFC 1122, 4.1.3.6 (broadcasts); Linux 6.18, __udp4_lib_mcast_deliver",
		Title: "A broadcast datagram is queued on every socket that it fits; if there is none nobody is told.",
		when:  func(m *move) bool { return m.f.Dst.Broadcasts() && !m.martian() }, then: heard},
}

func heard(m *move) {
	m.hearers(func(s *Socket) {
		if s.Queued == QueueMax {
			m.leave(LeftScope)
			return
		}
		s.Queue[s.Queued] = Datagram{Len: m.f.Len, Addr: m.f.Src, Port: m.f.SPort}
		s.Queued++
		m.poke(s, arrived)
	})
}

// filteredSend is looked at before what a datagram socket sends.
var filteredSend = onSend([]Rule{
	{Name: "/raw/filtered", Class: Succeed, For: forLinux,
		Title: "What a raw socket, or one that sends by mistake where it could not connect, sends past a firewall or without an interface is not modelled.",
		when: func(m *move) bool {
			return dgram(m) && (m.s.has(Raw) || m.s.Flow != AddrAny) && (m.w.Env.Out.Does != DoesPass || m.w.Env.lacks(NoLink|NoLoopback|NoAddress))
		}, then: leaves(LeftEnv)},
	{Name: "/stream/fast-open/changed", Class: Succeed, For: forLinux,
		Title: "What a deferred Fast Open sends where the way to its peer has changed is not modelled.",
		when: func(m *move) bool {
			return stream(m) && m.s.has(Deferred) && (m.wayError(m.s) != spec.ENONE || m.w.Env.Out.Does != DoesPass)
		}, then: leaves(LeftEnv)},
})
