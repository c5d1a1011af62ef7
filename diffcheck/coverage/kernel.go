package coverage

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Sighting is the evidence that a kernel has shown a rule of the Linux dialect.
type Sighting struct {
	Rule    string
	Scripts uint64 // of the run that showed it
	Script  string // one of them: its name in the corpus, or SEED-INDEX
	Release string // of the kernel, as uname -r prints it
	Day     string // of the run, as 2006-01-02
}

// recorded is the evidence that belongs to the source: what Record wrote.
//
//go:embed kernel.txt
var recorded string

// Recorded reads the evidence that is kept with the source.
func Recorded() ([]Sighting, error) { return parse("kernel.txt", recorded) }

const heading = `# Rules of the Linux dialect that a kernel has shown, one on a line: the rule,
# the scripts of the run that showed it, one of them, the kernel, the day.
# Written by: go run ./diffcheck clauses --coverage --record FILE
`

func parse(name, text string) ([]Sighting, error) {
	var all []Sighting
	for n, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 5 {
			return nil, fmt.Errorf("%s:%d: %d fields; expected rule, scripts, script, kernel and day", name, n+1, len(fields))
		}
		scripts, err := strconv.ParseUint(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %q; expected a number of scripts", name, n+1, fields[1])
		}
		if _, err := time.Parse(time.DateOnly, fields[4]); err != nil {
			return nil, fmt.Errorf("%s:%d: %q; expected a day such as 2026-11-20", name, n+1, fields[4])
		}
		all = append(all, Sighting{fields[0], scripts, fields[2], fields[3], fields[4]})
	}
	return all, nil
}

// Update puts what a run has shown in the place of older evidence of the same
// rules, and drops that of rules which are no longer there.
func Update(old, shown []Sighting) []Sighting {
	all := slices.Clone(shown)
	for _, s := range old {
		has := func(o Sighting) bool { return o.Rule == s.Rule }
		if r, ok := model.RuleByName(s.Rule); ok && r.For.Has(spec.Linux) && !slices.ContainsFunc(shown, has) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b Sighting) int { return strings.Compare(a.Rule, b.Rule) })
	return all
}

// Write writes evidence as [Recorded] reads it.
func Write(w io.Writer, all []Sighting) error {
	if _, err := io.WriteString(w, heading); err != nil {
		return err
	}
	for _, s := range all {
		if _, err := fmt.Fprintf(w, "%s %d %s %s %s\n", s.Rule, s.Scripts, s.Script, s.Release, s.Day); err != nil {
			return err
		}
	}
	return nil
}

// Rule is what has become of one rule of the Linux dialect on the kernel.
type Rule struct {
	Name     string
	Sighting *Sighting // nil: the kernel has not shown it
	Excuse   string    // why it need not
}

// Covered says whether the rule was shown or is excused.
func (r *Rule) Covered() bool { return r.Sighting != nil || r.Excuse != "" }

// OnKernel says of every rule of the Linux dialect whether a kernel has shown
// it.
func OnKernel(evidence []Sighting) []Rule {
	excuses := map[string]string{}
	for _, u := range model.NotShown() {
		excuses[u.Rule] = u.Reason
	}
	var all []Rule
	for _, r := range model.RulesOf(spec.Linux) {
		row := Rule{Name: r.Name, Excuse: excuses[r.Name]}
		if row.Excuse == "" && leavesOut(&r) {
			row.Excuse = "It says what the model leaves out, so there is nothing to show."
		}
		for i := range evidence {
			if evidence[i].Rule == r.Name {
				row.Sighting = &evidence[i]
			}
		}
		all = append(all, row)
	}
	return all
}

// leavesOut says whether a rule says what is not modelled.
func leavesOut(r *model.Rule) bool { return strings.Contains(r.Title, "not modelled") }
