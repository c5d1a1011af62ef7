package ports

import (
	"net/netip"
	"testing"
)

// Names of the two families meet as RFC 3493 section 5.3 has it.
func TestNamesOfBothFamiliesMeet(t *testing.T) {
	four := func(a string) Binding { return Binding{Addr: netip.MustParseAddr(a)} }
	six := func(a string) Binding { return Binding{Addr: netip.MustParseAddr(a).Unmap(), Six: true} }
	only := func(a string) Binding { b := six(a); b.Only = true; return b }
	wired := func(b Binding, dev uint32) Binding { b.Dev = dev; return b }
	for _, c := range []struct {
		a, b Binding
		want bool
	}{
		{six("::"), four("0.0.0.0"), true},
		{six("::"), four("192.168.0.1"), true},
		{six("::"), six("::ffff:0.0.0.0"), true},
		{six("::"), only("::1"), true},
		{only("::"), four("0.0.0.0"), false},
		{only("::"), six("::ffff:192.168.0.1"), false},
		{only("::"), only("::"), true},
		{only("::"), only("2001:db8::1"), true},
		{only("2001:db8::1"), four("0.0.0.0"), false},
		{only("2001:db8::1"), only("::1"), false},
		{only("2001:db8::1"), only("2001:db8::1"), true},
		{six("::ffff:0.0.0.0"), four("192.168.0.1"), true},
		{six("::ffff:0.0.0.0"), only("2001:db8::1"), false},
		{six("::ffff:192.168.0.1"), four("192.168.0.1"), true},
		{six("::ffff:192.168.0.1"), four("127.0.0.1"), false},
		{four("192.168.0.1"), four("0.0.0.0"), true},
		{wired(six("::"), 1), wired(six("::"), 2), false},
		{wired(six("::"), 1), six("::"), true},
	} {
		if got := c.a.meets(&c.b); got != c.want {
			t.Errorf("%+v meets %+v: %v, want %v", c.a, c.b, got, c.want)
		}
		if got := c.b.meets(&c.a); got != c.want {
			t.Errorf("%+v meets %+v: %v, want %v", c.b, c.a, got, c.want)
		}
	}
}

// Of the listeners of a port the one whose name fits best gets a packet.
func TestTheBestNameFitsMost(t *testing.T) {
	own4, own6 := netip.MustParseAddr("192.168.0.1"), netip.MustParseAddr("2001:db8::1")
	any6 := Binding{Addr: netip.IPv6Unspecified(), Six: true}
	only6 := any6
	only6.Only = true
	for _, c := range []struct {
		name string
		b    Binding
		dst  netip.Addr
		want int
	}{
		{"its own", Binding{Addr: own4, Six: true}, own4, 3},
		{"any of the family", Binding{Addr: any4}, own4, 2},
		{"any of both", any6, own4, 1},
		{"any of IPv6", any6, own6, 2},
		{"IPv6 only", only6, own4, 0},
		{"mapped any", Binding{Addr: any4, Six: true}, own4, 1},
		{"mapped any, IPv6", Binding{Addr: any4, Six: true}, own6, 0},
		{"any of IPv4, IPv6", Binding{Addr: any4}, own6, 0},
	} {
		if got := c.b.Fits(c.dst); got != c.want {
			t.Errorf("%s fits %v by %d, want %d", c.name, c.dst, got, c.want)
		}
	}
}
