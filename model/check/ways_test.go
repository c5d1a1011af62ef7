package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Every rule of every dialect is reached from a fresh host by the way that is
// recorded for it, or cannot be, with a reason.
func TestEveryRuleIsReachable(t *testing.T) {
	for d := range spec.DocumentCount {
		ways, err := Recorded(d)
		if err != nil {
			t.Fatal(err)
		}
		met, excused := ways.Rules(), Unreached(d)
		for _, r := range model.RulesOf(d) {
			switch reason, ok := excused[r.Name]; {
			case met[r.ID] && ok:
				t.Errorf("%v: a way leads to %s, of which it is said that none does: %s", d, r.Name, reason)
			case !met[r.ID] && !ok:
				t.Errorf("%v: no way leads to %s: record one (go run ./diffcheck explore --record model/check/ways)", d, r.Name)
			}
		}
	}
}

// The rules that a way is noted for are those that it leads to.
func TestWaysLeadWhereTheySay(t *testing.T) {
	for d := range spec.DocumentCount {
		ways, err := Recorded(d)
		if err != nil {
			t.Fatal(err)
		}
		g := NewGuide(d)
		for _, to := range ways.To {
			met := g.Rules(to.Way)
			for _, name := range to.Rules {
				if r, ok := model.RuleByName(name); !ok || !slices.Contains(met, r.ID) {
					t.Errorf("%v: a way that is noted for %s does not lead there: record it anew\n%s", d, name, FormatLabel(&to.Way[len(to.Way)-1]))
				}
			}
		}
	}
}

func TestWaysAreReadAsWritten(t *testing.T) {
	for d := range spec.DocumentCount {
		ways, err := Recorded(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseWays("again", d, ways.String())
		if err != nil {
			t.Fatal(err)
		}
		if a, b := ways.String(), again.String(); a != b {
			t.Errorf("%v: what is read back differs from what was written", d)
		}
	}
}

// Every label of the alphabet, in the first world of its scope, comes back.
func TestLabelsComeBack(t *testing.T) {
	n := 0
	for _, sc := range Scopes(Size{Sockets: 2, Threads: 2}) {
		for i := range sc.stimuli {
			st := &sc.stimuli[i]
			l := model.Label{Kind: model.LabelCall, Thread: 1, Call: st.call}
			switch {
			case st.env != nil:
				l = *st.env
			case st.frame != nil:
				l = model.Label{Kind: model.LabelIn, Frame: st.frame(&model.Socket{})}
			case st.call.Op == spec.OpNone:
				continue
			}
			text := FormatLabel(&l)
			got, err := ParseLabel(text)
			if err != nil || got != l {
				t.Errorf("%s: %q comes back as %+v (%v), want %+v", sc.Name, text, got, err, l)
			}
			n++
		}
	}
	if n < 1000 {
		t.Errorf("%d labels, want 1000 at least", n)
	}
}

func TestBadWaysAreNamedWithTheirLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# a comment\ndance\n", `w:2: "dance"; expected call`},
		{"call Op=connect Depth=3\n", `w:1: a label has no field "Depth"`},
		{"call Op=conect\n", `w:1: Op: "conect"; expected a name or a number`},
		{"call To=3\n", `w:1: "To" is more than one field`},
		{"call Poll.9.FD=3\n", `w:1: "Poll.9.FD" has no element "9"`},
		{"call FD\n", `w:1: "FD"; expected NAME=VALUE`},
		{"time FD=3\n", `w:1: "FD=3"; time has no fields`},
		{"call Op=open\n   call Op=open\n", `w:2: 3 spaces; expected at most one more`},
	} {
		if _, err := ParseWays("w", spec.Linux, c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
}
