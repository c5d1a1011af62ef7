package main

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// hold runs nothing: it holds what the scripts state against the model, and says of
// each dialect asked for whether it allows that. Exit 0 is that all of them do.
func (c *replayCommand) hold(w io.Writer, scripts []*script.Script, names []string) error {
	agree, differ := 0, 0
	j := judge.New()
	for i, s := range scripts {
		tr, err := judge.Stated(s)
		if err != nil {
			return fmt.Errorf("%s: %w; --stated needs every result", names[i], err)
		}
		r := j.Trace(tr)
		for d := range spec.DocumentCount {
			if !c.Dialect.covers(d) {
				continue
			}
			verdict := "allows what is stated"
			switch at := deviation(r, d); {
			case at != nil:
				verdict = fmt.Sprintf("does not allow what is stated after event %d of those done: %s; it allows %v", at.Step+1, at.Seen, at.Allowed)
				differ++
			case r.Left[d] != model.Inside:
				verdict = fmt.Sprintf("cannot tell: not modelled is %v", r.Left[d])
				agree++
			default:
				agree++
			}
			fmt.Fprintf(w, "%s: %v %s\n", names[i], d, verdict)
		}
	}
	fmt.Fprintf(w, "%d scripts: %d times a dialect allows what is stated, %d times it does not\n", len(scripts), agree, differ)
	if differ > 0 {
		return exit{run.ExitDiverged}
	}
	return nil
}

// deviation is the first thing stated that the dialect does not allow.
func deviation(r *judge.Report, d spec.Dialect) *judge.Deviation {
	for i := range r.Deviations {
		if r.Deviations[i].Dialect == d {
			return &r.Deviations[i]
		}
	}
	return nil
}
