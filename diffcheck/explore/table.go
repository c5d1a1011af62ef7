package explore

import (
	"fmt"
	"io"
	"math"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Head prints the head of the table of results.
func Head(w io.Writer) {
	fmt.Fprintf(w, "%-10s %-12s %12s %14s %6s %9s %12s %6s %7s %9s %9s\n",
		"dialect", "scope", "worlds", "transitions", "depth", "seconds", "per second", "bytes", "closed", "unmodelled", "left open")
}

// Row prints the result of one search.
func Row(w io.Writer, d spec.Dialect, sc *check.Scope, r *Result) {
	closed := "yes"
	if !r.Closed {
		closed = "no"
	}
	seconds := r.Elapsed.Seconds()
	fmt.Fprintf(w, "%-10v %-12s %12d %14d %6d %9.1f %12.0f %6.0f %7s %9d %9d\n",
		d, sc.Name, r.Worlds, r.Transitions, r.Depth, seconds, float64(r.Transitions)/max(seconds, 1e-9), r.BytesPerWorld(), closed,
		r.Ends[check.Left], r.Ends[check.Open])
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
