package model

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

// An excuse is about something that is there, and says why in a sentence.
func TestExcusesAreOfSomething(t *testing.T) {
	clauses, rules := map[spec.ClauseID]bool{}, map[string]bool{}
	for _, e := range Excuses() {
		if _, ok := documents.ByID(e.Clause); !ok {
			t.Errorf("the clause %s is excused, and no document has it", e.Clause)
		}
		if clauses[e.Clause] {
			t.Errorf("the clause %s is excused twice", e.Clause)
		}
		clauses[e.Clause] = true
		requireSentence(t, string(e.Clause), e.Reason)
	}
	for _, u := range NotShown() {
		if r, ok := RuleByName(u.Rule); !ok || !r.For.Has(spec.Linux) {
			t.Errorf("the rule %s is excused, and the Linux dialect has none of that name", u.Rule)
		}
		if rules[u.Rule] {
			t.Errorf("the rule %s is excused twice", u.Rule)
		}
		rules[u.Rule] = true
		requireSentence(t, u.Rule, u.Reason)
	}
	for _, wide := range WideRules() {
		if _, ok := RuleByName(wide.Rule); !ok && !begins(wide.Rule) {
			t.Errorf("%s may have many answers, and no rule has that name", wide.Rule)
		}
		requireSentence(t, wide.Rule, wide.Reason)
	}
}

func requireSentence(t *testing.T, of, reason string) {
	t.Helper()
	if !strings.HasSuffix(reason, ".") || !strings.Contains(reason, " ") {
		t.Errorf("the reason given for %s is %q, want a sentence", of, reason)
	}
}

// begins says whether the name of a rule begins with prefix, which ends in a
// slash.
func begins(prefix string) bool {
	for _, r := range Rules() {
		if strings.HasSuffix(prefix, "/") && strings.HasPrefix(r.Name, prefix) {
			return true
		}
	}
	return false
}
