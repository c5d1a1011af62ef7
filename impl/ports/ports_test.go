package ports

import (
	"net/netip"
	"testing"
)

var (
	anyAddr = netip.IPv4Unspecified()
	one     = netip.MustParseAddr("192.168.0.1")
	two     = netip.MustParseAddr("127.0.0.1")
)

func TestConflict(t *testing.T) {
	for _, c := range []struct {
		what     string
		old, new Binding
		want     bool
	}{
		{"same name", Binding{Addr: one}, Binding{Addr: one}, true},
		{"other address", Binding{Addr: one}, Binding{Addr: two}, false},
		{"every address beside one", Binding{Addr: one}, Binding{Addr: anyAddr}, true},
		{"one beside every", Binding{Addr: anyAddr}, Binding{Addr: one}, true},
		{"both reuse", Binding{Addr: one, Reuse: true}, Binding{Addr: one, Reuse: true}, false},
		{"only the new one reuses", Binding{Addr: one}, Binding{Addr: one, Reuse: true}, true},
		{"both reuse, the old one listens", Binding{Addr: one, Reuse: true, Listening: true}, Binding{Addr: one, Reuse: true}, true},
		{"both share", Binding{Addr: one, Share: true, Listening: true}, Binding{Addr: one, Share: true}, false},
		{"only the new one shares", Binding{Addr: one}, Binding{Addr: one, Share: true}, true},
		{"other port", Binding{Addr: one, Port: 2}, Binding{Addr: one}, false},
	} {
		var table Table
		table.Add(c.old)
		if got := table.Conflict(c.new, 0); got != c.want {
			t.Errorf("%s: conflict %v, want %v", c.what, got, c.want)
		}
	}
}

func TestConflictExact(t *testing.T) {
	for _, c := range []struct {
		what     string
		old, new Binding
		want     bool
	}{
		{"same name, both reuse", Binding{Addr: one, Reuse: true}, Binding{Addr: one, Reuse: true}, true},
		{"every address beside one, the new one reuses", Binding{Addr: one}, Binding{Addr: anyAddr, Reuse: true}, false},
		{"every address beside one, the old one reuses", Binding{Addr: one, Reuse: true}, Binding{Addr: anyAddr}, true},
		{"every address beside a listener, the new one reuses", Binding{Addr: one, Listening: true}, Binding{Addr: anyAddr, Reuse: true}, false},
		{"same name, both share", Binding{Addr: one, Share: true}, Binding{Addr: one, Share: true}, false},
		{"every address beside one, the new one shares", Binding{Addr: one}, Binding{Addr: anyAddr, Share: true}, false},
	} {
		table := Table{Exact: true}
		table.Add(c.old)
		if got := table.Conflict(c.new, 0); got != c.want {
			t.Errorf("%s: conflict %v, want %v", c.what, got, c.want)
		}
	}
}

func TestTableListsNewestFirst(t *testing.T) {
	var table Table
	var h [4]Handle
	for i := range h {
		h[i] = table.Add(Binding{Port: 80, Owner: Owner(i)})
	}
	table.Remove(h[1])
	table.Remove(h[3])
	var got []Owner
	for n := table.First(80); n != 0; n = table.Next(n) {
		got = append(got, table.Get(n).Owner)
	}
	if len(got) != 2 || got[0] != 2 || got[1] != 0 {
		t.Fatalf("owners %v, want [2 0]", got)
	}
	table.Remove(h[0])
	table.Remove(h[2])
	if table.First(80) != 0 {
		t.Fatal("an empty port still has a binding")
	}
}

func TestReaddressMakesNewest(t *testing.T) {
	for moved, want := range [][3]Owner{{0, 2, 1}, {1, 2, 0}, {2, 1, 0}} {
		var table Table
		var h [3]Handle
		for i := range h {
			h[i] = table.Add(Binding{Addr: one, Port: 80, Owner: Owner(i)})
		}
		table.Readdress(h[moved], anyAddr)
		var got [3]Owner
		n := table.First(80)
		for i := range got {
			got[i] = table.Get(n).Owner
			n = table.Next(n)
		}
		if got != want || n != 0 || table.Get(h[moved]).Addr != anyAddr {
			t.Errorf("readdressed %d: owners %v at %v, want %v at %v", moved, got, table.Get(h[moved]).Addr, want, anyAddr)
		}
	}
}

func TestChooserTriesTheWholeRange(t *testing.T) {
	c := Chooser{First: 100, Last: 109}
	seen := map[uint16]bool{}
	for range 10 {
		p, ok := c.Pick(7, func(p uint16) bool { return !seen[p] })
		if !ok || p < 100 || p > 109 || seen[p] {
			t.Fatalf("picked %d, %v; want a fresh port of 100 to 109", p, ok)
		}
		seen[p] = true
	}
	if p, ok := c.Pick(7, func(p uint16) bool { return !seen[p] }); ok {
		t.Fatalf("picked %d out of a range that is taken", p)
	}
}
