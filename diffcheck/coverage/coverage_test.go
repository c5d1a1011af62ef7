package coverage

import (
	"slices"
	"strings"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

func TestEvidenceIsReadAsWritten(t *testing.T) {
	want := []Sighting{{"connect/dgram", 12, "7-3", "6.18.44", "2026-11-20"}, {"connect/wait", 1, "corpus/connect/wait.pkt", "6.18.44", "2026-11-21"}}
	var b strings.Builder
	if err := Write(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := parse("written", b.String())
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("read back %v, %v; want %v", got, err, want)
	}
}

func TestBadEvidenceIsNamedWithItsLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# a comment\nconnect/dgram 12 7-3 6.18.44\n", "f:2: 4 fields"},
		{"connect/dgram many 7-3 6.18.44 2026-11-20\n", `f:1: "many"; expected a number`},
		{"connect/dgram 12 7-3 6.18.44 today\n", `f:1: "today"; expected a day`},
	} {
		if _, err := parse("f", c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
}

func TestUpdateKeepsWhatWasNotShownAgain(t *testing.T) {
	old := []Sighting{{Rule: "connect/dgram", Scripts: 1}, {Rule: "connect/wait", Scripts: 2}, {Rule: "connect/no-such-rule", Scripts: 3}}
	got := Update(old, []Sighting{{Rule: "connect/wait", Scripts: 9}})
	if len(got) != 2 || got[0] != old[0] || got[1].Scripts != 9 {
		t.Errorf("Update gives %v, want connect/dgram as it was and connect/wait with 9 scripts", got)
	}
}

func TestRuleWithoutEvidenceOrExcuseIsMissing(t *testing.T) {
	name := model.RulesOf(spec.Linux)[0].Name
	for _, r := range OnKernel([]Sighting{{Rule: name}}) {
		if shown := r.Sighting != nil; shown != (r.Name == name) {
			t.Errorf("rule %s: shown %v", r.Name, shown)
		}
	}
}

// Every clause is reached by a rule that exploration has recorded a way to, or
// excused, and not both.
func TestEveryClauseIsReachedOrExcused(t *testing.T) {
	clauses, err := Clauses()
	if err != nil {
		t.Fatal(err)
	}
	if len(clauses) < 279 {
		t.Fatalf("%d clauses, want at least 279", len(clauses))
	}
	for i := range clauses {
		if c := &clauses[i]; !c.Covered() {
			t.Errorf("clause %s: reached by %v, not by %v, excuse %q", c.ID, c.Rules, c.Unmet, c.Excuse)
		}
	}
}

// Every rule of the Linux dialect was shown on a kernel, or is excused; and the
// evidence is of rules that there are.
func TestEveryLinuxRuleIsShownOrExcused(t *testing.T) {
	evidence, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range OnKernel(evidence) {
		if !r.Covered() {
			t.Errorf("no kernel has shown the rule %s: give it a script in diffcheck/corpus and record it "+
				"(go run ./diffcheck clauses --coverage --record diffcheck/coverage/kernel.txt), or excuse it (model.NotShown)", r.Name)
		}
	}
	for _, u := range model.NotShown() {
		if slices.ContainsFunc(evidence, func(s Sighting) bool { return s.Rule == u.Rule }) {
			t.Errorf("the rule %s was shown, and needs no excuse", u.Rule)
		}
	}
	for _, s := range evidence {
		if r, ok := model.RuleByName(s.Rule); !ok || !r.For.Has(spec.Linux) {
			t.Errorf("the evidence is of the rule %s, which the Linux dialect does not have: record it anew", s.Rule)
		}
	}
}
