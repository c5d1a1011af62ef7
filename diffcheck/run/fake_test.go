package run

import (
	"sync/atomic"
	"time"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// fakeTarget answers each event as answer says.
type fakeTarget struct {
	kind   Kind
	answer func(k Kind, s *script.Script, event int) spec.Result
	before func(k Kind, s *script.Script) error
	open   *atomic.Int32
}

func (f *fakeTarget) Name() string { return f.kind.Name }

func (f *fakeTarget) Close() error {
	f.open.Add(-1)
	return nil
}

func (f *fakeTarget) Run(s *script.Script, tr *script.Trace) error {
	if f.before != nil {
		if err := f.before(f.kind, s); err != nil {
			return err
		}
	}
	tr.Target, tr.Script, tr.Steps = f.kind.Name, s, nil
	for i := range s.Events {
		o := script.Output{Kind: script.OutputReturn, Op: s.Events[i].Call.Op, Result: f.answer(f.kind, s, i)}
		tr.Steps = append(tr.Steps, script.Step{After: []script.Output{o}})
	}
	return nil
}

// fakeBench opens fake targets and knows how many are open.
type fakeBench struct {
	answer func(k Kind, s *script.Script, event int) spec.Result
	before func(k Kind, s *script.Script) error
	opened atomic.Int32
}

func (b *fakeBench) Open(k Kind, _ int) (target.Target, error) {
	b.opened.Add(1)
	return &fakeTarget{k, b.answer, b.before, &b.opened}, nil
}

// fakeJudge allows everything but what it is told to reject.
type fakeJudge struct {
	reject     func(tr *script.Trace, step int) bool
	unmodelled bool
}

func (j fakeJudge) Brief(tr *script.Trace) *judge.Report { return j.Trace(tr) }

func (j fakeJudge) Trace(tr *script.Trace) *judge.Report {
	r := &judge.Report{Steps: make([]judge.StepReport, len(tr.Steps))}
	for i := range tr.Steps {
		if j.unmodelled {
			r.Steps[i].Verdict[spec.Linux] = model.Unmodelled
		}
		if j.reject != nil && j.reject(tr, i) {
			r.Deviations = append(r.Deviations, judge.Deviation{Step: i, Dialect: spec.Linux,
				Seen: describe(tr, i), Allowed: []string{"something else"}})
		}
	}
	return r
}

// fakeSource gives scripts of ten calls; the one at the script's index modulo
// ten is connect, the rest are close. Every slowEvery-th lets time pass.
type fakeSource struct{ slowEvery uint64 }

func (f fakeSource) Script(index uint64) *script.Script {
	s := &script.Script{}
	for i := range uint64(10) {
		op := spec.OpClose
		if i == index%10 {
			op = spec.OpConnect
		}
		s.Events = append(s.Events, script.Event{Kind: script.EventCall, Call: spec.Call{Op: op, FD: int32(i + 3)}})
	}
	if f.slowEvery > 0 && index%f.slowEvery == 0 {
		s.Events[0].Delay = time.Nanosecond
	}
	return s
}

func success(Kind, *script.Script, int) spec.Result { return spec.Result{} }

// implSays is an answer that is 0, but e for connect on impl.
func implSays(e spec.Errno) func(Kind, *script.Script, int) spec.Result {
	return func(k Kind, s *script.Script, event int) spec.Result {
		if k == Impl && s.Events[event].Call.Op == spec.OpConnect {
			return spec.Fail(e)
		}
		return spec.Result{}
	}
}

func fakeOptions(b *fakeBench, scripts uint64) *Options {
	return &Options{
		Seed: 1, Scripts: scripts, Kinds: []Kind{Kernel, Impl, Sim}, Workers: 2, Slow: 4, Bench: b,
		NewJudge: func() Judge { return fakeJudge{} },
		Source:   func(uint64) Source { return fakeSource{} },
		Known:    &known.List{}, Release: "6.18.0", Limits: DefaultLimits,
	}
}
