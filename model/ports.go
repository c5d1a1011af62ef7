package model

import "github.com/connspec/connspec/spec"

// Local ports that the host chooses, where the range it chooses from is a single
// port (ip_local_port_range of Linux), so that there may be none left.

// What a value of IP_LOCAL_PORT_RANGE comes to.
const (
	RangeNone     = 0 // that of the host
	RangeOne      = 1 // the one port
	RangeMany     = 2 // anything else
	RangeReversed = 3 // its lowest port is above its highest
)

// narrow says that there is one port to choose.
func (m *move) narrow() bool { return m.w.Env.Narrow || m.s != nil && m.s.has(OneChoice) }

// narrow leaves the host one port to choose, another than before, or many.
func (w *World) narrow(one bool) {
	w.Env.Narrow, w.Env.Only = one, PortZero
	for i := range w.Sockets {
		s := &w.Sockets[i]
		s.clear(Lent)
		if s.has(OneChoice) { // whether it still has that choice hangs on the range
			w.Left = LeftEnv
		}
	}
}

// only gives the one port, by its symbol.
func (m *move) only() Port {
	e := &m.w.Env
	if e.Only == PortZero {
		e.Only = PortUnseen + Port(m.w.Unseen)
		m.w.Unseen++
	}
	return e.Only
}

// held says whether the socket has the one port.
func (o *Socket) holds(p Port, k Kind) bool {
	return p != PortZero && o.Kind == k && o.has(HasPort) && o.LPort == p && !o.has(Request|AnyState|Raw)
}

// bindsNone: bind or listen finds no port: another socket has the one on an
// overlapping address, whatever SO_REUSEADDR says (inet_csk_find_open_port); for
// a datagram socket that option counts (udp_lib_lport_inuse).
func bindsNone(a Addr) func(*move) bool {
	return func(m *move) bool {
		if !m.narrow() || m.s == nil || m.s.has(HasPort|Raw) {
			return false
		}
		return m.noneFor(a)
	}
}

func (m *move) noneFor(a Addr) bool {
	if m.w.Env.Barred {
		return true
	}
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o == m.s || !o.holds(m.w.Env.Only, m.s.Kind) || !m.s.overlaps(a, o) {
			continue
		}
		if o.Kind == KindStream || !o.has(Reuse) || !m.s.has(Reuse) {
			return true
		}
	}
	return false
}

// autobindsNone: a datagram socket that needs a port finds none.
func autobindsNone(m *move) bool {
	return dgram(m) && m.narrow() && !m.s.has(HasPort|Raw) && m.noneFor(m.s.Local)
}

// connectsNone: connect of a stream socket finds no port: the one was given by
// bind, or leads to the same peer already (__inet_hash_connect).
func connectsNone(m *move) bool {
	if !stream(m) || !m.narrow() || m.s.has(HasPort) {
		return false
	}
	if m.w.Env.Barred {
		return true
	}
	dst := m.destination()
	src := m.s.Local
	if m.s.unnamed() || m.s.has(Bare) {
		src = m.source(dst)
	}
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o == m.s || !o.holds(m.w.Env.Only, KindStream) {
			continue
		}
		if !o.has(Lent) || o.TCP > Listen && o.Local == src && o.Remote == dst && o.RPort == m.c.To.Port && !m.reusable(o) {
			return true
		}
	}
	return false
}

// unfit: the names that a narrow range leads to are beyond the model: a remnant in
// TIME-WAIT for about as long as Linux does not reuse it, and IPv6.
func unfit(m *move) bool {
	if m.s == nil || !m.narrow() || m.s.has(HasPort) || m.w.Env.Only == PortZero {
		return false
	}
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o.holds(m.w.Env.Only, m.s.Kind) && (o.TCP == TimeWait && o.Life == reuseSoon || o.has(Child) || o.Family != m.s.Family) {
			return true
		}
	}
	return m.s.Family != spec.AFInet
}

const noPortLeft = "Linux 6.18, __inet_hash_connect, inet_csk_find_open_port, udp_lib_get_port"

