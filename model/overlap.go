package model

import "github.com/connspec/connspec/spec"

// Which names of sockets meet, and which frames a name takes, across the two
// Internet families.

// unnamed says whether the socket has no address of its own.
func (s *Socket) unnamed() bool { return s.Local == AddrAny || s.Local == AddrAnyMapped }

// takes says whether a frame to dst is for the socket by its local name, and
// whether that name is exactly dst.
func (s *Socket) takes(dst Addr) (takes, exact bool) {
	switch {
	case s.Local == dst:
		return true, true
	case s.Family != spec.AFInet6:
		return s.Local == AddrAny && !dst.Six(), false
	case s.Local == AddrAny:
		return dst.Six() || !s.has(V6Only), false
	}
	return s.Local == AddrAnyMapped && !dst.Six(), false
}

// four is the IPv4 side of a local name in Linux (inet_rcv_saddr): an IPv6
// address stands there as one that nobody has.
func (s *Socket) four() Addr {
	switch {
	case s.Local == AddrAnyMapped:
		return AddrAny
	case s.Local.Six():
		return AddrUnknown
	}
	return s.Local
}

// overlaps says whether one socket's local name, if it were a, would meet that of
// o (Linux 6.18, inet_rcv_saddr_equal; elsewhere the same but for mapped names).
func (s *Socket) overlaps(a Addr, o *Socket) bool {
	named := *s
	named.Local = a
	if s.Dev != spec.DeviceNone && o.Dev != spec.DeviceNone && s.Dev != o.Dev {
		return false
	}
	if s.Family != spec.AFInet6 || a.Four() && (o.Family != spec.AFInet6 || o.Local.Four()) {
		p, q := named.four(), o.four()
		return !o.has(V6Only) && (p == q || p == AddrAny || q == AddrAny)
	}
	mine, theirs := a == AddrAny, o.Family == spec.AFInet6 && o.Local == AddrAny
	switch {
	case mine && theirs:
		return true
	case theirs && !(o.has(V6Only) && a.Four()):
		return true
	case mine && !(s.has(V6Only) && (o.Family != spec.AFInet6 || o.Local.Four())):
		return true
	}
	return o.Family == spec.AFInet6 && o.Local == a
}

// entrance is the interface that a frame comes in by. One of the host to itself
// comes in by that of its destination (Linux 6.18, ip6_rcv_core).
func (f *Frame) entrance() spec.Device {
	if f.Dst.Loops() || f.Src.Local() && !f.Dst.Six() {
		return spec.DeviceLo
	}
	return spec.DeviceEth0
}

// shutOut: the socket is bound to another interface than the frame came in by.
func (s *Socket) shutOut(f *Frame) bool {
	return s.Dev != spec.DeviceNone && s.Dev != f.entrance()
}

// listenScore says how well a segment fits a listener, 0 for not at all: an
// address of its own counts most, then a family of its own (Linux 6.18,
// inet_lookup_listener).
func (s *Socket) listenScore(f *Frame) int {
	takes, exact := s.takes(f.Dst)
	switch {
	case !takes || s.shutOut(f):
		return 0
	case exact:
		return 3
	case s.Family == spec.AFInet6 && !f.Dst.Six():
		return 1
	}
	return 2
}

// unbounded: the address that a datagram socket of AF_INET6 keeps after AF_UNSPEC
// is no bound for IPv4.
func (s *Socket) unbounded(f *Frame) bool {
	return s.Family == spec.AFInet6 && s.TCP != Established && !f.Dst.Six()
}
