package target

import (
	"fmt"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
)

// Recorder takes down a trace, step by step, reusing the memory of the trace.
type Recorder struct {
	tr     *script.Trace
	step   *script.Step
	during bool
}

// Begin starts the trace of s by the target of that name.
func (r *Recorder) Begin(name string, s *script.Script, tr *script.Trace) {
	tr.Target, tr.Script = name, s
	tr.Steps = slices.Grow(tr.Steps[:0], len(s.Events))[:len(s.Events)]
	for i := range tr.Steps {
		tr.Steps[i].During = tr.Steps[i].During[:0]
		tr.Steps[i].After = tr.Steps[i].After[:0]
	}
	tr.Captured = tr.Captured[:0]
	r.tr = tr
}

// During goes on to step i, in the time before its event; After to what comes
// after the event.
func (r *Recorder) During(i int) { r.step, r.during = &r.tr.Steps[i], true }
func (r *Recorder) After(i int)  { r.step, r.during = &r.tr.Steps[i], false }

// Add takes down one output.
func (r *Recorder) Add(o script.Output) {
	if r.during {
		r.step.During = append(r.step.During, o)
		return
	}
	r.step.After = append(r.step.After, o)
}

// Refuse is the error for an event that a target cannot do.
func Refuse(ev *script.Event, format string, args ...any) error {
	return &Unsupported{Line: ev.Line, Reason: fmt.Sprintf(format, args...)}
}
