package run

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// slot is one target of an examiner with what it last did.
type slot struct {
	kind   Kind
	target target.Target
	trace  script.Trace
	took   time.Duration
	ran    bool // trace is of the script in hand
	// bad is the first step that the dialect does not allow, or -1.
	bad int
}

// examiner runs a script on targets, judges the traces and tells what should
// not be. It belongs to one goroutine and keeps what it opened.
type examiner struct {
	bench    Bench
	worker   int // as [Bench] has it
	judge    Judge
	capture  bool // have the targets take down the frames as bytes
	slots    []*slot
	findings []Finding
	// report is about the trace of judging, which it stays valid for.
	report  *judge.Report
	judging *slot
	// judged, if set, is called with each report, which is valid only during
	// the call.
	judged func(s *slot, r *judge.Report)
	// refused, if set, is called when a target cannot run the script.
	refused func(s *slot, err *target.Unsupported)
	// outside, if set, is called when a target and the kernel differ where the
	// model does not say that they should agree.
	outside func(s *slot)
}

// capturer is a target that can take down the frames as bytes.
type capturer interface {
	SetCapture(on bool)
}

// slot gives the target of kind k, opened at first use.
func (x *examiner) slot(k Kind) (*slot, error) {
	for _, s := range x.slots {
		if s.kind == k {
			return s, nil
		}
	}
	t, err := x.bench.Open(k, x.worker)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k, err)
	}
	if c, ok := t.(capturer); ok && x.capture {
		c.SetCapture(true)
	}
	s := &slot{kind: k, target: t}
	x.slots = append(x.slots, s)
	return s, nil
}

// placed is a target that runs scripts on a thread of its own and saves the way
// there while it is called on it.
type placed interface {
	Within(f func() error) error
}

// within calls f where the kernel, if it is one of kinds, is nearest.
func (x *examiner) within(kinds []Kind, f func() error) error {
	if !slices.Contains(kinds, Kernel) {
		return f()
	}
	s, err := x.slot(Kernel)
	if err != nil {
		return err
	}
	if t, ok := s.target.(placed); ok {
		return t.Within(f)
	}
	return f()
}

// close releases the targets.
func (x *examiner) close() {
	for _, s := range x.slots {
		s.target.Close()
	}
	x.slots = nil
}

// examine runs the script on one target of each kind. The findings are in
// x.findings until the next call. Where the kernel ran it already, kernel holds
// what it did.
func (x *examiner) examine(index uint64, sc *script.Script, kinds []Kind, kernel *waited) error {
	x.findings, x.judging = x.findings[:0], nil
	for _, s := range x.slots {
		s.ran = false
	}
	for _, k := range kinds {
		s, err := x.slot(k)
		if err != nil {
			return err
		}
		if k == Kernel && kernel != nil {
			err = x.take(index, s, kernel)
		} else {
			err = x.run(index, s, sc)
		}
		if err != nil {
			return err
		}
		x.assess(index, sc, s)
	}
	x.compareAll(index, sc)
	return nil
}

// run runs the script on one target.
func (x *examiner) run(index uint64, s *slot, sc *script.Script) error {
	began := time.Now()
	err := s.target.Run(sc, &s.trace)
	s.took = time.Since(began)
	return x.ended(index, sc, s, err)
}

// take puts what a slow lane saw in the place of a run.
func (x *examiner) take(index uint64, s *slot, w *waited) error {
	s.trace, s.took = w.trace, w.took
	return x.ended(index, w.script, s, w.err)
}

// ended sorts out how a run ended. A fault of the host is a finding.
func (x *examiner) ended(index uint64, sc *script.Script, s *slot, err error) error {
	var unsupported *target.Unsupported
	var fault *target.Fault
	switch {
	case err == nil:
		s.ran = true
	case errors.As(err, &unsupported):
		if x.refused != nil {
			x.refused(s, unsupported)
		}
	case errors.As(err, &fault):
		x.findings = append(x.findings, Finding{Index: index, Script: sc, Kind: s.kind, Step: fault.Step,
			Seen: fault.Reason, Allowed: []string{"a host that works"}})
	default:
		return fmt.Errorf("%s: script %s: %w", s.kind, sc.Name, err)
	}
	return nil
}

// verdict has the trace of s judged, unless the one that was judged last is
// just like it: a report is about all five dialects at once. Most deviations are
// those of dialects that the trace is not of, so nothing is put into words.
func (x *examiner) verdict(s *slot) *judge.Report {
	if x.judging == nil || !sameTrace(&x.judging.trace, &s.trace) {
		x.report, x.judging = x.judge.Brief(&s.trace), s
	}
	return x.report
}

