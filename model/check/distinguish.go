package check

import (
	"cmp"
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Difference is a shortest way to a stimulus of which two dialects let nothing
// be seen that both allow.
type Difference struct {
	Scope              *Scope
	DialectA, DialectB spec.Dialect
	Way                []Happened // what was done, and what both let be seen; the last one shows the difference
	A, B               []Outcome  // of the last one, as either dialect has it
	Rules              []model.RuleID
	May                bool // both allow one answer, and one of them another that the other one does not
}

// Happened is a stimulus under the names of a fresh host, and what was seen of it.
type Happened struct {
	Label model.Label
	Ops   [model.ThreadsMax]spec.Op // that the threads waited in before
	Seen  Observation
}

// Outcome is what one dialect lets be seen.
type Outcome struct {
	Seen  Observation
	Rules []model.RuleID
}

// pair is a node of the product: the worlds of either dialect that explain
// what was seen so far.
type pair struct {
	a, b []model.World
	from int32 // in the list of all: the one before
	how  Happened
}

// product searches the product of two dialects in one scope.
type product struct {
	scope *Scope
	a, b  *side
	all   []pair
	met   map[uint64]bool
	shown map[model.RuleID]bool
	may   map[model.RuleID]bool
	found []Difference
}

// side is one of the two dialects.
type side struct {
	dialect spec.Dialect
	walker  *Walker
	outs    []reached
	open    bool // it may be anything, or is not modelled
}

// reached is one answer of a dialect.
type reached struct {
	world model.World
	seen  Observation
	rules [model.RulesPerStep]model.RuleID
	used  uint8
}

// Shown are the rules that need no way any more.
type Shown struct {
	Apart map[model.RuleID]bool // by answers of which both dialects allow none
	May   map[model.RuleID]bool // by answers that one of the two allows
}

// Distinguish searches breadth first for the ways to tell dialect a from
// dialect b, by calls and frames alone: time is left out, since no dialect says
// how much of it there is. Of each rule that is shown it gives the first way.
// nodes bounds the search in each scope; it adds to shown.
func Distinguish(a, b spec.Dialect, sc *Scope, nodes int, shown *Shown) []Difference {
	if sc.open { // where nothing that is allowed tells anything
		return nil
	}
	p := &product{scope: sc, a: newSide(a, sc), b: newSide(b, sc), met: map[uint64]bool{}, shown: shown.Apart, may: shown.May}
	p.all = append(p.all, pair{a: make([]model.World, 1), b: make([]model.World, 1), from: -1})
	var labels []model.Label
	for i := 0; i < len(p.all) && len(p.all) < nodes; i++ {
		labels = p.labels(&p.all[i], labels[:0])
		for l := range labels {
			p.try(int32(i), &labels[l])
		}
		p.all[i].a, p.all[i].b = nil, nil
	}
	return p.found
}

func newSide(d spec.Dialect, sc *Scope) *side { return &side{dialect: d, walker: NewWalker(d, sc)} }

// labels are the stimuli that may come in the first world of either side.
func (p *product) labels(n *pair, to []model.Label) []model.Label {
	to = p.scope.labels(&n.a[0], to)
	if n.b[0] == n.a[0] {
		return to
	}
	known := len(to)
	to = p.scope.labels(&n.b[0], to)
	return append(to[:known], slices.DeleteFunc(to[known:], func(l model.Label) bool { return slices.Contains(to[:known], l) })...)
}

// labels appends the calls and frames that may come in a world.
func (s *Scope) labels(w *model.World, to []model.Label) []model.Label {
	thread, runs := s.runner(w)
	for i := range s.stimuli {
		st := &s.stimuli[i]
		if st.about == aTimer || st.about == aInstant || st.call.Op != spec.OpNone && !runs {
			continue
		}
		for slot := range w.Sockets {
			if !st.about.each() && slot > 0 {
				continue
			}
			id := Stimulus{Index: uint16(i), Slot: uint8(slot), Thread: thread}
			if s.enabled(w, st, id.Slot) {
				to = append(to, model.Label{})
				s.write(w, id, &to[len(to)-1])
			}
		}
	}
	return to
}

// try takes one stimulus from a node: it shows a difference, or leads on.
func (p *product) try(from int32, l *model.Label) {
	n := &p.all[from]
	p.a.take(n.a, l)
	p.b.take(n.b, l)
	if p.a.open || p.b.open || len(p.a.outs) == 0 || len(p.b.outs) == 0 {
		return
	}
	ops := waitingIn(&n.a[0])
	common, apart := false, false
	for i := range p.b.outs {
		o := &p.b.outs[i].seen
		apart = apart || !slices.ContainsFunc(p.a.outs, func(r reached) bool { return overlap(o, &r.seen) })
	}
	for i := range p.a.outs {
		o := &p.a.outs[i].seen
		if !slices.ContainsFunc(p.b.outs, func(r reached) bool { return overlap(o, &r.seen) }) {
			apart = true
			continue
		}
		common = true
		if !slices.ContainsFunc(p.a.outs[:i], func(r reached) bool { return r.seen == *o }) {
			p.goOn(from, Happened{Label: *l, Ops: ops, Seen: *o})
		}
	}
	switch {
	case !common:
		p.differ(from, Happened{Label: *l, Ops: ops}, false)
	case apart:
		p.differ(from, Happened{Label: *l, Ops: ops}, true)
	}
}

func waitingIn(w *model.World) (ops [model.ThreadsMax]spec.Op) {
	for i := range w.Threads {
		ops[i] = w.Threads[i].Op
	}
	return ops
}

// take finds all that a dialect may answer to l.
func (s *side) take(worlds []model.World, l *model.Label) {
	s.outs, s.open = s.outs[:0], false
	for i := range worlds {
		model.Step(s.dialect, &worlds[i], l, &s.walker.nexts)
		for n := range s.walker.nexts.Len {
			next := &s.walker.nexts.Buf[n]
			if end := s.walker.end(&next.World); end == Left || end == Open {
				s.open = true
				return
			}
			s.outs = append(s.outs, reached{rules: next.Rules, used: next.Used})
			r := &s.outs[len(s.outs)-1]
			Settle(&next.World, &r.seen)
			r.seen.tidy()
			r.world = next.World
		}
	}
}

// tidy clears what an observation does not hold, so that two compare.
func (o *Observation) tidy() {
	clear(o.Out[o.Outs:])
	clear(o.Ret[o.Rets:])
	for i := range o.Out[:o.Outs] {
		o.Out[i].MSS, o.Out[i].Scaled = 0, false
	}
}

// overlap says whether something can be seen that fits both.
func overlap(a, b *Observation) bool {
	if a.Outs != b.Outs || a.Rets != b.Rets {
		return false
	}
	for i := range a.Outs {
		if !alike(a.Out[i], b.Out[i]) {
			return false
		}
	}
	for i := range a.Rets {
		x, y := a.Ret[i], b.Ret[i]
		loose := x.Ret.Loose | y.Ret.Loose
		for e := range x.Ret.Revents {
			x.Ret.Revents[e] &^= loose
			y.Ret.Revents[e] &^= loose
		}
		if loose != 0 && x.Ret.Ret > 0 && y.Ret.Ret > 0 {
			x.Ret.Ret, y.Ret.Ret = 0, 0
		}
		x.Ret.Loose, y.Ret.Loose = 0, 0
		if x != y {
			return false
		}
	}
	return true
}

// alike compares two frames in the respects in which neither is loose.
func alike(f, g model.Frame) bool {
	loose := f.Loose | g.Loose
	for _, x := range []*model.Frame{&f, &g} {
		x.Loose = 0
		if loose&model.LooseSeq != 0 {
			x.Seq = 0
		}
		if loose&model.LooseAck != 0 {
			x.Ack = 0
		}
		if loose&model.LoosePSH != 0 {
			x.Bits &^= model.PSH
		}
		if loose&model.LooseQuote != 0 {
			x.Quote, x.Seq = model.Quote{}, 0
		}
	}
	return f == g
}

// AllowedBy says whether what was seen fits one of the outcomes.
func AllowedBy(seen *Observation, outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o Outcome) bool { return overlap(seen, &o.Seen) })
}

