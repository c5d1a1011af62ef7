package report

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec/documents"
)

// Contradictions prints each with what the documents say and which rules
// decide, those that go against a clause marked.
func Contradictions(w io.Writer, list []model.Contradiction) {
	for i := range list {
		c := &list[i]
		fmt.Fprintf(w, "%s\n  %s\n", c.ID, c.Text)
		var clauses, rules grid
		for _, id := range c.Clauses {
			clause, _ := documents.ByID(id)
			clauses.row(string(id), clause.Strength.String(), clause.Text)
		}
		for _, name := range c.Rules {
			r, _ := model.RuleByName(name)
			word := "decides"
			if len(r.Against) > 0 {
				word = "goes against"
			}
			rules.row(name, word, r.Title)
		}
		clauses.print(w, "    ")
		rules.print(w, "    ")
		fmt.Fprintln(w)
	}
}
