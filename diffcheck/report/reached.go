package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/model"
)

// reachedLines say in short what of the Linux dialect and page the kernel has
// shown in the run.
func reachedLines(w io.Writer, res *run.Result) {
	if len(res.Shown) == 0 {
		return
	}
	shown, excused, missing := unshown(res)
	fmt.Fprintf(w, "on kernel    %d rules of linux shown, %d excused, %d not shown\n", shown, excused, len(missing))
	seen := 0
	var absent []string
	page := coverage.PageErrnos()
	for _, p := range page {
		if res.Connects[p.Errno] > 0 {
			seen++
		} else {
			absent = append(absent, p.Errno.String())
		}
	}
	fmt.Fprintf(w, "linux page   %d of its %d errnos seen", seen, len(page))
	if len(absent) > 0 {
		fmt.Fprintf(w, ", not %s", strings.Join(absent, ", "))
	}
	fmt.Fprintln(w, "; --table lists rules and results")
}

// unshown sorts out the rules of the Linux dialect: how many the kernel has
// shown, how many of the others need not be, and which are left.
func unshown(res *run.Result) (shown, excused int, missing []string) {
	for _, r := range coverage.OnKernel(nil) {
		rule, _ := model.RuleByName(r.Name)
		switch {
		case res.Shown[rule.ID].Scripts > 0:
			shown++
		case r.Excuse != "":
			excused++
		default:
			missing = append(missing, r.Name)
		}
	}
	return shown, excused, missing
}

// Reached prints in full how connect ended on the kernel, by errno, socket and
// rule, which ways that the walk through the model has met were not seen, which
// errnos of the Linux page, and which rules of the dialect.
func Reached(w io.Writer, res *run.Result, walk *coverage.Reached) {
	if len(res.Shown) == 0 {
		fmt.Fprintln(w, "the kernel did not take part")
		return
	}
	g := grid{right: map[int]bool{3: true}}
	g.row("result of connect", "socket", "rule", "times")
	for _, c := range slices.SortedFunc(maps.Keys(res.Ends), byErrno) {
		g.row(connectResult(c.Errno), socketName(c), ruleName(c.Rule), number(res.Ends[c]))
	}
	g.print(w, "")
	met := walk.Connects()
	unseen := grid{}
	for _, c := range met {
		if !ended(res, c) {
			unseen.row(connectResult(c.Errno), socketName(c), ruleName(c.Rule))
		}
	}
	fmt.Fprintf(w, "\n%d ways for connect to end: %d that the walk through the model met were not seen in this run\n", len(res.Ends), len(unseen.rows))
	unseen.print(w, "  ")
	for _, p := range coverage.PageErrnos() {
		if res.Connects[p.Errno] == 0 {
			reason := p.Reason
			if reason == "" {
				reason = "not met in this run"
			}
			fmt.Fprintf(w, "%s of the Linux page was not seen: %s\n", p.Errno, reason)
		}
	}
	waysTable(w, res)
	unshownTable(w, res)
	pairTable(w, res, walk)
}

// ended says whether connect ended in the way c. The model has no family and type
// for the sockets of other families, which the scripts of a run have.
func ended(res *run.Result, c coverage.Connect) bool {
	if c.Type != 0 {
		return res.Ends[c] > 0
	}
	for seen := range res.Ends {
		if seen.Errno == c.Errno && seen.Rule == c.Rule {
			return true
		}
	}
	return false
}

// waysTable says which of the results that Linux is known to give were seen.
func waysTable(w io.Writer, res *run.Result) {
	var g grid
	known := coverage.Ways()
	for i := range known {
		if k := &known[i]; !k.Seen(res.Ends) {
			g.row(connectResult(k.Errno), k.Title, "replay diffcheck/corpus/"+k.Script)
		}
	}
	fmt.Fprintf(w, "\n%d of %d results of connect that Linux is known to give, each in its own circumstances, were seen", len(known)-len(g.rows), len(known))
	if len(g.rows) > 0 {
		fmt.Fprint(w, "; not these:")
	}
	fmt.Fprintln(w)
	g.print(w, "  ")
}

// pairTable says on which states of a socket the walk has met a rule and the
// kernel has not shown it.
func pairTable(w io.Writer, res *run.Result, walk *coverage.Reached) {
	pairs := walk.Pairs()
	var g grid
	shown := 0
	for i, p := range pairs {
		if res.States[p.Rule][p.State] > 0 {
			shown++
			continue
		}
		if n := len(g.rows); n > 0 && i > 0 && g.rows[n-1][0] == p.Rule.String() {
			g.rows[n-1][1] += ", " + p.State.String()
		} else {
			g.row(p.Rule.String(), p.State.String())
		}
	}
	fmt.Fprintf(w, "\n%d of %d pairs of a rule and the state of the socket that a call was on, as the walk met them, shown by the kernel; not these:\n", shown, len(pairs))
	g.print(w, "  ")
}

func byErrno(a, b coverage.Connect) int {
	if a.Errno != b.Errno {
		return int(a.Errno) - int(b.Errno)
	}
	return a.Compare(b)
}

// unshownTable lists the rules of the Linux dialect that the kernel has not
// shown, with the reason where there is one.
func unshownTable(w io.Writer, res *run.Result) {
	_, excused, missing := unshown(res)
	fmt.Fprintf(w, "\n%s of the linux dialect not shown by the kernel, %d of them excused\n", plural(uint64(excused+len(missing)), "rule"), excused)
	var g grid
	for _, r := range coverage.OnKernel(nil) {
		if rule, _ := model.RuleByName(r.Name); r.Excuse != "" && res.Shown[rule.ID].Scripts == 0 {
			g.row(r.Name, r.Excuse)
		}
	}
	evidence, err := coverage.Recorded()
	if err != nil {
		fmt.Fprintln(w, err)
	}
	for _, name := range missing {
		state := "no kernel has shown it"
		for i := range evidence {
			if s := &evidence[i]; s.Rule == name {
				state = fmt.Sprintf("not in this run; %s on %s, first %s", plural(s.Scripts, "script"), s.Day, s.Script)
			}
		}
		g.row(name, state)
	}
	g.print(w, "  ")
}

func socketName(c coverage.Connect) string {
	if c.Type == 0 {
		return "none"
	}
	return c.Family.String() + " " + c.Type.String()
}

func ruleName(id model.RuleID) string {
	if id == 0 {
		return "none: the script had left the model"
	}
	return id.String()
}
