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
	"github.com/connspec/connspec/model/oracle"
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
// a run meets.
const tracesMax = 5000

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

// atOnce is how many traces are turned into labels off the clock before the oracle
// has them: so few that the labels are as close to the processor as in a run, which
// judges each trace as soon as it has it.
const atOnce = 16

// labelled is a trace as the oracle has it: its labels, and where each step ends.
type labelled struct {
	labels []moment
	ends   []int
}

func (l *labelled) from(j *Judge, tr *script.Trace) {
	j.reset()
	j.labels, l.ends = l.labels[:0], l.ends[:0]
	for s := range tr.Steps {
		j.event(&tr.Script.Events[s], &tr.Steps[s])
		l.ends = append(l.ends, len(j.labels))
	}
	l.labels = j.labels
}

func (l *labelled) judge(o *oracle.Oracle) {
	o.Reset()
	first := 0
	for _, end := range l.ends {
		o.Begin()
		for i := first; i < end; i++ {
			if label := &l.labels[i].label; o.Feed(label) != 0 {
				o.Forgive(label)
			}
		}
		o.Verdicts()
		first = end
	}
}

// BenchmarkOracle is what the oracle does of it: the labels of a trace fed to it,
// with the verdicts of all five dialects on every step.
func BenchmarkOracle(b *testing.B) {
	traces := ran(b, tracesMax)
	j := New()
	for t := range traces { // the oracle takes what room it needs
		j.Brief(&traces[t])
	}
	var next [atOnce]labelled
	var took time.Duration
	i, labels := 0, 0
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		if i%atOnce == 0 {
			took += cpu(b) - began
			for k := range next {
				next[k].from(j, &traces[(i+k)%len(traces)])
			}
			began = cpu(b)
		}
		l := &next[i%atOnce]
		l.judge(j.oracle)
		labels += len(l.labels)
		i++
	}
	took += cpu(b) - began
	b.ReportMetric(float64(b.N)/took.Seconds(), "traces/s/core")
	b.ReportMetric(float64(took.Nanoseconds())/float64(labels)/float64(spec.DocumentCount), "cpu-ns/step")
	b.ReportMetric(float64(events(traces))/float64(len(traces)), "events/trace")
}
