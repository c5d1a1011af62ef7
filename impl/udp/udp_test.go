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
	src, dst := ap("10.0.0.9:99"), ap("192.168.0.1:53")
	var none netip.AddrPort
	order := []struct{ local, remote netip.AddrPort }{
		{ap("0.0.0.0:53"), none},
		{ap("192.168.0.1:53"), none},
		{ap("192.168.0.1:53"), ap("10.0.0.9:99")},
	}
	last := 0
	for _, s := range order {
		score := Score(s.local, s.remote, src, dst)
		if score <= last {
			t.Errorf("%v connected to %v scores %d, want more than %d", s.local, s.remote, score, last)
		}
		last = score
	}
	for _, s := range []struct{ local, remote netip.AddrPort }{
		{ap("0.0.0.0:54"), none},
		{ap("192.168.0.2:53"), none},
		{ap("192.168.0.1:53"), ap("10.0.0.8:99")},
		{ap("192.168.0.1:53"), ap("10.0.0.9:98")},
	} {
		if score := Score(s.local, s.remote, src, dst); score != 0 {
			t.Errorf("%v connected to %v scores %d, want 0", s.local, s.remote, score)
		}
	}
}
