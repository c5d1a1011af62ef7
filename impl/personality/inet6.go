package personality

import "github.com/connspec/connspec/spec"

// Inet6 is how a system's AF_INET6 sockets differ from its AF_INET ones, where RFC
// 3493 leaves it open or the system does as it likes.
type Inet6 struct {
	None bool // the system has no AF_INET6
	// ShortName: an address without the scope id will do, as in RFC 2133.
	ShortName bool
	// ScopeBinds: a scope id with a link-local address binds the socket to that
	// interface; without either the address means nobody (__ip6_datagram_connect).
	ScopeBinds bool
	// NamesIPv4: a datagram socket takes AF_INET addresses for what they map to.
	NamesIPv4 bool
	// FollowsSource: the wildcard stands for 127.0.0.1 on a socket that is bound
	// over IPv4, else for ::1.
	FollowsSource bool
	// BindSetsOnly: bind to an IPv6 address sets IPV6_V6ONLY.
	BindSetsOnly bool
	// FixedOnly: IPV6_V6ONLY cannot be set on a socket that has a port.
	FixedOnly bool
	// KeepsPeer: AF_UNSPEC takes a datagram socket's IPv4 peer away, and leaves
	// the IPv6 one to choose what is received (__udp_disconnect).
	KeepsPeer bool
	// LastsFamily: a datagram socket holds to the family of its first peer.
	LastsFamily bool
	// UnspecIsNone: sendto of a datagram with AF_UNSPEC is send.
	UnspecIsNone bool
	// Misdirects: after an attempt over IPv4 the SYNs of one over IPv6 go to the
	// peer of before (icsk_af_ops stays ipv6_mapped).
	Misdirects bool

	// Errors of connect for a stream and a datagram socket: to a v4-mapped address
	// with IPV6_V6ONLY, and to the other family than its own address is of.
	Only, Crossed [2]spec.Errno
	Unaimed       spec.Errno // link-local without the scope id of an interface

	Unreachable [8]Reaction // ICMPv6 type 1 by code, the last for all above; on SYN-SENT
	Exceeded    [2]Reaction // type 3 by code
	Problem     [4]Reaction // type 4 by code, the last for all above
	// TooBig is what a "packet too big" does to an associated datagram socket.
	TooBig Reaction
	// TellsAll: an associated datagram socket hears of soft errors too.
	TellsAll bool
	// HardAlways: a stream in SYN-SENT takes every message for hard.
	HardAlways bool
}

// inet6Linux: icmpv6_err_convert and the functions named above.
var inet6Linux = Inet6{
	ShortName: true, ScopeBinds: true, NamesIPv4: true, FollowsSource: true, BindSetsOnly: true, FixedOnly: true, KeepsPeer: true,
	UnspecIsNone: true, Misdirects: true,
	Only: [2]spec.Errno{spec.ENETUNREACH, spec.ENETUNREACH}, Unaimed: spec.EINVAL,
	Unreachable: [8]Reaction{
		{Errno: spec.ENETUNREACH, Soft: true},
		{Errno: spec.EACCES},
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED},
		{Errno: spec.EACCES},
		{Errno: spec.EACCES},
		{Errno: spec.EPROTO},
	},
	Exceeded:   [2]Reaction{{Errno: spec.EHOSTUNREACH, Soft: true}, {Errno: spec.EHOSTUNREACH, Soft: true}},
	Problem:    [4]Reaction{{Errno: spec.EPROTO}, {Errno: spec.EPROTO}, {Errno: spec.EPROTO}, {Errno: spec.EPROTO}},
	TooBig:     Reaction{Errno: spec.EMSGSIZE},
	HardAlways: true,
}

// inet6XNU: tcp6_ctlinput looks codes up in the map of IPv4; the addresses are
// those of tcp6_usr_connect, udp6_connect and in6_embedscope.
var inet6XNU = Inet6{
	LastsFamily: true, TellsAll: true, FixedOnly: true,
	Only:    [2]spec.Errno{spec.EAFNOSUPPORT, spec.EAFNOSUPPORT},
	Crossed: [2]spec.Errno{spec.EAFNOSUPPORT, spec.EINVAL},
	Unaimed: spec.EINVAL,
	Unreachable: [8]Reaction{
		{Errno: spec.ENETUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED, Soft: true},
		{Errno: spec.ENOPROTOOPT, Soft: true},
		{Errno: spec.ENETUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED},
	},
	Exceeded: [2]Reaction{{Errno: spec.EHOSTUNREACH}},
	TooBig:   Reaction{Errno: spec.EMSGSIZE},
	Problem:  [4]Reaction{{Errno: spec.ENOPROTOOPT, Soft: true}, {Errno: spec.ECONNREFUSED, Soft: true}, {Errno: spec.ENOPROTOOPT, Soft: true}},
}

// inet6BSD: icmp6_notify_error and inet6ctlerrmap of FreeBSD 13.
var inet6BSD = Inet6{
	LastsFamily: true, TellsAll: true, FixedOnly: true,
	Only:    [2]spec.Errno{spec.EINVAL, spec.EINVAL},
	Crossed: [2]spec.Errno{spec.EAFNOSUPPORT, spec.EAFNOSUPPORT},
	Unaimed: spec.EINVAL,
	Unreachable: [8]Reaction{
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED},
		{Errno: spec.ENOPROTOOPT, Soft: true},
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED},
	},
	Exceeded: [2]Reaction{{Errno: spec.EHOSTUNREACH}},
	TooBig:   Reaction{Errno: spec.EMSGSIZE},
	Problem:  [4]Reaction{{Errno: spec.ENOPROTOOPT, Soft: true}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ENOPROTOOPT, Soft: true}},
}

// inet6POSIX: the page knows IPv6 from <netinet/in.h> alone. Errors mean what they
// mean over IPv4.
var inet6POSIX = Inet6{
	Only:    [2]spec.Errno{spec.EADDRNOTAVAIL, spec.EADDRNOTAVAIL},
	Crossed: [2]spec.Errno{spec.EADDRNOTAVAIL, spec.EADDRNOTAVAIL},
	Unaimed: spec.EADDRNOTAVAIL,
	Unreachable: [8]Reaction{
		{Errno: spec.ENETUNREACH, Soft: true},
		{Errno: spec.EACCES, Soft: true},
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.EHOSTUNREACH, Soft: true},
		{Errno: spec.ECONNREFUSED},
		{Errno: spec.EACCES, Soft: true},
		{Errno: spec.EACCES, Soft: true},
		{Errno: spec.EPROTO, Soft: true},
	},
	Exceeded: [2]Reaction{{Errno: spec.EHOSTUNREACH, Soft: true}},
}

// Of is the reaction to an ICMPv6 error but "packet too big".
func (x *Inet6) Of(typ, code uint8) Reaction {
	switch typ {
	case 1:
		return x.Unreachable[min(int(code), len(x.Unreachable)-1)]
	case 3:
		if int(code) < len(x.Exceeded) {
			return x.Exceeded[code]
		}
	case 4:
		return x.Problem[min(int(code), len(x.Problem)-1)]
	}
	return Reaction{}
}
