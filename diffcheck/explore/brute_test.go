package explore

import (
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// brute is a search without any art: worlds whole in a map, every transition by
// the model, every property of every world and transition.
type brute struct {
	worlds      map[model.World]bool
	transitions int64
	ends        [check.EndCount]int64
	reasons     [model.ReasonCount]int64
	rules       []bool
	broken      map[string]int // property: the depth at which it first failed
	met         map[string]bool
	depth       int
	closed      bool
}

func (b *brute) note(p *check.Property, holds bool) {
	if p.Kind == check.Reachable {
		b.met[p.Name] = b.met[p.Name] || holds
		return
	}
	if _, known := b.broken[p.Name]; !holds && !known {
		b.broken[p.Name] = b.depth
	}
}

func bruteForce(d spec.Dialect, sc *check.Scope, properties []check.Property, most int) *brute {
	b := &brute{worlds: map[model.World]bool{{}: true}, rules: make([]bool, len(model.Rules())+1), broken: map[string]int{}, met: map[string]bool{}}
	walker, front := check.NewWalker(d, sc), []model.World{{}}
	for len(front) > 0 && len(b.worlds) < most {
		var next []model.World
		for i := range front {
			walker.Successors(&front[i], func(s *check.Step) {
				b.transitions++
				b.ends[s.End]++
				for _, id := range s.Rules {
					b.rules[id] = true
				}
				for n := range properties {
					p := &properties[n]
					if p.Step != nil && p.Asked(d, sc) && (s.End == check.Goes || s.End == check.Open && p.Kind == check.Reachable) {
						b.note(p, p.Step(s))
					}
				}
				if s.End != check.Goes {
					b.reasons[s.After.Left]++
					return
				}
				w := *s.After
				if check.Canonical(&w); b.worlds[w] {
					return
				}
				b.worlds[w] = true
				next = append(next, w)
				for n := range properties {
					if p := &properties[n]; p.World != nil && p.Asked(d, sc) && (p.Kind == check.Always || p.Kind == check.Reachable) {
						b.note(p, p.World(d, &w))
					}
				}
			})
		}
		front = next
		b.depth++
	}
	b.closed = len(front) == 0
	return b
}

// planted are properties that fail, here and there.
var planted = []check.Property{
	{Name: "planted-two-connections", For: 1<<spec.DocumentCount - 1, World: func(_ spec.Dialect, w *model.World) bool {
		return w.Sockets[0].TCP != model.Established || w.Sockets[1].TCP != model.Listen
	}},
	{Name: "planted-error", For: 1<<spec.DocumentCount - 1, Step: func(s *check.Step) bool {
		e, failed := s.Seen.Failed(0)
		return !failed || e != spec.ECONNREFUSED
	}},
	{Name: "planted-both-wait", Kind: check.Reachable, For: 1<<spec.DocumentCount - 1, World: func(_ spec.Dialect, w *model.World) bool {
		return w.Threads[0].Wait == model.Blocked && w.Threads[1].Wait == model.Blocked
	}},
}

// The search finds what a search without any art finds: the same worlds, as many
// transitions, ends and reasons, the same rules, and the same properties broken at
// the same depth. With every answer about a part of a world found out again, none is
// another.
func TestSearchIsBruteForce(t *testing.T) {
	properties := append(check.Properties(), planted...)
	lookedUp := int64(0)
	for d := range spec.DocumentCount {
		for _, sc := range check.Scopes(check.Size{Sockets: 2, Threads: 2}) {
			b := bruteForce(d, sc, properties, 700)
			for _, audit := range []bool{false, true} {
				s := begin(Options{Dialect: d, Scope: sc, Workers: 2, Depth: b.depth, Properties: properties, Audit: audit})
				r := s.run()
				lookedUp += r.LookedUp
				compare(t, s, r, b, properties)
			}
		}
	}
	if lookedUp < 10000 {
		t.Errorf("%d transitions were looked up, want 10000 at least", lookedUp)
	}
}

func compare(t *testing.T, s *search, r *Result, b *brute, properties []check.Property) {
	t.Helper()
	d, name := s.Dialect, s.Scope.Name
	if r.Wrong || r.Closed != b.closed {
		t.Errorf("%v, %s: closed %v, want %v: %s", d, name, r.Closed, b.closed, r.Stopped)
	}
	if r.Worlds != int64(len(b.worlds)) || r.Transitions != b.transitions || r.Ends != b.ends || r.Reasons != b.reasons {
		t.Errorf("%v, %s to depth %d: %d worlds, %d transitions, ends %v, want %d, %d, %v",
			d, name, b.depth, r.Worlds, r.Transitions, r.Ends, len(b.worlds), b.transitions, b.ends)
	}
	for id := range b.rules {
		if r.Rules[id] != b.rules[id] {
			t.Errorf("%v, %s: rule %v is used %v, want %v", d, name, model.RuleID(id), r.Rules[id], b.rules[id])
		}
	}
	broken := map[string]int{}
	for _, v := range r.Violations {
		broken[v.Property.Name] = len(v.Path) - 1
	}
	for i := range properties {
		p := &properties[i]
		have, failed := broken[p.Name]
		want, fails := b.broken[p.Name]
		if failed != fails || have != want {
			t.Errorf("%v, %s: %s fails %v at depth %d, want %v at %d", d, name, p.Name, failed, have, fails, want)
		}
		if p.Kind == check.Reachable && r.Met[i] != b.met[p.Name] {
			t.Errorf("%v, %s: %s is met %v, want %v", d, name, p.Name, r.Met[i], b.met[p.Name])
		}
	}
	var w model.World
	for n := range s.store.nchunks.Load() {
		c := s.store.chunks[n].Load()
		for i := range c.used {
			s.workers[0].packing.unpack(s.store.world(c.base+uint32(i)), &w)
			if !b.worlds[w] {
				t.Fatalf("%v, %s: a world that is not reached:\n%s", d, name, check.Show(&w))
			}
		}
	}
}
