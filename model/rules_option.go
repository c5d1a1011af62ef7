package model

import "github.com/connspec/connspec/spec"

// The options that say how long calls wait and attempts live, how close ends a
// connection, and from where a socket connects.

func sockopt(o spec.SockOption) func(*move) bool { return option(spec.SolSocket, o) }

// wholeTicks: the time is one that the model counts exactly.
func wholeTicks(m *move) bool {
	return m.c.Value >= 0 && m.c.Value <= patienceMax && m.c.Value%Tick == 0
}

func (m *move) value(v int32) { m.result(Return{Value: v}) }

// duration makes the rules of an option that is a time.
func duration(o spec.SockOption, level spec.SockLevel, name, title, evidence string, d Dialects, at func(*Socket) *uint8) []Rule {
	is := option(level, o)
	if level == spec.SolTCP {
		is = all(stream, is)
	}
	return []Rule{
		{Name: "setsockopt/" + name + "-left-out", Class: Succeed, on: on(spec.OpSetsockopt), For: d,
			Title: "A time for " + name + " that the model does not count is not modelled.", when: all(is, not(wholeTicks)), then: leaves(LeftOption), unix: level == spec.SolSocket},
		{Name: "setsockopt/" + name, Class: Succeed, on: on(spec.OpSetsockopt), For: d, Evidence: evidence, Title: title, when: is,
			then: func(m *move) { *at(m.s), m.s.Life = ticks(m.c.Value), 0; m.ret(0) }, unix: level == spec.SolSocket},
		{Name: "getsockopt/" + name, Class: Succeed, on: on(spec.OpGetsockopt), For: d, Evidence: evidence, Title: name + " can be read back.", when: is,
			then: func(m *move) { m.value(int32(*at(m.s)) * Tick) }, unix: level == spec.SolSocket},
	}
}

// onOff makes the rules of an option that is on or off.
func onOff(o spec.SockOption, level spec.SockLevel, f Flags, name, title, evidence string, d Dialects) []Rule {
	is := option(level, o)
	return []Rule{
		{Name: "setsockopt/" + name, Class: Succeed, on: on(spec.OpSetsockopt), For: d, Evidence: evidence, Title: title, when: is, then: sets(f)},
		{Name: "getsockopt/" + name, Class: Succeed, on: on(spec.OpGetsockopt), For: d, Evidence: evidence, Title: name + " can be read back.", when: is,
			then: func(m *move) { m.boolean(m.s.has(f)) }},
	}
}

// tcpOfDatagram: an option of TCP and an IPv4 datagram socket.
func tcpOfDatagram(m *move) bool {
	return dgram(m) && m.c.Level == spec.SolTCP && m.s.Family == spec.AFInet && !m.s.has(Raw)
}

const forTimes = forAll &^ forTargetTCP // the page has no such options

func sndTimeo(s *Socket) *uint8    { return &s.SndTimeo }
func rcvTimeo(s *Socket) *uint8    { return &s.RcvTimeo }
func userTimeout(s *Socket) *uint8 { return &s.UserTimeout }

var waitOptions = concat(
	duration(spec.SoSndtimeo, spec.SolSocket, "SO_SNDTIMEO", "SO_SNDTIMEO bounds how long send waits, and in Linux connect.",
		"POSIX.1-2008, setsockopt(); Linux 6.18, socket(7)", forTimes, sndTimeo),
	duration(spec.SoRcvtimeo, spec.SolSocket, "SO_RCVTIMEO", "SO_RCVTIMEO bounds how long recv waits, and in Linux accept.",
		"POSIX.1-2008, setsockopt(); Linux 6.18, socket(7)", forTimes, rcvTimeo),
	duration(spec.TCPUserTimeout, spec.SolTCP, "TCP_USER_TIMEOUT", "TCP_USER_TIMEOUT bounds how long an attempt lives.",
		"tcp(7); Linux 6.18, tcp_write_timeout", forLinux, userTimeout),
	onOff(spec.SoKeepalive, spec.SolSocket, Keepalive, "SO_KEEPALIVE", "SO_KEEPALIVE changes nothing about connect.",
		"POSIX.1-2008, setsockopt(); Linux 6.18, tcp_set_keepalive", forTimes),
	onOff(spec.SoReuseport, spec.SolSocket, ReusePort, "SO_REUSEPORT", "SO_REUSEPORT permits bind to a port whose holders all have it.",
		"socket(7); Linux 6.18, inet_csk_get_port; XNU 11417 and FreeBSD 13, in_pcbbind", forLinux|forSockets),
	onOff(spec.IPBindAddressNoPort, spec.SolIP, LatePort, "IP_BIND_ADDRESS_NO_PORT", "IP_BIND_ADDRESS_NO_PORT leaves the port that bind would choose to connect.",
		"ip(7); Linux 6.18, __inet_bind", forLinux),
	[]Rule{
		{Name: "setsockopt/SO_LINGER", Class: Succeed, on: on(spec.OpSetsockopt), For: forTimes, Evidence: "POSIX.1-2008, setsockopt()",
			Title: "SO_LINGER says how the last close ends a connection.", when: all(sockopt(spec.SoLinger), func(m *move) bool { return m.c.Value < 250 }),
			then: func(m *move) { m.s.Linger = uint8(m.c.Value + 1); m.ret(0) }},
		{Name: "getsockopt/SO_LINGER", Class: Succeed, on: on(spec.OpGetsockopt), For: forTimes, Evidence: "POSIX.1-2008, getsockopt()",
			Title: "SO_LINGER can be read back.", when: sockopt(spec.SoLinger), then: func(m *move) { m.value(int32(m.s.Linger) - 1) }},
		{Name: "setsockopt/dgram/ENOPROTOOPT", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, udp_setsockopt, do_ip_setsockopt",
			Title: "A datagram socket takes no options of TCP.", when: tcpOfDatagram, then: fails(spec.ENOPROTOOPT)},
		{Name: "getsockopt/dgram/EOPNOTSUPP", Class: Shall, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "Linux 6.18, udp_getsockopt, do_ip_getsockopt",
			Title: "A datagram socket has no options of TCP.", when: tcpOfDatagram, then: fails(spec.EOPNOTSUPP)},
		{Name: "setsockopt/TCP_SYNCNT-EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, tcp_sock_set_syncnt (MAX_TCP_SYNCNT)",
			Title: "TCP_SYNCNT takes 1 to 127.", when: all(stream, option(spec.SolTCP, spec.TCPSyncnt), func(m *move) bool { return m.c.Value < 1 || m.c.Value > 127 }), then: fails(spec.EINVAL)},
		{Name: "setsockopt/TCP_SYNCNT", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "tcp(7); Linux 6.18, tcp_write_timeout",
			Title: "TCP_SYNCNT says how often a SYN is retransmitted.", when: all(stream, option(spec.SolTCP, spec.TCPSyncnt)),
			then: func(m *move) { m.s.SynCount, m.s.Life = uint8(m.c.Value), 0; m.ret(0) }},
		{Name: "getsockopt/TCP_SYNCNT", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_getsockopt",
			Title: "TCP_SYNCNT can be read back.", when: all(stream, option(spec.SolTCP, spec.TCPSyncnt), func(m *move) bool { return m.s.SynCount != 0 }),
			then: func(m *move) { m.value(int32(m.s.SynCount)) }},
	},
)

func concat(tables ...[]Rule) []Rule {
	var all []Rule
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}
