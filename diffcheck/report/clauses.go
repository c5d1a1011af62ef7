package report

import (
	"io"
	"strings"

	"github.com/connspec/connspec/spec"
)

// Clauses lists clauses of the documents, one on a line.
func Clauses(w io.Writer, list []spec.Clause) {
	var g grid
	g.row("clause", "strength", "section", "families", "text")
	for i := range list {
		c := &list[i]
		families := make([]string, len(c.Families))
		for f, family := range c.Families {
			families[f] = family.String()
		}
		if len(families) == 0 {
			families = []string{"all"}
		}
		g.row(string(c.ID), c.Strength.String(), c.Section, strings.Join(families, " "), c.Text)
	}
	g.print(w, "")
}
