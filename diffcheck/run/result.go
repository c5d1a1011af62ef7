package run

import (
	"cmp"
	"slices"
	"time"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Result is what a run came to.
type Result struct {
	Seed        uint64
	Elapsed     time.Duration // while scripts ran
	Interrupted bool
	Scripts     uint64
	Steps       uint64
	Crowded     uint64 // scripts that the kernel was left out of, all slow lanes being busy
	Targets     []TargetTally
	Connects    [spec.ErrnoCount]uint64     // results of connect on the kernel
	Ends        map[coverage.Connect]uint64 // the same by socket and rule
	States      [][coverage.StateMax]uint64 // steps of the kernel by rule id and by the state of the socket that the call was on
	Shown       []ShownRule                 // by the kernel, by rule id; empty without it
	Rules       judge.RuleSet               // those that explained a step of any target

	Divergences []*Divergence // unexplained
	Unstable    []Unstable
	Known       []KnownHit
	Unrepeated  int           // further findings, with MaxDivergences, that nobody repeated
	Unused      []known.Entry // entries that apply here and did not happen
}

// Unstable is a finding that did not show again when its script was repeated.
type Unstable struct {
	Finding
	Also  []Kind // targets that differ from the kernel in the same step
	Count uint64 // scripts that showed it
}

// Exit codes of a run.
const (
	ExitAgrees   = 0
	ExitDiverged = 1
	ExitCannot   = 2
)

// Unexplained is the number of divergences that no known one explains.
func (r *Result) Unexplained() int { return len(r.Divergences) }

// ExitCode is 1 with an unexplained divergence or a known one that no longer
// happens, 2 if too much of what was seen did not repeat to judge by, else 0.
func (r *Result) ExitCode() int {
	switch {
	case len(r.Divergences) > 0 || len(r.Unused) > 0:
		return ExitDiverged
	case r.TooUnstable():
		return ExitCannot
	}
	return ExitAgrees
}

// TooUnstable reports whether more scripts than one in a thousand showed
// something that did not repeat.
func (r *Result) TooUnstable() bool {
	return float64(r.UnstableScripts()) > unstableShare*float64(r.Scripts)
}

// UnstableScripts is how many scripts showed something that did not repeat.
func (r *Result) UnstableScripts() uint64 {
	var n uint64
	for i := range r.Unstable {
		n += r.Unstable[i].Count
	}
	return n
}

// result puts together what all goroutines counted.
func (r *runner) result(workers []*worker, elapsed time.Duration, interrupted bool) *Result {
	var all tally
	for _, w := range workers {
		all.merge(&w.tally)
	}
	res := &Result{Seed: r.o.Seed, Elapsed: elapsed, Interrupted: interrupted, Scripts: all.scripts, Steps: all.steps,
		Crowded: r.crowded.Load(), Targets: all.targets, Connects: all.shown.errnos(), Ends: all.shown.connects, Shown: all.shown.rules, States: all.shown.states, Rules: all.rules}
	r.sortOut(res)
	return res
}

// sortOut parts what was found into unexplained, known and unstable.
func (r *runner) sortOut(res *Result) {
	hits := make([]uint64, len(r.o.Known.Entries))
	for _, c := range r.registry.order {
		if i := r.o.Known.Find(c.first.Sighting(r.o.Release)); i >= 0 {
			hits[i] += c.count
			continue
		}
		switch {
		case c.confirmed != nil:
			if c.confirmed.Count == 0 {
				res.Divergences = append(res.Divergences, c.confirmed)
			}
			c.confirmed.Count = max(c.confirmed.Count, c.count)
		case len(c.unstable) > 0:
			res.addUnstable(c.unstable[0], c.count)
		case r.o.MaxDivergences > 0 && len(res.Divergences) > 0:
			res.Unrepeated++
		default:
			// Nobody came to repeat it, so it stands as it was seen.
			d := &Divergence{Finding: c.first, Original: c.first, Count: c.count}
			res.Divergences = append(res.Divergences, d)
		}
	}
	slices.SortStableFunc(res.Divergences, func(a, b *Divergence) int {
		return cmp.Or(before(a.Shrunk, b.Shrunk), before(a.Kind.Dialect == Kernel.Dialect, b.Kind.Dialect == Kernel.Dialect),
			cmp.Compare(len(a.Script.Events), len(b.Script.Events)))
	})
	for i, n := range hits {
		e := r.o.Known.Entries[i]
		if n > 0 {
			res.Known = append(res.Known, KnownHit{e.Line, n})
		} else if r.o.CheckUnused && !res.Interrupted && e.Applies(r.o.Release) {
			res.Unused = append(res.Unused, e)
		}
	}
}

// Reachable is the number of rules that the run could have hit: those of the
// dialects that took part.
func (r *Result) Reachable() int {
	var n int
	rules := model.Rules()
	for i := range rules {
		if slices.ContainsFunc(r.Targets, func(t TargetTally) bool { return rules[i].For.Has(t.Kind.Dialect) }) {
			n++
		}
	}
	return n
}

// before puts what has a property before what has not.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// addUnstable notes a finding that did not repeat. Several targets that differ
// from the kernel in one step are one: it is the kernel that wavered.
func (r *Result) addUnstable(f Finding, count uint64) {
	for i := range r.Unstable {
		if u := &r.Unstable[i]; u.Index == f.Index && u.Step == f.Step {
			u.Also = append(u.Also, f.Kind)
			u.Count = max(u.Count, count)
			return
		}
	}
	r.Unstable = append(r.Unstable, Unstable{Finding: f, Count: count})
}

// Judged is the target whose verdicts stand for the run: the kernel, or the
// first target of a run without it; nil if nothing ran.
func (r *Result) Judged() *TargetTally {
	for i := range r.Targets {
		if r.Targets[i].Kind == Kernel {
			return &r.Targets[i]
		}
	}
	if len(r.Targets) == 0 {
		return nil
	}
	return &r.Targets[0]
}
