package run

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

func mustRun(t *testing.T, o *Options) *Result {
	t.Helper()
	res, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestAgreementPasses(t *testing.T) {
	b := &fakeBench{answer: success}
	res := mustRun(t, fakeOptions(b, 100))
	if res.Scripts != 100 || res.Steps != 1000 || res.ExitCode() != ExitAgrees {
		t.Errorf("%d scripts, %d steps, exit %d; want 100, 1000, 0", res.Scripts, res.Steps, res.ExitCode())
	}
	if res.Connects[spec.ENONE] != 100 {
		t.Errorf("connect succeeded %d times on the kernel, want 100", res.Connects[spec.ENONE])
	}
	if n := b.opened.Load(); n != 0 {
		t.Errorf("%d targets left open", n)
	}
}

func TestDifferenceFromKernelIsFoundOnceAndShrunk(t *testing.T) {
	res := mustRun(t, fakeOptions(&fakeBench{answer: implSays(spec.EISCONN)}, 100))
	if len(res.Divergences) != 1 || res.ExitCode() != ExitDiverged {
		t.Fatalf("%d divergences, exit %d; want 1 and 1", len(res.Divergences), res.ExitCode())
	}
	d := res.Divergences[0]
	if d.Kind != Impl || !d.Versus || d.Count != 100 || !d.Shrunk || len(d.Script.Events) != 1 {
		t.Errorf("divergence of %s, versus kernel %v, %d scripts, shrunk %v to %d steps; want impl, true, 100, true, 1",
			d.Kind, d.Versus, d.Count, d.Shrunk, len(d.Script.Events))
	}
	if d.Kernel == nil || len(d.Trace.Steps) != 1 || d.Trace.Steps[0].After[0].Result.Errno != spec.EISCONN {
		t.Errorf("traces of the shrunk script are missing: %+v, %+v", d.Kernel, d.Trace)
	}
}

func TestDeviationFromDialectIsFoundOnceAndShrunk(t *testing.T) {
	o := fakeOptions(&fakeBench{answer: success}, 50)
	o.NewJudge = func() Judge {
		return fakeJudge{reject: func(tr *script.Trace, step int) bool {
			return tr.Target == "kernel" && tr.Script.Events[step].Call.Op == spec.OpConnect
		}}
	}
	res := mustRun(t, o)
	if len(res.Divergences) != 1 {
		t.Fatalf("%d divergences, want 1", len(res.Divergences))
	}
	if d := res.Divergences[0]; d.Kind != Kernel || d.Versus || len(d.Script.Events) != 1 {
		t.Errorf("divergence of %s, versus %v, %d steps; want kernel, false, 1", d.Kind, d.Versus, len(d.Script.Events))
	}
}

func TestWhatDoesNotRepeatIsUnstable(t *testing.T) {
	var shown atomic.Bool
	b := &fakeBench{answer: func(k Kind, _ *script.Script, event int) spec.Result {
		if k == Impl && event == 9 && !shown.Swap(true) {
			return spec.Fail(spec.EIO)
		}
		return spec.Result{}
	}}
	res := mustRun(t, fakeOptions(b, 100))
	if len(res.Divergences) != 0 || len(res.Unstable) != 1 {
		t.Fatalf("%d divergences, %d unstable; want 0 and 1", len(res.Divergences), len(res.Unstable))
	}
	if res.ExitCode() != ExitCannot {
		t.Errorf("exit %d with 1 in 100 unstable, want %d", res.ExitCode(), ExitCannot)
	}
	shown.Store(false)
	if res := mustRun(t, fakeOptions(b, 2000)); len(res.Unstable) != 1 || res.ExitCode() != ExitAgrees {
		t.Errorf("exit %d with %d in 2000 unstable, want 0 with 1", res.ExitCode(), len(res.Unstable))
	}
}

func TestKnownDivergencePassesAndUnusedEntryFails(t *testing.T) {
	list, err := known.Parse("k", "* | impl | 6.18 | *EISCONN* | a test | none\n* | impl | 6.18 | *EIO* | a test | none\n* | impl | 5.4 | *EIO* | a test | none\n")
	if err != nil {
		t.Fatal(err)
	}
	o := fakeOptions(&fakeBench{answer: implSays(spec.EISCONN)}, 20)
	o.Known = list
	res := mustRun(t, o)
	if len(res.Divergences) != 0 || len(res.Known) != 1 || res.Known[0].Count != 20 || res.ExitCode() != ExitAgrees {
		t.Errorf("%d divergences, known %v, exit %d; want none, one 20 times, 0", len(res.Divergences), res.Known, res.ExitCode())
	}
	o.CheckUnused = true
	res = mustRun(t, o)
	if len(res.Unused) != 1 || res.Unused[0].Line != 2 || res.ExitCode() != ExitDiverged {
		t.Errorf("unused %v, exit %d; want line 2 and 1", res.Unused, res.ExitCode())
	}
}

func TestSlowScriptsRunBesideTheOthers(t *testing.T) {
	var fast atomic.Int32
	enough := make(chan struct{})
	o := fakeOptions(nil, 200)
	o.Workers, o.Source = 1, func(uint64) Source { return fakeSource{slowEvery: 50} }
	o.Bench = &fakeBench{answer: success, before: func(k Kind, s *script.Script) error {
		switch {
		case k != Kernel:
		case duration(s) > 0:
			<-enough // deadlocks if a slow script holds up the others
		case fast.Add(1) == 100:
			close(enough)
		}
		return nil
	}}
	res := mustRun(t, o)
	kernel := res.Judged()
	if kernel.Waiting.Scripts != 4 || kernel.Wire.Scripts != 196 {
		t.Errorf("%d slow and %d other scripts on the kernel, want 4 and 196", kernel.Waiting.Scripts, kernel.Wire.Scripts)
	}
}

func TestResultsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	answer := func(_ Kind, s *script.Script, event int) spec.Result {
		if s.Events[event].Call.Op == spec.OpConnect && event%3 == 0 {
			return spec.Fail(spec.EINPROGRESS)
		}
		return spec.Result{}
	}
	var first *Result
	for _, workers := range []int{1, 3} {
		o := fakeOptions(&fakeBench{answer: answer}, 777)
		o.Workers = workers
		o.Rotation = []Kind{{"sim", spec.POSIX}, {"sim", spec.MacOS}}
		res := mustRun(t, o)
		if first == nil {
			first = res
			continue
		}
		if res.Scripts != first.Scripts || res.Connects != first.Connects || len(res.Targets) != len(first.Targets) {
			t.Errorf("with %d workers %d scripts, connect %v; with 1 %d, %v", workers, res.Scripts, res.Connects, first.Scripts, first.Connects)
		}
	}
}

