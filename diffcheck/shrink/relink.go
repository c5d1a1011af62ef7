package shrink

import (
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
)

// relink gives the script less the events from … to-1 and less those that use a
// descriptor made there; the descriptors of the rest get the numbers that they
// have then. It gives nil if those events make none.
func (m *minimizer) relink(from, to int) []script.Event {
	old := newNumbering(m.best.Events)
	drop := make([]bool, len(m.best.Events))
	makes := false
	for i := from; i < to; i++ {
		drop[i] = true
		makes = makes || old.madeBy[i] >= 0
	}
	if !makes {
		return nil
	}
	return m.less(drop)
}

// less is the script without the events in drop and without those that use what
// they made, with descriptors renumbered.
func (m *minimizer) less(drop []bool) []script.Event {
	var kept []script.Event
	var origin []int // where in the whole each of them stood
	old := newNumbering(m.best.Events)
	gone := make([]bool, len(m.best.Events)) // by the event that made a descriptor
	for i := range drop {
		gone[i] = drop[i] && old.madeBy[i] >= 0
	}
	for i, e := range m.events() {
		uses := slices.ContainsFunc(old.uses[i], func(maker int) bool { return maker >= 0 && gone[maker] })
		if drop[i] || uses {
			gone[i] = old.madeBy[i] >= 0 // what is made of it goes too: dup, accept
			continue
		}
		kept = append(kept, e)
		origin = append(origin, i)
	}
	old.renumber(kept, origin)
	return kept
}

// renumber gives the descriptors in kept the numbers that they have without the
// rest; origin says which event of the whole each one was.
func (n *numbering) renumber(kept []script.Event, origin []int) {
	placed := make([]int32, len(n.uses)) // by the event that made it: its number now
	var now table
	for i := range kept {
		e := &kept[i]
		forEachFD(e, func(place int, fd *int32) {
			if maker := n.uses[origin[i]][place]; maker >= 0 && placed[maker] > 0 {
				*fd = placed[maker]
			}
		})
		if fd := now.apply(e, i); fd >= 0 {
			placed[origin[i]] = fd
		}
	}
}
