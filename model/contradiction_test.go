package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

// Every entry names clauses and rules that there are, and says in one sentence
// who disagrees: two documents, or one and a rule of its own dialect.
func TestContradictionsAreGrounded(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range Contradictions() {
		if c.ID == "" || ids[c.ID] {
			t.Errorf("the id %q is empty or given twice", c.ID)
		}
		ids[c.ID] = true
		if !strings.HasSuffix(c.Text, ".") || strings.Contains(c.Text, ". ") || strings.Contains(c.Text, "\n") {
			t.Errorf("%s: text %q, want one sentence", c.ID, c.Text)
		}
		for _, id := range c.Clauses {
			if _, ok := documents.ByID(id); !ok {
				t.Errorf("%s names the clause %s, which no document has", c.ID, id)
			}
		}
		against := false
		for _, name := range c.Rules {
			r, ok := RuleByName(name)
			if !ok {
				t.Errorf("%s names the rule %s, which there is not", c.ID, name)
				continue
			}
			against = against || slices.ContainsFunc(r.Against, func(id spec.ClauseID) bool { return slices.Contains(c.Clauses, id) })
		}
		if len(c.Documents()) < 2 && !against {
			t.Errorf("%s is of the documents %v and no rule goes against its clauses: nobody contradicts", c.ID, c.Documents())
		}
	}
}

// Every rule that goes against a clause of its document is in an entry with
// that clause.
func TestEveryRuleAgainstAClauseHasAnEntry(t *testing.T) {
	for _, r := range Rules() {
		for _, id := range r.Against {
			found := slices.ContainsFunc(Contradictions(), func(c Contradiction) bool {
				return slices.Contains(c.Rules, r.Name) && slices.Contains(c.Clauses, id)
			})
			if !found {
				t.Errorf("rule %s goes against %s, and no entry of contradictions has the two", r.Name, id)
			}
		}
	}
}
