package bench

import (
	"fmt"
	"strings"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

// Measure is one thing that is measured.
type Measure struct {
	Name string
	What string // with the unit of the figure
	Spec trial.Spec
	// Figure is what is compared, of what the two ends say.
	Figure  func(near, far trial.Outcome) float64
	Lower   bool // the lower the better
	Latency bool // the trial tells quantiles too
	Goals   []Goal
}

// Goal is a ratio that connspec is to reach, or to stay below if Lower. A Goal
// against nobody is for the figure itself.
type Goal struct {
	Against string
	Ratio   float64
	P99     bool // of the 99th percentile, which is to stay below
}

func rate(near, _ trial.Outcome) float64     { return near.Rate() }
func sent(near, far trial.Outcome) float64   { return far.Bytes * 8 / 1e9 / max(near.Seconds, 1e-9) }
func received(near, _ trial.Outcome) float64 { return near.Bits() }
func arrived(near, far trial.Outcome) float64 {
	return far.Operations / max(near.Seconds, 1e-9)
}
func honest(_, far trial.Outcome) float64 {
	return 100 * far.Operations / max(far.Operations+far.Failed, 1)
}
func each(near, _ trial.Outcome) float64 { return near.Bytes / max(near.Operations, 1) }

// call is how many bytes a program reads or writes in one call.
const call = 256 << 10

// Measures are all, in the order of issue 4's goals.
func Measures(o *Options) (all []Measure) {
	for _, n := range []int{1, 64, 512} {
		all = append(all, Measure{
			Name: fmt.Sprintf("connects-%d", n), What: fmt.Sprintf("TCP connects a second, %d in flight", n),
			Spec: trial.Spec{Task: trial.Connects, InFlight: n}, Figure: rate, Latency: true,
			Goals: []Goal{{Against: gVisor, Ratio: 2.5}, {Against: kernel, Ratio: 1}, {Against: kernel, Ratio: 1.5, P99: true}},
		})
	}
	for _, offload := range []bool{false, true} {
		suffix, what := "", "no offload"
		goals := []Goal{{Against: gVisor, Ratio: 4}, {Against: kernel, Ratio: 1}}
		if offload {
			suffix, what, goals = "-offload", "checksum and segmentation offload", []Goal{{Against: gVisor, Ratio: 1}}
		}
		all = append(all, Measure{
			Name: "send" + suffix, What: "TCP bulk, sent and read at the far end, Gb/s, " + what,
			Spec: trial.Spec{Task: trial.Send, Size: call, Offload: offload}, Figure: sent, Goals: goals,
		}, Measure{
			Name: "receive" + suffix, What: "TCP bulk, received, Gb/s, " + what,
			Spec: trial.Spec{Task: trial.Receive, Size: call, Offload: offload}, Figure: received, Goals: goals,
		})
	}
	all = append(all, Measure{
		Name: "datagrams", What: "UDP datagrams of 64 bytes a second, counted at the far end",
		Spec: trial.Spec{Task: trial.Datagrams, Size: 64}, Figure: arrived,
		Goals: []Goal{{Against: gVisor, Ratio: 1.5}, {Against: kernel, Ratio: 1}},
	}, Measure{
		Name: "memory", What: "TCP connects a second, stack to stack in memory, 64 in flight",
		Spec: trial.Spec{Task: trial.Memory, InFlight: 64}, Figure: rate, Latency: true, Goals: []Goal{{Ratio: 400000}},
	}, Measure{
		Name: "idle", What: "bytes of an idle established connection, either end, in memory", Lower: true,
		Spec: trial.Spec{Task: trial.Idle, Count: o.Connections}, Figure: each, Goals: []Goal{{Ratio: 1024}},
	}, Measure{
		Name: "flood", What: "percent of 1,000 connects that succeed within a second while 200,000 SYNs a second come from nowhere",
		Spec: trial.Spec{Task: trial.Flood, Count: 1000, Rate: 200000}, Figure: honest, Latency: true, Goals: []Goal{{Ratio: 99}},
	})
	return all
}

// Select picks the measures whose names begin as one of the words in only; all
// if there is none.
func Select(all []Measure, only []string) (chosen []Measure, err error) {
	if len(only) == 0 {
		return all, nil
	}
	used := make([]bool, len(only))
	for _, m := range all {
		wanted := false
		for i, word := range only {
			if strings.HasPrefix(m.Name, word) {
				used[i], wanted = true, true
			}
		}
		if wanted {
			chosen = append(chosen, m)
		}
	}
	for i, word := range only {
		if !used[i] || word == "" {
			return nil, fmt.Errorf("no measure begins with %q: there are %s", word, names(all))
		}
	}
	return chosen, nil
}

func names(all []Measure) string {
	var list []string
	for _, m := range all {
		list = append(list, m.Name)
	}
	return strings.Join(list, ", ")
}

// Options say what to measure and how long.
type Options struct {
	Only        []string
	Rounds      int
	Time        time.Duration // of one trial
	Connections int           // of the measure idle
	Congestion  string        // control that the kernels use
	Profile     string        // directory for CPU profiles of connspec, or empty
	Program     string        // this program, to be run with the arguments PartArgs
	Built       string        // directory of the peers that Build made, or empty
	Missing     []string      // why peers are missing, as Build says
}
