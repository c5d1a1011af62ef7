package model

import "github.com/connspec/connspec/spec"

// AF_INET6 in Linux 6.18, where it differs from AF_INET: tcp_v6_connect,
// __ip6_datagram_connect, __inet6_bind, udpv6_sendmsg, do_ipv6_setsockopt.

// connectLinux6 stands between the checks of the address's form and those of
// its route.
var connectLinux6 = []Rule{
	{Name: "connect/linux/inet6/ENETUNREACH-group", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v6_connect (IPV6_ADDR_MULTICAST)",
		Title: "A stream socket cannot reach an IPv6 group, with a scope id or without.",
		of:    streams, when: all(native, planned(routeMulticast)), then: fails(spec.ENETUNREACH)},
	{Name: "connect/linux/inet6/EINVAL-other-scope", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, sk_dev_equal_l3scope",
		Title: "A scope id other than the interface that the socket is bound to fails.",
		when:  all(aimed, scopeGiven, func(m *move) bool { return m.s.Dev != spec.DeviceNone && m.s.Dev != m.c.To.Scope }), then: failsBound(spec.EINVAL)},
	{Name: "connect/linux/inet6/EINVAL-no-scope", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v6_connect, __ip6_datagram_connect",
		Title: "A link-local address, or a group on the link, needs a scope id or an interface that the socket is bound to.",
		when:  func(m *move) bool { return aimed(m) && m.device() == spec.DeviceNone }, then: failsBound(spec.EINVAL)},
	{Name: "connect/linux/inet6/ENETUNREACH-only", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v6_connect, __ip6_datagram_connect (ipv6_only_sock)",
		Title: "A v4-mapped address fails on a socket that is for IPv6 only: by IPV6_V6ONLY, or by a bind to an IPv6 address.",
		when:  all(leadsMapped, has(V6Only)), then: failsBound(spec.ENETUNREACH)},
	{Name: "connect/linux/inet6/bare-source", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (saddr)",
		Title: "From a v4-mapped group or 255.255.255.255 an IPv4 destination fails with EINVAL, from another broadcast address with ENETUNREACH.",
		when:  func(m *move) bool { return bareSource(m) && !native(m) }, then: func(m *move) { failsRoute(m.bareError())(m) }},
	{Name: "connect/linux/inet6/ENODEV", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (dev_get_by_index_rcu)",
		Title: "An IPv4 destination of a socket that a scope id has bound to an interface which there is not fails.",
		when:  func(m *move) bool { return inet6(m) && !native(m) && m.s.Dev == spec.DeviceAbsent }, then: failsRoute(spec.ENODEV)},
	{Name: "connect/linux/inet6/device", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "An IPv4 destination of an AF_INET6 socket that is bound to an interface is not modelled.",
		when:  func(m *move) bool { return inet6(m) && !native(m) && m.s.Dev != spec.DeviceNone }, then: leaves(LeftAddress)},
	{Name: "connect/linux/inet6/stand-in", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "A connection within the host over IPv4 from a socket that is bound to an IPv6 address, and has been let out of IPV6_V6ONLY again, is not modelled: it comes from 127.0.0.6.",
		when:  func(m *move) bool { return inet6(m) && !native(m) && standIn(m) && m.destination().Local() }, then: leaves(LeftAddress)},
	{Name: "connect/linux/inet6/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip6_dst_lookup_tail (ip6_route_get_saddr)",
		Title: "A host without any IPv6 address has none to leave from, whatever its routes say.", needs: changed,
		when: all(native, nowhere, func(m *move) bool { return m.device() != spec.DeviceAbsent }), then: failsRoute(spec.EADDRNOTAVAIL)},
	{Name: "connect/linux/inet6/device-changed", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "What routes that have changed come to on one interface alone is not modelled.", needs: changed,
		when: func(m *move) bool { return native(m) && m.device() != spec.DeviceNone && m.w.Env.Routes6 != 0 }, then: leaves(LeftEnv)},
	{Name: "connect/linux/inet6/ENETUNREACH-any", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip6_route_output_flags",
		Cites: cites("linux/errors/ENETUNREACH"),
		Title: "While lo is down :: is as little to be reached as ::1, which it stands for.", needs: changed,
		when: func(m *move) bool { return native(m) && m.c.To.Addr == AddrAny && m.route(AddrLoopback6) == routeNone }, then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/inet6/ENETUNREACH-device", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip6_route_output_flags (RT6_LOOKUP_F_IFACE)",
		Title: "A destination that the interface does not lead to fails; the socket stays bound to the interface that the scope id named.",
		when:  beyondDevice, then: failsRoute(spec.ENETUNREACH)},
}

