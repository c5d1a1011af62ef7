package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// End says why a world is not explored any further.
type End uint8

const (
	Goes   End = iota // it is
	Left              // what happens next is not modelled
	Open              // its document leaves open what state it is in
	Beyond            // it holds more than the scope
	EndCount
)

func (e End) String() string {
	return [...]string{"explored", "not modelled", "left open", "beyond the scope"}[e]
}

// Step is one transition of the graph.
type Step struct {
	Dialect  spec.Dialect
	Scope    *Scope
	Stimulus Stimulus
	Choice   uint8 // which of the worlds that may follow
	Before   *model.World
	Label    *model.Label
	After    *model.World // what follows, quiet, with the names of Before
	Rules    []model.RuleID
	Seen     *Observation
	End      End
}

// Walker finds what follows a world. It belongs to one goroutine and allocates nothing.
type Walker struct {
	dialect spec.Dialect
	scope   *Scope
	nexts   model.Nexts
	label   model.Label
	from    model.World
	seen    Observation
	step    Step
	keeps   bool // forgets nothing, for the test of forget
}

// NewWalker makes a walker of a dialect in a scope.
func NewWalker(d spec.Dialect, s *Scope) *Walker { return &Walker{dialect: d, scope: s} }

// Successors calls visit with every transition that leads out of the world w,
// which is quiet. What visit gets is valid until it returns.
func (k *Walker) Successors(w *model.World, visit func(*Step)) {
	thread, runs := k.scope.runner(w)
	for i := range k.scope.stimuli {
		st := &k.scope.stimuli[i]
		if st.call.Op != spec.OpNone && !runs {
			continue
		}
		for slot := range st.about.slots() {
			k.try(w, Stimulus{Index: uint16(i), Slot: slot, Thread: thread}, visit)
		}
	}
}

// Try calls visit with the transitions of one stimulus.
func (k *Walker) Try(w *model.World, id Stimulus, visit func(*Step)) { k.try(w, id, visit) }

func (k *Walker) try(w *model.World, id Stimulus, visit func(*Step)) {
	st := &k.scope.stimuli[id.Index]
	if !k.scope.enabled(w, st, id.Slot) {
		return
	}
	switch st.about {
	case aTimer, aInstant:
		k.label = model.Label{Kind: model.LabelAdvance}
		k.from = *w
		k.from.Timers = st.about == aTimer
		model.TausOf(k.dialect, &k.from, id.Slot, &k.nexts)
	default:
		k.scope.write(w, id, &k.label)
		model.Step(k.dialect, w, &k.label, &k.nexts)
	}
	k.step = Step{Dialect: k.dialect, Scope: k.scope, Stimulus: id, Before: w, Label: &k.label, Seen: &k.seen}
	for n := range k.nexts.Len {
		next := &k.nexts.Buf[n]
		k.step.Choice, k.step.Rules, k.step.After = uint8(n), next.Rules[:next.Used], &next.World
		k.step.End = k.end(&next.World)
		if k.step.End == Goes || k.step.End == Open {
			Settle(&next.World, &k.seen)
			if !k.keeps {
				k.scope.forget(&next.World)
			}
		} else {
			k.seen.Outs, k.seen.Rets = 0, 0
		}
		visit(&k.step)
	}
}

// end says whether a world that was just reached is explored further.
func (k *Walker) end(w *model.World) End {
	if w.Left != model.Inside {
		return Left
	}
	if k.scope.open {
		if !k.scope.within(w) {
			return Beyond
		}
		return Goes
	}
	for i := range w.Threads {
		if w.Threads[i].Wait == model.Anything {
			return Open
		}
	}
	for i := range w.Sockets {
		if w.Sockets[i].Flags&model.AnyState != 0 {
			return Open
		}
	}
	if !k.scope.within(w) {
		return Beyond
	}
	return Goes
}

