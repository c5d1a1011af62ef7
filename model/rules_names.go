package model

import "github.com/connspec/connspec/spec"

// getsockname, getpeername, getsockopt, setsockopt.

var nameRules = []Rule{
	{Name: "getsockname/bsd/EINVAL", Class: Shall, on: on(spec.OpGetsockname), For: forOSX | forTargetTCP, also: true, Evidence: "4.4BSD, in_getsockaddr; the pcb may be gone",
		Title: "A dead socket may have no name any more.", needs: marked, when: has(Dead), then: fails(spec.EINVAL)},
	{Name: "getsockname/bsd/half-open", Class: Succeed, on: on(spec.OpGetsockname), For: forSockets,
		Title: "Which address a route that rejects gave to the socket is not modelled.",
		needs: marked, when: all(has(HalfOpen), func(m *move) bool { return m.route(m.s.Remote) != routeBroadcast }), then: leaves(LeftHalfOpen)},
	{Name: "getsockname/ok", Class: Succeed, on: on(spec.OpGetsockname), For: forAll, Evidence: "POSIX.1-2008, getsockname()",
		Title: "getsockname gives the local name; without one, the wildcard and port 0.",
		when:  isSocket, then: func(m *move) { m.name(0, m.s.Local, m.s.LPort) }},
	{Name: "getpeername/linux/ENOTCONN", Class: Shall, on: on(spec.OpGetpeername), For: forLinux, Evidence: "Linux 6.18, inet_getname",
		Title: "A socket without a peer port, or whose TCP is CLOSED or in SYN-SENT, has no peer.",
		when:  func(m *move) bool { return isSocket(m) && (m.s.RPort == PortZero || m.s.TCP.in(Closed, SynSent)) }, then: fails(spec.ENOTCONN)},
	{Name: "getpeername/bsd/EINVAL", Class: Shall, on: on(spec.OpGetpeername), For: forPOSIX | forMacOS | forOSX, also: true, Evidence: "XNU 11417, getpeername (both halves shut)",
		Title: "A socket shut in both directions has no peer any more.", of: streams, needs: marked, when: all(has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL)},
	{Name: "getpeername/unsaid-crossed", Class: May, on: on(spec.OpGetpeername), For: forPOSIX | forTargetTCP, Evidence: "the pages do not say; Linux gives the peer, the BSDs do not",
		Title: "During a simultaneous open the peer may have a name already.", of: streams, in: []TCP{SynReceived},
		then: func(m *move) { m.name(0, m.s.Remote, m.s.RPort) }},
	{Name: "getpeername/bsd/ENOTCONN", Class: Shall, on: on(spec.OpGetpeername), For: forPOSIX | forBerkeley, Evidence: "XNU 11417 and FreeBSD 13, getpeername (SS_ISCONNECTED); POSIX.1-2008, getpeername()",
		Title: "A socket that is not connected has no peer.",
		when: func(m *move) bool {
			return dgram(m) && m.s.TCP != Established || stream(m) && (m.s.TCP.in(Closed, SynSent, SynReceived, Listen) || m.s.Layer == Unconnected)
		}, then: fails(spec.ENOTCONN)},
	{Name: "getpeername/ok", Class: Succeed, on: on(spec.OpGetpeername), For: forAll, Evidence: "POSIX.1-2008, getpeername()",
		Title: "getpeername gives the peer.", when: isSocket, then: func(m *move) { m.name(0, m.s.Remote, m.s.RPort) }},
}

func option(level spec.SockLevel, o spec.SockOption) func(*move) bool {
	return func(m *move) bool { return isSocket(m) && m.c.Level == level && m.c.Option == o }
}

