package model

import "github.com/connspec/connspec/spec"

// How large a packet may be on the way to a peer (RFC 1191): what Linux knows of it,
// what IP_MTU says, and EMSGSIZE for a datagram that must not be fragmented.

const (
	mtuWire     uint16 = 1500  // of the wire, as planned
	mtuLoopback uint16 = 65535 // what IP_MTU says of lo (IP_MAX_MTU)
	mtuLeast    uint16 = 552   // the least that Linux takes a path for (min_pmtu)
	mtuUnsure   uint16 = 1     // learnt once, and maybe forgotten since
	headersUDP         = 28    // of IPv4 and UDP
)

// linkMTU is the MTU of the interface of the wire.
func (e *Surroundings) linkMTU() uint16 {
	if e.MTU != 0 {
		return e.MTU
	}
	return mtuWire
}

// path is where the world remembers the MTU of the path to a far host; nil for
// others.
func (w *World) path(a Addr) *uint16 {
	switch a {
	case AddrRemote1:
		return &w.Paths[0]
	case AddrRemote2:
		return &w.Paths[1]
	}
	return nil
}

// pathMTU is the MTU of the path to an address; 0 if the model does not know.
func (m *move) pathMTU(a Addr) uint16 {
	p := m.w.path(a)
	switch {
	case a.Local() && !a.Six() && m.w.Paths[2] == 0:
		return mtuLoopback
	case p == nil || *p == mtuUnsure:
		return 0
	case *p != 0:
		return min(*p, m.w.Env.linkMTU())
	}
	return m.w.Env.linkMTU()
}

// learnPath takes note of what an ICMP message says of the path. What other sockets
// have cached shows later than the model can say.
func (m *move) learnPath() {
	if m.f.Proto != ProtoICMP || !tooBig(m) || !m.under(forLinux) {
		return
	}
	to := m.f.Quote.Dst
	p := m.w.path(to)
	if p == nil || m.s != nil && (m.s.has(Request) || m.s.TCP.in(Listen, TimeWait) || m.s.TCP == FinWait2 && m.s.has(Orphan)) {
		return
	}
	mtu := max(m.f.MSS, mtuLeast)
	if old := m.pathMTU(to); old == 0 || mtu >= old {
		return
	}
	*p = mtu
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o != m.s && o.Remote == to && o.TCP > Listen {
			*p = mtuUnsure
		}
	}
}

// forgetPaths is what a change of the environment does to what is known of paths.
func (w *World) forgetPaths(l *Label) {
	switch c := l.Change; {
	case c == LinkDown || c == AddrGone || c == LoopbackDown: // the routes go, and with a send that fails what a socket has cached
		w.Paths = [3]uint16{}
		for i := range w.Sockets {
			if s := &w.Sockets[i]; s.TCP > Listen {
				w.Paths = [3]uint16{mtuUnsure, mtuUnsure, mtuUnsure}
			}
		}
	case c <= RoutePlanned:
		if p := w.path(l.Addr); p != nil {
			*p = mtuUnsure
		}
	case c == LinkMTU && w.Paths != [3]uint16{}:
		w.Left = LeftEnv
	}
}

// plainPath: what the model says of paths is for IPv4 sockets without ado.
func plainPath(m *move) bool {
	return m.s.Family == spec.AFInet && m.s.Dev == spec.DeviceNone && !m.s.has(Raw|SourceRoute|Bare) && m.s.Flags&quickness == 0 &&
		m.w.Env.Routes == 0 && !m.w.Env.lacks(NoLink|NoLoopback|NoAddress)
}

// pathless: the socket has no route to a peer to speak of.
func pathless(m *move) bool {
	if dgram(m) {
		return m.s.TCP != Established || m.s.Flow != AddrAny && !m.s.has(Routed)
	}
	return m.s.TCP == Listen || m.s.TCP == Closed && m.s.Layer == Unconnected
}

// pathKnown: the socket has one, and the model knows its MTU. A bind after a failed
// attempt has taken its route away.
func pathKnown(m *move) bool {
	if m.s.Kind == KindStream && m.s.TCP == Closed && m.s.has(HasPort|AddrLock|LatePort) {
		return false
	}
	return m.s.Flow == AddrAny && m.s.Retries == 0 && m.s.Layer != Disconnecting && m.pathMTU(m.s.Remote) != 0
}

