package tcp

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/connspec/connspec/impl/wire"
)

// marks is a set of sequence numbers near a base, the plain way.
type marks struct {
	base uint32
	bit  [256]bool
}

func (m *marks) add(left, right uint32) {
	for s := left; s != right; s++ {
		m.bit[s-m.base] = true
	}
}

// runs counts the separate ranges in [base+from, …).
func (m *marks) runs() (n int) {
	for i, b := range m.bit {
		if b && (i == 0 || !m.bit[i-1]) {
			n++
		}
	}
	return n
}

func (m *marks) hasRanges(t *rapid.T, r []wire.SACKBlock) {
	var got marks
	got.base = m.base
	for _, b := range r {
		got.add(b.Left, b.Right)
	}
	if got.bit != m.bit || len(r) != m.runs() {
		t.Fatalf("ranges are %v (base %d), want %d ranges of other numbers", r, m.base, m.runs())
	}
}

// drawRange draws a small range; bases are near the wrap of the numbers.
func drawRange(t *rapid.T, base uint32) (left, right uint32) {
	l := rapid.Uint32Range(0, 200).Draw(t, "left")
	return base + l, base + l + rapid.Uint32Range(1, 40).Draw(t, "len")
}

func TestScoreboardIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := marks{base: uint32(0) - rapid.Uint32Range(0, 256).Draw(t, "base")}
		var s scoreboard
		for range rapid.IntRange(1, 20).Draw(t, "blocks") {
			l, r := drawRange(t, m.base)
			before := m.bit
			m.add(l, r)
			if fresh := s.add(wire.SACKBlock{Left: l, Right: r}); fresh != (before != m.bit) {
				t.Fatalf("add(%d, %d) says %v, want %v", l-m.base, r-m.base, fresh, !fresh)
			}
			m.hasRanges(t, s.r[:s.n])
		}
		una := rapid.Uint32Range(0, 240).Draw(t, "una")
		s.advance(m.base + una)
		clear(m.bit[:una])
		m.hasRanges(t, s.r[:s.n])
		from, to := s.hole(m.base+una, m.base+255)
		for q := m.base + una; q != from; q++ {
			if !m.bit[q-m.base] {
				t.Fatalf("hole begins at %d, want at most %d", from-m.base, q-m.base)
			}
		}
		for q := from; seqLT(q, to); q++ {
			if m.bit[q-m.base] {
				t.Fatalf("hole [%d, %d) has %d in it", from-m.base, to-m.base, q-m.base)
			}
		}
	})
}

func TestReassemblyIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := marks{base: uint32(0) - rapid.Uint32Range(0, 256).Draw(t, "base")}
		var q reassembly
		for range rapid.IntRange(1, 20).Draw(t, "segments") {
			l, r := drawRange(t, m.base)
			m.add(l, r)
			if _, ok := q.add(l, r); !ok {
				t.Fatal("add refuses a range, want it taken")
			}
			m.hasRanges(t, q.r[:q.n])
			if first := q.r[0]; seqGT(first.Left, l) || seqLT(first.Right, r) {
				t.Fatalf("the first range is %v, want the one last changed, [%d, %d)", first, l, r)
			}
		}
		next := rapid.Uint32Range(0, 240).Draw(t, "next")
		want := next
		for i := range m.bit {
			if uint32(i) >= next && m.bit[i] && uint32(i) == want {
				want++
			}
		}
		if got := q.take(m.base + next); got != m.base+want {
			t.Fatalf("take(%d) = %d, want %d", next, got-m.base, want)
		}
	})
}

func TestReassemblyRefusesTooManyRanges(t *testing.T) {
	var q reassembly
	for i := range uint32(reassemblyMax) {
		if _, ok := q.add(10*i, 10*i+5); !ok {
			t.Fatalf("add refuses range %d, want %d taken", i, reassemblyMax)
		}
	}
	if _, ok := q.add(9999, 10000); ok {
		t.Errorf("add takes range %d, want it refused", reassemblyMax)
	}
	if _, ok := q.add(4, 11); !ok || q.n != reassemblyMax-1 {
		t.Errorf("add of a joining range leaves %d ranges, want %d", q.n, reassemblyMax-1)
	}
}
