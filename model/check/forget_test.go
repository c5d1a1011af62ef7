package check

import (
	"fmt"
	"maps"
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// told is a transition as far as it can be seen, and the world it leads to in
// the form that a search keeps.
type told struct {
	stimulus Stimulus
	choice   uint8
	end      End
	left     model.Reason
	seen     Observation
	after    model.World
}

func tell(k *Walker, w *model.World) map[told]bool {
	all := map[told]bool{}
	k.Successors(w, func(s *Step) {
		t := told{stimulus: s.Stimulus, choice: s.Choice, end: s.End, left: s.After.Left}
		if s.End == Goes {
			t.after = *s.After
			k.scope.forget(&t.after)
			Canonical(&t.after)
		}
		if s.End == Goes || s.End == Open {
			t.seen.Outs, t.seen.Rets = s.Seen.Outs, s.Seen.Rets
			copy(t.seen.Out[:], s.Seen.Out[:s.Seen.Outs])
			copy(t.seen.Ret[:], s.Seen.Ret[:s.Seen.Rets])
		}
		all[t] = true
	})
	return all
}

// What is forgotten of a world changes nothing that can be seen, now or later:
// with it and without it the same transitions follow, to worlds that are the
// same without it.
func TestWhatIsForgottenMakesNoDifference(t *testing.T) {
	forgotten := 0
	for d := range spec.DocumentCount {
		for _, z := range []Size{{1, 2}, {2, 2}} {
			for _, sc := range Scopes(z) {
				keeping, forgetting := NewWalker(d, sc), NewWalker(d, sc)
				keeping.keeps = true
				differ := walk(keeping, 500, func(w *model.World) string {
					without := *w
					sc.forget(&without)
					if without == *w {
						return ""
					}
					forgotten++
					if maps.Equal(tell(keeping, w), tell(forgetting, &without)) {
						return ""
					}
					return fmt.Sprintf("%v, %s: something else follows\n%s, and without what is forgotten\n%s", d, sc.Name, Show(w), Show(&without))
				})
				if differ != "" {
					t.Error(differ)
				}
			}
		}
	}
	if forgotten < 500 {
		t.Errorf("in %d worlds there was something to forget, want 500 at least", forgotten)
	}
}

// walk asks of worlds of a scope, near ones and far ones: of every depth a few.
// It stops at the first complaint.
func walk(k *Walker, most int, ask func(*model.World) string) (complaint string) {
	const wide = 40 // worlds of a depth that are gone on from
	worlds, met := 0, map[model.World]bool{{}: true}
	front := []model.World{{}}
	for len(front) > 0 && worlds < most {
		var next []model.World
		for i := range front {
			worlds++
			if complaint := ask(&front[i]); complaint != "" {
				return complaint
			}
			k.Successors(&front[i], func(s *Step) {
				if s.End != Goes {
					return
				}
				w := *s.After
				if Canonical(&w); !met[w] {
					met[w] = true
					next = append(next, w)
				}
			})
		}
		for i := range next { // the last ones of a depth are as good as the first
			j := (i*7919 + worlds) % len(next)
			next[i], next[j] = next[j], next[i]
		}
		front = next[:min(len(next), wide)]
	}
	return ""
}
