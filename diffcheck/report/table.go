package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Table prints what the run came to.
func Table(w io.Writer, res *run.Result, tiers []lab.Tier) {
	fmt.Fprintf(w, "%s, %s in %.1f s, seed %d\n", plural(res.Scripts, "script"), plural(res.Steps, "step"), res.Elapsed.Seconds(), res.Seed)
	if res.Interrupted {
		fmt.Fprintln(w, "interrupted: this is what was seen until then")
	}
	targetTable(w, res)
	verdictTable(w, res)
	leftTable(w, res)
	personalityTable(w, res)
	connectTable(w, res)
	fmt.Fprintf(w, "\nrules        %d hit of %d reachable\n", res.Rules.Len(), res.Reachable())
	reachedLines(w, res)
	fmt.Fprintf(w, "divergences  %d unexplained, %d known\n", res.Unexplained(), len(res.Known))
	for _, k := range res.Known {
		fmt.Fprintf(w, "known        line %d of the known divergences, %s\n", k.Line, plural(k.Count, "script"))
	}
	if res.Unrepeated > 0 {
		fmt.Fprintf(w, "not repeated %s: the run was to stop before\n", plural(uint64(res.Unrepeated), "further finding"))
	}
	for _, e := range res.Unused {
		fmt.Fprintf(w, "no longer happens: line %d of the known divergences (%s on %s: %s); remove it\n", e.Line, e.Rule, e.Target, e.Seen)
	}
	unstableTable(w, res)
	if res.Crowded > 0 {
		fmt.Fprintf(w, "left out     the kernel on %s in which time passes: no lane for such was free, or they would have outlasted the run\n", plural(res.Crowded, "script"))
	}
	tierTable(w, tiers)
}

func targetTable(w io.Writer, res *run.Result) {
	g := grid{right: map[int]bool{}}
	g.row("target", "scripts", "per second", "wire", "each", "loopback", "each", "timed", "refused")
	for column := range 8 {
		g.right[column+1] = true
	}
	var notes []string
	refused := ""
	for i := range res.Targets {
		t := &res.Targets[i]
		g.row(t.Kind.String(), number(t.Scripts()), number(uint64(perSecond(t.Scripts(), res.Elapsed))),
			number(t.Wire.Scripts), each(t.Wire.Scripts, t.Wire.Busy),
			number(t.Loopback.Scripts), each(t.Loopback.Scripts, t.Loopback.Busy), number(t.Waiting.Scripts), number(t.Unsupported))
		if t.Outside > 0 {
			notes = append(notes, fmt.Sprintf("%s and the kernel differ outside the model on %s", t.Kind, plural(t.Outside, "script")))
		}
		if refused == "" {
			refused = t.Reason
		}
	}
	fmt.Fprintln(w)
	g.print(w, "")
	if refused != "" {
		fmt.Fprintf(w, "refused: what a target cannot do, as when %s\n", refused)
	}
	for _, n := range notes {
		fmt.Fprintln(w, n)
	}
}

// verdictHeader names the verdicts, in the order of the model.
func verdictHeader(first string) (cells []string, right map[int]bool) {
	cells, right = []string{first}, map[int]bool{}
	for v := range model.VerdictCount {
		cells = append(cells, model.Verdict(v).String())
		right[len(cells)-1] = true
	}
	return cells, right
}

// verdictTable shows what each document makes of the kernel.
func verdictTable(w io.Writer, res *run.Result) {
	judged := res.Judged()
	if judged == nil {
		return
	}
	fmt.Fprintf(w, "\nsteps of %s as each dialect judges them\n", judged.Kind)
	header, right := verdictHeader("dialect")
	g := grid{right: right}
	g.row(header...)
	for _, d := range spec.Documents() {
		g.row(verdictRow(d.String(), &judged.Verdicts, d)...)
	}
	g.print(w, "")
	fmt.Fprintf(w, "diverged under a dialect other than %s: how far the system is from that document, no failure\n", judged.Kind.Dialect)
}

// personalityTable shows what its own dialect makes of each other target.
func personalityTable(w io.Writer, res *run.Result) {
	header, right := verdictHeader("target")
	g := grid{right: right}
	g.row(header...)
	for i := range res.Targets {
		if t := &res.Targets[i]; t != res.Judged() {
			g.row(verdictRow(t.Kind.String(), &t.Verdicts, t.Kind.Dialect)...)
		}
	}
	if len(g.rows) > 1 {
		fmt.Fprintln(w, "\nsteps of the other targets, each as its own dialect judges them")
		g.print(w, "")
	}
}

func verdictRow(name string, v *run.Verdicts, d spec.Dialect) []string {
	cells := []string{name}
	for verdict := range v[d] {
		cells = append(cells, number(v[d][verdict]))
	}
	return cells
}

func connectTable(w io.Writer, res *run.Result) {
	g := grid{right: map[int]bool{0: true}}
	for e, n := range res.Connects {
		if n > 0 {
			g.row(number(n), "connect() = "+connectResult(spec.Errno(e)))
		}
	}
	if len(g.rows) > 0 {
		fmt.Fprintf(w, "\n%d different results of connect on the kernel\n", len(g.rows))
		g.print(w, "")
	}
}

func unstableTable(w io.Writer, res *run.Result) {
	if len(res.Unstable) == 0 {
		return
	}
	fmt.Fprintf(w, "unstable     %s showed something that did not repeat", plural(res.UnstableScripts(), "script"))
	if res.TooUnstable() {
		fmt.Fprint(w, ": more than one in a thousand, so this machine is not fit to judge by")
	}
	fmt.Fprintln(w)
	for i := range res.Unstable {
		u := &res.Unstable[i]
		kinds := u.Kind.String()
		for _, k := range u.Also {
			kinds += " and " + k.String()
		}
		fmt.Fprintf(w, "  %s, %s, first at step %d of script %d-%d\n    expected: %s\n    seen:     %s\n",
			kinds, plural(u.Count, "time"), u.Step+1, res.Seed, u.Index, strings.Join(u.Allowed, " or "), u.Seen)
	}
}

func tierTable(w io.Writer, tiers []lab.Tier) {
	for _, t := range tiers {
		if !t.Available {
			fmt.Fprintf(w, "missing      %s: %s\n", t.Name, t.Reason)
		}
	}
}