var (
	ipMTU         = option(spec.SolIP, spec.IPMtu)
	ipMTUDiscover = option(spec.SolIP, spec.IPMtuDiscover)
)

var mtuOptions = []Rule{
	{Name: "setsockopt/IP_MTU/ENOPROTOOPT", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_setsockopt",
		Title: "IP_MTU cannot be set.", when: func(m *move) bool { return ipMTU(m) && plainPath(m) }, then: fails(spec.ENOPROTOOPT)},
	{Name: "getsockopt/IP_MTU/ENOTCONN", Class: Shall, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_getsockopt",
		Title: "A socket without a route to a peer has no IP_MTU.", when: func(m *move) bool { return ipMTU(m) && plainPath(m) && pathless(m) }, then: fails(spec.ENOTCONN)},
	{Name: "getsockopt/IP_MTU", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_getsockopt; RFC 1191",
		Title: "IP_MTU is the MTU of the path to the peer: that of the interface, or what ICMP has said of it.",
		when:  func(m *move) bool { return ipMTU(m) && plainPath(m) && !pathless(m) && pathKnown(m) },
		then:  func(m *move) { m.value(int32(m.pathMTU(m.s.Remote))) }},
	{Name: "setsockopt/IP_MTU_DISCOVER/EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_setsockopt",
		Title: "IP_MTU_DISCOVER takes 0 to 5.", when: func(m *move) bool { return ipMTUDiscover(m) && plainPath(m) && (m.c.Value < 0 || m.c.Value > 5) }, then: fails(spec.EINVAL)},
	{Name: "setsockopt/IP_MTU_DISCOVER", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7)",
		Title: "IP_MTU_DISCOVER says whether datagrams are fragmented, and whether the socket is told of the path.",
		when:  func(m *move) bool { return ipMTUDiscover(m) && plainPath(m) && dgram(m) && m.c.Value <= 2 },
		then: func(m *move) {
			m.s.assign(NeverDiscover, m.c.Value == 0)
			m.s.assign(NeverFragment, m.c.Value == 2)
			m.ret(0)
		}},
	{Name: "getsockopt/IP_MTU_DISCOVER", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "ip(7)",
		Title: "IP_MTU_DISCOVER can be read back.", when: func(m *move) bool { return ipMTUDiscover(m) && plainPath(m) },
		then: func(m *move) {
			switch {
			case m.s.has(NeverDiscover):
				m.value(0)
			case m.s.has(NeverFragment):
				m.value(2)
			default:
				m.value(1)
			}
		}},
}

// datagramTooLong comes before what a datagram needs of the socket.
var datagramTooLong = Rule{
	Name: "/dgram/EMSGSIZE", Class: Shall, For: forLinux, Evidence: "ip(7); Linux 6.18, __ip_append_data",
	Title: "With IP_PMTUDISC_DO a datagram to the peer that is longer than the path allows fails.", of: dgrams, in: []TCP{Established},
	when: func(m *move) bool {
		return m.s.has(NeverFragment|NeverDiscover) && !named(m) && m.s.has(NeverFragment) && plainPath(m) && pathKnown(m) && m.sendRoute() == spec.ENONE &&
			m.c.Len+headersUDP > int32(m.pathMTU(m.s.Remote))
	},
	then: func(m *move) { m.fail(spec.EMSGSIZE) },
}

// untold: the socket is not to be told of the path.
func untold(m *move) bool {
	return m.s.has(NeverDiscover) && m.s.Kind == KindDgram && m.f.Proto == ProtoICMP && tooBig(m)
}

// segmentMax is how much data is sure to go in one segment.
func (m *move) segmentMax() uint16 {
	if m.w.Paths != [3]uint16{} || m.w.Env.MTU != 0 {
		return min(m.s.MSS, mtuLeast-60) // less the longest headers with timestamps
	}
	return m.s.MSS
}

// learnPathUnconnected is learnPath for a datagram socket without a peer, which is
// not told.
func (m *move) learnPathUnconnected() {
	q := &m.f.Quote
	back := Frame{Proto: q.Proto, Src: q.Dst, SPort: q.DPort, Dst: q.Src, DPort: q.SPort}
	if m.s == nil && q.Proto == ProtoUDP && m.w.udpReceiver(&back) >= 0 {
		m.learnPath()
	}
}
