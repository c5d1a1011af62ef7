package run

import (
	"fmt"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Mismatch is a step of which a script states something else than what came.
type Mismatch struct {
	Step   int
	Stated string
	Seen   string
}

// Mismatches compares a trace with what its script states: the results of
// calls and the frames of the host, these in their order. Frames that the
// script does not mention after its last expectation are no mismatch.
func Mismatches(tr *script.Trace) []Mismatch {
	e := expecter{tr: tr}
	for i := range tr.Script.Events {
		e.step(i)
	}
	return e.found
}

// expecter goes through a trace in step with its script.
type expecter struct {
	tr      *script.Trace
	frames  []script.Frame // seen, not asked for yet
	returns []script.Output
	awaited [script.ThreadsMax]*spec.Call // blocked calls, by thread
	results [script.ThreadsMax]*script.Want
	found   []Mismatch
}

func (e *expecter) step(i int) {
	ev := &e.tr.Script.Events[i]
	var step script.Step
	if i < len(e.tr.Steps) {
		step = e.tr.Steps[i]
	}
	e.see(i, step.During)
	switch {
	case ev.Kind == script.EventExpect && ev.Want != nil:
		e.resumed(i, ev)
	case ev.Kind == script.EventExpect:
		e.frame(i, ev)
	case ev.Kind == script.EventCall:
		e.call(i, ev, step.After)
	}
	e.see(i, step.After)
}

// see takes in what came, for later expectations.
func (e *expecter) see(i int, outputs []script.Output) {
	for _, o := range outputs {
		switch {
		case o.Kind == script.OutputFrame:
			e.frames = append(e.frames, o.Frame)
		case o.Kind == script.OutputReturn && e.awaited[o.Thread] != nil:
			call, want := e.awaited[o.Thread], e.results[o.Thread]
			e.awaited[o.Thread] = nil
			if want != nil && !want.Matches(o.Result) {
				e.differ(i, script.FormatReturn(*call, want.Result), script.FormatReturn(*call, o.Result))
			}
			e.returns = append(e.returns, o)
		}
	}
}

func (e *expecter) differ(step int, stated, seen string) {
	e.found = append(e.found, Mismatch{step, stated, seen})
}

// call checks what the script states of a call.
func (e *expecter) call(i int, ev *script.Event, after []script.Output) {
	for _, o := range after {
		if o.Kind == script.OutputFrame || o.Thread != ev.Thread {
			continue
		}
		blocked := o.Kind == script.OutputBlock
		if blocked {
			e.awaited[ev.Thread], e.results[ev.Thread] = &ev.Call, nil
		}
		want := ev.Want
		switch {
		case want == nil || want.Any:
		case want.Blocks && blocked:
			if want.After > 0 {
				e.results[ev.Thread] = want
			}
		case want.Blocks:
			e.differ(i, script.FormatCall(ev.Call)+" blocks", script.FormatReturn(ev.Call, o.Result))
		case blocked:
			e.differ(i, script.FormatReturn(ev.Call, want.Result), script.FormatCall(ev.Call)+" blocks")
		case !want.Matches(o.Result):
			e.differ(i, script.FormatReturn(ev.Call, want.Result), script.FormatReturn(ev.Call, o.Result))
		}
		return
	}
}

// resumed checks the return of a call that had blocked.
func (e *expecter) resumed(i int, ev *script.Event) {
	for n, o := range e.returns {
		if o.Thread != ev.Thread {
			continue
		}
		e.returns = append(e.returns[:n], e.returns[n+1:]...)
		if !ev.Want.Matches(o.Result) {
			e.differ(i, script.FormatEvent(ev), script.FormatOutput(o))
		}
		return
	}
	e.differ(i, script.FormatEvent(ev), fmt.Sprintf("thread %d is still blocked", ev.Thread))
}

// frame checks the next frame of the host.
func (e *expecter) frame(i int, ev *script.Event) {
	stated := "> " + script.FormatFrame(ev.Frame)
	if len(e.frames) == 0 {
		e.differ(i, stated, "no frame")
		return
	}
	seen := e.frames[0]
	e.frames = e.frames[1:]
	if !ev.MatchesFrame(seen) {
		e.differ(i, stated, "> "+script.FormatFrame(seen))
	}
}
