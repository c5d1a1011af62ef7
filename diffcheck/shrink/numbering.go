package shrink

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

const firstFD = 3

// table says which event made each open descriptor, plus one; 0 is closed. Each
// call is taken to succeed: numbers that come out wrong only make a candidate
// that does not fail.
type table [script.FDsMax + firstFD]int

// maker is the event that made fd, or -1.
func (t *table) maker(fd int32) int {
	if fd < 0 || int(fd) >= len(t) {
		return -1
	}
	return t[fd] - 1
}

// apply follows event i and gives the descriptor that it makes, or -1.
func (t *table) apply(e *script.Event, i int) int32 {
	if e.Kind != script.EventCall {
		return -1
	}
	switch e.Call.Op {
	case spec.OpSocket, spec.OpOpen, spec.OpAccept, spec.OpDup:
		if e.Call.Op == spec.OpDup && t.maker(e.Call.FD) < 0 {
			return -1
		}
		for fd := int32(firstFD); int(fd) < len(t); fd++ {
			if t[fd] == 0 {
				t[fd] = i + 1
				return fd
			}
		}
	case spec.OpDup2:
		if to := e.Call.Arg; t.maker(e.Call.FD) >= 0 && to >= firstFD && int(to) < len(t) {
			t[to] = i + 1
			return to
		}
	case spec.OpClose:
		if t.maker(e.Call.FD) >= 0 {
			t[e.Call.FD] = 0
		}
	}
	return -1
}

// forEachFD gives every descriptor among an event's arguments to do, with its
// place among them.
func forEachFD(e *script.Event, do func(n int, fd *int32)) {
	if e.Kind != script.EventCall {
		return
	}
	switch e.Call.Op {
	case spec.OpSocket, spec.OpOpen:
	case spec.OpPoll:
		for i := range e.Call.Poll {
			do(i, &e.Call.Poll[i].FD)
		}
	default:
		do(0, &e.Call.FD)
	}
}

// numbering says of each event which descriptor it makes, and which events made
// those that it uses; -1 for none.
type numbering struct {
	madeBy []int32
	uses   [][]int
}

func newNumbering(events []script.Event) *numbering {
	n := &numbering{madeBy: make([]int32, len(events)), uses: make([][]int, len(events))}
	var t table
	for i := range events {
		forEachFD(&events[i], func(_ int, fd *int32) { n.uses[i] = append(n.uses[i], t.maker(*fd)) })
		n.madeBy[i] = t.apply(&events[i], i)
	}
	return n
}
