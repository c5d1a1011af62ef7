package run

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// A host that chooses ports at random now and then chooses one twice. Where the
// dialect allows that, it is no difference; everything else about the step counts.
func TestPortDrawnAgainIsNoDifference(t *testing.T) {
	const p1, p2, p3 = script.PortFirst, script.PortFirst + 1, script.PortFirst + 2
	named := func(port uint16) script.Output {
		o := script.Output{Kind: script.OutputReturn}
		o.Result.Addr.Port = port
		return o
	}
	syn := func(port uint16) script.Output { return segment(port, script.SYN) }
	type outputs = []script.Output
	for _, c := range []struct {
		name          string
		before        outputs // both showed it at an earlier step
		kernel, other outputs
		want          bool
	}{
		{"the kernel draws P1 again", outputs{syn(p1)}, outputs{syn(p1)}, outputs{syn(p2)}, true},
		{"the other does", outputs{syn(p1)}, outputs{syn(p2)}, outputs{syn(p1)}, true},
		{"seen by getsockname", outputs{syn(p1)}, outputs{named(p1)}, outputs{named(p2)}, true},
		{"with other outputs that are the same", outputs{syn(p1)}, outputs{syn(p1), named(9)}, outputs{syn(p2), named(9)}, true},
		{"neither draws again", outputs{syn(p1)}, outputs{syn(p2)}, outputs{syn(p3)}, false},
		{"both send from ports seen before", outputs{syn(p1), syn(p2)}, outputs{syn(p1)}, outputs{syn(p2)}, false},
		{"a port that the script named", outputs{syn(8080)}, outputs{syn(8080)}, outputs{syn(p1)}, false},
		{"another segment", outputs{syn(p1)}, outputs{syn(p1)}, outputs{segment(p2, script.RST)}, false},
		{"another number of outputs", outputs{syn(p1)}, outputs{syn(p1)}, outputs{syn(p2), syn(p2)}, false},
		{"no difference at all", outputs{syn(p1)}, outputs{syn(p1)}, outputs{syn(p1)}, false},
	} {
		trace := func(last outputs) *script.Trace {
			return &script.Trace{Steps: []script.Step{{After: c.before}, {After: last}}}
		}
		if got := redrawn(trace(c.kernel), trace(c.other), 1); got != c.want {
			t.Errorf("%s: redrawn = %v, want %v", c.name, got, c.want)
		}
	}
	if redrawn(&script.Trace{}, &script.Trace{Steps: make([]script.Step, 1)}, 0) {
		t.Error("a trace that has ended drew a port, want none")
	}
}

// The comparison with the kernel stops at such a step.
func TestComparisonStopsWhereAPortIsDrawnAgain(t *testing.T) {
	trace := func(ports ...uint16) script.Trace {
		var tr script.Trace
		for _, p := range ports {
			tr.Steps = append(tr.Steps, script.Step{After: []script.Output{segment(p, script.SYN)}})
		}
		return tr
	}
	const p1, p2, p3 = script.PortFirst, script.PortFirst + 1, script.PortFirst + 2
	for _, c := range []struct {
		name          string
		kernel, other script.Trace
		findings      int
	}{
		{"drawn again, then what follows from it", trace(p1, p1, p2), trace(p1, p2, p3), 0},
		{"not the port first seen", trace(p1, 8080), trace(p1, 8081), 1},
	} {
		x := &examiner{judge: fakeJudge{}}
		x.compare(0, &script.Script{}, &slot{kind: Kernel, trace: c.kernel, ran: true, bad: -1}, &slot{kind: Sim, trace: c.other, ran: true, bad: -1})
		if len(x.findings) != c.findings {
			t.Errorf("%s: %d findings, want %d", c.name, len(x.findings), c.findings)
		}
	}
}

// severalJudge leaves several answers to every step.
type severalJudge struct{ fakeJudge }

func (j severalJudge) Brief(tr *script.Trace) *judge.Report {
	r := j.Trace(tr)
	for i := range r.Steps {
		r.Steps[i].Several[spec.Linux] = true
	}
	return r
}

// Where the dialect leaves several answers, two hosts differ by right once sockets
// share a port.
func TestWhichSocketAHashPicksIsNoDifference(t *testing.T) {
	option := func(value int32) *script.Script {
		return &script.Script{Events: []script.Event{
			{Kind: script.EventCall, Call: spec.Call{Op: spec.OpSetsockopt, Option: spec.SoReuseport, Value: value}},
			{Kind: script.EventCall, Call: spec.Call{Op: spec.OpAccept}},
		}}
	}
	accepts := func(e spec.Errno) script.Trace {
		return script.Trace{Steps: []script.Step{{}, {After: []script.Output{{Kind: script.OutputReturn, Op: spec.OpAccept, Result: spec.Fail(e)}}}}}
	}
	for _, c := range []struct {
		name     string
		judge    Judge
		script   *script.Script
		findings int
	}{
		{"shared, several answers", severalJudge{}, option(1), 0},
		{"shared, one answer", fakeJudge{}, option(1), 1},
		{"not shared, several answers", severalJudge{}, option(0), 1},
	} {
		x := &examiner{judge: c.judge}
		x.compare(0, c.script, &slot{kind: Kernel, trace: accepts(spec.EAGAIN), ran: true, bad: -1}, &slot{kind: Sim, trace: accepts(spec.EINVAL), ran: true, bad: -1})
		if len(x.findings) != c.findings {
			t.Errorf("%s: %d findings, want %d", c.name, len(x.findings), c.findings)
		}
	}
}

// A call whose time is up at the end of a pause may return before it or after.
func TestACallThatReturnsAsAPauseEndsIsNoDifference(t *testing.T) {
	returned := script.Output{Kind: script.OutputReturn, Thread: 1, Op: spec.OpSend, Result: spec.Fail(spec.EAGAIN)}
	other := returned
	other.Result = spec.Fail(spec.EPIPE)
	step := func(during ...script.Output) *script.Step { return &script.Step{During: during} }
	for _, c := range []struct {
		name string
		a, b *script.Step
		want bool
	}{
		{"before the end in one alone", step(returned), step(), true},
		{"in the other alone", step(), step(returned), true},
		{"in both, with other results", step(returned), step(other), false},
		{"two of them", step(returned, returned), step(), false},
		{"a frame instead", step(segment(script.PortFirst, script.SYN)), step(), false},
		{"and another answer behind it", step(returned), &script.Step{After: []script.Output{returned}}, false},
	} {
		if got := lapsed(c.a, c.b); got != c.want {
			t.Errorf("%s: lapsed = %v, want %v", c.name, got, c.want)
		}
	}
}
