package coverage

import (
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// alone is the mean below which a rule counts as leaving one answer: what a
// delayed acknowledgement adds at times is not the rule's.
const alone = 1.05

// answersMax is the mean number of answers above which a rule needs a reason.
const answersMax = 3

// Answers is the mean number of answers that dialect d leaves where the rule
// applies; ok is false if no step used the rule.
func (r *Reached) Answers(d spec.Dialect, id model.RuleID) (mean float64, ok bool) {
	met := r.rules[d][id]
	switch {
	case met.steps > 0:
		return float64(met.answers) / float64(met.steps), true
	case met.times > 0: // a timer, or only where threads race: chance is not the rule's
		return 1, true
	}
	return 0, false
}

// Mean is the mean of [Reached.Answers] over the rules of d that were met, and
// the share of them that leave one, but for what other things at work add.
func (r *Reached) Mean(d spec.Dialect) (mean, single float64) {
	var sum float64
	var ones, n int
	for _, rule := range model.RulesOf(d) {
		if a, ok := r.Answers(d, rule.ID); ok {
			sum += a
			n++
			if a < alone {
				ones++
			}
		}
	}
	if n == 0 {
		return 0, 0
	}
	return sum / float64(n), float64(ones) / float64(n)
}

// Wide lists the rules of d with a mean above three.
func (r *Reached) Wide(d spec.Dialect) []string {
	var wide []string
	for _, rule := range model.RulesOf(d) {
		if a, _ := r.Answers(d, rule.ID); a > answersMax {
			wide = append(wide, rule.Name)
		}
	}
	return wide
}

// WideReason is the reason why a rule may leave more than three answers; a check
// of a dialect without an order has one. ok is false if there is none.
func WideReason(d spec.Dialect, rule string) (reason string, ok bool) {
	for _, w := range model.WideRules() {
		if w.Rule == rule || strings.HasSuffix(w.Rule, "/") && strings.HasPrefix(rule, w.Rule) {
			return w.Reason, true
		}
	}
	if r, ok := model.RuleByName(rule); ok && d != spec.Linux && d != spec.MacOS && (r.Class == model.Shall || r.Class == model.May || r.Class == model.Unsaid) {
		return model.AnyOrder, true
	}
	return "", false
}
