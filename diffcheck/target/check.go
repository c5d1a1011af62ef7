package target

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Bounds of what every target takes in one call.
const (
	BufferMax = 64 << 10 // bytes of one send or recv
	PollMax   = 64       // entries of one poll
)

// Check refuses what no target can do, so that all refuse the same. What only
// running shows, a call on a thread that blocks for one, is left to them.
func Check(s *script.Script) error {
	if len(s.Events) > script.EventsMax {
		ev := &s.Events[script.EventsMax]
		return Refuse(ev, "more than %d events", script.EventsMax)
	}
	for i := range s.Events {
		if ev := &s.Events[i]; ev.Kind == script.EventCall {
			if err := checkCall(ev); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkCall(ev *script.Event) error {
	c := &ev.Call
	switch {
	case ev.Thread < 0 || ev.Thread >= script.ThreadsMax:
		return Refuse(ev, "thread %d: a target has threads 0 to %d", ev.Thread, script.ThreadsMax-1)
	case c.Op == spec.OpNone || c.Op >= spec.OpCount:
		return Refuse(ev, "a call of no known name")
	case len(c.Poll) > PollMax:
		return Refuse(ev, "%s of %d descriptors: a target takes %d", c.Op, len(c.Poll), PollMax)
	case c.Op == spec.OpEpollCtl && len(c.Poll) != 1, c.Op == spec.OpSigaction && (c.Signal == 0 || c.Signal >= spec.SignalCount):
		return Refuse(ev, "%s without its arguments", c.Op)
	case len(c.Buf) > BufferMax:
		return Refuse(ev, "%s of %d bytes: a target takes %d", c.Op, len(c.Buf), BufferMax)
	case c.Op == spec.OpClose && c.FD >= 0 && c.FD < FirstFD:
		return Refuse(ev, "close of descriptor %d: a target does not give away 0, 1 and 2", c.FD)
	case c.Op == spec.OpDup2 && (c.Arg >= 0 && c.Arg < FirstFD || c.Arg >= script.FDsMax):
		return Refuse(ev, "dup2 onto descriptor %d: a target offers %d to %d", c.Arg, FirstFD, script.FDsMax-1)
	}
	return nil
}

// FirstFD is the lowest descriptor that a script's process has free.
const FirstFD = 3

// Seed gives the seed for the initial sequence numbers of a run: always the
// same for the same script, so that a replay repeats them.
func Seed(s *script.Script) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	mix := func(v uint64) { h = (h ^ v) * 1099511628211 }
	for i := range s.Events {
		ev := &s.Events[i]
		mix(uint64(ev.Kind)<<16 | uint64(ev.Call.Op)<<8 | uint64(ev.Frame.Proto))
		mix(uint64(ev.Delay))
		mix(uint64(ev.Frame.Flags)<<40 | uint64(uint32(ev.Call.FD)))
	}
	return h
}
