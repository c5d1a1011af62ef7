package model

import "github.com/connspec/connspec/spec"

// bind in macOS, in the order of its checks: XNU 11417, bind, getsockaddr_s,
// tcp_usr_bind, udp_bind, in_pcbbind.
var bindMacOS = []Rule{
	{Name: "bind/macos/EDESTADDRREQ", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, bind",
		Title: "A null address fails.", needs: unreadable, when: null, then: fails(spec.EDESTADDRREQ), unix: true},
	{Name: "bind/macos/ENAMETOOLONG", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, getsockaddr (SOCK_MAXADDRLEN)",
		Title: "A length beyond 255, negative ones too, fails.",
		needs: oddLength, when: length(func(n int32) bool { return n < 0 || n > 255 }), then: fails(spec.ENAMETOOLONG), unix: true},
	{Name: "bind/macos/EINVAL-no-family", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, getsockaddr_s",
		Title: "A length without room for a family fails.", needs: oddLength, when: shorter(2), then: fails(spec.EINVAL), unix: true},
	{Name: "bind/macos/EFAULT", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, getsockaddr_s",
		Title: "An address that cannot be read fails.", needs: unreadable, when: badPointer, then: fails(spec.EFAULT), unix: true},
	{Name: "bind/macos/EINVAL-dead", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, tcp_usr_bind (INPCB_STATE_DEAD)",
		Title: "A stream socket whose connection ended fails.", of: streams, needs: dead, when: has(Dead), then: fails(spec.EINVAL)},
	{Name: "bind/macos/EAFNOSUPPORT", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, tcp_usr_bind, udp_bind",
		Title: "Another family fails; AF_UNSPEC passes for AF_INET.",
		needs: misfit, when: func(m *move) bool {
			return isSocket(m) && foreignFamily(m) && !(dgram(m) && m.c.To.Family == spec.AFInet6)
		}, then: fails(spec.EAFNOSUPPORT)},
	{Name: "bind/macos/EAFNOSUPPORT-group", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, tcp_usr_bind",
		Title: "A stream socket cannot be bound to a group or to 255.255.255.255.",
		of:    streams, needs: toMany, when: all(not(unspec), to(AddrMulticast, AddrBroadcast)), then: fails(spec.EAFNOSUPPORT)},
	{Name: "bind/macos/EINVAL-bound", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, in_pcbbind",
		Title: "A socket that has a local name fails.", needs: underway | marked | ported, when: all(isSocket, anyOf(has(HasPort|AddrLock), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "bind/macos/EINVAL-length", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, in_pcbbind",
		Title: "Any length but that of sockaddr_in fails.", needs: oddLength, when: all(isSocket, inexact), then: fails(spec.EINVAL)},
	{Name: "bind/macos/inet6/EAFNOSUPPORT-unspec", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, in6_pcbbind",
		Title: "AF_UNSPEC does not pass for AF_INET6.", needs: six, when: all(inet6, unspec), then: fails(spec.EAFNOSUPPORT)},
	{Name: "bind/macos/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, in_pcbbind (ifa_ifwithaddr)",
		Title: "An address that the host does not have fails.",
		needs: distant | unrouted | changed, when: all(isSocket, anyOf(not(planned(routeLocal, routeUnknown, routeBroadcast, routeMulticast)), func(m *move) bool { return m.absent(m.c.To.Addr) })), then: fails(spec.EADDRNOTAVAIL)},
	{Name: "bind/macos/left-out", Class: Succeed, on: on(spec.OpBind), For: forMacOS,
		Title: "Binding to a group, a broadcast or an unknown address, or to a privileged port, is not modelled.",
		needs: low | unrouted | toMany, when: func(m *move) bool {
			return isSocket(m) && (planned(routeUnknown, routeBroadcast, routeMulticast)(m) || m.c.Low)
		}, then: leaves(LeftAddress)},
	{Name: "bind/macos/EADDRINUSE", Class: Shall, on: on(spec.OpBind), For: forMacOS, Evidence: "XNU 11417, in_pcbbind",
		Title: "A port that another socket has on the same address fails; on an overlapping one it needs SO_REUSEADDR.",
		needs: contested, when: taken, then: fails(spec.EADDRINUSE)},
}
