// Package index finds values by a hash: an open-addressing table that holds 32
// bits of the hash and a number for each, and no key. Who looks one up compares
// the keys, which it has anyway; so a table of a million costs 16 MB and nothing
// that a garbage collector must read.
package index

import "slices"

// Table maps hashes to numbers other than 0, any number of them to one hash.
// The zero Table is empty.
type Table struct {
	slots []slot // their number is a power of two, or 0
	len   int
}

type slot struct {
	tag   uint32 // the hash's upper half, whose lower bits say where it belongs
	value int32  // 0: empty
}

// slotsMin is the smallest table; of its slots at most 3 in 4 are taken.
const slotsMin = 8

func tagOf(hash uint64) uint32 { return uint32(hash >> 32) }

// Len is how many numbers the table holds.
func (t *Table) Len() int { return t.len }

// Cursor is a place in the table while one looks through a hash's numbers.
type Cursor uint32

// First is a number with this hash, or 0. There may be others behind, see Next,
// and the table may hold it for another hash of the same upper half.
func (t *Table) First(hash uint64) (int32, Cursor) {
	if len(t.slots) == 0 {
		return 0, 0
	}
	return t.from(tagOf(hash), tagOf(hash))
}

// Next is the number behind the one at c, or 0.
func (t *Table) Next(hash uint64, c Cursor) (int32, Cursor) { return t.from(tagOf(hash), uint32(c)+1) }

func (t *Table) from(tag, i uint32) (int32, Cursor) {
	mask := uint32(len(t.slots)) - 1
	for i &= mask; ; i = (i + 1) & mask {
		if s := t.slots[i]; s.value == 0 || s.tag == tag {
			return s.value, Cursor(i)
		}
	}
}

// Add enters a number.
func (t *Table) Add(hash uint64, value int32) {
	if value == 0 {
		panic("BUG: 0 stands for no number")
	}
	if (t.len+1)*4 > len(t.slots)*3 {
		t.grow()
	}
	t.put(slot{tagOf(hash), value})
	t.len++
}

func (t *Table) put(s slot) {
	mask := uint32(len(t.slots)) - 1
	i := s.tag & mask
	for t.slots[i].value != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *Table) grow() {
	old := t.slots
	t.slots = make([]slot, max(slotsMin, 2*len(old)))
	for _, s := range old {
		if s.value != 0 {
			t.put(s)
		}
	}
}

// Replace puts another number in the place of one with this hash. It says
// whether that was there.
func (t *Table) Replace(hash uint64, old, fresh int32) bool {
	for v, c := t.First(hash); v != 0; v, c = t.Next(hash, c) {
		if v == old {
			t.slots[c].value = fresh
			return true
		}
	}
	return false
}

// Remove takes a number with this hash out. It says whether it was there.
func (t *Table) Remove(hash uint64, value int32) bool {
	for v, c := t.First(hash); v != 0; v, c = t.Next(hash, c) {
		if v == value {
			t.vacate(uint32(c))
			t.len--
			return true
		}
	}
	return false
}

// vacate empties slot i and closes the gap: what follows moves up unless that
// would take it in front of where it belongs (Knuth, volume 3, algorithm 6.4R).
func (t *Table) vacate(i uint32) {
	mask := uint32(len(t.slots)) - 1
	for j := i; ; {
		j = (j + 1) & mask
		s := t.slots[j]
		if s.value == 0 {
			break
		}
		if (j-s.tag)&mask >= (j-i)&mask {
			t.slots[i] = s
			i = j
		}
	}
	t.slots[i] = slot{}
}

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	clear(t.slots)
	t.len = 0
}

// Clone is an independent copy of t.
func (t *Table) Clone() Table { return Table{slots: slices.Clone(t.slots), len: t.len} }
