package judge

import (
	"math/rand/v2"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// sayable are the scopes of which a script can say everything; of the others it can
// say most.
var sayable = map[string]bool{
	"stream": true, "within": true, "connection": true, "dgram": true, "surroundings": true, "inet6": true, "unix-stream": true, "unix-dgram": true, "arguments": true,
}

// What a judge makes of a raised call or frame, written down and read back, is
// the label that was raised.
func TestRaiseIsTheInverse(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	kinds, said, all := map[model.LabelKind]int{}, 0, 0
	for _, sc := range check.Scopes(check.Size{Sockets: 2, Threads: 2}) {
		for range 8 {
			k := check.NewWalker(spec.Linux, sc)
			var w model.World
			for range 12 {
				var next []model.World
				k.Successors(&w, func(s *check.Step) {
					kinds[s.Label.Kind]++
					if sayable[sc.Name] {
						roundTrip(t, s)
					}
					all++
					if Faithful([]Happening{{Label: *s.Label}}) {
						said++
					}
					if s.End == check.Goes {
						next = append(next, *s.After)
					}
				})
				if len(next) == 0 {
					break
				}
				w = next[draw.IntN(len(next))]
			}
		}
	}
	if said*10 < all*9 {
		t.Errorf("%d of %d labels come back from a script, want nine of ten", said, all)
	}
	if kinds[model.LabelCall] == 0 || kinds[model.LabelIn] == 0 {
		t.Errorf("labels tried: %v, want calls and frames", kinds)
	}
}

func roundTrip(t *testing.T, s *check.Step) {
	t.Helper()
	text := script.Format(Raise("", []Happening{{Label: *s.Label}}, false))
	back, err := script.Parse("raised", []byte(text))
	if err != nil {
		t.Fatalf("%v: %q is not read back: %v", s, text, err)
	}
	n := raised()
	switch s.Label.Kind {
	case model.LabelCall:
		var got model.Call
		n.call(&got, &back.Events[0].Call)
		want := s.Label.Call
		got.To.Port, want.To.Port = shown(got.To.Port), shown(want.To.Port)
		if got != want {
			t.Fatalf("%q means\n%+v, want\n%+v", text, got, want)
		}
	case model.LabelIn:
		got, known := n.in(&back.Events[0].Frame)
		want := s.Label.Frame
		if want.Bits&model.SYN == 0 { // no other segment has the option
			got.MSS, want.MSS = 0, 0
		}
		if got != want || !known {
			t.Fatalf("%q means\n%+v, want\n%+v", text, got, want)
		}
	}
}

// shown takes ports that no script can mean for one.
func shown(p model.Port) model.Port {
	if p >= model.PortUnseen {
		return model.PortUnseen
	}
	return p
}
