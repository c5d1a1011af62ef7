package explore

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// What follows a part of a world is looked up, once it was found out with the
// model: the key is all that it may depend on by what [check.Reach] claims. A part
// of the answers is found out again, and compared, as the search goes on.

// beside is how many parts there may be beside one.
const beside = model.SocketsMax - 1

// question is what the stimuli of a reach bring in a part, beside what others show it.
type question struct {
	part, rest uint32
	taken      uint32 // how much of the host
	waits      uint32 // in which calls threads of other parts wait
	reach      check.Reach
	faces      [beside]uint32 // in ascending order
}

func (q *question) hash() uint64 {
	h := mix(uint64(q.part)<<32|uint64(q.rest), uint64(q.taken)<<8|uint64(q.reach)^uint64(q.waits)<<32^0xa0761d6478bd642f)
	if q.reach == check.ReachNames {
		h = mix(h^uint64(q.faces[0]), uint64(q.faces[1])<<32|uint64(q.faces[2])^0xe7037ed1a0b428db)
		h = mix(h, uint64(q.faces[3])<<32|uint64(q.faces[4])^0x8ebc6af09c88c6e3)
	}
	return h
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b)
	return hi ^ lo
}

// answer is what follows.
type answer struct {
	question
	whole       bool // the stimuli reach further after all: each world is to be asked by itself
	transitions int64
	ends        [check.EndCount]int64
	reasons     []reasonCount
	next        []change // the worlds that differ from the one before, each once
}

type reasonCount struct {
	reason model.Reason
	n      int64
}

// change is what becomes of a part: no part, or several.
type change struct {
	rest  uint32
	parts [3]uint32 // 0 is none
	n     uint8
}

func (a *change) compare(b change) int {
	return cmp.Or(cmp.Compare(a.rest, b.rest), slices.Compare(a.parts[:], b.parts[:]))
}

// because counts a reason why a world is not explored further.
func (a *answer) because(why model.Reason) {
	for i := range a.reasons {
		if a.reasons[i].reason == why {
			a.reasons[i].n++
			return
		}
	}
	a.reasons = append(a.reasons, reasonCount{why, 1})
}

// bytes is what the answer takes, roughly.
func (a *answer) bytes() int64 { return 128 + int64(len(a.next))*20 + int64(len(a.reasons))*16 }

// same says whether two answers to a question are alike, and if not in what.
func (a *answer) same(b *answer) string {
	switch {
	case a.whole != b.whole:
		return "whether it reaches further"
	case a.transitions != b.transitions:
		return fmt.Sprintf("transitions, %d and %d", a.transitions, b.transitions)
	case a.ends != b.ends || !slices.Equal(a.reasons, b.reasons):
		return "how transitions end"
	case !slices.Equal(a.next, b.next):
		return "the worlds that follow"
	}
	return ""
}

// answers is a table of answers that workers share without a lock. It grows between depths.
type answers struct {
	table []atomic.Pointer[answer]
	n     atomic.Int64
	bytes atomic.Int64
}

func newAnswers() *answers { return &answers{table: make([]atomic.Pointer[answer], 1<<14)} }

func (t *answers) find(q *question, h uint64) *answer {
	mask := uint64(len(t.table) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		a := t.table[i].Load()
		if a == nil || a.question == *q {
			return a
		}
	}
}

// put keeps an answer, if there is room.
func (t *answers) put(a *answer, h uint64) {
	if t.n.Load()*4 > int64(len(t.table))*3 {
		return
	}
	mask := uint64(len(t.table) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		if t.table[i].CompareAndSwap(nil, a) {
			t.n.Add(1)
			t.bytes.Add(a.bytes())
			return
		}
		if t.table[i].Load().question == a.question {
			return
		}
	}
}

// grow makes room. Nobody else may use the table.
func (t *answers) grow() {
	if t.n.Load()*3 < int64(len(t.table)) {
		return
	}
	old := t.table
	t.table = make([]atomic.Pointer[answer], 4*len(old))
	mask := uint64(len(t.table) - 1)
	for i := range old {
		a := old[i].Load()
		if a == nil {
			continue
		}
		j := a.question.hash() & mask
		for t.table[j].Load() != nil {
			j = (j + 1) & mask
		}
		t.table[j].Store(a)
	}
}
