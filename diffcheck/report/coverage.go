package report

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/spec"
)

// ClauseCoverage prints how many clauses of each document are reached, and
// those that are neither reached nor excused, nor rightly excused; with all set,
// every clause. It reports whether none is missing.
func ClauseCoverage(w io.Writer, clauses []coverage.Clause, all bool) (covered bool) {
	var reached, excused, total [spec.DocumentCount + 1]uint64
	g := grid{right: map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true}}
	missing := grid{}
	for i := range clauses {
		c := &clauses[i]
		for _, d := range [2]spec.Document{c.Document, spec.DocumentCount} {
			total[d]++
			if len(c.Rules) > 0 {
				reached[d]++
			} else if c.Excuse != "" {
				excused[d]++
			}
		}
		if all || !c.Covered() {
			missing.row(string(c.ID), clauseState(c))
		}
	}
	g.row("document", "clauses", "reached", "excused", "missing", "covered")
	for d := range total {
		name := "all"
		if spec.Document(d) < spec.DocumentCount {
			name = spec.Document(d).String()
		}
		left := total[d] - reached[d] - excused[d]
		g.row(name, number(total[d]), number(reached[d]), number(excused[d]), number(left), percent(total[d]-left, total[d]))
	}
	g.print(w, "")
	if len(missing.rows) > 0 {
		fmt.Fprintln(w)
		missing.print(w, "  ")
	}
	for i := range clauses {
		if !clauses[i].Covered() {
			return false
		}
	}
	return true
}

// clauseState says what has become of a clause.
func clauseState(c *coverage.Clause) string {
	switch {
	case len(c.Rules) > 0 && c.Excuse != "":
		return "excused, and reached all the same by " + c.Rules[0]
	case len(c.Rules) > 1:
		return fmt.Sprintf("reached by %s and %d more", c.Rules[0], len(c.Rules)-1)
	case len(c.Rules) == 1:
		return "reached by " + c.Rules[0]
	case c.Excuse != "":
		return "excused: " + c.Excuse
	case len(c.Unmet) > 0:
		return "missing: nothing leads to " + c.Unmet[0]
	}
	return "missing: no rule speaks to it"
}

// KernelCoverage prints how many rules of the Linux dialect a kernel has shown,
// and those that it has not and that are not excused; with all set, every rule.
// It reports whether none is missing.
func KernelCoverage(w io.Writer, rules []coverage.Rule, all bool) (covered bool) {
	var shown, excused, missing uint64
	var g grid
	for i := range rules {
		r := &rules[i]
		state := "missing: no kernel has shown it"
		switch {
		case r.Sighting != nil:
			shown++
			state = fmt.Sprintf("shown by %s, first %s, on %s, %s", plural(r.Sighting.Scripts, "script"), r.Sighting.Script, r.Sighting.Release, r.Sighting.Day)
		case r.Excuse != "":
			excused++
			state = "excused: " + r.Excuse
		default:
			missing++
		}
		if all || !r.Covered() {
			g.row(r.Name, state)
		}
	}
	n := uint64(len(rules))
	fmt.Fprintf(w, "%s of the linux dialect: %s shown on the kernel, %s excused, %s missing, %s covered\n",
		plural(n, "rule"), number(shown), number(excused), number(missing), percent(n-missing, n))
	if len(g.rows) > 0 {
		fmt.Fprintln(w)
		g.print(w, "  ")
	}
	return missing == 0
}

// percent prints a share with one digit; only the whole is 100.
func percent(part, whole uint64) string {
	if part == whole {
		return "100 %"
	}
	return fmt.Sprintf("%.1f %%", min(99.9, 100*float64(part)/float64(whole)))
}
