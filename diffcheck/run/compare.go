package run

import (
	"cmp"
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
)

// firstDifference gives the first step at which two targets let different
// things be seen.
func firstDifference(a, b *script.Trace) (step int, differ bool) {
	for i := range min(len(a.Steps), len(b.Steps)) {
		if !equalInTime(a.Steps[i].During, b.Steps[i].During) || !script.EqualOutputs(a.Steps[i].After, b.Steps[i].After) {
			return i, true
		}
	}
	return min(len(a.Steps), len(b.Steps)), len(a.Steps) != len(b.Steps)
}

// equalInTime compares what came while time passed. Timers that two connections
// started microseconds apart may run in one tick of the kernel's clock, and then
// in either order; so only the order within a connection or thread counts.
func equalInTime(a, b []script.Output) bool {
	if script.EqualOutputs(a, b) {
		return true
	}
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortStableFunc(a, compareFlows)
	slices.SortStableFunc(b, compareFlows)
	return script.EqualOutputs(a, b)
}

// compareFlows orders outputs by the thread or connection that they belong to.
func compareFlows(a, b script.Output) int {
	if a.Kind == script.OutputFrame && b.Kind == script.OutputFrame {
		return cmp.Or(cmp.Compare(a.Frame.Proto, b.Frame.Proto), a.Frame.Src.Compare(b.Frame.Src), a.Frame.Dst.Compare(b.Frame.Dst))
	}
	return cmp.Or(before(a.Kind == script.OutputFrame, b.Kind == script.OutputFrame), cmp.Compare(a.Thread, b.Thread))
}

// sameTrace reports whether no judge can tell two traces of one script apart.
func sameTrace(a, b *script.Trace) bool {
	same := func(a, b script.Output) bool {
		return script.EqualOutput(a, b) && a.Frame.Flags == b.Frame.Flags && a.Frame.Quoted == b.Frame.Quoted
	}
	return slices.EqualFunc(a.Steps, b.Steps, func(a, b script.Step) bool {
		return slices.EqualFunc(a.During, b.During, same) && slices.EqualFunc(a.After, b.After, same)
	})
}

// stepOf is a step of a trace, empty if the trace is shorter.
func stepOf(tr *script.Trace, step int) *script.Step {
	if step < len(tr.Steps) {
		return &tr.Steps[step]
	}
	return &script.Step{}
}

// describe prints all that came of a step, in one line.
func describe(tr *script.Trace, step int) string {
	if step >= len(tr.Steps) {
		return "no such step"
	}
	var parts []string
	for _, o := range tr.Steps[step].During {
		parts = append(parts, "meanwhile "+script.FormatOutput(o))
	}
	for _, o := range tr.Steps[step].After {
		parts = append(parts, script.FormatOutput(o))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}
