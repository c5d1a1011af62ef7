package run

import (
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
)

// Single is one script run once, with all that came of it.
type Single struct {
	Outcomes []Outcome // by target, in the order asked for
	Findings []Finding
}

// Outcome is what one target did on the script of a [Single].
type Outcome struct {
	Kind     Kind
	Trace    *script.Trace       // nil if the target cannot run the script
	Refused  *target.Unsupported // why it cannot
	Verdicts Verdicts
	Rules    [][]string // by step: those that explain it
}

// Singles runs scripts one at a time, each to be looked at by itself. It
// belongs to one goroutine.
type Singles struct {
	x   examiner
	now *Single
}

// NewSingles makes a Singles; it opens a target when it is first needed.
func NewSingles(bench Bench, j Judge) *Singles {
	s := &Singles{x: examiner{bench: bench, worker: Unbound, judge: j}}
	s.x.judged = func(at *slot, r *judge.Report) {
		o := s.now.of(at.kind)
		o.Trace = &at.trace
		o.Rules = explanations(r, at.kind)
		o.Verdicts.count(r)
	}
	s.x.refused = func(at *slot, err *target.Unsupported) { s.now.of(at.kind).Refused = err }
	return s
}

// Run runs the script on a target of each kind. Its traces are valid until the
// next call. An error means that a target or the lab failed.
func (s *Singles) Run(sc *script.Script, kinds []Kind) (*Single, error) {
	s.now = &Single{}
	for _, k := range kinds {
		s.now.Outcomes = append(s.now.Outcomes, Outcome{Kind: k})
	}
	if err := s.x.examine(0, sc, kinds, nil); err != nil {
		return nil, err
	}
	s.now.Findings = append(s.now.Findings, s.x.findings...)
	return s.now, nil
}

// Close releases the targets.
func (s *Singles) Close() { s.x.close() }

func (s *Single) of(k Kind) *Outcome {
	for i := range s.Outcomes {
		if s.Outcomes[i].Kind == k {
			return &s.Outcomes[i]
		}
	}
	panic("BUG: a target ran that was not asked to")
}
