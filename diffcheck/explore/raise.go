package explore

import (
	"time"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// delays are how long to wait for what a timer rule says. A model knows no
// clock: the script that comes of a path waits long enough for the timer, and on
// the way others may fire as well.
var delays = map[string]time.Duration{
	"timer/delayed-ack":    300 * time.Millisecond,
	"timer/hurried-syn":    10 * time.Millisecond,
	"timer/attempt-over":   75 * time.Second,
	"timer/request-over":   65 * time.Second,
	"timer/time-wait-over": 61 * time.Second,
}

const delayOfOthers = 1100 * time.Millisecond

// Script makes a script of a path. If stated is set it states what the dialect
// says is seen on the way.
func Script(title string, d spec.Dialect, sc *check.Scope, path []check.Move, stated bool) (*script.Script, error) {
	var all []judge.Happening
	err := check.Retrace(d, sc, path, func(s *check.Step) { all = append(all, happening(s)) })
	if err != nil {
		return nil, err
	}
	return judge.Raise(title, all, stated), nil
}

func happening(s *check.Step) judge.Happening {
	h := judge.Happening{Label: *s.Label}
	if s.Label.Kind == model.LabelAdvance {
		h.Delay = delayOfOthers
		for _, id := range s.Rules {
			if wait, ok := delays[id.String()]; ok {
				h.Delay = wait
			}
		}
	}
	h.Outs = append(h.Outs, s.Seen.Out[:s.Seen.Outs]...)
	for _, r := range s.Seen.Ret[:s.Seen.Rets] {
		op := s.Before.Threads[r.Thread].Op
		if s.Label.Kind == model.LabelCall && r.Thread == s.Label.Thread {
			op = s.Label.Call.Op
		}
		h.Rets = append(h.Rets, judge.ThreadReturn{Thread: r.Thread, Op: op, Ret: r.Ret})
	}
	if s.Label.Kind == model.LabelCall {
		_, returned := s.Seen.Result(s.Label.Thread)
		h.Waits = !returned
	}
	return h
}
