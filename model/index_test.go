package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// A rule that says what its condition needs must not hold without: it would
// be passed over.
func TestNeedsAreNeeded(t *testing.T) {
	needing := make([][]*Rule, spec.OpCount)
	for i := range Rules() {
		if r := &Rules()[i]; r.needs != 0 {
			needing[r.on] = append(needing[r.on], r)
		}
	}
	var out Nexts
	wrong, held := map[string]bool{}, map[string]bool{}
	for d := range spec.DocumentCount {
		Walk(d, 11, 4000, func(*World, *Label, *Next) {}, func(from *World, l *Label, _ *Nexts) {
			if l.Kind != LabelCall || from.Left != Inside {
				return
			}
			out.begin(1 << d)
			m := out.move(from)
			m.t = from.thread(l.Thread)
			m.call(&l.Call, &out.given)
			for _, r := range needing[l.Call.Op] {
				if !r.For.Has(d) || !r.covers(m.aspect()) || !holds(r, m) {
					continue
				}
				held[r.Name] = true
				if r.needs&m.traits() == 0 {
					wrong[r.Name] = true
				}
			}
		})
	}
	for _, rules := range needing {
		for _, r := range rules {
			switch {
			case wrong[r.Name]:
				t.Errorf("rule %s holds without what it says it needs", r.Name)
			case !held[r.Name]:
				t.Logf("rule %s never held", r.Name)
			}
		}
	}
}

// holds says whether the condition of a rule does; one that fails where an
// earlier rule would have applied does not.
func holds(r *Rule, m *move) (ok bool) {
	defer func() { _ = recover() }()
	return r.when == nil || r.when(m)
}
