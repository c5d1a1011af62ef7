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

// Telling is a difference between two dialects as a script. If the first one is
// Linux, which the kernel under test is, the script states what that lets be
// seen; what the other one says is a comment.
func Telling(a, b spec.Dialect, d *check.Difference) string {
	last := len(d.Way) - 1
	all := make([]judge.Happening, len(d.Way))
	for i := range d.Way {
		all[i] = happened(&d.Way[i], &d.Way[i].Seen)
	}
	var t strings.Builder
	against := "against"
	if d.May {
		against = "perhaps against"
	}
	fmt.Fprintf(&t, "// %v %s %v: %s\n", a, against, b, join(d.Rules))
	for _, side := range []struct {
		dialect  spec.Dialect
		outcomes []check.Outcome
	}{{a, d.A}, {b, d.B}} {
		for i := range side.outcomes {
			o := &side.outcomes[i]
			fmt.Fprintf(&t, "// %v: %s (%s)\n", side.dialect, outcome(&d.Way[last], &o.Seen), join(o.Rules))
		}
	}
	stated := a == spec.Linux && len(d.A) == 1
	if stated {
		all[last] = happened(&d.Way[last], &d.A[0].Seen)
	}
	t.WriteString(script.Format(judge.Raise("", all, stated)))
	return t.String()
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
