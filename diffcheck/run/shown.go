package run

import (
	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// ShownRule says how often the kernel showed a rule of its dialect.
type ShownRule struct {
	Scripts uint64 // that it explains a step of
	First   uint64 // the number of the first of them
}

// shown is what the kernel let be seen: the rules of its dialect, by id, and
// how connect ended.
type shown struct {
	rules    []ShownRule
	connects map[coverage.Connect]uint64
	states   [][coverage.StateMax]uint64 // by rule id: steps that are calls on a socket in that state
	decider  *coverage.Decider
	sockets  [script.FDsMax]origin // of the script in hand, by descriptor
}

// origin is how a socket was made.
type origin struct {
	family spec.Family
	kind   spec.SockType
}

// count takes in a trace of the kernel with the report on it.
func (s *shown) count(index uint64, tr *script.Trace, r *judge.Report) {
	s.ready()
	r.Hits[Kernel.Dialect].Each(func(id model.RuleID) {
		at := &s.rules[id]
		if at.Scripts++; at.Scripts == 1 || index < at.First {
			at.First = index
		}
	})
	for i := range r.Steps {
		if step := &r.Steps[i]; step.OnSocket && step.State < coverage.StateMax {
			for _, id := range step.Rules[Kernel.Dialect] {
				s.states[id][step.State]++
			}
		}
	}
	s.countConnects(tr, r)
}

func (s *shown) ready() {
	if s.rules != nil {
		return
	}
	s.rules = make([]ShownRule, len(model.Rules())+1)
	s.states = make([][coverage.StateMax]uint64, len(s.rules))
	s.decider = coverage.NewDecider()
	s.connects = map[coverage.Connect]uint64{}
}

// countConnects counts how the calls of connect in a trace ended.
func (s *shown) countConnects(tr *script.Trace, r *judge.Report) {
	s.sockets = [script.FDsMax]origin{}
	var calls [script.ThreadsMax]*spec.Call
	var of [script.ThreadsMax]origin // the socket of the call
	for i := range tr.Steps {
		by := -1
		if ev := &tr.Script.Events[i]; ev.Kind == script.EventCall && ev.Thread < script.ThreadsMax {
			by = ev.Thread
			calls[by], of[by] = &ev.Call, s.origin(ev.Call.FD)
		}
		for _, outputs := range [2][]script.Output{tr.Steps[i].During, tr.Steps[i].After} {
			for j := range outputs {
				o := &outputs[j]
				call := calls[o.Thread%script.ThreadsMax]
				if o.Kind != script.OutputReturn || call == nil {
					continue
				}
				if o.Op != spec.OpConnect {
					s.follow(call, &o.Result)
					continue
				}
				from := of[o.Thread%script.ThreadsMax]
				c := coverage.Connect{Errno: o.Result.Errno, Family: from.family, Type: from.kind}
				if i < len(r.Steps) {
					c.Rule = s.decider.Decide(r.Steps[i].Rules[Kernel.Dialect], c.Errno, o.Thread != by)
				}
				s.connects[c]++
			}
		}
	}
}

// follow notes what a call makes of a descriptor.
func (s *shown) follow(c *spec.Call, r *spec.Result) {
	if r.Ret < 0 || int(r.Ret) >= len(s.sockets) {
		return
	}
	if c.Op == spec.OpSocketpair {
		for _, fd := range r.Pair {
			if fd >= 0 && int(fd) < len(s.sockets) {
				s.sockets[fd] = origin{c.Family, c.Type}
			}
		}
		return
	}
	switch c.Op {
	case spec.OpSocket:
		s.sockets[r.Ret] = origin{c.Family, c.Type}
	case spec.OpAccept, spec.OpDup, spec.OpDup2:
		s.sockets[r.Ret] = s.origin(c.FD)
	case spec.OpOpen:
		s.sockets[r.Ret] = origin{}
	case spec.OpClose:
		if c.FD >= 0 && int(c.FD) < len(s.sockets) {
			s.sockets[c.FD] = origin{}
		}
	}
}

func (s *shown) origin(fd int32) origin {
	if fd < 0 || int(fd) >= len(s.sockets) {
		return origin{}
	}
	return s.sockets[fd]
}

// merge adds what another goroutine counted.
func (s *shown) merge(o *shown) {
	if o.rules == nil {
		return
	}
	s.ready()
	for i, other := range o.rules {
		if s.rules[i].Scripts == 0 || other.Scripts > 0 && other.First < s.rules[i].First {
			s.rules[i].First = other.First
		}
		s.rules[i].Scripts += other.Scripts
	}
	for i := range o.states {
		for state, n := range o.states[i] {
			s.states[i][state] += n
		}
	}
	for c, n := range o.connects {
		s.connects[c] += n
	}
}

// errnos sums up how connect ended, by errno.
func (s *shown) errnos() (n [spec.ErrnoCount]uint64) {
	for c, times := range s.connects {
		n[c.Errno] += times
	}
	return n
}
