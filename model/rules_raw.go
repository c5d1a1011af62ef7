package model

import "github.com/connspec/connspec/spec"

// Raw sockets of Linux, as far as connect touches them: net/ipv4/raw.c of 6.18
// where they differ from datagram sockets. What they receive is not modelled,
// so only protocols that no frame of a script has are.

var socketRaw = []Rule{
	{Name: "socket/raw/EPROTONOSUPPORT", Class: Shall, on: on(spec.OpSocket), For: forLinux, Evidence: "Linux 6.18, inet_create",
		Title: "A raw socket needs a protocol.",
		needs: oddSocket, when: all(wantsRaw, func(m *move) bool { return m.c.Protocol == spec.ProtocolDefault }), then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socket/raw/ok", Class: Succeed, on: on(spec.OpSocket), For: forLinux, Evidence: "Linux 6.18, inet_create (inet_num)",
		Title: "A raw socket has its protocol for a port.",
		needs: oddSocket, when: all(wantsRaw, func(m *move) bool { return m.c.Protocol >= spec.ProtocolTest }), then: newRawSocket},
	{Name: "socket/ping/EACCES", Class: Shall, on: on(spec.OpSocket), For: forLinux, Evidence: "Linux 6.18, ping_init_sock (net.ipv4.ping_group_range is empty)",
		Title: "A datagram socket of ICMP is for the groups that ping_group_range names, and at first that is none.",
		needs: oddSocket, when: func(m *move) bool {
			return wantsPing(m) && !m.w.Env.lacks(Pings)
		}, then: fails(spec.EACCES)},
	{Name: "socket/ping/ok", Class: Succeed, on: on(spec.OpSocket), For: forLinux, Evidence: "Linux 6.18, ping_init_sock",
		Title: "A datagram socket of ICMP is for the groups that ping_group_range names.", needs: oddSocket, when: wantsPing, then: installs(FilePing)},
}

func wantsPing(m *move) bool {
	return m.c.Family == spec.AFInet && m.c.Type == spec.SockDgram && m.c.Protocol == spec.ProtocolICMP
}

func wantsRaw(m *move) bool {
	return (m.c.Family == spec.AFInet || m.c.Family == spec.AFInet6) && m.c.Type == spec.SockRaw
}

func newRawSocket(m *move) {
	slot, ok := m.open(KindDgram)
	if !ok {
		return
	}
	s := &m.w.Sockets[slot]
	s.Family, s.LPort = m.c.Family, m.c.To.Port
	s.set(Raw | Reuse) // INET_PROTOSW_REUSE
	s.assign(Header, m.c.Protocol == spec.ProtocolRaw)
	s.assign(Nonblock, m.c.Nonblock)
	m.ret(m.install(File(slot + 1)))
}

// rawName is the address that bind gives a raw socket: it reads whatever it is
// given as AF_INET.
func (m *move) rawName() Addr {
	switch m.c.To.Family {
	case spec.AFInet, spec.AFUnspec:
		return m.c.To.Addr
	case spec.AFUnix: // the bytes of a path
		return AddrUnknown
	}
	return AddrAny
}

func bindRaw(m *move) {
	a := m.rawName()
	m.s.Local = a
	m.s.assign(Bare, a.Broadcasts() || a == AddrMulticast)
	m.ret(0)
}

// raw6: a raw socket of AF_INET6.
func raw6(m *move) bool { return m.s != nil && m.s.has(Raw) && m.s.Family == spec.AFInet6 }

// bindRaw6 are the rules of bind for one (rawv6_bind).
var bindRaw6 = needing(raw, []Rule{
	{Name: "bind/raw6/EINVAL-address", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, rawv6_bind",
		Title: "A length below that of sockaddr_in6 without the scope id, and another family, fail.",
		when:  all(raw6, anyOf(shorter(24), func(m *move) bool { return m.c.To.Family != spec.AFInet6 })), then: fails(spec.EINVAL)},
	{Name: "bind/raw6/EADDRNOTAVAIL-mapped", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, rawv6_bind (IPV6_ADDR_MAPPED)",
		Title: "A raw socket of AF_INET6 takes no v4-mapped address.", when: all(raw6, mapped), then: fails(spec.EADDRNOTAVAIL)},
	{Name: "bind/raw6/EINVAL-state", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, rawv6_bind",
		Title: "A raw socket that has a peer fails.", when: all(raw6, not(state(Closed))), then: fails(spec.EINVAL)},
	{Name: "bind/raw6/scope", Class: Succeed, on: on(spec.OpBind), For: forLinux,
		Title: "A raw socket bound to an interface, or to an address with a scope, is not modelled.",
		when: all(raw6, func(m *move) bool {
			return m.c.To.Addr.scoped() || m.s.Dev != spec.DeviceNone || m.c.To.Addr == AddrUnknown
		}), then: leaves(LeftAddress)},
	{Name: "bind/raw6/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, rawv6_bind (ipv6_chk_addr)",
		Title: "An address that the host does not have fails; a group is taken.",
		when: all(raw6, func(m *move) bool {
			a := m.c.To.Addr
			return a != AddrAny && m.route(a) != routeLocal && a.route6() != routeMulticast
		}), then: fails(spec.EADDRNOTAVAIL)},
	{Name: "bind/raw6/ok", Class: Succeed, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, rawv6_bind",
		Title: "A raw socket of AF_INET6 takes the address, as often as it is asked, whatever port the argument has.",
		when:  raw6, then: func(m *move) {
			m.s.Local = m.c.To.Addr
			m.s.assign(Bare, m.c.To.Addr.route6() == routeMulticast)
			m.ret(0)
		}},
})

