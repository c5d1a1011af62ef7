package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
)

// timedPlayers is how many scripts in which time passes wait at a time.
const timedPlayers = 16

// playback runs scripts on targets, several at a time.
type playback struct {
	bench   *bench
	kinds   []run.Kind
	results []chan played // by script, each with room for its result
}

// played is what came of one script.
type played struct {
	text        string // the report on it
	ran, agreed bool
	refused     []refusal
	err         error // a target or the lab failed
}

// refusal is why a target cannot run a script.
type refusal struct{ target, reason string }

// start runs the scripts: those in which time passes beside the others.
func (p *playback) start(scripts []*script.Script) {
	var timed, quick []int
	for i, s := range scripts {
		p.results[i] = make(chan played, 1)
		if slices.ContainsFunc(s.Events, func(e script.Event) bool { return e.Delay > 0 }) {
			timed = append(timed, i)
		} else {
			quick = append(quick, i)
		}
	}
	p.deal(scripts, timed, timedPlayers)
	p.deal(scripts, quick, runtime.NumCPU())
}

// deal has so many players run the scripts of a list in turn.
func (p *playback) deal(scripts []*script.Script, list []int, players int) {
	next := make(chan int, len(list))
	for _, i := range list {
		next <- i
	}
	close(next)
	for range min(players, len(list)) {
		go func() {
			singles := run.NewSingles(p.bench, judge.New())
			defer singles.Close()
			for i := range next {
				p.results[i] <- p.one(singles, scripts[i])
			}
		}()
	}
}

func (p *playback) one(singles *run.Singles, s *script.Script) (r played) {
	kinds := slices.Clone(p.kinds)
	if !p.bench.wired && !s.Loopback {
		kinds = slices.DeleteFunc(kinds, func(k run.Kind) bool { return k == run.Kernel })
		r.refused = append(r.refused, refusal{run.Kernel.String(), "the script needs a wire"})
	}
	single, err := singles.Run(s, kinds)
	if err != nil {
		return played{err: err}
	}
	for i := range single.Outcomes {
		o := &single.Outcomes[i]
		r.ran = r.ran || o.Trace != nil
		if o.Refused != nil {
			r.refused = append(r.refused, refusal{o.Kind.String(), o.Refused.Reason})
		}
	}
	var b bytes.Buffer
	r.agreed = report.Replayed(&b, s, single)
	r.text = b.String()
	return r
}

// replayed counts what became of the files.
type replayed struct {
	agreed, differed, outside, bad int
	refused                        map[refusal]int // scripts by target and reason
}

func (c *replayed) add(r *played) {
	switch {
	case !r.ran:
		c.outside++
	case r.agreed:
		c.agreed++
	default:
		c.differed++
	}
	for _, reason := range r.refused {
		c.refused[reason]++
	}
}

// conclude prints the sum of a replay and gives its exit status.
func (c *replayed) conclude(w io.Writer, files int) error {
	if files > 1 {
		c.print(w, files)
	}
	switch {
	case c.bad > 0 || c.agreed+c.differed == 0:
		return exit{run.ExitCannot}
	case c.differed > 0:
		return exit{run.ExitDiverged}
	}
	return nil
}

func (c *replayed) print(w io.Writer, files int) {
	fmt.Fprintf(w, "%d scripts: %d agree, %d differ, %d not supported, %d not readable\n", files, c.agreed, c.differed, c.outside, c.bad)
	targets := map[string][]string{} // by reason
	most := map[string]int{}
	for r, n := range c.refused {
		targets[r.reason] = append(targets[r.reason], r.target)
		most[r.reason] = max(most[r.reason], n)
	}
	reasons := slices.SortedFunc(maps.Keys(targets), func(a, b string) int {
		return cmp.Or(most[b]-most[a], strings.Compare(a, b))
	})
	for _, reason := range reasons {
		slices.Sort(targets[reason])
		fmt.Fprintf(w, "  %3d not run on %s: %s\n", most[reason], strings.Join(targets[reason], " and "), reason)
	}
}
