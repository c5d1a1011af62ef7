// Package oracle judges a trace: it keeps the set of worlds that explain what
// was seen so far, and says no when the set is empty.
package oracle

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// WorldsMax bounds the set. A trace that needs more leaves the model.
const WorldsMax = 128

// explanation is one world that explains the trace, and the rules that the
// present step used on the way to it.
type explanation struct {
	world model.World
	rules [model.RulesPerStep]model.RuleID
	used  uint8
}

// Oracle follows one trace under one dialect. The zero Oracle is not ready:
// see [New]. It allocates nothing once it is warm.
type Oracle struct {
	dialect   spec.Dialect
	now, then []explanation
	nexts     model.Nexts
	from      explanation // the one that tick looks at
	missed    bool        // the present step was rejected
	several   bool        // the present step left several answers
	crowded   bool
}

// New makes an oracle of dialect d for a fresh host.
func New(d spec.Dialect) *Oracle {
	o := &Oracle{dialect: d, now: make([]explanation, 0, WorldsMax), then: make([]explanation, 0, WorldsMax)}
	o.Reset()
	return o
}

// Reset starts over with a host that has no sockets.
func (o *Oracle) Reset() {
	o.now = append(o.now[:0], explanation{})
	o.missed, o.several, o.crowded = false, false, false
}

// Begin starts a step: the labels of one event of the trace.
func (o *Oracle) Begin() {
	o.missed, o.several = false, false
	for i := range o.now {
		o.now[i].used = 0
	}
}

// Feed takes the next label. If no world allows it, it says so and the set
// stays as it was; [Oracle.Forgive] then lets the trace go on.
func (o *Oracle) Feed(l *model.Label) bool {
	var ok bool
	switch l.Kind {
	case model.LabelCall, model.LabelIn:
		ok = o.step(l)
	case model.LabelAdvance:
		ok = o.observe(l)
	default:
		o.tick()
		ok = o.observe(l)
	}
	if !ok {
		o.missed = true
		return false
	}
	switch l.Kind {
	case model.LabelCall, model.LabelIn, model.LabelAdvance:
		o.several = o.several || len(o.now) > 1 || o.now[0].world.Open()
	}
	return true
}

// step takes a label that rules answer.
func (o *Oracle) step(l *model.Label) bool {
	o.then = o.then[:0]
	for i := range o.now {
		e := &o.now[i]
		model.Step(o.dialect, &e.world, l, &o.nexts)
		for n := range o.nexts.Len {
			o.add(e, &o.nexts.Buf[n])
		}
		o.crowded = o.crowded || o.nexts.Full
	}
	if len(o.then) == 0 {
		return false
	}
	o.now, o.then = o.then, o.now
	return true
}

// observe takes a label that a world allows or does not.
func (o *Oracle) observe(l *model.Label) bool {
	kept := 0
	for i := range o.now {
		e := &o.now[i]
		if !e.world.Observe(l) || has(o.now[:kept], &e.world) {
			continue
		}
		if kept != i {
			o.now[kept] = *e
		}
		kept++
	}
	if kept == 0 {
		return false
	}
	o.now = o.now[:kept]
	return true
}

// Forgive goes on after a rejected label as if what the worlds do allow had
// happened, so that one deviation does not hide the rest.
func (o *Oracle) Forgive(l *model.Label) {
	for i := range o.now {
		o.now[i].world.Forgive(l)
	}
}

// tick adds the worlds that timers lead to, as far as nothing is to be seen of
// them or the next label shows it.
func (o *Oracle) tick() {
	for i := 0; i < len(o.now); i++ {
		if w := &o.now[i].world; !w.Ticking() || !w.Quiet() {
			continue
		}
		o.from = o.now[i]
		model.Taus(o.dialect, &o.from.world, &o.nexts)
		o.then, o.now = o.now, o.then
		for n := range o.nexts.Len {
			o.add(&o.from, &o.nexts.Buf[n])
		}
		o.then, o.now = o.now, o.then
	}
}

// add puts a world into the next set, once.
func (o *Oracle) add(from *explanation, next *model.Next) {
	if has(o.then, &next.World) {
		return
	}
	if len(o.then) == WorldsMax {
		o.crowded = true
		return
	}
	o.then = o.then[:len(o.then)+1]
	e := &o.then[len(o.then)-1]
	e.world, e.rules, e.used = next.World, from.rules, from.used
	for _, id := range next.Rules[:next.Used] {
		e.note(id)
	}
}

func has(set []explanation, w *model.World) bool {
	for i := range set {
		if set[i].world == *w {
			return true
		}
	}
	return false
}

func (e *explanation) note(id model.RuleID) {
	for _, have := range e.rules[:e.used] {
		if have == id {
			return
		}
	}
	if int(e.used) < len(e.rules) {
		e.rules[e.used] = id
		e.used++
	}
}

// Left is the reason why the trace left the model, or model.Inside.
func (o *Oracle) Left() model.Reason {
	if o.crowded {
		return model.LeftScope
	}
	for i := range o.now {
		if o.now[i].world.Left != model.Inside {
			return o.now[i].world.Left
		}
	}
	return model.Inside
}

// Verdict is the verdict on the step since Begin: of the explanations that are
// left the one that the document backs best, and of its rules the worst.
func (o *Oracle) Verdict() model.Verdict {
	switch {
	case o.missed:
		return model.Diverged
	case o.Left() != model.Inside:
		return model.Unmodelled
	}
	best := model.Contradicted
	for i := range o.now {
		best = min(best, o.standing(&o.now[i]))
	}
	return best
}

// standing is what the document makes of an explanation.
func (o *Oracle) standing(e *explanation) model.Verdict {
	worst := model.Undocumented
	backed := false
	for _, id := range e.rules[:e.used] {
		v := model.Standing(o.dialect, id)
		backed = backed || v == model.Specified
		worst = max(worst, v)
	}
	if worst == model.Undocumented && backed {
		return model.Specified
	}
	return worst
}

// Several says whether the dialect left more than one answer to the step since
// Begin, so that two systems may differ and both be right.
func (o *Oracle) Several() bool { return o.several }

// Rules calls f with every rule that an explanation of the step used.
func (o *Oracle) Rules(f func(model.RuleID)) {
	for i := range o.now {
		for _, id := range o.now[i].rules[:o.now[i].used] {
			f(id)
		}
	}
}

// Worlds calls f with every world that explains the trace so far.
func (o *Oracle) Worlds(f func(*model.World)) {
	for i := range o.now {
		f(&o.now[i].world)
	}
}
