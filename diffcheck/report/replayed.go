package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
)

// Replayed prints one script run once: what each target did, side by side,
// then all that is not as it should be. It reports whether all is well.
func Replayed(w io.Writer, s *script.Script, single *run.Single) bool {
	fmt.Fprintf(w, "%s\n", s.Name)
	if s.Title != "" {
		fmt.Fprintf(w, "  %s\n", s.Title)
	}
	var cols []column
	bad := map[int]bool{}
	var complaints []string
	for i := range single.Outcomes {
		o := &single.Outcomes[i]
		if o.Trace == nil {
			continue
		}
		cols = append(cols, column{title: o.Kind.String(), trace: o.Trace})
		for _, m := range run.Mismatches(o.Trace) {
			bad[m.Step] = true
			complaints = append(complaints, complaint(s, m.Step, o.Kind, "the script states", m.Stated, m.Seen))
		}
	}
	for i := range single.Findings {
		f := &single.Findings[i]
		bad[f.Step] = true
		by := "dialect " + f.Kind.Dialect.String() + " allows"
		if f.Versus {
			by = "the kernel did"
		}
		complaints = append(complaints, complaint(s, f.Step, f.Kind, by, strings.Join(f.Allowed, " or "), f.Seen))
	}
	sideBySide(w, s, cols, func(step int) bool { return bad[step] })
	refusals(w, s, single)
	verdictLines(w, single)
	for _, c := range complaints {
		fmt.Fprintln(w, c)
	}
	return len(complaints) == 0
}

// refusals prints which targets could not run the script, and why.
func refusals(w io.Writer, s *script.Script, single *run.Single) {
	for i := range single.Outcomes {
		if o := &single.Outcomes[i]; o.Refused != nil {
			fmt.Fprintf(w, "  %s cannot run %s: %s\n", o.Kind, place(s, o.Refused.Line), o.Refused.Reason)
		}
	}
}

// verdictLines prints what the dialect of each target makes of it.
func verdictLines(w io.Writer, single *run.Single) {
	for i := range single.Outcomes {
		o := &single.Outcomes[i]
		if o.Trace == nil {
			continue
		}
		var parts []string
		for v, n := range o.Verdicts[o.Kind.Dialect] {
			if n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, model.Verdict(v)))
			}
		}
		fmt.Fprintf(w, "  %s, judged by %s: %s\n", o.Kind, o.Kind.Dialect, strings.Join(parts, ", "))
	}
}

func complaint(s *script.Script, step int, k run.Kind, by, expected, seen string) string {
	line := 0
	if step < len(s.Events) {
		line = s.Events[step].Line
	}
	return fmt.Sprintf("%s: step %d on %s\n  %s: %s\n  %s %s", place(s, line), step+1, k,
		by, expected, pad("seen:", len(by)+1), seen)
}

func pad(text string, width int) string { return fmt.Sprintf("%-*s", width, text) }

// place names a line of a script's file.
func place(s *script.Script, line int) string {
	if line == 0 {
		return s.Name
	}
	return fmt.Sprintf("%s:%d", s.Name, line)
}
