package check

import (
	"fmt"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Move is one step of a path through the graph of canonical worlds.
type Move struct {
	Stimulus Stimulus
	Choice   uint8 // which of the worlds that may follow
}

// Retrace goes along a path from a fresh host, under the names that things had
// there: visit sees each step as it would happen, with labels that make a script.
func Retrace(d spec.Dialect, sc *Scope, path []Move, visit func(*Step)) error {
	k := NewWalker(d, sc)
	var canonical, plain model.World
	for i, m := range path {
		var after model.World
		found := false
		k.try(&canonical, m.Stimulus, func(s *Step) {
			if s.Choice == m.Choice {
				after, found = *s.After, true
			}
		})
		if !found {
			return fmt.Errorf("step %d of the path cannot be taken", i+1)
		}
		Canonical(&after)
		as := plain
		id := back(m.Stimulus, sc.stimuli[m.Stimulus.Index].about, Canonical(&as))
		found = false
		var next model.World
		k.try(&plain, id, func(s *Step) {
			if found {
				return
			}
			as = *s.After
			if s.End == Goes {
				Canonical(&as)
			}
			if found = as == after || s.End != Goes && s.Choice == m.Choice; found {
				next = *s.After
				visit(s)
			}
		})
		if !found {
			return fmt.Errorf("step %d of the path is another under the names of a fresh host", i+1)
		}
		canonical, plain = after, next
	}
	return nil
}

// back gives a stimulus the names that things had before r.
func back(id Stimulus, a about, r Renaming) Stimulus {
	out := id
	for before, after := range r.Slot {
		if a != aWaiter && after == id.Slot {
			out.Slot = uint8(before)
		}
	}
	for before, after := range r.Thread {
		if after == id.Thread {
			out.Thread = uint8(before)
		}
		if a == aWaiter && after == id.Slot {
			out.Slot = uint8(before)
		}
	}
	return out
}