// namedRaw: for a raw socket an address without length is none.
func namedRaw(m *move) bool { return named(m) && m.c.To.Len != 0 }

var sendRaw = onSend([]Rule{
	{Name: "/raw/inet6", Class: Succeed, For: forLinux,
		Title: "What raw sockets of AF_INET6 send is not modelled.", when: raw6, then: leaves(LeftFamily)},
	{Name: "/raw/EINVAL-length", Class: Shall, For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel, raw_sendmsg", only: true,
		Title: "A length below that of sockaddr_in, but for 0, or beyond sockaddr_storage fails.",
		needs: strange, when: all(has(Raw), namedRaw, length(func(n int32) bool { return n < 0 || n > 128 })), then: fails(spec.EINVAL)},
	{Name: "/raw/EFAULT", Class: Shall, For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel", only: true,
		Title: "An address that cannot be read fails.", needs: strange, when: all(has(Raw), namedRaw, badPointer), then: fails(spec.EFAULT)},
	{Name: "/raw/EINVAL-short", Class: Shall, For: forLinux, Evidence: "Linux 6.18, raw_sendmsg", only: true,
		Title: "A length below that of sockaddr_in fails.", needs: strange, when: all(has(Raw), namedRaw, shorter(spec.SizeofSockaddrIn)), then: fails(spec.EINVAL)},
	{Name: "/raw/EAFNOSUPPORT", Class: Shall, For: forLinux, Evidence: "Linux 6.18, raw_sendmsg", only: true,
		Title: "Another family fails; AF_UNSPEC passes for AF_INET.", needs: strange, when: all(has(Raw), namedRaw, foreignFamily), then: fails(spec.EAFNOSUPPORT)},
	{Name: "/raw/EDESTADDRREQ", Class: Shall, For: forLinux, Evidence: "Linux 6.18, raw_sendmsg",
		Title: "Without a peer and without an address send fails.",
		when:  all(has(Raw), not(namedRaw), not(state(Established))), then: fails(spec.EDESTADDRREQ)},
	{Name: "/raw/left-out", Class: Succeed, For: forLinux,
		Title: "Raw packets to the host itself, to many, and from a group or broadcast address, or from a loopback address to many, are not modelled.",
		when:  all(has(Raw), rawOdd), then: leaves(LeftLocalDelivery)},
	{Name: "/raw/route", Class: Shall, For: forLinux, Evidence: "Linux 6.18, raw_sendmsg (ip_route_output_flow)",
		Title: "A destination that routing refuses fails with its error.",
		when:  all(has(Raw), func(m *move) bool { return m.sendRoute() != spec.ENONE }), then: func(m *move) { m.fail(m.sendRoute()) }},
	{Name: "/raw/EINVAL-header", Class: Shall, For: forLinux, Evidence: "Linux 6.18, raw_send_hdrinc",
		Title: "With IPPROTO_RAW less than an IP header fails.",
		when:  all(has(Header), func(m *move) bool { return m.c.Len < 20 }), then: fails(spec.EINVAL)},
	{Name: "/raw/header", Class: Succeed, For: forLinux,
		Title: "What goes out with a header of the program's own is not modelled.", when: has(Header), then: leaves(LeftSegment)},
	{Name: "/raw/ok", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, raw_sendmsg, __ip_append_data (sock_wmalloc)",
		Title: "A raw packet is sent, whatever error is pending and whatever was shut.",
		when:  has(Raw), then: func(m *move) { m.ret(m.c.Len) }},
})

func rawOdd(m *move) bool {
	r := m.route(m.target())
	return r == routeLocal || r == routeMulticast || r == routeUnknown || m.s.has(Bare) ||
		r == routeBroadcast && (m.s.has(CanBcast) || m.s.Local.Loops())
}
