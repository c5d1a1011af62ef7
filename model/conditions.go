package model

import "github.com/connspec/connspec/spec"

// Conditions that rules are written in.

// all, any and not combine conditions. A rule is looked at much more often than
// it holds: two conditions, the common case, are tried without a loop.
func all(when ...func(*move) bool) func(*move) bool {
	if len(when) == 2 {
		a, b := when[0], when[1]
		return func(m *move) bool { return a(m) && b(m) }
	}
	return func(m *move) bool {
		for _, w := range when {
			if !w(m) {
				return false
			}
		}
		return true
	}
}

func anyOf(when ...func(*move) bool) func(*move) bool {
	return func(m *move) bool {
		for _, w := range when {
			if w(m) {
				return true
			}
		}
		return false
	}
}

func not(when func(*move) bool) func(*move) bool { return func(m *move) bool { return !when(m) } }

// Of the descriptor and the socket.
func badFD(m *move) bool     { return m.file == FileNone }
func notSocket(m *move) bool { return m.file >= FileOther }
func isSocket(m *move) bool  { return m.s != nil }
func stream(m *move) bool    { return m.s != nil && m.s.Kind == KindStream }
func dgram(m *move) bool     { return m.s != nil && m.s.Kind == KindDgram }

func has(f Flags) func(*move) bool { return func(m *move) bool { return m.s != nil && m.s.has(f) } }
func layer(l Layer) func(*move) bool {
	return func(m *move) bool { return stream(m) && m.s.Layer == l }
}
func state(states ...TCP) func(*move) bool {
	var set uint16
	for _, t := range states {
		set |= 1 << t
	}
	return func(m *move) bool { return m.s != nil && set>>m.s.TCP&1 != 0 }
}

func streamIn(states ...TCP) func(*move) bool { return all(stream, state(states...)) }
func dgramIn(states ...TCP) func(*move) bool  { return all(dgram, state(states...)) }

// nonblocking: the call must not wait.
func nonblocking(m *move) bool {
	return !m.rerun && (m.s.has(Nonblock) || m.c.MsgFlags&spec.MsgDontwait != 0)
}

// Of the address argument.
func badPointer(m *move) bool { return m.c.To.Pointer != spec.PointerValid }
func null(m *move) bool       { return m.c.To.Pointer == spec.PointerNull }
func unspec(m *move) bool     { return m.c.To.Family == spec.AFUnspec }
func wrongFamily(m *move) bool {
	if inet6(m) {
		return m.c.To.Family != spec.AFInet6 && !byIPv4(m)
	}
	return m.c.To.Family != spec.AFInet
}
func foreignFamily(m *move) bool { return wrongFamily(m) && !unspec(m) }

func length(ok func(n int32) bool) func(*move) bool {
	return func(m *move) bool { return ok(m.c.To.Len) }
}

func shorter(n int32) func(*move) bool { return length(func(l int32) bool { return l < n }) }

// inexact: not the size of a socket address of the family.
func inexact(m *move) bool {
	if inet6(m) {
		return m.c.To.Len != spec.SizeofSockaddrIn6
	}
	return m.c.To.Len != spec.SizeofSockaddrIn
}

func to(addrs ...Addr) func(*move) bool {
	var set uint64
	for _, a := range addrs {
		set |= 1 << a
	}
	return func(m *move) bool { return set>>m.c.To.Addr&1 != 0 }
}

func routed(routes ...route) func(*move) bool {
	var set uint16
	for _, r := range routes {
		set |= 1 << r
	}
	return func(m *move) bool { return set>>m.route(m.c.To.Addr)&1 != 0 }
}

func portZero(m *move) bool { return m.c.To.Port == PortZero }

// destination is where the address argument leads: the wildcard stands for the
// bound address, else for loopback. In macOS and osx it stands for the first
// address of the host, which in the lab is that of the wire, and for a datagram
// socket the limited broadcast address stands for the directed one of the same
// interface (XNU 11417 and FreeBSD 13, in_pcbladdr).
func (m *move) destination() Addr {
	switch {
	case inet6(m) && (m.c.To.Addr == AddrAny || m.c.To.Addr == AddrAnyMapped):
		return m.wildcard6()
	case m.c.To.Addr == AddrAny && m.under(forSockets):
		return AddrOwn
	case m.c.To.Addr == AddrBroadcast && dgram(m) && m.under(forSockets):
		return AddrSubnetBroadcast
	case m.c.To.Addr != AddrAny:
		return m.c.To.Addr
	case m.s != nil && m.s.has(Bare) && m.s.Via != AddrAny:
		return m.s.Via
	case m.s != nil && m.s.Local.Local():
		return m.s.Local
	}
	return AddrLoopback
}

// fromLoopback: the socket's own address keeps it from leaving the host. Linux
// lets ::1 out.
func fromLoopback(m *move) bool {
	return m.s != nil && m.s.source4().Loops() && m.route(m.c.To.Addr) == routeUnicast && !(native(m) && m.under(forLinux))
}

// loopedOut: the same, for destinations to many as well.
func loopedOut(m *move) bool {
	return m.s != nil && m.s.Local.Loops() && m.c.To.Addr != AddrLoopbackBroadcast &&
		routed(routeUnicast, routeBroadcast, routeMulticast)(m)
}

// tupleTaken: another connection has the same four names.
func tupleTaken(m *move) bool {
	if !stream(m) || !m.s.has(HasPort) {
		return false
	}
	other := m.connectionWith()
	return other >= 0 && m.w.Sockets[other].TCP != TimeWait
}

// tupleMayBeTaken: some other socket is in any state, and may have any names.
func tupleMayBeTaken(m *move) bool {
	if !stream(m) || !m.s.has(HasPort) {
		return false
	}
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o != m.s && o.Kind == KindStream && o.has(AnyState) {
			return true
		}
	}
	return false
}

func tupleWaits(m *move) bool {
	if !stream(m) || !m.s.has(HasPort) {
		return false
	}
	other := m.connectionWith()
	return other >= 0 && m.w.Sockets[other].TCP == TimeWait
}

// namesTaken: another datagram socket has the four names that this one would
// have, whose own address goes with its peer on BSD.
func namesTaken(m *move) bool {
	if !dgram(m) || !m.s.has(HasPort) {
		return false
	}
	dst, src := m.destination(), m.s.Local
	if src == AddrAny || m.s.TCP == Established {
		src = m.source(dst)
	}
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o != m.s && o.Kind == KindDgram && o.TCP == Established && o.LPort == m.s.LPort && o.Local == src &&
			o.Remote == dst && o.RPort == m.c.To.Port {
			return true
		}
	}
	return false
}

// connectionWith finds the connection with the names that this one would have.
func (m *move) connectionWith() int {
	dst := m.destination()
	src := m.s.Local
	if dst.Six() && src.Four() { // no such connection can be
		return -1
	}
	if m.s.unnamed() || m.s.has(Bare) { // inet_saddr is not set
		src = m.source(dst)
	}
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o == m.s || o.Kind != KindStream || o.has(AnyState) {
			continue
		}
		if o.TCP > Listen && o.LPort == m.s.LPort && o.Local == src && o.Remote == dst && o.RPort == m.c.To.Port {
			return i
		}
	}
	return -1
}

// toItself: the connection would lead back to the socket.
func toItself(m *move) bool {
	dst := m.destination()
	return stream(m) && m.s.has(HasPort) && m.s.LPort == m.c.To.Port && dst.Local() &&
		(m.s.Local == dst || m.s.unnamed())
}