// nowhere: no interface with an IPv6 address is up, and the socket has none.
func nowhere(m *move) bool {
	return m.w.Env.lacks(NoLink) && m.w.Env.lacks(NoLoopback) && m.s.Local == AddrAny
}

// standIn: bind gave the socket an IPv6 address, for which 127.0.0.6 stands over
// IPv4 (LOOPBACK4_IPV6 of Linux).
func standIn(m *move) bool { return m.s.Local.Six() && m.s.has(AddrLock) }

// bareSource: the socket is bound to a v4-mapped address of many hosts.
func bareSource(m *move) bool { return inet6(m) && m.s.has(Bare) && m.s.Local.Four() }

func (m *move) bareError() spec.Errno {
	if m.s.Local == AddrMulticast || m.s.Local == AddrBroadcast {
		return spec.EINVAL
	}
	return spec.ENETUNREACH
}

// connectLinux6Source comes after the route.
var connectLinux6Source = []Rule{
	{Name: "connect/linux/inet6/EAFNOSUPPORT-mapped-source", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip6_dst_lookup_tail",
		Title: "From a v4-mapped address nothing goes to an IPv6 one.",
		when:  func(m *move) bool { return native(m) && m.s.Local.Four() }, then: failsRoute(spec.EAFNOSUPPORT)},
}

// connectLinux6Mute comes last.
var connectLinux6Mute = []Rule{
	{Name: "connect/linux/inet6/misdirected-within", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "An attempt over IPv6 after one over IPv4 is not modelled within the host, nor after a bind between the two, nor in a changed environment.", of: streams,
		when: all(misdirected, func(m *move) bool {
			return m.w.Env != (Surroundings{}) || m.s.Flow == AddrAny || m.s.Flow.Local() || m.destination().Local() || m.s.has(AddrLock)
		}), then: leaves(LeftAddress)},
	{Name: "connect/linux/inet6/misdirected-EINPROGRESS", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v6_connect (icsk_af_ops stays ipv6_mapped), ip_queue_xmit",
		Title: "After an attempt over IPv4 the SYN of a non-blocking attempt over IPv6 goes to the IPv4 peer of before, with a checksum that is wrong: nobody answers.", of: streams,
		when: all(misdirected, nonblocking), then: func(m *move) { m.fail(spec.EINPROGRESS); startAttempt(m) }},
	{Name: "connect/linux/inet6/misdirected-wait", Class: Block, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_v6_connect (icsk_af_ops stays ipv6_mapped), ip_queue_xmit",
		Title: "After an attempt over IPv4 a blocking attempt over IPv6 waits for an answer that cannot come.", of: streams,
		when: misdirected, then: startWaiting},
}

func misdirected(m *move) bool { return native(m) && m.s.has(MappedOps) }

// misdirect makes a segment of an IPv6 connection what Linux makes of it when the
// socket has gone over IPv4 before: it goes to the IPv4 peer of that time, and its
// checksum is of no address.
func (m *move) misdirect(s *Socket, f *Frame) {
	if s.has(MappedOps) && s.Remote.Six() {
		f.Src, f.Dst, f.Bad = source(s.Flow), s.Flow, true
	}
}

