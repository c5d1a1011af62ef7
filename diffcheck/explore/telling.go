package explore

import (
	"fmt"
	"strings"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// TellingScopes are where dialects are told apart, those with the shortest ways first.
func TellingScopes() []*check.Scope {
	all := check.Scopes(check.Size{Sockets: 2, Threads: 2})
	return append(all[len(all)-1:], all[:len(all)-1]...) // the one of arguments is last in the list
}

// Told is a difference as a script that states what one dialect lets be seen and the
// other one does not.
type Told struct {
	Of, Not spec.Dialect
	Rules   []model.RuleID // that the script shows, of either dialect
	Text    string
}

// Tell makes the scripts of a difference: for each dialect one with what it alone
// allows, if there is such a thing. said is false if a script cannot say what
// happens.
func Tell(a, b spec.Dialect, d *check.Difference) (told []Told, said bool) {
	last := len(d.Way) - 1
	all := make([]judge.Happening, len(d.Way))
	for i := range d.Way {
		all[i] = happened(&d.Way[i], &d.Way[i].Seen)
	}
	if !judge.Faithful(all) {
		return nil, false
	}
	for _, side := range []struct {
		of, not      spec.Dialect
		mine, others []check.Outcome
	}{{a, b, d.A, d.B}, {b, a, d.B, d.A}} {
		var one *Told
		for i := range side.mine {
			o := &side.mine[i]
			if check.AllowedBy(&o.Seen, side.others) || one != nil && one.Check() == nil {
				continue
			}
			all[last] = happened(&d.Way[last], &o.Seen)
			one = &Told{Of: side.of, Not: side.not, Rules: d.Rules, Text: telling(side.of, side.not, d, all)}
		}
		if one != nil {
			told = append(told, *one)
		}
	}
	return told, true
}

// telling is one script, with what either dialect allows in its head.
func telling(of, not spec.Dialect, d *check.Difference, all []judge.Happening) string {
	var t strings.Builder
	fmt.Fprintf(&t, "// %v, not %v: %s\n", of, not, join(d.Rules))
	last := len(d.Way) - 1
	for _, side := range []struct {
		dialect  spec.Dialect
		outcomes []check.Outcome
	}{{d.DialectA, d.A}, {d.DialectB, d.B}} {
		for i := range side.outcomes {
			x := &side.outcomes[i]
			fmt.Fprintf(&t, "// %v: %s (%s)\n", side.dialect, outcome(&d.Way[last], &x.Seen), join(x.Rules))
		}
	}
	t.WriteString(script.Format(judge.Raise("", all, true)))
	return t.String()
}

// Check holds what the script states against the model: the dialect that it is of
// has to allow it, and the other one not, at the last stimulus and no earlier.
func (t *Told) Check() error {
	s, err := script.Parse("telling", []byte(t.Text))
	if err != nil {
		return err
	}
	tr, err := judge.Stated(s)
	if err != nil {
		return err
	}
	r := judge.New().Trace(tr)
	if r.Diverged(t.Of) {
		return fmt.Errorf("%v does not allow what is stated of it", t.Of)
	}
	if !r.Diverged(t.Not) {
		return fmt.Errorf("%v allows what is stated of %v alone", t.Not, t.Of)
	}
	for _, d := range r.Deviations {
		if d.Dialect == t.Not && d.Step != len(tr.Steps)-1 {
			return fmt.Errorf("%v does not allow step %d, and the script is about the last one", t.Not, d.Step+1)
		}
	}
	return nil
}

func join(rules []model.RuleID) string {
	var names []string
	for _, id := range rules {
		names = append(names, id.String())
	}
	return strings.Join(names, ", ")
}

func happened(h *check.Happened, seen *check.Observation) judge.Happening {
	j := judge.Happening{Label: h.Label, Outs: seen.Out[:seen.Outs]}
	for _, r := range seen.Ret[:seen.Rets] {
		op := h.Ops[r.Thread]
		if h.Label.Kind == model.LabelCall && r.Thread == h.Label.Thread {
			op = h.Label.Call.Op
		}
		j.Rets = append(j.Rets, judge.ThreadReturn{Thread: r.Thread, Op: op, Ret: r.Ret})
	}
	if h.Label.Kind == model.LabelCall {
		_, returned := seen.Result(h.Label.Thread)
		j.Waits = !returned
	}
	return j
}

// outcome is what is seen of a stimulus, in one line.
func outcome(h *check.Happened, seen *check.Observation) string {
	events := judge.Raise("", []judge.Happening{happened(h, seen)}, true).Events
	var parts []string
	for i := range events {
		e := &events[i]
		if i == 0 && e.Kind != script.EventCall {
			continue
		}
		parts = append(parts, strings.TrimPrefix(script.FormatEvent(e), "+0 "))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}
