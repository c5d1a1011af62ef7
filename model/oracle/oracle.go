// Package oracle judges a trace: it keeps the worlds that explain what was seen
// so far, and says no when none is left.
package oracle

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// WorldsMax bounds the worlds of one dialect. A trace that needs more leaves the
// model.
const WorldsMax = 128

// Oracle follows one trace under several dialects at once. A world that explains
// it under several of them is kept once, and its steps are made once as long as
// they are alike. The zero Oracle is not ready: see [New]. It allocates nothing
// once it is warm.
type Oracle struct {
	dialects model.Dialects
	// now are the worlds that explain the trace, each with the dialects under
	// which it does and the rules that the present step used on the way to it.
	// Those of one dialect are in the order in which it alone would have found
	// them. They lie in pools[turn]; what a step finds is written to the other.
	now, then []*model.Next
	pools     [2]pool
	turn      int
	failed    []int // the places in now of worlds that do not allow the present label

	missed   model.Dialects // whose worlds rejected the present label
	deviated model.Dialects // the present step was rejected
	several  model.Dialects // the present step left several answers
	calm     model.Dialects // no timer may fire in any of the worlds
	crowded  model.Dialects // some worlds had no room

	// outside are the dialects whose model the trace had left before the present step:
	// they keep no world, allow every label, and say why.
	outside model.Dialects
	reasons [spec.DocumentCount]model.Reason
}

// pool is where worlds lie.
type pool struct {
	buffers []*model.Nexts
	used    int
}

// empty makes all of the pool free.
func (p *pool) empty() { p.used = 0 }

// room gives a buffer that has room for one more step.
func (p *pool) room() *model.Nexts {
	if p.used != 0 && p.buffers[p.used-1].Room() {
		return p.buffers[p.used-1]
	}
	if p.used == len(p.buffers) {
		p.buffers = append(p.buffers, &model.Nexts{})
	}
	b := p.buffers[p.used]
	b.Len = 0
	p.used++
	return b
}

// put adds a world of its own.
func (p *pool) put(n *model.Next) *model.Next {
	b := p.room()
	b.Buf[b.Len] = *n
	b.Len++
	return &b.Buf[b.Len-1]
}

// New makes an oracle of the dialects for a fresh host.
func New(dialects model.Dialects) *Oracle {
	o := &Oracle{dialects: dialects}
	o.Reset()
	return o
}

// Reset starts over with a host that has no sockets.
func (o *Oracle) Reset() {
	p := &o.pools[o.turn]
	p.empty()
	o.now = append(o.now[:0], p.put(&model.Next{For: o.dialects}))
	o.missed, o.deviated, o.several, o.crowded, o.calm = 0, 0, 0, 0, o.dialects
	o.outside = 0
}

// Begin starts a step: the labels of one event of the trace.
func (o *Oracle) Begin() {
	o.deviated, o.several = 0, 0
	left := o.crowded
	for _, e := range o.now {
		e.Used = 0
		if e.World.Left != model.Inside {
			left |= e.For
		}
	}
	if left &^= o.outside; left != 0 {
		o.leave(left)
	}
	o.unite()
}

// leave drops the worlds of dialects whose model the trace has left: nothing that
// follows can bring it back.
func (o *Oracle) leave(left model.Dialects) {
	for d := range spec.DocumentCount {
		if left.Has(d) {
			o.reasons[d] = o.Left(d)
		}
	}
	o.outside, o.calm = o.outside|left, o.calm|left
	kept := o.now[:0]
	for _, e := range o.now {
		if e.For &^= left; e.For != 0 {
			kept = append(kept, e)
		}
	}
	o.now = kept
}

// unite makes one of worlds that are the same under different dialects.
func (o *Oracle) unite() {
	if len(o.now) < 2 {
		return
	}
	kept := o.now[:1]
	for _, e := range o.now[1:] {
		if !join(kept, e) {
			kept = append(kept, e)
		}
	}
	o.now = kept
}

