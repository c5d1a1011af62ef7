package udp

import (
	"net/netip"
	"testing"
)

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func TestQueue(t *testing.T) {
	var q Queue
	next, want := byte(0), byte(0)
	for round := range 500 {
		for range round % 5 {
			if !q.Push(ap("10.0.0.1:1"), []byte{next, next}, 1<<20) {
				t.Fatal("refused within the limit")
			}
			next++
		}
		for range (round + 2) % 5 {
			_, p, ok := q.Peek()
			if !ok {
				break
			}
			if len(p) != 2 || p[0] != want {
				t.Fatalf("datagram %v, want %d twice", p, want)
			}
			q.Pop()
			want++
		}
	}
	q.Reset()
	n := 0
	for q.Push(ap("10.0.0.1:1"), nil, 10*overhead) {
		n++
	}
	if n != 10 {
		t.Fatalf("%d empty datagrams fit, want 10: they cost memory too", n)
	}
}

func TestScorePrefersTheMostSpecific(t *testing.T) {
	src := ap("10.0.0.9:99")
	last := 0
	for _, s := range []struct {
		fit    int
		remote netip.AddrPort
	}{{1, netip.AddrPort{}}, {2, netip.AddrPort{}}, {3, netip.AddrPort{}}, {3, ap("10.0.0.9:0")}, {3, src}} {
		score := Score(s.fit, s.remote, src)
		if score <= last {
			t.Errorf("fit %d connected to %v scores %d, want more than %d", s.fit, s.remote, score, last)
		}
		last = score
	}
	for _, remote := range []string{"10.0.0.8:99", "10.0.0.9:98", "10.0.0.8:0"} {
		if score := Score(3, ap(remote), src); score != 0 {
			t.Errorf("connected to %s scores %d, want 0", remote, score)
		}
	}
}
