//go:build unix

package judge

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/connspec/connspec/diffcheck/generate"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/stack"
	"github.com/connspec/connspec/spec"
)

// recorded are traces of generated scripts, as the simulated stack under the
// Linux personality runs them.
func recorded(b testing.TB, count int) []script.Trace {
	b.Helper()
	sim := stack.OpenSim(stack.Options{Dialect: spec.Linux})
	defer sim.Close()
	return record(b, sim, generate.Options{}, count)
}

// ran are traces of a default run (docs/decisions/0019), but for the one script in a
// hundred in which time passes, as this machine's kernel runs them; where it cannot
// be put into a lab, as the simulated stack runs those that it can.
func ran(b testing.TB, count int) []script.Trace {
	b.Helper()
	t, err := openKernel()
	if err != nil {
		b.Logf("no kernel to record traces of, so the simulated stack takes its place: %v", err)
		t = stack.OpenSim(stack.Options{Dialect: spec.Linux})
	}
	defer t.Close()
	return record(b, t, generate.Options{FastOpen: -1, Inet6: -1}, count)
}

func record(b testing.TB, t target.Target, o generate.Options, count int) []script.Trace {
	b.Helper()
	g := generate.New(1, o)
	traces := make([]script.Trace, 0, count)
	for len(traces) < count {
		var tr script.Trace
		err := t.Run(g.Next(), &tr)
		if refused := (*target.Unsupported)(nil); err != nil && !errors.As(err, &refused) {
			b.Fatal(err)
		}
		if err == nil {
			traces = append(traces, tr)
		}
	}
	return traces
}

// tracesMax is how many traces a benchmark goes round in: enough for it to meet what
// a run meets, and few enough for their labels to be where those of a run are.
const tracesMax = 100

func events(traces []script.Trace) (n int) {
	for i := range traces {
		n += len(traces[i].Steps)
	}
	return n
}

// cpu is the processor time that this process has taken: what "a second and
// core" means on a machine that has other work.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTrace is a trace judged as a run does: turned into labels, fed to
// the oracle of five dialects, and what it says put together.
func BenchmarkTrace(b *testing.B) {
	traces := ran(b, tracesMax)
	j := New()
	i := 0
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		j.Brief(&traces[i%len(traces)])
		i++
	}
	took := cpu(b) - began
	b.ReportMetric(float64(b.N)/took.Seconds(), "traces/s/core")
	b.ReportMetric(float64(events(traces))/float64(len(traces)), "events/trace")
}

// BenchmarkOracle is what the oracle does of it: the labels of a trace fed to it,
// with the verdicts of all five dialects on every step.
func BenchmarkOracle(b *testing.B) {
	traces := ran(b, tracesMax)
	j := New()
	scripts := make([][][]moment, len(traces)) // by trace, by step
	labels := 0
	for i := range traces {
		tr := &traces[i]
		j.reset()
		for s := range tr.Steps {
			j.labels = nil
			j.event(&tr.Script.Events[s], &tr.Steps[s])
			scripts[i] = append(scripts[i], j.labels)
			labels += len(j.labels)
		}
	}
	i := 0
	for t := range traces { // the oracle takes what room it needs
		j.Brief(&traces[t])
	}
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		o := j.oracle
		o.Reset()
		for _, step := range scripts[i%len(scripts)] {
			o.Begin()
			for l := range step {
				if label := &step[l].label; o.Feed(label) != 0 {
					o.Forgive(label)
				}
			}
			o.Verdicts()
		}
		i++
	}
	steps := float64(labels) / float64(len(traces)) * float64(spec.DocumentCount)
	took := cpu(b) - began
	b.ReportMetric(float64(b.N)/took.Seconds(), "traces/s/core")
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/steps, "cpu-ns/step")
	b.ReportMetric(float64(events(traces))/float64(len(traces)), "events/trace")
}
