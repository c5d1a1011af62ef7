package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// Every class is of one family, has a name of its own, and a way.
func TestAddressClasses(t *testing.T) {
	names := map[string]Addr{}
	for a := range AddrCount {
		if other, taken := names[a.String()]; taken || a.String() == "addr?" {
			t.Errorf("class %d is named %q, as is %d", a, a, other)
		}
		names[a.String()] = a
		if a != AddrAny && a != AddrUnknown && a.Four() == a.Six() {
			t.Errorf("%v: of IPv4 %v, of IPv6 %v; want one of them", a, a.Four(), a.Six())
		}
		if a.Six() && source(a).Four() {
			t.Errorf("%v is reached from %v", a, source(a))
		}
	}
}

// Names of the two families meet as Linux has it (ipv6_rcv_saddr_equal).
func TestNamesOverlap(t *testing.T) {
	four := func(a Addr) Socket { return Socket{Family: spec.AFInet, Local: a} }
	six := func(a Addr) Socket { return Socket{Family: spec.AFInet6, Local: a} }
	only := func(a Addr) Socket { return Socket{Family: spec.AFInet6, Local: a, Flags: V6Only} }
	for _, c := range []struct {
		a, b Socket
		want bool
	}{
		{six(AddrAny), four(AddrAny), true},
		{six(AddrAny), four(AddrOwn), true},
		{six(AddrAny), six(AddrAnyMapped), true},
		{six(AddrAny), only(AddrLoopback6), true},
		{only(AddrAny), four(AddrAny), false},
		{only(AddrAny), six(AddrOwn), false},
		{only(AddrAny), only(AddrAny), true},
		{only(AddrAny), only(AddrOwn6), true},
		{only(AddrOwn6), four(AddrAny), false},
		{only(AddrOwn6), only(AddrLoopback6), false},
		{only(AddrOwn6), only(AddrOwn6), true},
		{six(AddrAnyMapped), four(AddrOwn), true},
		{six(AddrAnyMapped), only(AddrOwn6), false},
		{six(AddrOwn), four(AddrOwn), true},
		{six(AddrOwn), four(AddrLoopback), false},
		{four(AddrOwn), four(AddrAny), true},
	} {
		if got := c.a.overlaps(c.a.Local, &c.b); got != c.want {
			t.Errorf("%v of family %v and %v of family %v overlap: %v, want %v", c.a.Local, c.a.Family, c.b.Local, c.b.Family, got, c.want)
		}
		if got := c.b.overlaps(c.b.Local, &c.a); got != c.want {
			t.Errorf("the other way round %v of family %v and %v of family %v overlap: %v, want %v", c.b.Local, c.b.Family, c.a.Local, c.a.Family, got, c.want)
		}
	}
}

// A frame goes to the listener whose name fits it best, across families.
func TestListenersOfBothFamilies(t *testing.T) {
	listener := func(f spec.Family, a Addr, flags Flags) Socket {
		return Socket{Kind: KindStream, TCP: Listen, Family: f, Local: a, LPort: 1, Flags: HasPort | flags}
	}
	four, six, own, only := listener(spec.AFInet, AddrAny, 0), listener(spec.AFInet6, AddrAny, 0), listener(spec.AFInet6, AddrOwn, 0),
		listener(spec.AFInet6, AddrAny, V6Only)
	wire := six
	wire.Dev = spec.DeviceEth0
	for _, c := range []struct {
		dst  Addr
		all  []Socket
		want int
	}{
		{AddrOwn, []Socket{six}, 0},
		{AddrOwn6, []Socket{six}, 0},
		{AddrOwn, []Socket{six, four}, 1},
		{AddrOwn, []Socket{four, own}, 1},
		{AddrOwn6, []Socket{four}, -1},
		{AddrOwn, []Socket{only}, -1},
		{AddrOwn6, []Socket{only}, 0},
		{AddrOwn6, []Socket{wire}, 0},
		{AddrLoopback6, []Socket{wire}, -1},
	} {
		var w World
		copy(w.Sockets[:], c.all)
		f := Frame{Proto: ProtoTCP, Bits: SYN, Src: AddrRemote1, Dst: c.dst, SPort: 2, DPort: 1}
		if got := w.tcpReceiver(&f); got != c.want {
			t.Errorf("a SYN to %v goes to %d of %d listeners, want %d", c.dst, got, len(c.all), c.want)
		}
	}
}

// The kernel's table of ICMPv6 (ground truth, section 6.2).
func TestICMP6OfLinux(t *testing.T) {
	for _, c := range []struct {
		typ, code uint8
		errno     spec.Errno
		hard      bool
	}{
		{1, 0, spec.ENETUNREACH, false}, {1, 1, spec.EACCES, true}, {1, 2, spec.EHOSTUNREACH, false}, {1, 3, spec.EHOSTUNREACH, false},
		{1, 4, spec.ECONNREFUSED, true}, {1, 5, spec.EACCES, true}, {1, 6, spec.EACCES, true}, {1, 7, spec.EPROTO, true},
		{1, 255, spec.EPROTO, true}, {2, 0, spec.EMSGSIZE, true}, {3, 0, spec.EHOSTUNREACH, false}, {3, 1, spec.EHOSTUNREACH, false},
		{4, 0, spec.EPROTO, true}, {4, 3, spec.EPROTO, true},
	} {
		f := Frame{Proto: ProtoICMP6, Type: c.typ, Code: c.code}
		if e, hard, ok := icmpLinux(&f); e != c.errno || hard != c.hard || !ok {
			t.Errorf("type %d, code %d: %v, hard %v, %v; want %v, hard %v", c.typ, c.code, e, hard, ok, c.errno, c.hard)
		}
	}
	if _, _, ok := icmpLinux(&Frame{Proto: ProtoICMP6, Type: 128}); ok {
		t.Error("an echo request means an error")
	}
}
