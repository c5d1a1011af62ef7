//go:build unix

package judge

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/oracle"
	"github.com/connspec/connspec/spec"
)

// An oracle of all dialects says of each what an oracle of that one says, of what
// a host did and of what none would do.
func TestOracleOfAllIsOneOfEach(t *testing.T) {
	traces := recorded(t, 1500)
	draw := rand.New(rand.NewPCG(3, 4))
	j := New()
	all := oracle.New(model.AllDialects)
	var each [spec.DocumentCount]*oracle.Oracle
	for d := range each {
		each[d] = oracle.New(1 << d)
	}
	deviations := 0
	for i := range traces {
		tr := &traces[i]
		if i%3 == 0 {
			mix(draw, tr, &traces[draw.IntN(len(traces))])
		}
		j.reset()
		all.Reset()
		for _, o := range each {
			o.Reset()
		}
		for s := range tr.Steps {
			j.labels = j.labels[:0]
			j.event(&tr.Script.Events[s], &tr.Steps[s])
			all.Begin()
			for _, o := range each {
				o.Begin()
			}
			for l := range j.labels {
				label := &j.labels[l].label
				missed := all.Feed(label)
				all.Forgive(label)
				for d, o := range each {
					if o.Feed(label) != missed&(1<<d) {
						t.Fatalf("step %d, label %+v: the oracle of %v alone allows it or not, that of all says %b\n%s",
							s+1, *label, spec.Dialect(d), missed, script.FormatTrace(tr))
					}
					o.Forgive(label)
				}
				if missed != 0 {
					deviations++
				}
			}
			for d := range spec.DocumentCount {
				if a, b := said(all, d), said(each[d], d); !a.same(b) {
					t.Fatalf("step %d: the oracle of %v alone says %+v, that of all %+v\n%s", s+1, d, b, a, script.FormatTrace(tr))
				}
			}
		}
	}
	if deviations < 1000 {
		t.Errorf("%d deviations, want more for the comparison to mean something", deviations)
	}
}

// mix puts what was seen in steps of another trace into one.
func mix(draw *rand.Rand, tr, other *script.Trace) {
	tr.Steps = slices.Clone(tr.Steps)
	for i := range tr.Steps {
		if draw.IntN(4) == 0 && len(other.Steps) != 0 {
			tr.Steps[i].After = other.Steps[draw.IntN(len(other.Steps))].After
		}
	}
}

// saying is what an oracle says of a step under one dialect.
type saying struct {
	verdict model.Verdict
	several bool
	left    model.Reason
	rules   []model.RuleID
	worlds  []model.World
}

func said(o *oracle.Oracle, d spec.Dialect) saying {
	s := saying{verdict: o.Verdict(d), several: o.Several(d), left: o.Left(d), rules: o.AppendRules(d, nil)}
	o.Worlds(d, func(w *model.World) { s.worlds = append(s.worlds, *w) })
	return s
}

func (s saying) same(o saying) bool {
	return s.verdict == o.verdict && s.several == o.several && s.left == o.left && slices.Equal(s.rules, o.rules) &&
		slices.Equal(s.worlds, o.worlds)
}
