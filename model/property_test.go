package model_test

import (
	"slices"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Each property notices a rule set that is wrong in its respect.
func TestPropertiesNotice(t *testing.T) {
	properties := check.Properties()
	if len(properties) < 40 {
		t.Errorf("%d properties, want 40 at least", len(properties))
	}
	for i := range properties {
		p := &properties[i]
		t.Run(p.Name, func(t *testing.T) {
			n := slices.IndexFunc(model.Faults, func(f model.Fault) bool { return f.Property == p.Name })
			if n < 0 {
				t.Fatal("no fault is planted for it")
			}
			undo, ok := model.Faults[n].Plant()
			defer undo()
			if !ok {
				t.Fatalf("one of the rules %v is no more", model.Faults[n].Rules)
			}
			if !noticed(p) {
				t.Errorf("it does not notice what is wrong with %v", model.Faults[n].Rules)
			}
		})
	}
	for _, f := range model.Faults {
		if !slices.ContainsFunc(properties, func(p check.Property) bool { return p.Name == f.Property }) {
			t.Errorf("the fault in %v is for %s, which is no property", f.Rules, f.Property)
		}
	}
}

// noticed looks for a scope in which the property does not hold.
func noticed(p *check.Property) bool {
	for _, z := range []check.Size{{Sockets: 1, Threads: 1}, {Sockets: 1, Threads: 2}, {Sockets: 2, Threads: 1}, {Sockets: 2, Threads: 2}} {
		for _, sc := range check.Scopes(z) {
			for _, d := range []spec.Dialect{spec.Linux, spec.MacOS, spec.TargetTCP, spec.POSIX} {
				if p.Asked(d, sc) && !holds(p, d, sc) {
					return true
				}
			}
		}
	}
	return false
}

// bound bounds a search; a property that asks for something to be met is judged
// only if the search ends before, as it does with one socket.
func bound(p *check.Property) int {
	if p.Kind == check.Reachable {
		return 50000
	}
	return 3000
}

// holds says whether the property holds in the worlds searched.
func holds(p *check.Property, d spec.Dialect, sc *check.Scope) bool {
	k, ahead := check.NewWalker(d, sc), check.NewAhead(d, sc, 1)
	list, met := []model.World{{}}, map[uint64]bool{}
	bad, reached, worldsMax := false, false, bound(p)
	for i := 0; i < len(list) && len(list) < worldsMax && !bad && !reached; i++ {
		w := list[i]
		k.Successors(&w, func(s *check.Step) {
			if s.End != check.Goes && (s.End != check.Open || p.Kind != check.Reachable) {
				return
			}
			good := p.Step == nil || p.Step(s)
			if p.World != nil {
				good = p.World(d, s.After)
				if !good && (p.Kind == check.Eventually || p.Kind == check.Possibly) {
					good = !ahead.Stuck(s.After, 0, p)
				}
			}
			reached = reached || good && p.Kind == check.Reachable
			bad = bad || !good && p.Kind != check.Reachable
			if s.End != check.Goes {
				return
			}
			check.Canonical(s.After)
			if f := s.After.Fingerprint(); !met[f] {
				met[f] = true
				list = append(list, *s.After)
			}
		})
	}
	if p.Kind == check.Reachable {
		return reached || len(list) >= worldsMax
	}
	return !bad
}
