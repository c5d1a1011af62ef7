package coverage

import (
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
