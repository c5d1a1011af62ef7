package judge

import (
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stated is the trace of a target that does what the script states, and nothing
// else. A call whose result is not stated is an error.
func Stated(s *script.Script) (*script.Trace, error) {
	tr := &script.Trace{Target: "stated", Script: &script.Script{Name: s.Name, Title: s.Title, Loopback: s.Loopback}}
	ops := map[int]spec.Op{}
	for i, ev := range s.Events {
		want := ev.Want
		ev.Want = nil
		if ev.Kind == script.EventExpect {
			if len(tr.Steps) == 0 {
				return nil, fmt.Errorf("event %d: something is seen before anything was done", i+1)
			}
			last := &tr.Steps[len(tr.Steps)-1]
			if want != nil {
				last.After = append(last.After, script.Output{Kind: script.OutputReturn, Thread: ev.Thread, Op: ops[ev.Thread], Result: want.Result})
				continue
			}
			last.After = append(last.After, script.Output{Kind: script.OutputFrame, Frame: implied(ev.Frame)})
			continue
		}
		tr.Script.Events = append(tr.Script.Events, ev)
		var step script.Step
		if ev.Kind == script.EventCall {
			if want == nil {
				return nil, fmt.Errorf("event %d: the result of %v is not stated", i+1, ev.Call.Op)
			}
			ops[ev.Thread] = ev.Call.Op
			out := script.Output{Kind: script.OutputReturn, Thread: ev.Thread, Op: ev.Call.Op, Result: want.Result}
			if want.Blocks {
				out = script.Output{Kind: script.OutputBlock, Thread: ev.Thread, Op: ev.Call.Op}
			}
			step.After = append(step.After, out)
		}
		tr.Steps = append(tr.Steps, step)
	}
	return tr, nil
}

// implied gives a frame of the host without addresses those of the usual connection.
func implied(f script.Frame) script.Frame {
	if f.Implied {
		f.Implied = false
		f.Src, f.Dst = netip.AddrPortFrom(script.Own, script.PortFirst), netip.AddrPortFrom(script.Remote1, script.LocalPort)
	}
	return f
}

// Faithful says whether a script can say what happened: whether the labels of the
// script that [Raise] makes are those that were raised.
func Faithful(all []Happening) bool {
	n := raised()
	for i := range all {
		l := &all[i].Label
		text := script.Format(Raise("", []Happening{{Label: *l}}, false))
		back, err := script.Parse("raised", []byte(text))
		if err != nil || len(back.Events) != 1 {
			return false
		}
		e := &back.Events[0]
		switch l.Kind {
		case model.LabelCall:
			var got model.Call
			n.call(&got, &e.Call)
			want := l.Call
			got.To.Port, want.To.Port = min(got.To.Port, model.PortUnseen), min(want.To.Port, model.PortUnseen)
			if got != want {
				return false
			}
		case model.LabelIn:
			got, known := n.in(&e.Frame)
			want := l.Frame
			if want.Bits&model.SYN == 0 { // no other segment has the option
				got.MSS, want.MSS = 0, 0
			}
			if got != want || !known {
				return false
			}
		case model.LabelEnv:
			if e.Kind != script.EventEnv || e.Env.Kind == script.EnvUnknown {
				return false
			}
		}
	}
	return true
}
