package explore

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Head prints the head of the table of results.
func Head(w io.Writer) {
	fmt.Fprintf(w, "%-10s %-16s %9s %12s %6s %8s %11s %8s %11s %6s %6s %10s %9s\n",
		"dialect", "scope", "worlds", "transitions", "depth", "seconds", "per second", "cpu s", "per cpu s", "bytes", "closed", "unmodelled", "left open")
}

// Row prints the result of one search.
func Row(w io.Writer, d spec.Dialect, sc *check.Scope, r *Result) {
	closed := "yes"
	if !r.Closed {
		closed = "no"
	}
	perBusy := "-"
	if r.Busy > 5*time.Millisecond { // less is not measured well
		perBusy = fmt.Sprintf("%.0f", rate(r.Transitions, r.Busy))
	}
	fmt.Fprintf(w, "%-10v %-16s %9d %12d %6d %8.1f %11.0f %8.2f %11s %6.0f %6s %10d %9d\n",
		d, sc.Name, r.Worlds, r.Transitions, r.Depth, r.Elapsed.Seconds(), rate(r.Transitions, r.Elapsed), r.Busy.Seconds(), perBusy,
		r.BytesPerWorld(), closed, r.Ends[check.Left], r.Ends[check.Open])
	if !r.Closed {
		fmt.Fprintf(w, "  stopped: %s; %d worlds to a depth of %d, %d of them not explored\n", r.Stopped, r.Worlds, r.Depth, r.Frontier)
	}
	if r.Ends[check.Beyond] > 0 {
		fmt.Fprintf(w, "  %d transitions lead beyond the scope\n", r.Ends[check.Beyond])
	}
	if r.Fingerprints {
		fmt.Fprintf(w, "  by 64-bit fingerprints: two worlds were taken for one with a probability of %.1e\n", Collision(r.Worlds))
	}
	for reason := model.Inside + 1; reason < model.ReasonCount; reason++ {
		if n := r.Reasons[reason]; n > 0 {
			fmt.Fprintf(w, "  %12d not modelled: %s\n", n, reason)
		}
	}
}

func rate(n int64, of time.Duration) float64 { return float64(n) / max(of.Seconds(), 1e-9) }

// Sum is what several searches come to.
type Sum struct {
	Searches, Closed           int
	Worlds, Transitions, Bytes int64
	LookedUp, Answers, Audits  int64
	Elapsed, Busy, Modelled    time.Duration
}

// Add adds a search.
func (s *Sum) Add(r *Result) {
	s.Searches++
	if r.Closed {
		s.Closed++
	}
	s.Worlds, s.Transitions, s.Bytes = s.Worlds+r.Worlds, s.Transitions+r.Transitions, s.Bytes+r.Used
	s.LookedUp, s.Answers, s.Audits = s.LookedUp+r.LookedUp, s.Answers+r.Answers, s.Audits+r.Audits
	s.Elapsed, s.Busy, s.Modelled = s.Elapsed+r.Elapsed, s.Busy+r.Busy, s.Modelled+r.Modelled
}

// packed is the processor time of the packed part of the work, if there was any.
func (s *Sum) packed() time.Duration {
	if s.LookedUp == 0 {
		return 0
	}
	return max(s.Busy-s.Modelled, 0)
}

// Print prints the sum. The packed part of the work is all but what the model is
// asked for: transitions are looked up, worlds put together and told apart.
func (s *Sum) Print(w io.Writer, name string, workers int) {
	fmt.Fprintf(w, "%s: %d of %d scopes closed, %d worlds, %d transitions, %.1f s, %.1f s of processor time, %.0f bytes a world\n",
		name, s.Closed, s.Searches, s.Worlds, s.Transitions, s.Elapsed.Seconds(), s.Busy.Seconds(), float64(s.Bytes)/float64(max(s.Worlds, 1)))
	if packed := s.packed(); packed > 0 {
		fmt.Fprintf(w, "  %.0f%% of the transitions were looked up; the packed part of the work took %.1f s of the processor: %.1f million transitions a second on %d cores of its own\n",
			100*float64(s.LookedUp)/float64(s.Transitions), packed.Seconds(), rate(s.LookedUp, packed)*float64(workers)/1e6, workers)
		fmt.Fprintf(w, "  %d of %d answers that were looked up were found out again with the model: all the same\n", s.Audits, s.Answers)
	}
}

// Collision bounds the probability that two of so many worlds have one
// fingerprint of 64 bits.
func Collision(worlds int64) float64 {
	n := float64(worlds)
	return -math.Expm1(-n * (n - 1) / 2 / math.Exp2(64))
}

// Line prints how far a search has come, over the line before.
func Line(w io.Writer, d spec.Dialect, sc *check.Scope, p Progress) {
	fmt.Fprintf(w, "%v %s: %d worlds, %.1f million transitions, %.2f million a second, depth %d, %d left of it, %d MiB\n",
		d, sc.Name, p.Worlds, float64(p.Transitions)/1e6, float64(p.Transitions)/1e6/p.Elapsed.Seconds(), p.Depth, p.Frontier, p.Bytes>>20)
}