// goOn makes a node of the worlds that explain what both let be seen.
func (p *product) goOn(from int32, h Happened) {
	var next pair
	sum := uint64(0)
	for i := range p.a.outs {
		if r := &p.a.outs[i]; r.seen == h.Seen {
			next.a = add(next.a, &r.world, &sum, 3)
		}
	}
	for i := range p.b.outs {
		if r := &p.b.outs[i]; overlap(&h.Seen, &r.seen) {
			next.b = add(next.b, &r.world, &sum, 5)
		}
	}
	if !p.scope.within(&next.a[0]) || !p.scope.within(&next.b[0]) || p.met[sum] {
		return
	}
	p.met[sum] = true
	next.from, next.how = from, h
	p.all = append(p.all, next)
}

// add puts a world into a set, and into the sum of both sets.
func add(set []model.World, w *model.World, sum *uint64, salt uint64) []model.World {
	if slices.Contains(set, *w) {
		return set
	}
	*sum += w.Fingerprint() * salt
	return append(set, *w)
}

// differ notes a difference, if a rule of it was not shown before: of answers
// that only one of the two allows.
func (p *product) differ(from int32, h Happened, may bool) {
	d, shown := Difference{Scope: p.scope, DialectA: p.a.dialect, DialectB: p.b.dialect, May: may}, p.shown
	if may {
		shown = p.may
	}
	for _, s := range []*side{p.a, p.b} {
		other := p.a
		if s == p.a {
			other = p.b
		}
		for i := range s.outs {
			o := &s.outs[i]
			if slices.ContainsFunc(other.outs, func(r reached) bool { return overlap(&o.seen, &r.seen) }) {
				continue
			}
			for _, id := range o.rules[:o.used] {
				if !shown[id] {
					shown[id] = true
					d.Rules = append(d.Rules, id)
				}
			}
		}
	}
	if len(d.Rules) == 0 {
		return
	}
	slices.SortFunc(d.Rules, func(a, b model.RuleID) int { return cmp.Compare(a, b) })
	d.A, d.B = p.a.outcomes(), p.b.outcomes()
	d.Way = append(p.way(from), h)
	p.found = append(p.found, d)
}

func (s *side) outcomes() []Outcome {
	var all []Outcome
	for i := range s.outs {
		r := &s.outs[i]
		if !slices.ContainsFunc(all, func(o Outcome) bool { return o.Seen == r.seen }) {
			all = append(all, Outcome{Seen: r.seen, Rules: slices.Clone(r.rules[:r.used])})
		}
	}
	return all
}

// way is what led to a node.
func (p *product) way(n int32) []Happened {
	var back []Happened
	for ; p.all[n].from >= 0; n = p.all[n].from {
		back = append(back, p.all[n].how)
	}
	slices.Reverse(back)
	return back
}