func TestUnsupportedIsCounted(t *testing.T) {
	b := &fakeBench{answer: success, before: func(k Kind, _ *script.Script) error {
		if k == Impl {
			return &target.Unsupported{Reason: "no such thing"}
		}
		return nil
	}}
	res := mustRun(t, fakeOptions(b, 10))
	for i := range res.Targets {
		if tt := &res.Targets[i]; tt.Kind == Impl && (tt.Unsupported != 10 || tt.Reason != "no such thing" || tt.Scripts() != 0) {
			t.Errorf("impl: %d unsupported (%q), %d run; want 10, none", tt.Unsupported, tt.Reason, tt.Scripts())
		}
	}
}

func TestFailureOfATargetStopsTheRun(t *testing.T) {
	broken := errors.New("the lab is gone")
	b := &fakeBench{answer: success, before: func(k Kind, _ *script.Script) error {
		if k == Kernel {
			return broken
		}
		return nil
	}}
	if _, err := Run(context.Background(), fakeOptions(b, 1000)); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if n := b.opened.Load(); n != 0 {
		t.Errorf("%d targets left open", n)
	}
}

func TestInterruptEndsTheRunWithWhatWasSeen(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var n atomic.Int32
	b := &fakeBench{answer: success, before: func(Kind, *script.Script) error {
		if n.Add(1) == 100 {
			cancel()
		}
		return nil
	}}
	res, err := Run(ctx, fakeOptions(b, 0))
	if err != nil || !res.Interrupted || res.Scripts == 0 {
		t.Errorf("Run = %+v, %v; want an interrupted result with scripts", res, err)
	}
}

func TestLimitOfDivergencesEndsTheRun(t *testing.T) {
	o := fakeOptions(&fakeBench{answer: implSays(spec.EISCONN)}, 0)
	o.MaxDivergences = 1
	res := mustRun(t, o) // has no other end
	if len(res.Divergences) != 1 || !res.Divergences[0].Shrunk || res.Interrupted {
		t.Errorf("%d divergences, interrupted %v; want a shrunk one, false", len(res.Divergences), res.Interrupted)
	}
}

func TestWhatTheModelLeavesOpenIsNotCompared(t *testing.T) {
	o := fakeOptions(&fakeBench{answer: implSays(spec.EISCONN)}, 50)
	o.NewJudge = func() Judge { return fakeJudge{unmodelled: true} }
	res := mustRun(t, o)
	for i := range res.Targets {
		if tt := &res.Targets[i]; tt.Kind == Impl && tt.Outside != 50 {
			t.Errorf("impl differs outside the model on %d scripts, want 50", tt.Outside)
		}
	}
	if len(res.Divergences) != 0 {
		t.Errorf("%d divergences where nothing is modelled, want none", len(res.Divergences))
	}
}

func TestDeviationOnSeveralTargetsIsOneDivergence(t *testing.T) {
	o := fakeOptions(&fakeBench{answer: func(k Kind, s *script.Script, event int) spec.Result {
		if k != Kernel && s.Events[event].Call.Op == spec.OpConnect {
			return spec.Fail(spec.EISCONN)
		}
		return spec.Result{}
	}}, 100)
	res := mustRun(t, o)
	if len(res.Divergences) != 1 || len(res.Divergences[0].Also) != 1 {
		t.Fatalf("%d divergences, want one of impl that sim shows too", len(res.Divergences))
	}
}

func TestSlowDivergenceIsFollowedUp(t *testing.T) {
	o := fakeOptions(nil, 20)
	o.Source = func(uint64) Source { return fakeSource{slowEvery: 1} }
	o.Bench = &fakeBench{answer: implSays(spec.EIO)}
	res := mustRun(t, o)
	if len(res.Divergences) != 1 || res.Divergences[0].Kernel == nil {
		t.Errorf("%d divergences, want one with the kernel's trace", len(res.Divergences))
	}
}

func TestFaultOfTheHostIsADivergence(t *testing.T) {
	b := &fakeBench{answer: success, before: func(k Kind, s *script.Script) error {
		for i := range s.Events {
			if k == Impl && s.Events[i].Call.Op == spec.OpConnect {
				return &target.Fault{Step: i, Reason: "wrong checksum"}
			}
		}
		return nil
	}}
	res := mustRun(t, fakeOptions(b, 30))
	if len(res.Divergences) != 1 {
		t.Fatalf("%d divergences, want 1", len(res.Divergences))
	}
	if d := res.Divergences[0]; d.Kind != Impl || d.Seen != "wrong checksum" || len(d.Script.Events) != 1 {
		t.Errorf("%s: %q in %d steps, want impl, wrong checksum, 1", d.Kind, d.Seen, len(d.Script.Events))
	}
}