// bindLinux6 stands between the checks of bind's address as such and those that
// look whether the host has it.
var bindLinux6 = []Rule{
	{Name: "bind/linux/inet6/EINVAL-group", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet6_bind (IPV6_ADDR_MULTICAST)",
		Title: "A stream socket cannot be bound to an IPv6 group.",
		when:  func(m *move) bool { return stream(m) && inet6(m) && m.c.To.Addr.route6() == routeMulticast }, then: fails(spec.EINVAL)},
	{Name: "bind/linux/inet6/EINVAL-bound", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet6_bind (sk_state, inet_num)",
		Title: "An AF_INET6 socket that has a port, or an attempt, fails before the address is looked up.",
		needs: six, when: all(inet6, anyOf(has(HasPort), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "bind/linux/inet6/EINVAL-only", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet6_bind (ipv6_only_sock)",
		Title: "A socket that is for IPv6 only cannot be bound to a v4-mapped address.",
		when:  all(mapped, has(V6Only)), then: fails(spec.EINVAL)},
	{Name: "bind/linux/inet6/device", Class: Succeed, on: on(spec.OpBind), For: forLinux,
		Title: "Binding a socket that is bound to an interface to a v4-mapped address is not modelled.",
		when:  func(m *move) bool { return mapped(m) && m.s.Dev != spec.DeviceNone }, then: leaves(LeftAddress)},
	{Name: "bind/linux/inet6/EINVAL-no-scope", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet6_bind",
		Title: "Binding to a link-local address, or to a group on the link, needs a scope id or an interface that the socket is bound to.",
		when:  func(m *move) bool { return aimed(m) && !scopeGiven(m) && m.s.Dev == spec.DeviceNone }, then: fails(spec.EINVAL)},
	{Name: "bind/linux/inet6/ENODEV", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet6_bind (dev_get_by_index_rcu)",
		Title: "A scope id of no interface fails, and the socket is bound to it.",
		when:  func(m *move) bool { return bindsIPv6(m) && m.bindDevice() == spec.DeviceAbsent }, then: failsScoped(spec.ENODEV)},
	{Name: "bind/linux/inet6/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, ipv6_chk_addr",
		Title: "An address that the host does not have, or not on that interface, fails; the socket is bound to the interface that the scope id names.",
		when: func(m *move) bool {
			a, dev := m.c.To.Addr, m.bindDevice()
			elsewhere := (a == AddrLink || a == AddrLoopback6) && dev != spec.DeviceNone && dev != m.leadsTo(a)
			return bindsIPv6(m) && a.route6() != routeMulticast && (m.route(a) != routeLocal || elsewhere)
		}, then: failsScoped(spec.EADDRNOTAVAIL)},
}

// bindsIPv6: bind names an IPv6 address, and no wildcard.
func bindsIPv6(m *move) bool { return inet6(m) && m.c.To.Addr.Six() }

// bindDevice is the interface that the socket is bound to after bind, which lets
// a scope id replace another one.
func (m *move) bindDevice() spec.Device {
	if aimed(m) && scopeGiven(m) {
		return m.c.To.Scope
	}
	return m.s.Dev
}

func failsScoped(e spec.Errno) func(*move) {
	return func(m *move) {
		m.s.Dev = m.bindDevice()
		m.fail(e)
	}
}

// sendLinux6 stands before the checks of sendto's address.
var sendLinux6 = onSend([]Rule{
	{Name: "/dgram/linux/inet6/EINVAL-no-family", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udpv6_sendmsg", only: true,
		Title: "A length without room for a family fails.", of: dgrams, when: all(inet6, named, readable, shorter(2)), then: failsBound(spec.EINVAL)},
	{Name: "/dgram/linux/inet6/ENETUNREACH-only", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udpv6_sendmsg (do_udp_sendmsg)", only: true,
		Title: "An AF_INET or v4-mapped address fails on a socket that is for IPv6 only.",
		of:    dgrams, when: all(named, readable, has(V6Only), anyOf(func(m *move) bool { return inet6(m) && m.c.To.Family == spec.AFInet },
			all(leadsMapped, not(tooShort)))), then: failsBound(spec.ENETUNREACH)},
	{Name: "/dgram/linux/inet6/EINVAL-family", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udpv6_sendmsg", only: true,
		Title: "Another family is an invalid argument.", of: dgrams, when: all(inet6, named, readable, foreignFamily, not(byIPv4)), then: failsBound(spec.EINVAL)},
	{Name: "/dgram/linux/inet6/EINVAL-peer-port", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udpv6_sendmsg, udp_sendmsg",
		Title: "A socket whose IPv4 peer has port 0 cannot send to it.", of: dgrams, in: []TCP{Established},
		when: func(m *move) bool {
			return inet6(m) && !named(m) && !unaddressed(m) && m.s.Remote.Four() && m.s.RPort == PortZero
		}, then: failsBound(spec.EINVAL)},
	{Name: "/dgram/linux/inet6/ENETUNREACH-unspec", Class: Shall, For: forLinux, Evidence: "Linux 6.18, udpv6_sendmsg (AF_UNSPEC)", only: true,
		Title: "With AF_UNSPEC for a destination a v4-mapped peer is looked up among the routes of IPv6.", of: dgrams, in: []TCP{Established},
		when: func(m *move) bool { return unaddressed(m) && m.s.Remote.Four() }, then: failsBound(spec.ENETUNREACH)},
	{Name: "/dgram/linux/inet6/EADDRNOTAVAIL", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip6_dst_lookup_tail (ip6_route_get_saddr)", only: true,
		Title: "A datagram from a host without any IPv6 address has none to leave from.", of: dgrams, needs: changed,
		when: all(native, named, nowhere, readable, not(wrongFamily), not(tooShort), not(aimed), not(portZero), func(m *move) bool { return m.device() == spec.DeviceNone }), then: failsBound(spec.EADDRNOTAVAIL)},
	{Name: "/dgram/linux/inet6/device-changed", Class: Succeed, For: forLinux,
		Title: "What routes that have changed come to on one interface alone is not modelled.", needs: changed,
		when: func(m *move) bool {
			return dgram(m) && inet6(m) && m.w.Env.Routes6 != 0 && m.device() != spec.DeviceNone
		}, then: leaves(LeftEnv)},
	{Name: "/dgram/linux/inet6/route", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip6_sk_dst_lookup_flow; udp_sendmsg",
		Title: "A peer that routing refuses by now fails with its error.", of: dgrams, in: []TCP{Established},
		when: func(m *move) bool { return inet6(m) && !named(m) && m.sendRoute() != spec.ENONE }, then: func(m *move) { failsBound(m.sendRoute())(m) }},
	{Name: "/dgram/linux/inet6/device", Class: Succeed, For: forLinux,
		Title: "A datagram over IPv4 from an AF_INET6 socket that is bound to an interface, or within the host from one that is bound to an IPv6 address, is not modelled; nor is one to an address with another scope id.", when: oddDevice,
		then: leaves(LeftAddress)},
})

// readable: the address has been read, and was not too long for that.
func readable(m *move) bool {
	return m.c.To.Len >= 0 && m.c.To.Len <= 128 && (m.c.To.Len == 0 || !badPointer(m))
}

// oddDevice: which interface a datagram takes is beyond the model.
func oddDevice(m *move) bool {
	if !dgram(m) || !inet6(m) || !named(m) && m.s.TCP != Established {
		return false
	}
	dst := m.target()
	if dst.Four() {
		return m.s.Dev != spec.DeviceNone || standIn(m) && dst.Local()
	}
	return named(m) && dst.scoped() && (m.device() == spec.DeviceNone || scopeGiven(m) && m.c.To.Scope != m.device())
}

// only: the option IPV6_V6ONLY.
var only = option(spec.SolIPv6, spec.IPv6V6only)

var optionRules6 = []Rule{
	{Name: "getsockopt/IPV6_V6ONLY", Class: Succeed, on: on(spec.OpGetsockopt), For: forAll &^ forTargetTCP, Evidence: "RFC 3493, 5.3",
		Title: "IPV6_V6ONLY can be read back; in Linux a bind to an IPv6 address sets it.",
		needs: six, when: all(inet6, only), then: func(m *move) { m.boolean(m.s.has(V6Only)) }},
	{Name: "getsockopt/linux/IPV6_V6ONLY/EOPNOTSUPP", Class: Shall, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "Linux 6.18, do_ip_getsockopt",
		Title: "An AF_INET socket has no IPV6_V6ONLY to read.", when: only, then: fails(spec.EOPNOTSUPP)},
	{Name: "setsockopt/macos/IPV6_V6ONLY/EINVAL-shut", Class: Shall, on: on(spec.OpSetsockopt), For: forMacOS, Evidence: "XNU 11417, sosetoptlock (both halves shut)",
		Title: "A socket shut in both directions does not take IPV6_V6ONLY either.", needs: six, when: all(inet6, only, has(ShutRead), has(ShutWrite)), then: fails(spec.EINVAL)},
	{Name: "setsockopt/linux/IPV6_V6ONLY/EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_ipv6_setsockopt (inet_num)",
		Title: "IPV6_V6ONLY cannot be set on a socket that has a port.", needs: six, when: all(inet6, only, has(HasPort)), then: fails(spec.EINVAL)},
	{Name: "setsockopt/IPV6_V6ONLY/EINVAL-bound", Class: May, on: on(spec.OpSetsockopt), For: forPOSIX | forMacOS | forOSX, Evidence: "FreeBSD 13, ip6_ctloutput; RFC 3493, 5.3",
		Title: "IPV6_V6ONLY may not be set on a socket that has a name.", needs: six, when: all(inet6, only, anyOf(has(HasPort), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "setsockopt/IPV6_V6ONLY", Class: Succeed, on: on(spec.OpSetsockopt), For: forAll &^ forTargetTCP, Evidence: "RFC 3493, 5.3",
		Title: "IPV6_V6ONLY keeps an AF_INET6 socket from IPv4.", needs: six, when: all(inet6, only), then: sets(V6Only)},
	{Name: "setsockopt/linux/IPV6_V6ONLY/ENOPROTOOPT", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, ip_setsockopt",
		Title: "An AF_INET socket has no IPV6_V6ONLY to set.", when: only, then: fails(spec.ENOPROTOOPT)},
}

// sendRoute6 is sendRoute for an IPv6 destination.
func (m *move) sendRoute6(dst Addr) spec.Errno {
	cached := m.s.Dev == spec.DeviceLo && dst.Local() // by the route that connect found, which goes through lo (ip6_sk_dst_check)
	if named(m) && beyondDevice(m) || !named(m) && m.s.Dev != spec.DeviceNone && m.s.Dev != m.leadsTo(dst) && !cached {
		return spec.ENETUNREACH
	}
	if e := m.route(dst).errno(); e != spec.ENONE {
		return e
	}
	if m.s.Local.Four() {
		return spec.EAFNOSUPPORT
	}
	return spec.ENONE
}

// datagramMax is how much a datagram holds without being fragmented.
func (m *move) datagramMax() int32 {
	if m.target().Six() {
		return 1452
	}
	if mtu := m.pathMTU(m.target()); mtu != 0 && mtu != mtuLoopback {
		return int32(mtu) - headersUDP
	}
	if m.w.Paths != [3]uint16{} || m.w.Env.MTU != 0 {
		return int32(mtuLeast) - headersUDP
	}
	return 1472
}
