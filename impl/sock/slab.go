package sock

import (
	"slices"

	"github.com/connspec/connspec/impl/chunk"
)

// slab holds values that are named by a small index and keep their address.
// Index 0 names none. Freed places are used again, last freed first.
type slab[T any] struct {
	items chunk.List[T]
	free  []int32
	live  int // items 1 to live-1 were handed out since the last reset
}

// take hands out a place. What it holds is what its last user left.
func (s *slab[T]) take() (int32, *T) {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i, s.items.At(i)
	}
	if s.live == 0 {
		s.live = 1
	}
	i := int32(s.live)
	s.items.Reach(i)
	s.live++
	return i, s.items.At(i)
}

// at is the value at index i.
func (s *slab[T]) at(i int32) *T { return s.items.At(i) }

// give takes a place back.
func (s *slab[T]) give(i int32) { s.free = append(s.free, i) }

// used is how many places are handed out.
func (s *slab[T]) used() int { return max(s.live-1, 0) - len(s.free) }

// reset takes every place back and keeps the memory.
func (s *slab[T]) reset() { s.free, s.live = s.free[:0], 0 }

func (s *slab[T]) clone(copyTo func(dst, src *T)) slab[T] {
	c := slab[T]{free: slices.Clone(s.free), live: s.live}
	for i := int32(1); i < int32(s.live); i++ {
		c.items.Reach(i)
		copyTo(c.items.At(i), s.items.At(i))
	}
	return c
}

// fifo is a queue of indices in which each stands at most once; the users keep
// the mark that says so.
type fifo struct {
	items []int32
	first int
}

func (q *fifo) push(i int32) { q.items = append(q.items, i) }

func (q *fifo) pop() (int32, bool) {
	if q.first == len(q.items) {
		q.reset()
		return 0, false
	}
	i := q.items[q.first]
	q.first++
	if q.first > 64 && q.first > len(q.items)/2 {
		q.items = append(q.items[:0], q.items[q.first:]...)
		q.first = 0
	}
	return i, true
}

// remove takes i out, wherever it stands.
func (q *fifo) remove(i int32) {
	if k := slices.Index(q.items[q.first:], i); k >= 0 {
		q.items = slices.Delete(q.items, q.first+k, q.first+k+1)
	}
}

// unpop puts back what pop just gave.
func (q *fifo) unpop(i int32) {
	if q.first == 0 {
		q.items = slices.Insert(q.items, 0, i)
		return
	}
	q.first--
	q.items[q.first] = i
}

func (q *fifo) empty() bool { return q.first == len(q.items) }

func (q *fifo) reset() { q.items, q.first = q.items[:0], 0 }

func (q *fifo) clone() fifo { return fifo{items: slices.Clone(q.items[q.first:])} }
