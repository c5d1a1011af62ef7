// Package oracle judges a trace: it keeps the set of worlds that explain what
// was seen so far, and says no when the set is empty.
package oracle

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// WorldsMax bounds the set. A trace that needs more leaves the model.
const WorldsMax = 128

// Oracle follows one trace under one dialect. The zero Oracle is not ready:
// see [New]. It allocates nothing once it is warm.
type Oracle struct {
	dialect spec.Dialect
	// now are the worlds that explain the trace, each with the rules that the
	// present step used on the way to it. They lie in sets[turn]; the next ones
	// are written to the other set.
	now     []model.Next
	sets    [2]set
	turn    int
	nexts   model.Nexts
	missed  bool // the present step was rejected
	several bool // the present step left several answers
	calm    bool // no timer may fire in any of the worlds
	crowded bool
}

// set is where worlds lie: what a step from a single world found, or any number
// of them.
type set struct {
	one  model.Nexts
	many []model.Next
}

// New makes an oracle of dialect d for a fresh host.
func New(d spec.Dialect) *Oracle {
	o := &Oracle{dialect: d}
	for i := range o.sets {
		o.sets[i].many = make([]model.Next, 0, WorldsMax)
	}
	o.Reset()
	return o
}

// Reset starts over with a host that has no sockets.
func (o *Oracle) Reset() {
	o.now = append(o.sets[o.turn].many[:0], model.Next{})
	o.missed, o.several, o.crowded, o.calm = false, false, false, true
}

// Begin starts a step: the labels of one event of the trace.
func (o *Oracle) Begin() {
	o.missed, o.several = false, false
	for i := range o.now {
		o.now[i].Used = 0
	}
}

// Feed takes the next label. If no world allows it, it says so and the set
// stays as it was; [Oracle.Forgive] then lets the trace go on.
func (o *Oracle) Feed(l *model.Label) bool {
	var ok bool
	switch l.Kind {
	case model.LabelCall, model.LabelIn, model.LabelSignal:
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
	case model.LabelCall, model.LabelIn, model.LabelSignal, model.LabelAdvance:
		o.look()
	}
	return true
}

// look takes down what a step led to.
func (o *Oracle) look() {
	o.several, o.calm = o.several || len(o.now) > 1, true
	for i := range o.now {
		open, ticking := o.now[i].World.Open()
		o.several, o.calm = o.several || open, o.calm && !ticking
	}
}

// step takes a label that rules answer.
func (o *Oracle) step(l *model.Label) bool {
	if len(o.now) == 1 {
		return o.stepOne(l)
	}
	then := o.sets[1-o.turn].many[:0]
	for i := range o.now {
		from := &o.now[i]
		model.Step(o.dialect, &from.World, l, &o.nexts)
		for n := range o.nexts.Len {
			then = o.add(then, from, &o.nexts.Buf[n])
		}
		o.crowded = o.crowded || o.nexts.Full
	}
	if len(then) == 0 {
		return false
	}
	o.now, o.turn = then, 1-o.turn
	return true
}

// stepOne is step where one world explains the trace: what follows it need not
// be copied.
func (o *Oracle) stepOne(l *model.Label) bool {
	from, out := &o.now[0], &o.sets[1-o.turn].one
	model.Step(o.dialect, &from.World, l, out)
	if out.Len == 0 {
		return false
	}
	o.crowded = o.crowded || out.Full
	kept := 0
	for n := range out.Len {
		next := &out.Buf[n]
		if has(out.Buf[:kept], &next.World) {
			continue
		}
		if from.Used != 0 {
			inherit(next, from)
		}
		if kept != n {
			out.Buf[kept] = *next
		}
		kept++
	}
	o.now, o.turn = out.Buf[:kept], 1-o.turn
	return true
}

// observe takes a label that a world allows or does not.
func (o *Oracle) observe(l *model.Label) bool {
	if len(o.now) == 1 {
		return o.now[0].World.Observe(l)
	}
	kept := 0
	for i := range o.now {
		e := &o.now[i]
		if !e.World.Observe(l) || has(o.now[:kept], &e.World) {
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
		o.now[i].World.Forgive(l)
	}
}

// tick adds the worlds that timers lead to, as far as nothing is to be seen of
// them or the next label shows it.
func (o *Oracle) tick() {
	if o.calm {
		return
	}
	ticking := false
	for i := range o.now {
		w := &o.now[i].World
		ticking = ticking || w.Ticking() && w.Quiet()
	}
	if !ticking {
		return
	}
	o.turn = 1 - o.turn
	o.now = append(o.sets[o.turn].many[:0], o.now...)
	for i := 0; i < len(o.now); i++ {
		from := &o.now[i]
		if !from.World.Ticking() || !from.World.Quiet() {
			continue
		}
		model.Taus(o.dialect, &from.World, &o.nexts)
		for n := range o.nexts.Len {
			o.now = o.add(o.now, from, &o.nexts.Buf[n])
		}
	}
}

// add puts a world that follows another one into a set, once.
func (o *Oracle) add(to []model.Next, from, next *model.Next) []model.Next {
	if has(to, &next.World) {
		return to
	}
	if len(to) == WorldsMax {
		o.crowded = true
		return to
	}
	to = append(to, *next)
	inherit(&to[len(to)-1], from)
	return to
}

func has(set []model.Next, w *model.World) bool {
	for i := range set {
		if set[i].World == *w {
			return true
		}
	}
	return false
}

// inherit puts the rules that led to the world before first.
func inherit(next, from *model.Next) {
	own, used := next.Rules, next.Used
	next.Rules, next.Used = from.Rules, from.Used
	for _, id := range own[:used] {
		if int(next.Used) == len(next.Rules) {
			return
		}
		if !slices.Contains(next.Rules[:next.Used], id) {
			next.Rules[next.Used] = id
			next.Used++
		}
	}
}

// Left is the reason why the trace left the model, or model.Inside.
func (o *Oracle) Left() model.Reason {
	if o.crowded {
		return model.LeftScope
	}
	for i := range o.now {
		if o.now[i].World.Left != model.Inside {
			return o.now[i].World.Left
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
func (o *Oracle) standing(e *model.Next) model.Verdict {
	worst := model.Undocumented
	backed := false
	for _, id := range e.Rules[:e.Used] {
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

// AppendRules appends every rule that an explanation of the step used, once.
func (o *Oracle) AppendRules(to []model.RuleID) []model.RuleID {
	start := len(to)
	for i := range o.now {
		for _, id := range o.now[i].Rules[:o.now[i].Used] {
			if !slices.Contains(to[start:], id) {
				to = append(to, id)
			}
		}
	}
	return to
}

// Worlds calls f with every world that explains the trace so far.
func (o *Oracle) Worlds(f func(*model.World)) {
	for i := range o.now {
		f(&o.now[i].World)
	}
}
