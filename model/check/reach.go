package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Reach is what a stimulus reads of a world that has parts, besides what is of
// no part, how much of the host is taken, and in which calls threads wait. It is a
// claim: tests and searches hold it against the model.
type Reach uint8

const (
	ReachAll   Reach = iota // everything
	ReachNames              // its part, and of the others who has which name
	ReachOwn                // its part
	ReachNone               // no part
	ReachCount
)

func (r Reach) String() string {
	return [...]string{"everything", "names", "its part", "no part"}[r]
}

// reach is that of a stimulus. What is not listed reaches everything.
func (s *stimulus) reach() Reach {
	switch s.about {
	case aTimer, aInstant:
		return ReachOwn
	case aSlot:
		if s.frame != nil { // which finds its socket by the port
			return ReachOwn
		}
	case aHost, aBadFD:
		if s.env == nil && s.frame == nil && (s.about == aBadFD && s.call.Op != spec.OpDup2 || s.call.Op == spec.OpSocket) {
			return ReachNone
		}
	case aSocket:
		switch s.call.Op {
		case spec.OpConnect, spec.OpBind, spec.OpListen:
			return ReachNames
		case spec.OpAccept, spec.OpClose, spec.OpShutdown, spec.OpGetsockopt, spec.OpGetsockname, spec.OpGetpeername, spec.OpFcntl, spec.OpDup, spec.OpSend, spec.OpRecv:
			return ReachOwn
		}
	}
	return ReachAll
}

// Reaches says whether the scope has stimuli of that reach.
func (s *Scope) Reaches(r Reach) bool { return s.reaches[r] != nil }

// Reaching calls visit with the transitions of the stimuli of reach r: those about
// sockets of part n of the world, if they are about one.
func (k *Walker) Reaching(w *model.World, r Reach, p *Parts, n uint8, visit func(*Step)) {
	thread, runs := k.scope.runner(w)
	for _, i := range k.scope.reaches[r] {
		st := &k.scope.stimuli[i]
		if st.call.Op != spec.OpNone && !runs {
			continue
		}
		for slot := range st.about.slots() {
			if r != ReachAll && r != ReachNone && (slot == model.NoSlot || w.Sockets[slot].Kind == model.KindNone || p.Of[slot] != n) {
				continue
			}
			k.try(w, Stimulus{Index: i, Slot: slot, Thread: thread}, visit)
		}
	}
}

// Parts says whether it can be of use in the scope to take worlds apart.
func (s *Scope) Parts() bool { return !s.open && s.Slots > 1 }
