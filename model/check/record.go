package check

import (
	"cmp"
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Recording is a search for ways to the rules of a dialect that have none.
type Recording struct {
	dialect spec.Dialect
	found   map[model.RuleID]Way
	wanted  []bool // by rule id
	guide   *Guide
}

// NewRecording keeps what of the old ways leads to the rules it names.
func NewRecording(d spec.Dialect, old *Ways) *Recording {
	r := &Recording{dialect: d, found: map[model.RuleID]Way{}, wanted: make([]bool, len(model.Rules())+1), guide: NewGuide(d)}
	for _, rule := range model.RulesOf(d) {
		r.wanted[rule.ID] = true
	}
	for _, to := range old.To {
		met := r.guide.Rules(to.Way)
		for _, name := range to.Rules {
			if rule, ok := model.RuleByName(name); ok && r.wanted[rule.ID] && slices.Contains(met, rule.ID) {
				r.keep(rule.ID, to.Way)
			}
		}
	}
	r.adopt(old)
	return r
}

// adopt keeps, for the rules that have no way, the shortest beginning of an old one
// that leads there.
func (r *Recording) adopt(old *Ways) {
	for _, to := range old.To {
		for n := range to.Way {
			begins := to.Way[:n+1]
			for _, id := range r.guide.Rules(begins) {
				if best, ok := r.found[id]; r.wanted[id] && (!ok || len(begins) < len(best)) {
					r.found[id] = begins
				}
			}
		}
	}
	for id := range r.found { //house:ordered each is noted by itself
		r.wanted[id] = false
	}
}

// keep takes down a way to a rule that has none.
func (r *Recording) keep(id model.RuleID, way Way) {
	r.found[id] = way
	r.wanted[id] = false
}

// Missing are the rules that have no way yet.
func (r *Recording) Missing() []string {
	var names []string
	for _, rule := range model.RulesOf(r.dialect) {
		if r.wanted[rule.ID] {
			names = append(names, rule.Name)
		}
	}
	return names
}

// node is a world that a search has met.
type node struct {
	packed []byte
	from   int32 // the one before
	move   Move
}

// Search looks for the rules that have no way, breadth first through a scope, and
// in so many worlds at most.
func (r *Recording) Search(sc *Scope, worlds int) error {
	k := NewWalker(r.dialect, sc)
	var first model.World
	nodes, met := []node{{packed: first.Pack(nil), from: -1}}, map[uint64]bool{first.Fingerprint(): true}
	for i := int32(0); int(i) < len(nodes); i++ {
		var w model.World
		if _, err := w.Unpack(nodes[i].packed); err != nil {
			return err
		}
		k.Successors(&w, func(s *Step) {
			m := Move{Stimulus: s.Stimulus, Choice: s.Choice}
			for _, id := range s.Rules {
				if r.wanted[id] {
					r.take(id, sc, append(path(nodes, i), m))
				}
			}
			if s.End != Goes || len(nodes) >= worlds {
				return
			}
			Canonical(s.After)
			if f := s.After.Fingerprint(); !met[f] {
				met[f] = true
				nodes = append(nodes, node{packed: s.After.Pack(nil), from: i, move: m})
			}
		})
	}
	return nil
}

func path(nodes []node, i int32) []Move {
	var back []Move
	for ; nodes[i].from >= 0; i = nodes[i].from {
		back = append(back, nodes[i].move)
	}
	slices.Reverse(back)
	return back
}

// take makes a way of a path, if it leads to the rule under the names of a fresh
// host too; it need not where worlds tie, or a stimulus names a descriptor.
func (r *Recording) take(id model.RuleID, sc *Scope, moves []Move) {
	var way Way
	err := Retrace(r.dialect, sc, moves, func(s *Step) {
		l := *s.Label
		if sc.stimuli[s.Stimulus.Index].about == aInstant {
			l = model.Label{Kind: model.LabelSettle}
		}
		way = append(way, l)
	})
	if err == nil && slices.Contains(r.guide.Rules(way), id) {
		r.keep(id, way)
	}
}

// Ways are those found, a way for each rule.
func (r *Recording) Ways() *Ways {
	w := &Ways{Dialect: r.dialect}
	at := map[string]int{}
	var ids []model.RuleID
	for id := range r.found { //house:ordered they are sorted
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b model.RuleID) int { return cmp.Compare(a.String(), b.String()) })
	for _, id := range ids {
		way := r.found[id]
		key := ""
		for i := range way {
			key += FormatLabel(&way[i]) + "\n"
		}
		n, known := at[key]
		if !known {
			n, at[key] = len(w.To), len(w.To)
			w.To = append(w.To, WayTo{Way: way})
		}
		w.To[n].Rules = append(w.To[n].Rules, id.String())
	}
	return w
}