// join puts e to the same world, by the same rules, under other dialects, if that
// is in the set and none of these has another one after it.
func join(set []*model.Next, e *model.Next) bool {
	for i := len(set) - 1; i >= 0 && set[i].For&e.For == 0; i-- {
		if s := set[i]; s.Used == e.Used && slices.Equal(s.Rules[:s.Used], e.Rules[:e.Used]) && s.World == e.World {
			s.For |= e.For
			return true
		}
	}
	return false
}

// Feed takes the next label. It says which dialects do not allow it: their worlds
// stay as they were, and [Oracle.Forgive] then lets the trace go on.
func (o *Oracle) Feed(l *model.Label) (missed model.Dialects) {
	var alive model.Dialects
	switch l.Kind {
	case model.LabelCall, model.LabelIn, model.LabelSignal:
		alive = o.step(l)
		o.look(alive)
	case model.LabelAdvance:
		alive = o.observe(l)
		o.look(alive)
	default:
		o.tick()
		alive = o.observe(l)
	}
	o.missed = o.dialects &^ (alive | o.outside)
	o.deviated |= o.missed
	return o.missed
}

// look takes down what a step led to under those dialects.
func (o *Oracle) look(at model.Dialects) {
	var once, several, ticks model.Dialects
	for _, e := range o.now {
		open, ticking := e.World.Open()
		several |= once & e.For
		once |= e.For
		if open {
			several |= e.For
		}
		if ticking {
			ticks |= e.For
		}
	}
	o.several |= several & at
	o.calm = o.calm&^at | at&^ticks
}

// step takes a label that rules answer, and says which dialects allow it.
func (o *Oracle) step(l *model.Label) (alive model.Dialects) {
	p := &o.pools[1-o.turn]
	p.empty()
	then := o.then[:0]
	for _, from := range o.now {
		out := p.room()
		first := out.Len
		model.StepEach(from.For, &from.World, l, out)
		o.crowded |= out.Full
		for i := first; i < out.Len; i++ {
			alive |= out.Buf[i].For
			then = o.add(then, from, &out.Buf[i])
		}
	}
	if alive == 0 {
		return 0
	}
	if missed := o.dialects &^ (alive | o.outside); missed != 0 {
		for _, e := range o.now {
			if e.For&missed != 0 {
				e.For &= missed
				then = append(then, p.put(e))
			}
		}
	}
	o.now, o.then, o.turn = then, o.now, 1-o.turn
	return alive
}

// add puts a world that follows another one into a set, once.
func (o *Oracle) add(to []*model.Next, from, next *model.Next) []*model.Next {
	next.For &^= among(to, next)
	if len(to) >= WorldsMax {
		full := crowd(to) & next.For
		o.crowded |= full
		next.For &^= full
	}
	if next.For == 0 {
		return to
	}
	if from.Used != 0 {
		inherit(next, from)
	}
	if join(to, next) {
		return to
	}
	return append(to, next)
}

// among says under which dialects of e its world is in the set.
func among(set []*model.Next, e *model.Next) (there model.Dialects) {
	for _, s := range set {
		if s.For&e.For != 0 && s.World == e.World {
			there |= s.For
		}
	}
	return there
}

