package judge

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/generate"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target/stack"
	"github.com/connspec/connspec/spec"
)

func BenchmarkTrace(b *testing.B) {
	sim := stack.OpenSim(stack.Options{Dialect: spec.Linux})
	defer sim.Close()
	g := generate.New(1, generate.Options{})
	traces := make([]script.Trace, 0, 500)
	events := 0
	for len(traces) < cap(traces) {
		var tr script.Trace
		if err := sim.Run(g.Next(), &tr); err == nil {
			traces = append(traces, tr)
			events += len(tr.Steps)
		}
	}
	j := New()
	i := 0
	for b.Loop() {
		j.Trace(&traces[i%len(traces)])
		i++
	}
	b.ReportMetric(float64(events)/float64(len(traces)), "events/trace")
}
