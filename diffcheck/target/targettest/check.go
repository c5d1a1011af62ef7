// Package targettest holds scripts with known answers that the tests of every
// target run.
package targettest

import (
	"fmt"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
)

// Run runs the case on tg and checks that it answers as the case says.
func Run(t *testing.T, tg target.Target, c Case) *script.Trace {
	t.Helper()
	s, err := c.Script()
	if err != nil {
		t.Fatal(err)
	}
	tr := &script.Trace{}
	if err := tg.Run(s, tr); err != nil {
		t.Fatalf("%s on %s: %v", c.Name, tg.Name(), err)
	}
	if err := Compare(s, tr); err != nil {
		t.Errorf("%s on %s: %v\nseen:\n%s", c.Name, tg.Name(), err, script.FormatTrace(tr))
	}
	return tr
}

// Compare reports the first event in which a trace is not as its script says.
func Compare(s *script.Script, tr *script.Trace) error {
	seen := tr.AsScript().Events
	for i := range s.Events {
		want := &s.Events[i]
		if i >= len(seen) {
			return fmt.Errorf("line %d: nothing came", want.Line)
		}
		if err := compare(want, &seen[i]); err != nil {
			return fmt.Errorf("line %d: %w", want.Line, err)
		}
	}
	if len(seen) > len(s.Events) {
		return fmt.Errorf("%d more outputs than the script has", len(seen)-len(s.Events))
	}
	return nil
}

func compare(want, seen *script.Event) error {
	switch {
	case want.Kind != seen.Kind || want.Thread != seen.Thread || (want.Want == nil) != (seen.Want == nil):
		return fmt.Errorf("another event came in its place")
	case want.Want != nil && want.Want.Blocks != seen.Want.Blocks:
		return fmt.Errorf("blocks: %v, want %v", seen.Want.Blocks, want.Want.Blocks)
	case want.Want != nil && !want.Want.Matches(seen.Want.Result):
		return fmt.Errorf("result %+v, want %+v", seen.Want.Result, want.Want.Result)
	case want.Kind == script.EventExpect && want.Want == nil && !matches(want, seen):
		return fmt.Errorf("another frame came")
	}
	return nil
}

// matches compares frames. seen comes from a trace as a script, so it may be
// without addresses itself, and then it is of the current connection too.
func matches(want, seen *script.Event) bool {
	f := seen.Frame
	if f.Implied && !want.Frame.Implied {
		f.Src, f.Dst = want.Frame.Src, want.Frame.Dst
	}
	return want.MatchesFrame(f)
}