// crowd says which dialects have as many worlds as they may.
func crowd(set []*model.Next) (full model.Dialects) {
	var count [spec.DocumentCount]int
	for _, e := range set {
		for d := range spec.DocumentCount {
			if e.For.Has(d) {
				count[d]++
			}
		}
	}
	for d, n := range count {
		if n >= WorldsMax {
			full |= 1 << d
		}
	}
	return full
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

// observe takes a label that a world allows or does not, and says which dialects
// do.
func (o *Oracle) observe(l *model.Label) (alive model.Dialects) {
	if len(o.now) == 1 {
		if o.now[0].World.Observe(l) {
			return o.dialects
		}
		return 0
	}
	o.failed = o.failed[:0]
	var failed, once, again model.Dialects
	for i, e := range o.now {
		if !e.World.Observe(l) {
			o.failed = append(o.failed, i)
			failed |= e.For
			continue
		}
		again |= once & e.For
		once |= e.For
	}
	alive = once
	if failed|again == 0 {
		return alive
	}
	kept, rest := o.now[:0], o.failed
	for i, e := range o.now {
		if len(rest) != 0 && rest[0] == i {
			rest = rest[1:]
			e.For &^= alive
		} else if e.For&again != 0 {
			e.For &^= among(kept, e)
		}
		if e.For != 0 {
			kept = append(kept, e)
		}
	}
	o.now = kept
	return alive
}

// Forgive goes on after a label that dialects did not allow as if what their
// worlds do allow had happened, so that one deviation does not hide the rest.
func (o *Oracle) Forgive(l *model.Label) {
	if o.missed == 0 {
		return
	}
	for _, e := range o.now {
		if e.For&o.missed != 0 {
			e.World.Forgive(l)
		}
	}
	o.missed = 0
}

// tick adds the worlds that timers lead to, as far as nothing is to be seen of
// them or the next label shows it.
func (o *Oracle) tick() {
	if o.calm == o.dialects {
		return
	}
	p := &o.pools[o.turn]
	for i := 0; i < len(o.now); i++ {
		from := o.now[i]
		left := from.For &^ o.calm
		if left == 0 || !from.World.Ticking() || !from.World.Quiet() {
			continue
		}
		out := p.room()
		first := out.Len
		model.TausEach(left, &from.World, out)
		for i := first; i < out.Len; i++ {
			o.now = o.add(o.now, from, &out.Buf[i])
		}
	}
}

// Left is the reason why the trace left the model of a dialect, or model.Inside.
func (o *Oracle) Left(d spec.Dialect) model.Reason {
	switch {
	case o.outside.Has(d):
		return o.reasons[d]
	case o.crowded.Has(d):
		return model.LeftScope
	}
	for _, e := range o.now {
		if e.World.Left != model.Inside && e.For.Has(d) {
			return e.World.Left
		}
	}
	return model.Inside
}

// Verdicts are the verdicts of the dialects on the step since Begin: of the
// explanations that are left the one that the document backs best, and of its
// rules the worst.
func (o *Oracle) Verdicts() (verdicts [spec.DocumentCount]model.Verdict) {
	for d := range verdicts {
		verdicts[d] = model.Contradicted
	}
	outside := o.outside | o.crowded
	for _, e := range o.now {
		if e.World.Left != model.Inside {
			outside |= e.For
		}
		var standings model.Standings
		for _, id := range e.Rules[:e.Used] {
			standings |= model.StandingsOf(id)
		}
		for left := e.For; left != 0; left &= left - 1 {
			d := left.First()
			verdicts[d] = min(verdicts[d], standings.Of(d))
		}
	}
	for left := outside; left != 0; left &= left - 1 {
		verdicts[left.First()] = model.Unmodelled
	}
	for left := o.deviated; left != 0; left &= left - 1 {
		verdicts[left.First()] = model.Diverged
	}
	return verdicts
}

// Verdict is that of one dialect.
func (o *Oracle) Verdict(d spec.Dialect) model.Verdict { return o.Verdicts()[d] }

// Several says whether a dialect left more than one answer to the step since
// Begin, so that two systems may differ and both be right.
func (o *Oracle) Several(d spec.Dialect) bool { return o.several.Has(d) }

// AppendRules appends every rule that an explanation of the step used, once.
func (o *Oracle) AppendRules(d spec.Dialect, to []model.RuleID) []model.RuleID {
	start := len(to)
	for _, e := range o.now {
		if !e.For.Has(d) {
			continue
		}
		for _, id := range e.Rules[:e.Used] {
			if !slices.Contains(to[start:], id) {
				to = append(to, id)
			}
		}
	}
	return to
}

// Worlds calls f with every world that explains the trace so far under a dialect.
func (o *Oracle) Worlds(d spec.Dialect, f func(*model.World)) {
	for _, e := range o.now {
		if e.For.Has(d) {
			f(&e.World)
		}
	}
}
