//go:build unix

package judge

import (
	"syscall"
	"testing"
	"time"

	"github.com/connspec/connspec/diffcheck/generate"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target/stack"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// recorded are traces of generated scripts, as the simulated stack under the
// Linux personality runs them.
func recorded(b testing.TB, count int) []script.Trace {
	b.Helper()
	sim := stack.OpenSim(stack.Options{Dialect: spec.Linux})
	defer sim.Close()
	g := generate.New(1, generate.Options{})
	traces := make([]script.Trace, 0, count)
	for len(traces) < count {
		var tr script.Trace
		if err := sim.Run(g.Next(), &tr); err == nil {
			traces = append(traces, tr)
		}
	}
	return traces
}

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
// five oracles, and what they say put together.
func BenchmarkTrace(b *testing.B) {
	traces := recorded(b, 100)
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

// BenchmarkOracle is what the five oracles do of it: the labels of a trace fed
// to each, with the verdict on every step.
func BenchmarkOracle(b *testing.B) {
	traces := recorded(b, 100)
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
	var verdicts [spec.DocumentCount]model.Verdict
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
			verdicts = o.Verdicts()
		}
		i++
	}
	if verdicts[spec.Linux] == model.Diverged {
		b.Fatal("the last trace of Linux is none")
	}
	steps := float64(labels) / float64(len(traces)) * float64(spec.DocumentCount)
	took := cpu(b) - began
	b.ReportMetric(float64(b.N)/took.Seconds(), "traces/s/core")
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/steps, "cpu-ns/step")
	b.ReportMetric(float64(events(traces))/float64(len(traces)), "events/trace")
}