// enabled says whether a stimulus may come in a world.
func (s *Scope) enabled(w *model.World, st *stimulus, slot uint8) bool {
	if st.frame != nil && w.Env.Lacks&model.NoLink != 0 {
		return false
	}
	switch st.about {
	case aFile:
		if _, ok := descriptorOf(w, model.FileNull); !ok {
			return false
		}
	case anOther:
		if _, ok := descriptorOther(w); !ok {
			return false
		}
	case anEpoll:
		if _, ok := descriptorOf(w, model.FileEpoll); !ok {
			return false
		}
	case aSocket:
		if _, ok := descriptor(w, int(slot)); !ok || w.Sockets[slot].Kind == model.KindNone {
			return false
		}
		return st.when == nil || st.when(s, w, &w.Sockets[slot])
	case aSlot:
		if w.Sockets[slot].Kind == model.KindNone {
			return false
		}
		return st.when == nil || st.when(s, w, &w.Sockets[slot])
	case aTimer:
		return slot == model.NoSlot || w.Sockets[slot].Kind != model.KindNone
	case aInstant:
		return slot != model.NoSlot && w.Sockets[slot].Flags&(model.Hurry|model.AckDue) != 0
	case aWaiter:
		if int(slot) >= s.Threads || w.Threads[slot].Wait != model.Blocked {
			return false
		}
	}
	return st.when == nil || st.when(s, w, nil)
}

func descriptorOf(w *model.World, file model.File) (fd int32, ok bool) {
	for i, f := range w.FDs {
		if f == file {
			return int32(i) + model.FDFirst, true
		}
	}
	return 0, false
}

// descriptorOther is the lowest one of a file that is neither a socket nor what
// other stimuli are about.
func descriptorOther(w *model.World) (fd int32, ok bool) {
	for i, f := range w.FDs {
		if f >= model.FileOther && f < model.FileEpoll {
			return int32(i) + model.FDFirst, true
		}
	}
	return 0, false
}

// badFD is a number that is no descriptor in any scope.
const badFD = model.FDFirst + model.FDsMax - 1

// What dup2 names in an alphabet, besides numbers that are none.
const (
	toItself = model.FDFirst // the descriptor itself
	toFree   = toItself + 1  // the lowest one that is free
	toOther  = toItself + 2  // that of another socket
)

// write makes the label of a stimulus in a world.
func (s *Scope) write(w *model.World, id Stimulus, l *model.Label) {
	st := &s.stimuli[id.Index]
	if st.env != nil {
		*l = *st.env
		if st.about == aWaiter {
			l.Thread = id.Slot
		}
		return
	}
	if st.call.Op == spec.OpNone {
		*l = model.Label{Kind: model.LabelIn, Frame: st.frame(&w.Sockets[id.Slot])}
		return
	}
	*l = model.Label{Kind: model.LabelCall, Thread: id.Thread, Call: st.call}
	switch st.about {
	case aBadFD:
		l.Call.FD = badFD
	case aFile:
		l.Call.FD, _ = descriptorOf(w, model.FileNull)
		if l.Call.Op == spec.OpDup2 {
			l.Call.Value = l.Call.FD
		}
	case anOther:
		l.Call.FD, _ = descriptorOther(w)
	case anEpoll:
		l.Call.FD, _ = descriptorOf(w, model.FileEpoll)
	case aSocket:
		l.Call.FD, _ = descriptor(w, int(id.Slot))
		name(w, id.Slot, &l.Call)
	}
}

// name puts the descriptor of a socket to where the call has it.
func name(w *model.World, slot uint8, c *model.Call) {
	switch c.Op {
	case spec.OpDup2:
		switch c.Value {
		case toItself:
			c.Value = c.FD
		case toFree:
			c.Value = firstFree(w)
		case toOther:
			c.Value = other(w, slot)
		}
	case spec.OpPoll, spec.OpSelect:
		if c.Polls > 0 {
			c.Poll[0].FD = c.FD
		}
		c.FD = 0
	case spec.OpEpollCtl:
		c.Poll[0].FD = c.FD
		c.FD, _ = descriptorOf(w, model.FileEpoll)
	}
}

// other is the lowest descriptor of another socket, or one that is none.
func other(w *model.World, slot uint8) int32 {
	for i, f := range w.FDs {
		if f != model.FileNone && f < model.FileOther && f != model.File(slot+1) {
			return int32(i) + model.FDFirst
		}
	}
	return badFD
}
