package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// What of a world can make no difference any more is taken out of it, so that
// worlds which differ in nothing else are one.

// sight is state that only some stimuli can bring to light. In a scope that has none
// of them it is not kept.
type sight struct {
	flags model.Flags
	marks model.Marks
	by    func(*stimulus) bool
}

var sights = []sight{
	{flags: model.ErrQueued, by: func(s *stimulus) bool { return polls(s) || readsErrors(s) }},
	{flags: model.ErrsQueued, by: readsErrors},
	{flags: model.Choked | model.Crossed, by: transmits}, // what may be sent, and what sending it does to acknowledgements
	{flags: model.Uncounted, by: nothing},                // no scope has room for a connection within the host over another's TIME-WAIT
	{marks: model.Lost | model.Unsure, by: func(s *stimulus) bool { return signals(s) || transmits(s) }},
}

func polls(s *stimulus) bool {
	switch s.call.Op {
	case spec.OpPoll, spec.OpSelect, spec.OpEpollCreate, spec.OpEpollCtl, spec.OpEpollWait:
		return true
	}
	return false
}

func readsErrors(s *stimulus) bool { return s.call.MsgFlags&spec.MsgErrqueue != 0 }

// transmits: the stimulus has TCP send data, or may.
func transmits(s *stimulus) bool {
	switch s.call.Op {
	case spec.OpSend, spec.OpSendto, spec.OpConnectx:
		return true
	}
	return false
}

func nothing(*stimulus) bool { return false }

func signals(s *stimulus) bool { return s.env != nil && s.env.Kind == model.LabelSignal }

// learn notes what nothing in the scope can bring to light, and what its stimuli read.
func (s *Scope) learn() {
	for i := range s.stimuli {
		r := s.stimuli[i].reach()
		s.reaches[r] = append(s.reaches[r], uint16(i))
	}
	for _, v := range sights {
		seen := false
		for i := range s.stimuli {
			seen = seen || v.by(&s.stimuli[i])
		}
		if !seen {
			s.unseenFlags |= v.flags
			s.unseenMarks |= v.marks
		}
	}
}

// forget takes out of a quiet world what makes no difference in the scope.
func (s *Scope) forget(w *model.World) {
	for i := range w.Sockets {
		if o := &w.Sockets[i]; o.Kind == model.KindStream {
			o.Flags &^= s.unseenFlags | spent(o)
			if s.unseenFlags&model.ErrsQueued != 0 {
				o.NextErr = spec.ENONE
			}
		}
	}
	for i := range w.Threads {
		w.Threads[i].Marks &^= s.unseenMarks
	}
}

// spent are the flags of a stream socket that nothing will ask for in its state.
func spent(s *model.Socket) model.Flags {
	f := model.DueTwice // for the call that the segment wakes (wokenByFirst)
	if s.TCP != model.SynSent {
		f |= model.Hurry
	}
	switch s.TCP {
	case model.CloseWait, model.Closing, model.LastAck, model.TimeWait: // the peer sends nothing new: acknowledgements are not delayed
		f |= model.PingPong | model.Crossed
		if s.Flags&model.AckDue == 0 {
			f |= model.Paced
		}
	}
	return f
}
