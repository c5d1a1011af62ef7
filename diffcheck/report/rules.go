package report

import (
	"io"
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Rules lists rules of the model, one on a line. What stands in the last column
// is what a rule rests on: clauses, with "against" before those that say
// otherwise and "open" before those that leave it open, then the evidence.
func Rules(w io.Writer, list []model.Rule) {
	var g grid
	g.row("rule", "class", "dialects", "title", "rests on")
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
		g.row(r.Name, r.Class.String(), dialects, r.Title, grounds(r))
	}
	g.print(w, "")
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
