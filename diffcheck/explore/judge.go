package explore

import (
	"slices"

	"github.com/connspec/connspec/model/check"
)

// found is a violation before its path is known.
type found struct {
	property int
	from     uint32
	how      uint32
	depth    int
}

// judgeStep holds a transition against the properties of transitions.
func (w *worker) judgeStep(st *check.Step) {
	for i := range w.search.Properties {
		p := &w.search.Properties[i]
		if p.Step == nil || !w.asked[i] || st.End != check.Goes && p.Kind != check.Reachable {
			continue
		}
		w.note(i, st, p.Step(st))
	}
}

// judgeWorld holds a world just found against the properties of worlds.
func (w *worker) judgeWorld(st *check.Step) {
	for i := range w.search.Properties {
		p := &w.search.Properties[i]
		if p.World == nil || !w.asked[i] {
			continue
		}
		holds := p.World(st.Dialect, st.After)
		if (p.Kind == check.Eventually || p.Kind == check.Possibly) && !holds {
			holds = !w.ahead.Stuck(st.After, i, p)
		}
		w.note(i, st, holds)
	}
}

// note takes down what a property said of a transition.
func (w *worker) note(i int, st *check.Step, holds bool) {
	p := &w.search.Properties[i]
	if p.Kind == check.Reachable {
		w.met[i] = w.met[i] || holds
		return
	}
	if holds || slices.ContainsFunc(w.found, func(f found) bool { return f.property == i }) {
		return
	}
	w.found = append(w.found, found{property: i, from: w.number, how: by(st), depth: w.search.depth})
}

// violations gives for each property that does not hold the shortest way there.
func (s *search) violations(r *Result) {
	first := map[int]found{}
	for _, w := range s.workers {
		for _, f := range w.found {
			if have, ok := first[f.property]; !ok || f.depth < have.depth {
				first[f.property] = f
			}
		}
	}
	for i := range s.Properties {
		p := &s.Properties[i]
		f, ok := first[i]
		switch {
		case ok:
			r.Violations = append(r.Violations, Violation{Property: p, Path: append(s.path(f.from), move(f.how))})
		case p.Kind == check.Reachable && !r.Met[i] && r.Closed && p.Asked(s.Dialect, s.Scope):
			r.Unmet = append(r.Unmet, p)
		}
	}
}

// path is the way to a world by which it was first reached, which is a shortest.
func (s *search) path(number uint32) []check.Move {
	var back []check.Move
	for number != 0 {
		from, how := s.store.reached(number)
		back = append(back, move(how))
		number = from
	}
	slices.Reverse(back)
	return back
}

// move undoes how.
func move(h uint32) check.Move {
	return check.Move{Stimulus: check.Stimulus{Index: uint16(h >> 16), Slot: uint8(h >> 12 & 15), Thread: uint8(h >> 8 & 15)}, Choice: uint8(h)}
}
