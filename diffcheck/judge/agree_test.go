package judge_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/connspec/connspec/diffcheck/generate"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/stack"
	"github.com/connspec/connspec/spec"
)

// TestPersonalityStaysWithinItsDialect: whatever script is drawn, a host with
// the personality of a dialect does only what the dialect allows.
func TestPersonalityStaysWithinItsDialect(t *testing.T) {
	for _, d := range spec.Documents() {
		t.Run(d.String(), func(t *testing.T) {
			sim := stack.OpenSim(stack.Options{Dialect: d})
			defer sim.Close()
			j := judge.New()
			scripts := generate.Scripts(generate.Options{Slow: 200, Unix: -1})
			var tr script.Trace
			rapid.Check(t, func(t *rapid.T) {
				s := scripts.Draw(t, "script")
				var refused *target.Unsupported
				if err := sim.Run(s, &tr); errors.As(err, &refused) {
					t.Skip(refused.Reason)
				} else if err != nil {
					t.Fatal(err)
				}
				report := j.Trace(&tr)
				for _, v := range report.Deviations {
					if v.Dialect == d {
						t.Fatalf("step %d: seen %s, allowed %q\n%s", v.Step+1, v.Seen, v.Allowed, script.FormatTrace(&tr))
					}
				}
			})
		})
	}
}
