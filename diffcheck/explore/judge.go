package explore

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// found is a violation before its path is known.
type found struct {
	property int
	at       uint32      // the world that it is about, or that the transition leads out of
	move     *check.Move // the transition
	depth    int
}

// judgeStep holds a transition against the properties of transitions.
func (w *worker) judgeStep(st *check.Step) {
	for _, i := range w.ofSteps {
		p := &w.search.Properties[i]
		if p.Kind == check.Reachable {
			w.met[i] = w.met[i] || p.Step(st)
		} else if st.End == check.Goes && !p.Step(st) {
			w.note(i, false, w.number, st)
		}
	}
}

// drop leaves out the properties that were met, of which once is enough.
func (w *worker) drop() {
	w.ofSteps = slices.DeleteFunc(w.ofSteps, func(i int) bool { return w.met[i] })
}

// judgeWorld holds a world just found against the properties of worlds.
func (w *worker) judgeWorld(world *model.World, number uint32) {
	for i := range w.search.Properties {
		p := &w.search.Properties[i]
		if p.World == nil || !w.asked[i] || p.Kind == check.Reachable && w.met[i] {
			continue
		}
		holds := p.World(w.search.Dialect, world)
		if (p.Kind == check.Eventually || p.Kind == check.Possibly) && !holds {
			holds = !w.ahead.Stuck(world, i, p)
		}
		w.note(i, holds, number, nil)
	}
}

// show is what of a part properties of worlds look at together with another part.
type show struct {
	face, waits uint32
	states      uint16
}

// unjudged says whether a world of parts may have a property that no world had
// which was judged. A property of worlds is one of parts, each by itself, or of
// two parts by what they show; so worlds that bring together what was judged
// before need not be.
func (w *worker) unjudged(parts []uint32) bool {
	s, unjudged := w.search, w.search.Audit
	for i, p := range parts {
		for int(p) >= len(w.judged) {
			w.judged = append(w.judged, make([]bool, 1024+len(w.judged))...)
		}
		if !w.judged[p] {
			w.judged[p], unjudged = true, true
		}
		l := s.looks(p)
		mine := show{l.face, l.waits, l.states}
		for _, o := range parts[:i] {
			l := s.looks(o)
			if pair := [2]show{mine, {l.face, l.waits, l.states}}; !w.judgedPairs[pair] {
				w.judgedPairs[pair], unjudged = true, true
			}
		}
	}
	return unjudged
}

// note takes down what a property said of a world, or of a transition out of one.
func (w *worker) note(i int, holds bool, at uint32, st *check.Step) {
	p := &w.search.Properties[i]
	if p.Kind == check.Reachable {
		w.met[i] = w.met[i] || holds
		return
	}
	if holds || slices.ContainsFunc(w.found, func(f found) bool { return f.property == i }) {
		return
	}
	f := found{property: i, at: at, depth: w.search.depth}
	if st != nil {
		f.move = &check.Move{Stimulus: st.Stimulus, Choice: st.Choice}
	}
	w.found = append(w.found, f)
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
			way := s.path(f.at)
			if f.move != nil {
				way = append(way, *f.move)
			}
			r.Violations = append(r.Violations, Violation{Property: p, Path: way})
		case p.Kind == check.Reachable && !r.Met[i] && r.Closed && p.Asked(s.Dialect, s.Scope):
			r.Unmet = append(r.Unmet, p)
		}
	}
}

// path is the way to a world by which it was first reached, which is a shortest. The
// store knows only from which world each was reached: by which step is found out again.
func (s *search) path(number uint32) []check.Move {
	var back []uint32
	for number != 0 {
		back = append(back, number)
		number, _ = s.store.reached(number)
	}
	slices.Reverse(back)
	var way []check.Move
	var at, next model.World
	walker, packing := check.NewWalker(s.Dialect, s.Scope), s.workers[0].packing
	words := make([]uint32, s.width())
	for _, number := range back {
		_, mark := s.store.reached(number)
		found := false
		walker.Successors(&at, func(st *check.Step) {
			if found || st.End != check.Goes {
				return
			}
			next = *st.After
			after := next
			if packing.pack(&after, words); uint32(hash(words)) == mark {
				found = true
				way = append(way, check.Move{Stimulus: st.Stimulus, Choice: st.Choice})
			}
		})
		if !found {
			panic("BUG: a world was reached by no step")
		}
		at = next
		check.Canonical(&at)
	}
	return way
}
