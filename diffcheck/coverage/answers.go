package coverage

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// answersMax is the mean number of answers above which a rule needs a reason.
const answersMax = 3

// Answers is the mean number of answers that dialect d leaves where the rule
// applies; ok is false if no step used the rule.
func (r *Reached) Answers(d spec.Dialect, id model.RuleID) (mean float64, ok bool) {
	met := r.rules[d][id]
	switch {
	case met.steps > 0:
		return float64(met.answers) / float64(met.steps), true
	case met.times > 0: // a timer: which one fires first is chance, what it does is not
		return 1, true
	}
	return 0, false
}

// Mean is the mean of [Reached.Answers] over the rules of d that were met, and
// the share of them that leave exactly one.
func (r *Reached) Mean(d spec.Dialect) (mean, single float64) {
	var sum float64
	var ones, n int
	for _, rule := range model.RulesOf(d) {
		if a, ok := r.Answers(d, rule.ID); ok {
			sum += a
			n++
			if a == 1 {
				ones++
			}
		}
	}
	if n == 0 {
		return 0, 0
	}
	return sum / float64(n), float64(ones) / float64(n)
}

// TooWide lists the rules of d with a mean above three and no reason for it.
func (r *Reached) TooWide(d spec.Dialect) []string {
	excused := map[string]bool{}
	for _, w := range model.WideRules() {
		excused[w.Rule] = true
	}
	var wide []string
	for _, rule := range model.RulesOf(d) {
		if a, _ := r.Answers(d, rule.ID); a > answersMax && !excused[rule.Name] {
			wide = append(wide, rule.Name)
		}
	}
	return wide
}
