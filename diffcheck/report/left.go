package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/model"
)

// leftTable says why the target whose verdicts stand for the run did what its
// own dialect does not model, the most frequent reason first.
func leftTable(w io.Writer, res *run.Result) {
	judged := res.Judged()
	if judged == nil {
		return
	}
	steps := &judged.Left[judged.Kind.Dialect]
	var reasons []model.Reason
	for r, n := range steps {
		if n > 0 {
			reasons = append(reasons, model.Reason(r))
		}
	}
	if len(reasons) == 0 {
		return
	}
	slices.SortStableFunc(reasons, func(a, b model.Reason) int { return cmp.Compare(steps[b], steps[a]) })
	g := grid{right: map[int]bool{0: true}}
	for _, r := range reasons {
		g.row(number(steps[r]), r.String())
	}
	fmt.Fprintf(w, "\nunmodelled steps of %s under %s, by the reason for which the script left the model\n", judged.Kind, judged.Kind.Dialect)
	g.print(w, "")
}

// leftCounts is the same for the JSON file.
func leftCounts(t *run.TargetTally) map[string]uint64 {
	counts := map[string]uint64{}
	for r, n := range t.Left[t.Kind.Dialect] {
		if n > 0 {
			counts[model.Reason(r).String()] = n
		}
	}
	return counts
}