// assess has the trace of s judged. Only the first step that the target's own
// dialect does not allow is a finding: later ones may follow from it.
func (x *examiner) assess(index uint64, sc *script.Script, s *slot) {
	s.bad = -1
	if !s.ran {
		return
	}
	r := x.verdict(s)
	if x.judged != nil {
		x.judged(s, r)
	}
	for i := range r.Deviations {
		d := &r.Deviations[i]
		if d.Dialect != s.kind.Dialect {
			continue
		}
		x.report = x.judge.Trace(&x.judging.trace)
		d = &x.report.Deviations[i]
		s.bad = d.Step
		x.findings = append(x.findings, Finding{Index: index, Script: sc, Kind: s.kind, Step: d.Step,
			Seen: d.Seen, Allowed: slices.Clone(d.Allowed), Rules: slices.Clone(d.Rules)})
		return
	}
}

// compareAll compares every target that speaks Linux with the kernel.
func (x *examiner) compareAll(index uint64, sc *script.Script) {
	var kernel *slot
	for _, s := range x.slots {
		if s.kind == Kernel && s.ran {
			kernel = s
		}
	}
	if kernel == nil {
		return
	}
	for _, s := range x.slots {
		if s != kernel && s.ran && s.kind.Dialect == Kernel.Dialect {
			x.compare(index, sc, kernel, s)
		}
	}
}

// compare compares s with the kernel. A step that the dialect does not allow to
// one of them is a finding already, and what comes after it may follow from it.
func (x *examiner) compare(index uint64, sc *script.Script, kernel, s *slot) {
	step, differ := firstDifference(&kernel.trace, &s.trace)
	if !differ || (kernel.bad >= 0 && kernel.bad <= step) || (s.bad >= 0 && s.bad <= step) {
		return
	}
	if redrawn(&kernel.trace, &s.trace, step) {
		return // which port a host draws is chance, and the dialect allows both
	}
	var rules []model.RuleID
	if r := x.verdict(kernel); step < len(r.Steps) {
		at := &r.Steps[step]
		chance := wakesSeveral(stepOf(&kernel.trace, step)) || sharesPorts(sc, step) || lapsed(stepOf(&kernel.trace, step), stepOf(&s.trace, step))
		if at.Several[Kernel.Dialect] && chance {
			return // which thread runs first, which socket a hash picks, which of two times is up first: the dialect allows both
		}
		if at.Verdict[Kernel.Dialect] == model.Unmodelled {
			if x.outside != nil {
				x.outside(s)
			}
			return
		}
		rules = slices.Clone(at.Rules[Kernel.Dialect])
	}
	x.findings = append(x.findings, Finding{Index: index, Script: sc, Kind: s.kind, Versus: true, Step: step,
		Seen: describe(&s.trace, step), Allowed: []string{describe(&kernel.trace, step)}, Rules: rules,
		contrast: contrast(stepOf(&kernel.trace, step), stepOf(&s.trace, step))})
}

// lapsed reports whether two steps in which time passes differ in nothing but that
// the last call whose time was up returned just before the end of one of them.
func lapsed(a, b *script.Step) bool {
	long, short := a.During, b.During
	if len(long) < len(short) {
		long, short = short, long
	}
	n := len(short)
	return len(long) == n+1 && long[n].Kind == script.OutputReturn &&
		slices.EqualFunc(long[:n], short, script.EqualOutput) && slices.EqualFunc(a.After, b.After, script.EqualOutput)
}

// sharesPorts reports whether a script has, by a step, asked for SO_REUSEPORT.
func sharesPorts(sc *script.Script, step int) bool {
	return slices.ContainsFunc(sc.Events[:min(step, len(sc.Events))], func(e script.Event) bool {
		return e.Kind == script.EventCall && e.Call.Op == spec.OpSetsockopt && e.Call.Option == spec.SoReuseport && e.Call.Value != 0
	})
}

// wakesSeveral reports whether the calls of more than one thread return in a
// step.
func wakesSeveral(s *script.Step) bool {
	thread, returns := 0, 0
	for _, outputs := range [2][]script.Output{s.During, s.After} {
		for i := range outputs {
			if o := &outputs[i]; o.Kind == script.OutputReturn && (returns == 0 || o.Thread != thread) {
				thread = o.Thread
				returns++
			}
		}
	}
	return returns > 1
}
