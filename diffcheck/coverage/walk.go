// Package coverage says what of the documents and of the model has been
// reached: which clauses a rule of the model speaks to that exploration gets to,
// how many answers each rule leaves on a walk, and which rules of the Linux
// dialect a kernel has shown.
package coverage

import (
	"sync"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Reached is what wandering through the worlds of every dialect has met.
type Reached struct {
	rules    [spec.DocumentCount][]reachedRule // by rule id
	connects map[Connect]bool                  // under the Linux dialect
	decider  *Decider
	pairs    map[Pair]bool // likewise
}

// reachedRule is how often a rule was met, and with how many answers in all
// beside its own.
type reachedRule struct {
	times, steps, answers uint64
}

// Connect is one way in which a call of connect ends.
type Connect struct {
	Errno  spec.Errno  // ENONE is success
	Family spec.Family // 0 with Type where the descriptor is no socket's
	Type   spec.SockType
	Rule   model.RuleID
}

// How far to wander: until idleMax rounds in turn find no rule that the ones
// before them have not found, or so many rounds.
const (
	roundsMax = 8
	idleMax   = 4
	starts    = 30000
)

// Walk wanders through the worlds of all dialects. It takes some seconds.
func Walk() *Reached {
	r := &Reached{connects: map[Connect]bool{}, decider: NewDecider(), pairs: map[Pair]bool{}}
	var dialects sync.WaitGroup
	for d := range spec.DocumentCount {
		dialects.Go(func() { r.walk(d) })
	}
	dialects.Wait()
	return r
}

func (r *Reached) walk(d spec.Dialect) {
	met := make([]reachedRule, len(model.Rules())+1)
	r.rules[d] = met
	seen := func(from *model.World, l *model.Label, next *model.Next) {
		for _, id := range next.Rules[:next.Used] {
			met[id].times++
		}
		if d == spec.Linux {
			r.connect(from, l, next)
			r.pair(from, l, next)
		}
	}
	whole := func(from *model.World, _ *model.Label, nexts *model.Nexts) {
		if waiting(from) > 1 {
			return // which thread is woken first is chance, whatever the rule
		}
		for i := range nexts.Len {
			next := &nexts.Buf[i]
			for _, id := range next.Rules[:next.Used] {
				if !usedBefore(nexts, i, id) {
					met[id].steps++
					met[id].answers += uint64(nexts.Len)
				}
			}
		}
	}
	before, idle := -1, 0
	for seed := uint64(1); seed <= roundsMax; seed++ {
		model.Walk(d, seed, starts, seen, whole)
		now := 0
		for i := range met {
			if met[i].times > 0 {
				now++
			}
		}
		if idle++; now > before {
			before, idle = now, 0
		}
		if idle == idleMax || now == len(model.RulesOf(d)) {
			return
		}
	}
}

// waiting is the number of threads that wait.
func waiting(w *model.World) (n int) {
	for i := range w.Threads {
		if w.Threads[i].Wait == model.Blocked {
			n++
		}
	}
	return n
}

// usedBefore says whether an answer before number i used the rule.
func usedBefore(nexts *model.Nexts, i int, id model.RuleID) bool {
	for n := range i {
		for _, used := range nexts.Buf[n].Rules[:nexts.Buf[n].Used] {
			if used == id {
				return true
			}
		}
	}
	return false
}

// connect notes the calls of connect that end on the way to next.
func (r *Reached) connect(from *model.World, l *model.Label, next *model.Next) {
	for i := range next.World.Threads {
		t := &next.World.Threads[i]
		if t.Wait != model.Returning || from.Threads[i].Wait == model.Returning {
			continue
		}
		c := Connect{Errno: t.Ret.Errno}
		var of *model.Socket
		switch was := &from.Threads[i]; {
		case was.Wait == model.Blocked && was.Op == spec.OpConnect:
			of = &from.Sockets[was.Socket-1]
		case l.Kind == model.LabelCall && int(l.Thread) == i && l.Call.Op == spec.OpConnect:
			of = from.Behind(l.Call.FD)
		default:
			continue
		}
		if of != nil {
			c.Family, c.Type = of.Family, typeOf(of)
		}
		if c.Rule = r.decider.Decide(next.Rules[:next.Used], c.Errno, from.Threads[i].Wait == model.Blocked); c.Rule != 0 {
			r.connects[c] = true
		}
	}
}

// pair notes which rules a call uses on a socket in which state.
func (r *Reached) pair(from *model.World, l *model.Label, next *model.Next) {
	if l.Kind != model.LabelCall || !l.Call.Op.TakesDescriptor() {
		return
	}
	s := from.Behind(l.Call.FD)
	if s == nil {
		return
	}
	for _, id := range next.Rules[:next.Used] {
		r.pairs[Pair{id, s.State()}] = true
	}
}

// typeOf is the type that the socket was asked for with.
func typeOf(s *model.Socket) spec.SockType {
	switch s.Kind {
	case model.KindStream, model.KindUnixStream:
		return spec.SockStream
	case model.KindUnixSeqpacket:
		return spec.SockSeqpacket
	case model.KindDgram, model.KindUnixDgram:
		if s.Flags&model.Raw != 0 {
			return spec.SockRaw
		}
		return spec.SockDgram
	}
	return 0
}
