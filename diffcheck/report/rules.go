package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Rules lists rules of the model, one on a line. What stands in the last column
// is what a rule rests on: clauses, with "against" before those that say
// otherwise and "open" before those that leave it open, then the evidence. The
// answers are how many the dialect leaves where the rule applies, on average over
// the steps of a walk, by dialect in the order of their names.
func Rules(w io.Writer, list []model.Rule, walk *coverage.Reached) {
	var g grid
	g.row("rule", "class", "dialects", "answers", "title", "rests on")
	for i := range list {
		r := &list[i]
		var names []string
		for _, d := range spec.Documents() {
			if r.For.Has(d) {
				names = append(names, d.String())
			}
		}
		dialects := strings.Join(names, " ")
		if len(names) == int(spec.DocumentCount) {
			dialects = "all"
		}
		g.row(r.Name, r.Class.String(), dialects, answers(r, walk), r.Title, grounds(r))
	}
	g.print(w, "")
}

// answers prints one number where all dialects leave as many.
func answers(r *model.Rule, walk *coverage.Reached) string {
	var means []string
	same := true
	for _, d := range spec.Documents() {
		if !r.For.Has(d) {
			continue
		}
		text := "-"
		if mean, ok := walk.Answers(d, r.ID); ok {
			text = fmt.Sprintf("%.1f", mean)
		}
		means = append(means, text)
		same = same && text == means[0]
	}
	if same {
		return means[0]
	}
	return strings.Join(means, " ")
}

// Answers prints how many answers each dialect leaves, and the rules that leave
// more than three with the reason.
func Answers(w io.Writer, walk *coverage.Reached) {
	g := grid{right: map[int]bool{1: true, 2: true, 3: true}}
	g.row("dialect", "rules", "answers", "one answer", "more than three")
	for _, d := range spec.Documents() {
		mean, single := walk.Mean(d)
		g.row(d.String(), number(uint64(len(model.RulesOf(d)))), fmt.Sprintf("%.2f", mean), fmt.Sprintf("%.1f %%", 100*single),
			plural(uint64(len(walk.Wide(d))), "rule"))
	}
	g.print(w, "")
	var wide grid
	for _, reason := range model.WideRules() {
		wide.row(reason.Rule, reason.Reason)
	}
	if len(wide.rows) > 0 {
		fmt.Fprintln(w, "\nrules that may leave more than three answers, and why:")
		wide.print(w, "  ")
	}
}

// grounds is what a rule rests on.
func grounds(r *model.Rule) string {
	var parts []string
	for _, g := range []struct {
		word    string
		clauses []spec.ClauseID
	}{{"", r.Cites}, {"against ", r.Against}, {"open ", r.Open}} {
		for _, c := range g.clauses {
			parts = append(parts, g.word+string(c))
		}
	}
	if r.Evidence != "" {
		parts = append(parts, r.Evidence)
	}
	return strings.Join(parts, "; ")
}
