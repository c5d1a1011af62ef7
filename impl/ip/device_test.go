package ip

import (
	"net/netip"
	"testing"
)

func TestFindOver(t *testing.T) {
	a := netip.MustParseAddr
	var table Table
	table.Reset([]netip.Prefix{netip.MustParsePrefix("192.168.0.1/16")}, []Route{
		{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Gateway: a("192.168.0.2")},
		{Prefix: netip.MustParsePrefix("198.51.100.1/32"), Kind: Unreachable},
	})
	nic, none := table.NIC(), netip.Addr{}
	for _, c := range []struct {
		what     string
		dst, src netip.Addr
		dev      uint32
		hop, own string // next hop and source; empty: no way
		loops    bool
		why      Reason
	}{
		{"a route over the NIC", a("192.0.2.1"), none, nic, "192.168.0.2", "192.168.0.1", false, Reachable},
		{"no route: on the link", a("203.0.113.1"), none, nic, "203.0.113.1", "192.168.0.1", false, Reachable},
		{"a route that refuses is not seen", a("198.51.100.1"), none, nic, "198.51.100.1", "192.168.0.1", false, Reachable},
		{"127.0.0.1 on the wire", a("127.0.0.1"), none, nic, "127.0.0.1", "192.168.0.1", false, Reachable},
		{"the wire by lo", a("192.0.2.1"), none, LoopbackIndex, "192.0.2.1", "192.168.0.1", true, Reachable},
		{"127.0.0.1 by lo", a("127.0.0.1"), none, LoopbackIndex, "", "127.0.0.1", true, Reachable},
		{"from 127.0.0.1 over the wire", a("192.0.2.1"), a("127.0.0.1"), nic, "192.168.0.2", "127.0.0.1", false, MartianSource},
		{"no such interface", a("192.0.2.1"), none, 77, "", "", false, NoDevice},
	} {
		p, why := table.FindOver(c.dst, c.src, c.dev)
		if why != c.why || why == NoDevice {
			if why != c.why {
				t.Errorf("%s: reason %v, want %v", c.what, why, c.why)
			}
			continue
		}
		if p.Src != a(c.own) || p.Loops != c.loops || c.hop != "" && p.NextHop != a(c.hop) {
			t.Errorf("%s: %+v, want from %s by %s, loops %v", c.what, p, c.own, c.hop, c.loops)
		}
	}
	table.SetLink(false)
	if _, why := table.FindOver(a("192.0.2.1"), none, nic); why != NoRoute {
		t.Errorf("over a NIC that is down: reason %v, want NoRoute", why)
	}
}
