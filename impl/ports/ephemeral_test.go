package ports

import "testing"

func TestPickAvoidsRecentChoices(t *testing.T) {
	c := Chooser{First: 100, Last: 109}
	all := func(uint16) bool { return true }
	seen := map[uint16]bool{}
	for range recentMax {
		port, ok := c.Pick(0, all)
		if !ok || seen[port] {
			t.Fatalf("a port is chosen again while others are free: got %d, ok %v", port, ok)
		}
		c.counter = 0 // as for a destination whose search begins at the same place
		seen[port] = true
	}
}

func TestPickTakesARecentChoiceBeforeNone(t *testing.T) {
	c := Chooser{First: 100, Last: 101}
	for i := range 2 * recentMax {
		if port, ok := c.Pick(0, func(p uint16) bool { return p == 101 }); !ok || port != 101 {
			t.Fatalf("pick %d with one port free: got %d, ok %v, want 101", i, port, ok)
		}
	}
}

func TestPickFailsWhenNoneIsFree(t *testing.T) {
	c := Chooser{First: 100, Last: 109}
	if port, ok := c.Pick(3, func(uint16) bool { return false }); ok {
		t.Fatalf("nothing is free: got %d", port)
	}
}
