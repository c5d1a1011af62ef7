package model

import "github.com/connspec/connspec/spec"

// AF_INET6 outside Linux. None of the documents speaks of IPv6; macOS and osx go
// by XNU 11417 and FreeBSD 13 (tcp6_usr_connect, udp6_connect, in6_pcbladdr,
// in6_pcbbind), POSIX by RFC 3493.

const forInet6 = forPOSIX | forSockets

// crosses: the socket has an address of the one family and the destination is of
// the other. The BSDs remember the family of an association after it is gone.
func crosses(m *move) bool {
	if !inet6(m) || m.c.To.Family != spec.AFInet6 {
		return false
	}
	six := !m.destination().Four()
	return six && (m.s.Local.Four() || m.s.Via.Four()) || !six && (m.s.Local.Six() || m.s.Via.Six())
}

// barred: a v4-mapped address for a socket that is for IPv6 only.
func barred(m *move) bool { return mapped(m) && m.s.has(V6Only) }

// unaimed: a link-local address, or a group on the link, that no scope id puts on
// the wire.
func unaimed(m *move) bool {
	return aimed(m) && !(scopeGiven(m) && m.c.To.Scope == spec.DeviceEth0)
}

// pin remembers the family that an association of a datagram socket was of.
func (m *move) pin(dst Addr) {
	if !inet6(m) || m.under(forLinux) {
		return
	}
	m.s.Via = AddrOwn
	if dst.Six() {
		m.s.Via = AddrOwn6
	}
}

// connectInet6 is what connect makes of addresses that are of IPv6 alone: with the
// errors of a stream and of a datagram socket for an address of the family that
// the socket is not of, and for a v4-mapped one that it bars.
func connectInet6(d Dialects, name string, crossed, only [2]spec.Errno) []Rule {
	pre := "connect/" + name + "/inet6/"
	pick := func(e [2]spec.Errno) func(*move) {
		return func(m *move) {
			if stream(m) {
				failsPicky(e[0])(m)
				return
			}
			failsPicky(e[1])(m)
		}
	}
	return needing(six, []Rule{
		{Name: pre + "EAFNOSUPPORT-group", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, tcp6_usr_connect (IN6_IS_ADDR_MULTICAST)",
			Title: "A stream socket cannot connect to an IPv6 group.", of: streams,
			when: all(native, not(wrongFamily), planned(routeMulticast)), then: fails(spec.EAFNOSUPPORT)},
		{Name: pre + "only", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, tcp6_usr_connect, udp6_connect (IN6P_IPV6_V6ONLY)",
			Title: "A v4-mapped address fails on a socket with IPV6_V6ONLY.", when: all(barred, not(inexact), not(portZero)), then: pick(only)},
		{Name: pre + "crossed", Class: Shall, on: on(spec.OpConnect), For: d, Evidence: "XNU 11417 and FreeBSD 13, tcp6_usr_connect, udp6_connect (inp_vflag)",
			Title: "A socket that has an IPv6 address cannot connect over IPv4, nor one with a v4-mapped address over IPv6; a datagram socket holds to the family of its first peer.",
			when:  all(crosses, not(inexact), not(portZero)), then: pick(crossed)},
		{Name: pre + "scope", Class: Succeed, on: on(spec.OpConnect), For: d,
			Title: "A link-local address without the scope id of the wire is not modelled; XNU fails with EINVAL for an interface that there is not, FreeBSD with ENXIO.", when: all(unaimed, not(badPointer), not(inexact), not(wrongFamily)), then: leaves(LeftAddress)},
	})
}

// bindInet6 and what follows it hold what is left out.
var bindInet6 = needing(six, []Rule{
	{Name: "bind/inet6/left-out", Class: Succeed, on: on(spec.OpBind), For: forInet6,
		Title: "Binding to a link-local address without the scope id of the wire, or to a v4-mapped one with IPV6_V6ONLY, is not modelled.",
		when:  anyOf(unaimed, barred), then: leaves(LeftAddress)},
})

var sendInet6 = needing(six, onSend([]Rule{
	{Name: "/dgram/inet6/left-out", Class: Succeed, For: forInet6, only: true,
		Title: "A datagram of an AF_INET6 socket to a link-local address without the scope id of the wire, or to the other family than its own address, is not modelled.",
		of:    dgrams, when: all(named, anyOf(unaimed, barred, crosses)), then: leaves(LeftAddress)},
}))

// connectInet6POSIX: the page knows addresses, and no families within a family.
var connectInet6POSIX = needing(six, []Rule{
	{Name: "connect/posix/unsaid-inet6", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX, Unsaid: forPOSIX,
		Title: "What a link-local address without a scope id means, and a v4-mapped one on a socket that is for IPv6, is not said.",
		when:  anyOf(unaimed, barred, crosses), then: openState},
})
