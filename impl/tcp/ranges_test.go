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

// TestSegmentsCountUp: whatever is split, joined, lost and sent again, the counts
// are those of the marks.
func TestSegmentsCountUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sender
		s.start(0, 0)
		una, end := uint32(0), uint32(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := s.count()
			i := s.head
			if n > 0 {
				i += rapid.Uint32Range(0, n-1).Draw(t, "segment")
			}
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				size := rapid.Uint32Range(2, 50).Draw(t, "size")
				s.note(0, end, end+3*size, end+3*size, size)
				end += 3 * size
			case 2:
				if n > 0 {
					s.markLostAt(i)
				}
			case 3:
				if k, ok := s.nextLost(); ok {
					s.at(k).marks |= markAgain | markEver
					s.again++
				}
			case 4:
				if n > 0 && i+1 != s.tail {
					s.join(i, true)
				}
			case 5:
				if n > 0 {
					from := una
					if i != s.head {
						from = s.at(i - 1).end
					}
					if s.at(i).end-from > 1 {
						s.split(0, i, from+1)
					}
				}
			case 6:
				if n > 0 {
					s.uncount(s.at(s.head).marks)
					una = s.at(s.head).end
					s.head++
				}
			}
			if msg := s.miscount(true); msg != "" {
				t.Fatal(msg)
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
