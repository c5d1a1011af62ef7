package coverage

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/corpus"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Each way is one that a rule of the Linux dialect speaks of, and that its
// script states as an outcome of connect.
func TestWaysAreShownByTheirScripts(t *testing.T) {
	for i := range ways {
		w := &ways[i]
		named := false
		for _, r := range model.RulesOf(spec.Linux) {
			named = named || strings.HasPrefix(r.Name, w.Rule)
		}
		if !named {
			t.Errorf("%s by %q: no rule of linux has such a name", w.Errno, w.Rule)
		}
		s, err := corpus.Script(w.Script)
		if err != nil {
			t.Errorf("%s by %q: %v", w.Errno, w.Rule, err)
			continue
		}
		if !states(s, w.Errno) {
			t.Errorf("%s does not state that connect ends with %s", w.Script, w.Errno)
		}
	}
}

// states says whether a connect of the script is stated to end with e.
func states(s *script.Script, e spec.Errno) bool {
	for i := range s.Events {
		ev := &s.Events[i]
		if ev.Call.Op == spec.OpConnect && ev.Want != nil && !ev.Want.Blocks && ev.Want.Result.Errno == e {
			return true
		}
	}
	return false
}

func TestWayIsSeenByErrnoAndRule(t *testing.T) {
	rule, ok := model.RuleByName("connect/linux/EISCONN-dead")
	if !ok {
		t.Fatal("no rule connect/linux/EISCONN-dead")
	}
	ends := map[Connect]uint64{{Errno: spec.EISCONN, Rule: rule.ID}: 1}
	for _, c := range []struct {
		way  Way
		want bool
	}{
		{Way{Errno: spec.EISCONN, Rule: "connect/linux/EISCONN-dead"}, true},
		{Way{Errno: spec.EISCONN}, true},
		{Way{Errno: spec.EISCONN, Rule: "connect/linux/EISCONN-listening"}, false},
		{Way{Errno: spec.EALREADY, Rule: "connect/linux/EISCONN-dead"}, false},
	} {
		if got := c.way.Seen(ends); got != c.want {
			t.Errorf("%+v seen: %v, want %v", c.way, got, c.want)
		}
	}
}
