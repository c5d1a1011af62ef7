package coverage

import (
	"sync"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// walked is one walk for all tests.
var walked = sync.OnceValue(Walk)

// singleMin is the share of Linux's rules that leave one answer.
const singleMin = 0.95

func TestLinuxLeavesOneAnswer(t *testing.T) {
	if _, single := walked().Mean(spec.Linux); single < singleMin {
		t.Errorf("%.1f %% of the Linux dialect's rules leave one answer, want %.0f %%", 100*single, 100*singleMin)
		for _, r := range model.RulesOf(spec.Linux) {
			if a, ok := walked().Answers(spec.Linux, r.ID); ok && a >= alone {
				t.Logf("%s leaves %.2f", r.Name, a)
			}
		}
	}
}

func TestManyAnswersHaveAReason(t *testing.T) {
	for d := range spec.DocumentCount {
		for _, name := range walked().Wide(d) {
			if _, ok := WideReason(d, name); !ok {
				t.Errorf("%s: the rule %s leaves more than %d answers and has no reason for it", d, name, answersMax)
			}
		}
	}
}
