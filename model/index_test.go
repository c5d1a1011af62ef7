package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// A rule that says what its condition needs must not hold without: it would
// be passed over.
func TestNeedsAreNeeded(t *testing.T) {
	needing := make([][]*Rule, triggerCount)
	for i := range Rules() {
		r := &Rules()[i]
		for on := range triggerCount {
			if r.needs != 0 && r.reacts(on) {
				needing[on] = append(needing[on], r)
			}
		}
	}
	var out Nexts
	wrong, held := map[string]bool{}, map[string]bool{}
	for d := range spec.DocumentCount {
		ask := func(m *move, on trigger) {
			for _, r := range needing[on] {
				if !r.For.Has(d) || r.on != onSegment && !r.covers(m.aspect()) || !holds(r, m) {
					continue
				}
				held[r.Name] = true
				if r.needs&m.traits(on) == 0 {
					wrong[r.Name] = true
				}
			}
		}
		Walk(d, 11, 4000, func(*World, *Label, *Next) {}, func(from *World, l *Label, _ *Nexts) {
			if from.Left != Inside {
				return
			}
			out.Len = 0
			out.begin(1 << d)
			m := out.move(from)
			switch l.Kind {
			case LabelCall:
				m.t = from.thread(l.Thread)
				m.call(&l.Call, &out.given)
				ask(m, m.trigger(l.Call.Op))
			case LabelIn:
				m.f = l.Frame
				ask(m, m.receiver())
			}
			for i := range from.Threads {
				if m := out.move(from); from.Threads[i].Wait == Blocked {
					m.waiter(&from.Threads[i])
					if m.s == nil || !m.s.unix() {
						ask(m, onWake)
					}
				}
			}
		})
	}
	for on := range triggerCount {
		for _, r := range needing[on] {
			switch {
			case wrong[r.Name]:
				t.Errorf("rule %s holds without what it says it needs", r.Name)
				wrong[r.Name] = false
			case !held[r.Name]:
				t.Logf("rule %s never held", r.Name)
				held[r.Name] = true
			}
		}
	}
}

// The index passes over nothing that would have applied: with every condition
// asked, steps find the same.
func TestIndexIsBruteForce(t *testing.T) {
	index, brute := rules.index, newIndex(rules.rules, true)
	defer func() { rules.index = index }()
	var want Nexts
	steps, reports := 0, 0
	for d := range spec.DocumentCount {
		Walk(d, 31, 3000, func(*World, *Label, *Next) {}, func(from *World, l *Label, nexts *Nexts) {
			rules.index = brute
			Step(d, from, l, &want)
			rules.index = index
			if steps++; !same(&want, nexts) && reports < 10 {
				reports++
				t.Errorf("%v: %+v in %+v\nby all conditions %s\nby the index %s", d, *l, *from, printNexts(&want), printNexts(nexts))
			}
		})
	}
	t.Logf("%d steps", steps)
}

// holds says whether the condition of a rule does; one that fails where an
// earlier rule would have applied does not.
func holds(r *Rule, m *move) (ok bool) {
	before := *m
	defer func() { _ = recover(); *m = before }()
	return r.when == nil || r.when(m)
}