var portsFirst = []Rule{
	{Name: "connect/linux/EAGAIN-ports", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: noPortLeft,
		Against: cites("linux/errors/EADDRNOTAVAIL"),
		Title:   "A datagram socket that finds no port left fails, before its address is looked at.",
		when: func(m *move) bool {
			return autobindsNone(m) && m.c.To.Len >= 2 && m.c.To.Len <= 128 && !badPointer(m) && !unspec(m)
		}, then: fails(spec.EAGAIN)},
	{Name: "connect/ports-left-out", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "A narrow range of ports with what a TIME-WAIT of about a second, a listener or IPv6 has of it is not modelled.", when: all(unfit, idle), then: leaves(LeftEnv)},
	{Name: "bind/ports-left-out", Class: Succeed, on: on(spec.OpBind), For: forLinux,
		Title: "A narrow range of ports with what a TIME-WAIT of about a second, a listener or IPv6 has of it is not modelled.", when: all(unfit, portZero), then: leaves(LeftEnv)},
	{Name: "listen/ports-left-out", Class: Succeed, on: on(spec.OpListen), For: forLinux,
		Title: "A narrow range of ports with what a TIME-WAIT of about a second, a listener or IPv6 has of it is not modelled.", when: all(stream, unfit), then: leaves(LeftEnv)},
	{Name: "connect/unsaid-ports", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX | forTargetTCP, Unsaid: forPOSIX | forTargetTCP,
		Title: "What connect does when the host is short of ports is not said.", when: shortOfPorts, then: openState},
	{Name: "connect/bsd/ports", Class: Succeed, on: on(spec.OpConnect), For: forSockets,
		Title: "What connect of the BSDs does when the host is short of ports is not modelled.", when: shortOfPorts, then: leaves(LeftEnv)},
	{Name: "bind/ports", Class: Succeed, on: on(spec.OpBind), For: forAll &^ forLinux,
		Title: "What bind does elsewhere when the host is short of ports is not modelled.", when: all(shortOfPorts, portZero), then: leaves(LeftEnv)},
	{Name: "listen/ports", Class: Succeed, on: on(spec.OpListen), For: forAll &^ forLinux,
		Title: "What listen does elsewhere when the host is short of ports is not modelled.", when: shortOfPorts, then: leaves(LeftEnv)},
}

var portRange = []Rule{
	{Name: "setsockopt/IP_LOCAL_PORT_RANGE-EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_setsockopt",
		Title: "A range of ports whose lowest is above its highest fails.",
		when:  all(ranges, func(m *move) bool { return m.c.Value == RangeReversed }), then: fails(spec.EINVAL)},
	{Name: "setsockopt/IP_LOCAL_PORT_RANGE-left-out", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux,
		Title: "A range of several ports for one socket is not modelled.",
		when:  all(ranges, func(m *move) bool { return m.c.Value != RangeNone && m.c.Value != RangeOne }), then: leaves(LeftOption)},
	{Name: "setsockopt/IP_LOCAL_PORT_RANGE", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, inet_sk_get_local_port_range",
		Title: "IP_LOCAL_PORT_RANGE says which ports the host may choose for this socket.", when: ranges,
		then: func(m *move) { m.s.assign(OneChoice, m.c.Value == RangeOne); m.ret(0) }},
}

func ranges(m *move) bool { return option(spec.SolIP, spec.IPLocalPortRange)(m) }

var portsSend = onSend([]Rule{
	{Name: "/dgram/EAGAIN-ports", Class: Shall, For: forLinux, Evidence: "Linux 6.18, inet_send_prepare (inet_autobind)",
		Title: "A datagram socket that finds no port left fails.",
		when: func(m *move) bool {
			return autobindsNone(m) && !(named(m) && (m.c.To.Len < 0 || m.c.To.Len > 128 || badPointer(m) && m.c.To.Len != 0))
		}, then: fails(spec.EAGAIN)},
	{Name: "/dgram/ports", Class: Succeed, For: forAll &^ forLinux,
		Title: "What a datagram does elsewhere when the host is short of ports is not modelled.", when: all(dgram, shortOfPorts), then: leaves(LeftEnv)},
})

func shortOfPorts(m *move) bool { return m.s != nil && m.narrow() && !m.s.has(HasPort) }

var bindNone = Rule{
	Name: "bind/EADDRINUSE-ports", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: noPortLeft,
	Title: "Port 0 stands for any free port; when none is left bind fails.",
	needs: changed, when: func(m *move) bool {
		return portZero(m) && isSocket(m) && !m.s.has(LatePort) && bindsNone(m.c.To.Addr)(m)
	}, then: inUse,
}

var listenNone = Rule{
	Name: "listen/EADDRINUSE-ports", Class: Shall, on: on(spec.OpListen), For: forLinux, Evidence: noPortLeft,
	Title: "A listener without a port gets one; when none is left listen fails.",
	needs: changed, when: func(m *move) bool { return stream(m) && bindsNone(m.s.Local)(m) }, then: fails(spec.EADDRINUSE),
}

var connectNone = Rule{
	Name: "connect/linux/EADDRNOTAVAIL-ports", Class: Shall, on: on(spec.OpConnect), For: forLinux, Cites: cites("linux/errors/EADDRNOTAVAIL"),
	Title: "A stream socket that finds no port left for this peer fails; towards another peer the same port will do.",
	needs: changed, when: connectsNone, then: fails(spec.EADDRNOTAVAIL),
}

// again says whether a port that is about to be seen may be one that was seen
// before: nobody has that any more, or both were chosen by connect of stream
// sockets with different peers (__inet_hash_connect of Linux).
func (w *World) again(want, got Port) bool {
	for i := range w.Sockets {
		a := &w.Sockets[i]
		if a.LPort != want || !a.has(HasPort) {
			continue
		}
		for j := range w.Sockets {
			b := &w.Sockets[j]
			if b.LPort != got || !b.has(HasPort) || b.Kind != a.Kind {
				continue
			}
			peerless := a.TCP <= Listen || b.TCP <= Listen
			if a.Kind != KindStream || peerless || a.Remote == b.Remote && a.RPort == b.RPort {
				return false
			}
		}
	}
	return true
}
