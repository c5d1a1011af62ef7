package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
)

// printed is how many divergences are printed in full.
const printed = 10

// Divergences prints what diverged: the first ones in full, the rest in brief.
func Divergences(w io.Writer, res *run.Result, saved []Saved) {
	for i, d := range res.Divergences {
		if i < printed {
			Divergence(w, i+1, d, res.Seed, &saved[i])
			continue
		}
		if i == printed {
			fmt.Fprintf(w, "\n%s more, in brief\n", number(uint64(len(res.Divergences)-printed)))
		}
		fmt.Fprintf(w, "\ndivergence %d: %s (%s, first %d-%d)\n", i+1, headline(d), plural(d.Count, "script"), res.Seed, d.Original.Index)
		fmt.Fprintf(w, "  step %d, expected: %s\n", d.Step+1, strings.Join(d.Allowed, " or "))
		fmt.Fprintf(w, "  step %d, seen:     %s\n", d.Step+1, d.Seen)
		fmt.Fprintf(w, "  replay  %s\n", saved[i].Replay)
	}
	if len(res.Divergences) > 0 {
		fmt.Fprintln(w)
	}
}

// Divergence prints one divergence: the script with what was expected and what
// was seen beside each other, and how to replay it.
func Divergence(w io.Writer, n int, d *run.Divergence, seed uint64, saved *Saved) {
	fmt.Fprintf(w, "\ndivergence %d: %s\n", n, headline(d))
	origin := fmt.Sprintf("  shown by %s, first by %d-%d", plural(d.Count, "script"), seed, d.Original.Index)
	switch {
	case !d.Repeated:
		origin += "; there was no time to repeat it"
	case !d.Shrunk:
		origin += "; not shrunk"
	default:
		origin += fmt.Sprintf("; shrunk from %s to %d", plural(uint64(len(d.Original.Script.Events)), "step"), len(d.Script.Events))
	}
	for _, k := range d.Also {
		origin += fmt.Sprintf("; %s shows the same", k)
	}
	fmt.Fprintln(w, origin)
	if len(d.Rules) > 0 {
		fmt.Fprintf(w, "  rules: %s\n", joinRules(d.Rules))
	}
	fmt.Fprintln(w)
	sideBySide(w, d.Script, columns(d), func(step int) bool { return step == d.Step })
	if saved != nil {
		fmt.Fprintf(w, "  saved    %s\n", saved.Script)
		if saved.Capture != "" {
			fmt.Fprintf(w, "  frames   %s\n", saved.Capture)
		}
		fmt.Fprintf(w, "  replay   %s\n", saved.Replay)
	}
}

// headline says in one line what departs from what.
func headline(d *run.Divergence) string {
	if d.Versus {
		return fmt.Sprintf("%s does otherwise than the kernel", d.Kind)
	}
	return fmt.Sprintf("%s does what the dialect %s does not allow", d.Kind, d.Kind.Dialect)
}

// columns are what was expected and what was seen, step by step.
func columns(d *run.Divergence) []column {
	seen := column{title: "seen", trace: &d.Trace}
	if d.Trace.Script == nil {
		seen.at, seen.instead = d.Step, []string{d.Seen}
	}
	if d.Versus && d.Kernel != nil {
		seen.title = "seen: " + d.Kind.String()
		return []column{{title: "expected: as the kernel", trace: d.Kernel}, seen}
	}
	return []column{{title: "expected", trace: seen.trace, at: d.Step, instead: expected(&d.Script.Events[d.Step], d.Allowed)}, seen}
}

// expected lists the outcomes that are allowed in the step of ev.
func expected(ev *script.Event, allowed []string) []string {
	if len(allowed) == 0 {
		return []string{"nothing is allowed here"}
	}
	lines := make([]string, len(allowed))
	for i, text := range allowed {
		if _, result, ok := strings.Cut(text, ") = "); ok && ev.Kind == script.EventCall && terse(ev.Call.Op) && strings.HasPrefix(text, ev.Call.Op.String()+"(") {
			text = "= " + result // as in the column beside it
		}
		if i > 0 {
			text = "or " + text
		}
		lines[i] = text
	}
	return lines
}

func joinRules(rules []model.RuleID) string {
	names := make([]string, len(rules))
	for i, id := range rules {
		names[i] = id.String()
	}
	return strings.Join(names, ", ")
}
