// Package timer keeps the deadlines of many connections: which comes first, in
// virtual or real time. It has no clock and no goroutine.
package timer

import "time"

// Heap holds at most one deadline for each id. Ids are small non-negative
// integers, such as the slot of a connection in a table. The zero Heap is
// empty. Deadlines come out in order of time; among equal times the one set last
// comes first, as it does in the timer wheel of Linux (enqueue_timer).
//
// It is made for deadlines that are put off far more often than they expire,
// as retransmission timers are: putting one off only notes the new time, and
// the entry moves when it reaches the top.
type Heap struct {
	entries []entry // a 4-ary heap
	slots   []slot  // by id
	sets    int32   // how many deadlines were set, modulo 2^32
}

// entry is a deadline in the heap. Its key is never later than the deadline.
type entry struct {
	key time.Duration
	id  int32
	set int32 // its number among the deadlines set
}

// slot is where an id's entry is (index + 1; 0: it has none) and the deadline.
type slot struct {
	at  time.Duration
	pos int32
	set int32
}

// arity of the heap: four children fit one cache line of 16-byte entries.
const arity = 4

// Len is how many ids have a deadline.
func (h *Heap) Len() int { return len(h.entries) }

// Set sets the deadline of id, in place of one it may have. Setting the same
// time again changes nothing.
func (h *Heap) Set(id int, at time.Duration) {
	for id >= len(h.slots) {
		h.slots = append(h.slots, slot{})
	}
	s := &h.slots[id]
	if s.pos != 0 && s.at == at {
		return
	}
	h.sets++
	s.at, s.set = at, h.sets
	if s.pos == 0 {
		h.entries = append(h.entries, entry{at, int32(id), s.set})
		s.pos = int32(len(h.entries))
		h.up(len(h.entries) - 1)
		return
	}
	if i := int(s.pos) - 1; at <= h.entries[i].key {
		h.entries[i].key, h.entries[i].set = at, s.set
		h.up(i)
	}
}

// Clear removes the deadline of id, if it has one.
func (h *Heap) Clear(id int) {
	if id >= len(h.slots) || h.slots[id].pos == 0 {
		return
	}
	i, last := int(h.slots[id].pos)-1, len(h.entries)-1
	h.slots[id].pos = 0
	moved := h.entries[last]
	h.entries = h.entries[:last]
	if i == last {
		return
	}
	h.entries[i] = moved
	h.slots[moved.id].pos = int32(i) + 1
	h.down(i)
	h.up(i)
}

// At is the deadline of id; ok is false if it has none.
func (h *Heap) At(id int) (at time.Duration, ok bool) {
	if id >= len(h.slots) || h.slots[id].pos == 0 {
		return 0, false
	}
	return h.slots[id].at, true
}

// Deadline is the first deadline of all; ok is false if there is none.
func (h *Heap) Deadline() (at time.Duration, ok bool) {
	if len(h.entries) == 0 {
		return 0, false
	}
	h.settle()
	return h.entries[0].key, true
}

// Expired takes out the first deadline if it is not after now, and says whose
// it was.
func (h *Heap) Expired(now time.Duration) (id int, ok bool) {
	if at, some := h.Deadline(); !some || at > now {
		return 0, false
	}
	id = int(h.entries[0].id)
	h.Clear(id)
	return id, true
}

// Reset removes all deadlines and keeps the memory.
func (h *Heap) Reset() {
	h.entries = h.entries[:0]
	clear(h.slots)
}

// CopyTo makes dst a copy that shares nothing with h.
func (h *Heap) CopyTo(dst *Heap) {
	dst.entries = append(dst.entries[:0], h.entries...)
	dst.slots = append(dst.slots[:0], h.slots...)
	dst.sets = h.sets
}

// settle moves entries that were put off down until the first one is exact.
func (h *Heap) settle() {
	for {
		top := &h.entries[0]
		s := &h.slots[top.id]
		if s.at == top.key && s.set == top.set {
			return
		}
		top.key, top.set = s.at, s.set
		h.down(0)
	}
}

func (e entry) before(f entry) bool {
	return e.key < f.key || e.key == f.key && e.set-f.set > 0
}

func (h *Heap) up(i int) {
	e := h.entries[i]
	for i > 0 {
		parent := (i - 1) / arity
		if !e.before(h.entries[parent]) {
			break
		}
		h.entries[i] = h.entries[parent]
		h.slots[h.entries[i].id].pos = int32(i) + 1
		i = parent
	}
	h.entries[i] = e
	h.slots[e.id].pos = int32(i) + 1
}

func (h *Heap) down(i int) {
	e := h.entries[i]
	for {
		first := arity*i + 1
		if first >= len(h.entries) {
			break
		}
		least := first
		for j := first + 1; j < min(first+arity, len(h.entries)); j++ {
			if h.entries[j].before(h.entries[least]) {
				least = j
			}
		}
		if !h.entries[least].before(e) {
			break
		}
		h.entries[i] = h.entries[least]
		h.slots[h.entries[i].id].pos = int32(i) + 1
		i = least
	}
	h.entries[i] = e
	h.slots[e.id].pos = int32(i) + 1
}
