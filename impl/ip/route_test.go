package ip

import (
	"net/netip"
	"testing"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func lab() *Table {
	t := new(Table)
	t.Reset([]netip.Prefix{netip.MustParsePrefix("192.168.0.1/16")}, []Route{
		{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Gateway: addr("192.168.0.2")},
		{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Kind: Unreachable},
		{Prefix: netip.MustParsePrefix("10.1.2.0/24"), Gateway: addr("192.168.0.3")},
		{Prefix: netip.MustParsePrefix("224.0.0.0/4")},
		{Prefix: netip.MustParsePrefix("198.51.100.2/32"), Kind: Prohibit},
		{Prefix: netip.MustParsePrefix("198.51.100.3/32"), Kind: Blackhole},
		{Prefix: netip.MustParsePrefix("198.51.100.4/32"), Kind: Throw},
	})
	return t
}

func TestFind(t *testing.T) {
	table := lab()
	for _, c := range []struct {
		dst, src string
		why      Reason
		kind     Kind
		from     string // source chosen
		hop      string // "" where the packet loops
	}{
		{"10.9.9.9", "0.0.0.0", Reachable, Unicast, "192.168.0.1", "192.168.0.2"},
		{"10.1.2.3", "0.0.0.0", Reachable, Unicast, "192.168.0.1", "192.168.0.3"},
		{"10.1.9.9", "0.0.0.0", HostUnreachable, 0, "", ""},
		{"192.168.7.7", "0.0.0.0", Reachable, Unicast, "192.168.0.1", "192.168.7.7"},
		{"192.168.0.0", "0.0.0.0", Reachable, Unicast, "192.168.0.1", "192.168.0.0"},
		{"192.168.0.1", "0.0.0.0", Reachable, Local, "192.168.0.1", ""},
		{"192.168.0.1", "127.0.0.1", Reachable, Local, "127.0.0.1", ""},
		{"127.3.2.1", "0.0.0.0", Reachable, Local, "127.0.0.1", ""},
		{"127.255.255.255", "0.0.0.0", Reachable, Broadcast, "127.0.0.1", ""},
		{"0.0.0.0", "0.0.0.0", Reachable, Local, "127.0.0.1", ""},
		{"0.0.0.0", "192.168.0.1", Reachable, Local, "192.168.0.1", ""},
		{"192.168.255.255", "0.0.0.0", Reachable, Broadcast, "192.168.0.1", "192.168.255.255"},
		{"255.255.255.255", "0.0.0.0", NoRoute, 0, "", ""},
		{"255.255.255.255", "192.168.0.1", Reachable, Broadcast, "192.168.0.1", "255.255.255.255"},
		{"224.0.0.9", "0.0.0.0", Reachable, Multicast, "192.168.0.1", "224.0.0.9"},
		{"198.51.100.2", "0.0.0.0", Prohibited, 0, "", ""},
		{"198.51.100.4", "0.0.0.0", NoRoute, 0, "", ""},
		{"203.0.113.1", "0.0.0.0", NoRoute, 0, "", ""},
		{"10.9.9.9", "127.0.0.1", MartianSource, Unicast, "127.0.0.1", "192.168.0.2"},
		{"10.9.9.9", "192.168.0.9", ForeignSource, 0, "", ""},
	} {
		p, why := table.Find(addr(c.dst), addr(c.src))
		if why != c.why {
			t.Errorf("%s from %s: reason %d, want %d", c.dst, c.src, why, c.why)
			continue
		}
		if c.from == "" {
			continue
		}
		if p.Kind != c.kind || p.Src != addr(c.from) || p.Loops != (c.hop == "") {
			t.Errorf("%s from %s: kind %d source %v loops %v, want %d %s %v", c.dst, c.src, p.Kind, p.Src, p.Loops, c.kind, c.from, c.hop == "")
		}
		if c.hop != "" && p.NextHop != addr(c.hop) {
			t.Errorf("%s from %s: next hop %v, want %s", c.dst, c.src, p.NextHop, c.hop)
		}
	}
	if p, why := table.Find(addr("198.51.100.3"), any4); why != Blackholed || p.Kind != Blackhole || !p.Src.IsValid() {
		t.Errorf("blackhole: %+v, %d, want a path to nowhere besides the reason", p, why)
	}
}

var any4 = netip.IPv4Unspecified()

func TestLinkDownTakesItsRoutesAway(t *testing.T) {
	table := lab()
	before := table.Epoch()
	table.SetLink(false)
	if _, why := table.Find(addr("10.9.9.9"), any4); why != NoRoute {
		t.Errorf("route over a NIC that is down: reason %d, want none", why)
	}
	if _, why := table.Find(addr("10.1.9.9"), any4); why != HostUnreachable {
		t.Errorf("an unreachable route: reason %d, want it to stay", why)
	}
	if _, why := table.Find(addr("192.168.0.1"), any4); why != Reachable {
		t.Errorf("the host's own address: reason %d, want reachable", why)
	}
	if table.Epoch() == before {
		t.Error("the epoch is the same, want another: cached paths are stale")
	}
}

func TestAccepts(t *testing.T) {
	table := lab()
	for _, c := range []struct {
		src, dst string
		kind     Kind
		ok       bool
	}{
		{"10.9.9.9", "192.168.0.1", Local, true},
		{"10.9.9.9", "192.168.255.255", Broadcast, true},
		{"10.9.9.9", "255.255.255.255", Broadcast, true},
		{"10.9.9.9", "224.0.0.1", Multicast, true},
		{"10.9.9.9", "192.168.0.7", 0, false},
		{"10.9.9.9", "127.0.0.1", 0, false},
		{"127.0.0.1", "192.168.0.1", 0, false},
		{"192.168.0.1", "192.168.0.1", 0, false},
		{"224.0.0.1", "192.168.0.1", 0, false},
		{"255.255.255.255", "192.168.0.1", 0, false},
	} {
		if kind, ok := table.Accepts(addr(c.src), addr(c.dst)); ok != c.ok || kind != c.kind {
			t.Errorf("from %s to %s: %d %v, want %d %v", c.src, c.dst, kind, ok, c.kind, c.ok)
		}
	}
}
