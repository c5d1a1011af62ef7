package check

import (
	"slices"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

func distinguish(a, b spec.Dialect, sc *Scope, nodes int) []Difference {
	return Distinguish(a, b, sc, nodes, &Shown{Apart: map[model.RuleID]bool{}, May: map[model.RuleID]bool{}})
}

// What tells two dialects apart is of answers that only one of them allows, and
// each way begins on a fresh host and goes on by what both allow.
func TestDifferencesAreDisjoint(t *testing.T) {
	n := 0
	for _, sc := range Scopes(Size{Sockets: 1, Threads: 1}) {
		all := distinguish(spec.Linux, spec.MacOS, sc, 150)
		n += len(all)
		for _, d := range all {
			if d.May {
				continue
			}
			for _, a := range d.A {
				for _, b := range d.B {
					if overlap(&a.Seen, &b.Seen) {
						t.Errorf("%s, %v: both dialects allow %+v", sc.Name, d.Rules, a.Seen)
					}
				}
			}
			for _, dialect := range []spec.Dialect{spec.Linux, spec.MacOS} {
				if !allows(dialect, sc, d.Way[:len(d.Way)-1]) {
					t.Errorf("%s, %v: %v does not allow the way there", sc.Name, d.Rules, dialect)
				}
			}
		}
	}
	if n < 60 {
		t.Errorf("%d ways tell linux from macos, want 60 at least", n)
	}
}

// allows says whether what was seen on the way can be seen.
func allows(d spec.Dialect, sc *Scope, way []Happened) bool {
	s, worlds := newSide(d, sc), make([]model.World, 1)
	for i := range way {
		s.take(worlds, &way[i].Label)
		worlds = nil
		for _, r := range s.outs {
			if overlap(&r.seen, &way[i].Seen) {
				worlds = append(worlds, r.world)
			}
		}
	}
	return len(worlds) > 0
}

func TestWaysAreShortest(t *testing.T) {
	scopes := Scopes(Size{Sockets: 1, Threads: 1})
	all := distinguish(spec.Linux, spec.MacOS, scopes[len(scopes)-1], 100)
	for _, c := range []struct {
		rule string
		long int // socket, and what shows it
	}{{"connect/macos/EAFNOSUPPORT-group", 2}, {"socket/macos/protocol", 1}, {"connect/linux/EINVAL-blackhole", 2}} {
		r, _ := model.RuleByName(c.rule)
		i := slices.IndexFunc(all, func(d Difference) bool { return slices.Contains(d.Rules, r.ID) })
		if i < 0 || len(all[i].Way) != c.long {
			t.Errorf("%s is not shown by %d stimuli", c.rule, c.long)
		}
	}
}

func TestDialectIsNotToldFromItself(t *testing.T) {
	for d := range spec.DocumentCount {
		for _, sc := range Scopes(Size{Sockets: 1, Threads: 1}) {
			if all := distinguish(d, d, sc, 40); len(all) != 0 {
				t.Errorf("%v, %s: it is told from itself by %v", d, sc.Name, all[0].Rules)
			}
		}
	}
}
