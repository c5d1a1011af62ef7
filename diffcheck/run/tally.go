package run

import (
	"time"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Share is a number of scripts and the time one target was busy with them.
type Share struct {
	Scripts uint64
	Busy    time.Duration // summed over goroutines
}

func (s *Share) add(busy time.Duration) {
	s.Scripts++
	s.Busy += busy
}

func (s *Share) merge(o Share) {
	s.Scripts += o.Scripts
	s.Busy += o.Busy
}

// TargetTally is what one kind of target did in a run. A script in which time
// passes is in Waiting, whether it needs the wire or not.
type TargetTally struct {
	Kind        Kind
	Wire        Share
	Loopback    Share
	Waiting     Share
	Unsupported uint64 // scripts that the target cannot run
	Reason      string // of the first of them
	Outside     uint64 // scripts on which it and the kernel differ outside the model
	Verdicts    Verdicts
	Left        Left
}

// Scripts is the number of all scripts that the target ran.
func (t *TargetTally) Scripts() uint64 {
	return t.Wire.Scripts + t.Loopback.Scripts + t.Waiting.Scripts
}

// Verdicts counts steps by the dialect that judged them and its verdict.
type Verdicts [spec.DocumentCount][model.VerdictCount]uint64

// count adds the verdicts of a report.
func (v *Verdicts) count(r *judge.Report) {
	for i := range r.Steps {
		for d, verdict := range r.Steps[i].Verdict {
			v[d][verdict]++
		}
	}
}

func (v *Verdicts) merge(o *Verdicts) {
	for d := range v {
		for i := range v[d] {
			v[d][i] += o[d][i]
		}
	}
}

// tally is what one goroutine counted.
type tally struct {
	scripts, steps uint64
	targets        []TargetTally
	shown          shown         // on the kernel
	rules          judge.RuleSet // that explain a step under the target's own dialect
}

func (t *tally) of(k Kind) *TargetTally {
	for i := range t.targets {
		if t.targets[i].Kind == k {
			return &t.targets[i]
		}
	}
	t.targets = append(t.targets, TargetTally{Kind: k})
	return &t.targets[len(t.targets)-1]
}

// ran counts a script that the target of s ran, with its verdicts.
func (t *tally) ran(index uint64, s *slot, r *judge.Report) {
	of := t.of(s.kind)
	switch sc := s.trace.Script; {
	case duration(sc) > 0:
		of.Waiting.add(s.took)
	case sc.Loopback:
		of.Loopback.add(s.took)
	default:
		of.Wire.add(s.took)
	}
	of.Verdicts.count(r)
	of.Left.count(r)
	t.rules.Add(r.Hits[s.kind.Dialect])
	if s.kind == Kernel {
		t.shown.count(index, &s.trace, r)
	}
}

// refused counts a script that the target of s cannot run.
func (t *tally) refused(s *slot, err *target.Unsupported) {
	of := t.of(s.kind)
	of.Unsupported++
	if of.Reason == "" {
		of.Reason = err.Reason
	}
}

// outside counts a script on which the target of s and the kernel differ where
// the model does not say that they should agree.
func (t *tally) outside(s *slot) { t.of(s.kind).Outside++ }

// merge adds what another goroutine counted.
func (t *tally) merge(o *tally) {
	t.scripts += o.scripts
	t.steps += o.steps
	t.rules.Add(o.rules)
	t.shown.merge(&o.shown)
	for i := range o.targets {
		from := &o.targets[i]
		to := t.of(from.Kind)
		to.Wire.merge(from.Wire)
		to.Loopback.merge(from.Loopback)
		to.Waiting.merge(from.Waiting)
		to.Unsupported += from.Unsupported
		if to.Reason == "" {
			to.Reason = from.Reason
		}
		to.Outside += from.Outside
		to.Verdicts.merge(&from.Verdicts)
		to.Left.merge(&from.Left)
	}
}

// duration is the time that passes in the script.
func duration(s *script.Script) (d time.Duration) {
	for i := range s.Events {
		d += s.Events[i].Delay
	}
	return d
}
