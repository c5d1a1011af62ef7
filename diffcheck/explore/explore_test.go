package explore

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Every property holds in every world of the small scopes, of all dialects.
func TestPropertiesHold(t *testing.T) {
	for d := range spec.DocumentCount {
		for _, sc := range check.Scopes(check.Size{Sockets: 1, Threads: 1}) {
			r := Run(Options{Dialect: d, Scope: sc, Workers: 2, Worlds: 1500, Properties: check.Properties()})
			for i := range r.Violations {
				t.Errorf("%v, %s: %s does not hold", d, sc.Name, r.Violations[i].Property.Name)
			}
			for _, p := range r.Unmet {
				t.Errorf("%v, %s: %s is not met", d, sc.Name, p.Name)
			}
		}
	}
}

// The number of worlds depends on neither the number of workers nor on whether
// worlds are kept whole or as fingerprints.
func TestSearchesAgree(t *testing.T) {
	sc := check.Scopes(check.Size{Sockets: 1, Threads: 2})[0]
	one := Run(Options{Dialect: spec.Linux, Scope: sc, Workers: 1})
	for _, o := range []Options{{Workers: 3}, {Workers: 2, Exact: 100}} {
		o.Dialect, o.Scope = spec.Linux, sc
		r := Run(o)
		if r.Worlds != one.Worlds || r.Transitions != one.Transitions || r.Depth != one.Depth || !r.Closed {
			t.Errorf("%d workers, exact to %d: %d worlds, %d transitions, depth %d, want %d, %d, %d",
				o.Workers, o.Exact, r.Worlds, r.Transitions, r.Depth, one.Worlds, one.Transitions, one.Depth)
		}
		if r.Fingerprints != (o.Exact > 0) {
			t.Errorf("exact to %d: fingerprints %v", o.Exact, r.Fingerprints)
		}
	}
}

func TestSearchStops(t *testing.T) {
	sc := check.Scopes(check.Size{Sockets: 2, Threads: 2})[0]
	for _, o := range []Options{{Worlds: 1000}, {Memory: 4 << 20}} {
		o.Dialect, o.Scope, o.Workers = spec.Linux, sc, 2
		r := Run(o)
		if r.Closed || r.Stopped == "" || r.Frontier == 0 || r.Depth == 0 || r.Worlds < 1000 {
			t.Errorf("%d worlds, %d bytes: closed %v, stopped %q, %d worlds to depth %d, %d left", o.Worlds, o.Memory, r.Closed, r.Stopped, r.Worlds, r.Depth, r.Frontier)
		}
	}
}

func TestCollision(t *testing.T) {
	for _, c := range []struct {
		worlds   int64
		min, max float64
	}{{1, 0, 0}, {1 << 20, 2.9e-8, 3.1e-8}, {1 << 32, 0.39, 0.40}} {
		if p := Collision(c.worlds); p < c.min || p > c.max {
			t.Errorf("Collision(%d) = %g, want between %g and %g", c.worlds, p, c.min, c.max)
		}
	}
}

// Paths lead to where a property fails, and no way is shorter.
func TestPathIsShortest(t *testing.T) {
	established := check.Property{
		Name: "nothing-connects", Kind: check.Always, Says: "Nothing is ever connected.", For: 1 << spec.Linux,
		World: func(_ spec.Dialect, w *model.World) bool { return w.Sockets[0].TCP != model.Established },
	}
	sc := check.Scopes(check.Size{Sockets: 1, Threads: 1})[0]
	r := Run(Options{Dialect: spec.Linux, Scope: sc, Workers: 2, Properties: []check.Property{established}})
	if len(r.Violations) != 1 {
		t.Fatalf("%d violations, want 1", len(r.Violations))
	}
	n, last := 0, model.Closed
	err := check.Retrace(spec.Linux, sc, r.Violations[0].Path, func(s *check.Step) {
		n++
		last = s.After.Sockets[0].TCP
	})
	if err != nil || n != 3 || last != model.Established { // socket, connect, SYN|ACK
		t.Errorf("the path has %d steps to %v (%v), want 3 to ESTABLISHED", n, last, err)
	}
}

// A counter-example is a script that can be read back, and it says what was
// seen where the dialect is the kernel's.
func TestCounterExampleIsAScript(t *testing.T) {
	read := check.Property{
		Name: "nothing-is-read", Kind: check.Always, Says: "Nobody reads what came.", Source: "this test", For: 1 << spec.Linux,
		Step: func(s *check.Step) bool {
			r, ok := s.Seen.Result(0)
			return !ok || s.Label.Call.Op != spec.OpRecv || r.Ret != 1
		},
	}
	sc := check.Scopes(check.Size{Sockets: 1, Threads: 1})[2]
	r := Run(Options{Dialect: spec.Linux, Scope: sc, Workers: 2, Worlds: 20000, Properties: []check.Property{read}})
	var out strings.Builder
	examples, err := Violations(&out, spec.Linux, sc, r)
	if err != nil || len(examples) != 1 {
		t.Fatalf("%d counter-examples (%v) in %s, want 1", len(examples), err, out.String())
	}
	s, err := script.Parse("example", []byte(examples[0].Text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, examples[0].Text)
	}
	last := s.Events[len(s.Events)-1]
	if last.Call.Op != spec.OpRecv || last.Want == nil || last.Want.Result.Ret != 1 {
		t.Errorf("the last event is %s, want a recv that returns 1", script.FormatEvent(&last))
	}
}
