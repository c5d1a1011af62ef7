package run

import (
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Left counts steps that no dialect could judge, by the dialect and the reason
// for which the trace had left its model.
type Left [spec.DocumentCount][model.ReasonCount]uint64

// count adds the unmodelled steps of a report.
func (l *Left) count(r *judge.Report) {
	for d, reason := range r.Left {
		if reason == model.Inside {
			continue
		}
		for i := range r.Steps {
			if r.Steps[i].Verdict[d] == model.Unmodelled {
				l[d][reason]++
			}
		}
	}
}

func (l *Left) merge(o *Left) {
	for d := range l {
		for i := range l[d] {
			l[d][i] += o[d][i]
		}
	}
}
