package model

import "github.com/connspec/connspec/spec"

// SO_BINDTODEVICE over IPv4. A route is looked for on the device alone, and
// where there is none the destination is taken to be on the link (Linux 6.18,
// ip_route_output_key_hash_rcu): so a socket bound to the interface of the wire
// reaches what has no route, and one bound to lo sends into nothing.

func bindsDevice(m *move) bool {
	return sockopt(spec.SoBindtodevice)(m) && !m.s.unix() && !m.s.has(Raw)
}

var deviceOptions = []Rule{
	{Name: "setsockopt/SO_BINDTODEVICE/ENODEV", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "socket(7); Linux 6.18, sock_setbindtodevice",
		Title: "A name that no interface has fails.",
		when:  all(bindsDevice, func(m *move) bool { return spec.Device(m.c.Value) == spec.DeviceAbsent }), then: fails(spec.ENODEV)},
	{Name: "setsockopt/SO_BINDTODEVICE/left-out", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux,
		Title: "A device for a socket with an attempt, a connection or a peer is not modelled.", when: all(bindsDevice, not(state(Closed))), then: leaves(LeftOption)},
	{Name: "setsockopt/SO_BINDTODEVICE", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "socket(7); Linux 6.18, sock_bindtoindex",
		Title: "SO_BINDTODEVICE names the interface that the socket sends and receives by; the empty name takes it off.",
		when:  bindsDevice, then: func(m *move) { m.s.Dev = spec.Device(m.c.Value); m.ret(0) }},
	{Name: "getsockopt/SO_BINDTODEVICE", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "socket(7)",
		Title: "SO_BINDTODEVICE can be read back.", when: bindsDevice, then: func(m *move) { m.value(int32(m.s.Dev)) }},
}

// onDevice: an IPv4 socket that is bound to an interface.
func onDevice(m *move) bool {
	return m.s != nil && m.s.Family == spec.AFInet && m.s.Dev != spec.DeviceNone
}

// offRoute: the destination has no route on the socket's device.
func offRoute(m *move) bool { return onDevice(m) && m.lacksRoute(m.c.To.Addr) }

// lacksRoute: nor has an address, on the device of m.s.
func (m *move) lacksRoute(a Addr) bool {
	r := m.route(a)
	return r == routeUnicast && m.s.Dev == spec.DeviceLo || r == routeNone || r == routeUnreachable || r == routeProhibit || r == routeBlackhole
}

// deviceDown: the socket is bound to the interface of the wire, which is down,
// and nothing else is changed.
func deviceDown(m *move) bool {
	return onDevice(m) && m.s.Dev == spec.DeviceEth0 && m.w.Env == (Surroundings{Lacks: NoLink}) && !m.s.Local.Loops()
}

var connectDevice = []Rule{
	{Name: "connect/linux/device/ENETUNREACH", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (IFF_UP)",
		Title: "Bound to an interface that is down, connect fails, wherever to.", needs: onLink, when: deviceDown, then: failsRoute(spec.ENETUNREACH)},
	{Name: "connect/linux/device/left-out", Class: Succeed, on: on(spec.OpConnect), For: forLinux,
		Title: "Bound to a device, the addresses of the host and of many are not modelled, nor a changed environment.",
		needs: onLink, when: func(m *move) bool {
			if !onDevice(m) || m.s.Dev == spec.DeviceLo && m.c.To.Addr == AddrLoopback && m.s.Local.Loops() {
				return false
			}
			r := m.route(m.c.To.Addr)
			return !offRoute(m) && r != routeUnicast || m.s.Local.Loops() || m.w.Env != (Surroundings{}) || tupleTaken(m) || tupleWaits(m) || m.s.has(FastConnect)
		}, then: leaves(LeftAddress)},
	{Name: "connect/linux/device/dgram", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (flowi4_oif)",
		Title: "Bound to a device, a datagram socket gets a peer that has no route.", needs: onLink, when: all(dgram, offRoute), then: associate},
	{Name: "connect/linux/device/EINPROGRESS", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (flowi4_oif)",
		Title: "Bound to a device, a non-blocking connect starts an attempt without a route.", needs: onLink, when: all(stream, offRoute, nonblocking),
		then: func(m *move) { m.fail(spec.EINPROGRESS); startAttempt(m) }},
	{Name: "connect/linux/device/wait", Class: Block, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, ip_route_output_key_hash_rcu (flowi4_oif)",
		Title: "Bound to a device, a blocking connect starts an attempt without a route and waits.", needs: onLink, when: all(stream, offRoute), then: startWaiting},
}

var sendDevice = onSend([]Rule{
	{Name: "/dgram/device", Class: Succeed, For: forLinux,
		Title: "What a datagram socket that is bound to a device sends without a route is not modelled.",
		needs: onLink, when: func(m *move) bool {
			return onDevice(m) && dgram(m) && (m.s.Dev == spec.DeviceLo || m.route(m.target()) != routeUnicast)
		}, then: leaves(LeftAddress)},
})

// swallowed: the segment goes into lo, where nobody is for it.
func (s *Socket) swallowed(f *Frame) bool {
	return s.Family == spec.AFInet && s.Dev == spec.DeviceLo && !f.Dst.Local()
}
