package model

import "github.com/connspec/connspec/spec"

// ICMPv6 types (RFC 4443).
const (
	icmp6Unreachable  = 1
	icmp6TooBig       = 2
	icmp6TimeExceeded = 3
	icmp6Parameter    = 4
	icmp6PortCode     = 4 // code of icmp6Unreachable
)

// unreach6Linux is tab_unreach of Linux, by code of icmp6Unreachable.
var unreach6Linux = [7]unreach{
	0: {spec.ENETUNREACH, false}, 1: {spec.EACCES, true}, 2: {spec.EHOSTUNREACH, false}, 3: {spec.EHOSTUNREACH, false},
	4: {spec.ECONNREFUSED, true}, 5: {spec.EACCES, true}, 6: {spec.EACCES, true},
}

// icmp6Linux maps a message to an error (Linux 6.18, icmpv6_err_convert).
func icmp6Linux(f *Frame) (e spec.Errno, hard, ok bool) {
	switch f.Type {
	case icmp6Unreachable:
		if int(f.Code) < len(unreach6Linux) {
			u := unreach6Linux[f.Code]
			return u.errno, u.hard, true
		}
		return spec.EPROTO, true, true
	case icmp6TooBig:
		return spec.EMSGSIZE, true, true
	case icmp6TimeExceeded:
		return spec.EHOSTUNREACH, false, true
	case icmp6Parameter:
		return spec.EPROTO, true, true
	}
	return spec.ENONE, false, false
}

// icmp6BSD maps a message to an error: icmp6_input and the error map that each
// system has for IPv6. XNU looks in that of IPv4, in which "administratively
// prohibited" is a protocol that is not there, and refuses nothing by it.
func icmp6BSD(m *move) (e spec.Errno, refuses, ok bool) {
	f := &m.f
	soft := spec.EHOSTUNREACH
	if m.under(forMacOS) {
		soft = spec.ENETUNREACH
	}
	switch f.Type {
	case icmp6Unreachable:
		switch f.Code {
		case 0, 3:
			return soft, false, true
		case 1:
			return spec.ECONNREFUSED, m.under(forOSX), true
		case 2:
			return spec.ENOPROTOOPT, false, true
		case icmp6PortCode:
			return spec.ECONNREFUSED, true, true
		}
	case icmp6TooBig:
		return spec.EMSGSIZE, false, true
	case icmp6TimeExceeded:
		return spec.EHOSTUNREACH, true, f.Code == 0
	case icmp6Parameter:
		if f.Code == 1 {
			return spec.ECONNREFUSED, m.under(forOSX), true
		}
		return spec.ENOPROTOOPT, false, f.Code < 3
	}
	return spec.ENONE, false, false
}

// tooBig: the message is about the size of a packet.
func tooBig(m *move) bool {
	if m.f.Proto == ProtoICMP6 {
		return m.f.Type == icmp6TooBig
	}
	return m.f.Type == icmpUnreachable && m.f.Code == icmpNeedFrag
}

// endsRequest: in Linux the message ends a listener's handshake.
func endsRequest(f *Frame) bool {
	if f.Proto == ProtoICMP6 {
		_, hard, _ := icmp6Linux(f)
		return hard && f.Type != icmp6TooBig
	}
	return f.Type != icmpUnreachable || f.Code <= 1
}
