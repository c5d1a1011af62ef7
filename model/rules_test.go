package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

// Every rule says what happens, and on what ground.
func TestRulesAreGrounded(t *testing.T) {
	for _, r := range Rules() {
		if r.Title == "" || !strings.HasSuffix(r.Title, ".") {
			t.Errorf("rule %s: title %q, want a sentence", r.Name, r.Title)
		}
		if r.For == 0 || r.then == nil {
			t.Errorf("rule %s belongs to no dialect or does nothing", r.Name)
		}
		if len(r.Cites)+len(r.Open)+len(r.Against) == 0 && r.Evidence == "" && r.Unsaid == 0 && !strings.Contains(r.Title, "not modelled") {
			t.Errorf("rule %s cites no clause and names no evidence", r.Name)
		}
		if r.on == onSegment && len(r.in) == 0 {
			t.Errorf("rule %s is about segments and has no states", r.Name)
		}
	}
}

// Every clause that a rule names is in the documents, and no other document's
// clause than those of its dialects.
func TestClausesOfRulesExist(t *testing.T) {
	for _, r := range Rules() {
		for _, id := range slices.Concat(r.Cites, r.Against, r.Open) {
			c, ok := documents.ByID(id)
			switch {
			case !ok:
				t.Errorf("rule %s names the clause %s, which no document has", r.Name, id)
			case !r.For.Has(c.Document):
				t.Errorf("rule %s is not of dialect %v and names its clause %s", r.Name, c.Document, id)
			}
		}
		for _, id := range r.Open {
			if c, ok := documents.ByID(id); ok && c.Strength != spec.Silent {
				t.Errorf("rule %s says that %s leaves it open, and that clause is %v", r.Name, id, c.Strength)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for i, r := range Rules() {
		if int(r.ID) != i+1 {
			t.Fatalf("rule %s has id %d at position %d", r.Name, r.ID, i)
		}
		if got, ok := RuleByName(r.Name); !ok || got.ID != r.ID {
			t.Errorf("RuleByName(%q) does not find rule %d", r.Name, r.ID)
		}
	}
	for _, id := range []RuleID{0, RuleID(len(Rules()) + 1), 65535} {
		if _, ok := RuleByID(id); ok {
			t.Errorf("RuleByID(%d) finds a rule", id)
		}
	}
}