var optionRules = []Rule{
	{Name: "getsockopt/SO_ERROR", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "POSIX.1-2008, getsockopt()",
		Cites: cites("linux/errors/EINPROGRESS-so-error-zero", "linux/errors/EINPROGRESS-so-error-failure"),
		Title: "SO_ERROR gives the pending error and clears it; in Linux a soft error counts.",
		when:  option(spec.SolSocket, spec.SoError), then: soError, unix: true},
	{Name: "getsockopt/SO_TYPE", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "POSIX.1-2008, getsockopt()",
		Title: "SO_TYPE gives the type.", when: option(spec.SolSocket, spec.SoType), then: func(m *move) {
			v := int32(spec.SockStream)
			if m.s.Kind == KindDgram {
				v = int32(spec.SockDgram)
			}
			if m.s.has(Raw) {
				v = int32(spec.SockRaw)
			}
			m.result(Return{Value: v})
		}},
	{Name: "getsockopt/SO_ACCEPTCONN", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "POSIX.1-2008, getsockopt()",
		Title: "SO_ACCEPTCONN says whether the socket listens.",
		when:  option(spec.SolSocket, spec.SoAcceptconn), then: func(m *move) { m.boolean(m.s.TCP == Listen) }, unix: true},
	{Name: "getsockopt/SO_BROADCAST", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "POSIX.1-2008, getsockopt()",
		Title: "SO_BROADCAST can be read back.",
		when:  option(spec.SolSocket, spec.SoBroadcast), then: func(m *move) { m.boolean(m.s.has(CanBcast)) }, unix: true},
	{Name: "getsockopt/SO_REUSEADDR", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "POSIX.1-2008, getsockopt()",
		Title: "SO_REUSEADDR can be read back.",
		when:  option(spec.SolSocket, spec.SoReuseaddr), then: func(m *move) { m.boolean(m.s.has(Reuse)) }, unix: true},
	{Name: "getsockopt/TCP_NODELAY", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll, Evidence: "tcp(7)",
		Title: "TCP_NODELAY can be read back.",
		of:    streams, when: option(spec.SolTCP, spec.TCPNodelay), then: func(m *move) { m.boolean(m.s.has(Nodelay)) }},
	{Name: "getsockopt/TCP_FASTOPEN_CONNECT", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_getsockopt",
		Title: "TCP_FASTOPEN_CONNECT can be read back.",
		of:    streams, when: option(spec.SolTCP, spec.TCPFastopenConnect), then: func(m *move) { m.boolean(m.s.has(FastConnect)) }},

	{Name: "setsockopt/osx/EINVAL", Class: May, on: on(spec.OpSetsockopt), For: forPOSIX | forOSX | forTargetTCP, Evidence: "XNU 11417, sosetoptlock; not in FreeBSD 13; POSIX.1-2008, setsockopt()",
		Title: "A socket shut in both directions may take no options.", needs: marked, when: all(has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL), unix: true},
	{Name: "setsockopt/macos/EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forMacOS, Evidence: "XNU 11417, sosetoptlock (both halves shut)",
		Title: "A socket shut in both directions takes no options.", needs: marked, when: all(has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL), unix: true},
	{Name: "setsockopt/SO_BROADCAST", Class: Succeed, on: on(spec.OpSetsockopt), For: forAll, Evidence: "POSIX.1-2008, setsockopt()",
		Title: "SO_BROADCAST permits broadcast destinations.",
		when:  option(spec.SolSocket, spec.SoBroadcast), then: sets(CanBcast), unix: true},
	{Name: "setsockopt/SO_REUSEADDR-late", Class: Succeed, on: on(spec.OpSetsockopt), For: forPOSIX | forTargetTCP,
		Title: "Whether SO_REUSEADDR counts that is set once the connection is in TIME-WAIT is not modelled.",
		when:  all(option(spec.SolSocket, spec.SoReuseaddr), streamIn(TimeWait)), then: leaves(LeftTupleReuse)},
	{Name: "setsockopt/SO_REUSEADDR", Class: Succeed, on: on(spec.OpSetsockopt), For: forAll, Evidence: "POSIX.1-2008, setsockopt()",
		Title: "SO_REUSEADDR permits bind to a port in use.",
		when:  option(spec.SolSocket, spec.SoReuseaddr), then: sets(Reuse), unix: true},
	{Name: "setsockopt/TCP_NODELAY", Class: Succeed, on: on(spec.OpSetsockopt), For: forAll, Evidence: "tcp(7); Linux 6.18, __tcp_sock_set_nodelay",
		Title: "TCP_NODELAY sends what was held back, and holds nothing back from then on.",
		of:    streams, when: option(spec.SolTCP, spec.TCPNodelay), then: func(m *move) { sets(Nodelay)(m); m.pushHeld(m.s) }},
	{Name: "setsockopt/TCP_FASTOPEN_CONNECT/EINVAL-value", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt",
		Title: "TCP_FASTOPEN_CONNECT takes 0 and 1.",
		of:    streams, when: all(option(spec.SolTCP, spec.TCPFastopenConnect), func(m *move) bool { return m.c.Value < 0 || m.c.Value > 1 }), then: fails(spec.EINVAL)},
	{Name: "setsockopt/TCP_FASTOPEN_CONNECT/EOPNOTSUPP", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt (TFO_CLIENT_ENABLE)",
		Title: "Where the system has Fast Open for clients switched off, TCP_FASTOPEN_CONNECT fails.",
		when:  all(stream, option(spec.SolTCP, spec.TCPFastopenConnect), lacking(NoFastOpen)), then: fails(spec.EOPNOTSUPP)},
	{Name: "setsockopt/TCP_FASTOPEN_CONNECT/EINVAL-state", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt",
		Title: "TCP_FASTOPEN_CONNECT is for a socket without a connection; a listener does not take it either.",
		of:    streams, when: all(option(spec.SolTCP, spec.TCPFastopenConnect), not(state(Closed))), then: fails(spec.EINVAL)},
	{Name: "setsockopt/TCP_FASTOPEN_CONNECT", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt",
		Title: "TCP_FASTOPEN_CONNECT makes connect a Fast Open.",
		of:    streams, when: option(spec.SolTCP, spec.TCPFastopenConnect), then: sets(FastConnect)},
	{Name: "setsockopt/TCP_FASTOPEN/EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt",
		Title: "TCP_FASTOPEN takes a length of 0 or more, for a listener or a socket without a connection.",
		of:    streams, when: all(option(spec.SolTCP, spec.TCPFastopen), func(m *move) bool { return m.c.Value < 0 || !m.s.TCP.in(Closed, Listen) }), then: fails(spec.EINVAL)},
	{Name: "setsockopt/TCP_FASTOPEN", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt; net.ipv4.tcp_fastopen is 1",
		Title: "TCP_FASTOPEN is taken; while the system offers Fast Open to clients alone, a listener goes without.",
		of:    streams, when: option(spec.SolTCP, spec.TCPFastopen), then: succeeds},
}

// optionsLeftOut ends the options.
var optionsLeftOut = []Rule{
	{Name: "getsockopt/left-out", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll,
		Title: "Other options are not modelled.", when: isSocket, then: leaves(LeftOption)},
	{Name: "setsockopt/left-out", Class: Succeed, on: on(spec.OpSetsockopt), For: forAll,
		Title: "Other options are not modelled.", when: isSocket, then: leaves(LeftOption)},
}

func (m *move) boolean(on bool) {
	v := int32(0)
	if on {
		v = 1
	}
	m.result(Return{Value: v})
}

func sets(f Flags) func(*move) {
	return func(m *move) {
		m.s.assign(f, m.c.Value != 0)
		m.ret(0)
	}
}

func soError(m *move) {
	e := m.s.error()
	if e == spec.ENONE && m.s.Soft != spec.ENONE && m.under(forLinux) {
		e, m.s.Soft = m.s.Soft, spec.ENONE
	}
	m.result(Return{Value: int32(e)})
}
