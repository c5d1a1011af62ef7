package generate

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Scripts that set out from a recipe follow it, and go on from what it states.
func TestScriptsSetOutFromRecipes(t *testing.T) {
	s, err := script.Parse("recipe", []byte("0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n"+
		"+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"+
		"+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <...>\n+0 < R. 0:0(0) ack 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	g := New(1, Options{Recipes: []Recipe{{s, 1}}, Aim: 100})
	whole := 0
	for range 200 {
		made := g.Next()
		if len(made.Events) < 1 || made.Events[0].Want != nil {
			t.Fatalf("%s: an event is missing or states an outcome", made.Name)
		}
		if len(made.Events) >= 4 && made.Events[1].Call.Op == spec.OpFcntl && made.Events[3].Kind == script.EventInject {
			whole++
		}
	}
	if whole < 60 {
		t.Errorf("%d of 200 scripts begin with all of the recipe, want at least 60", whole)
	}
}

// A script that names a port the system chose is followed as it is.
func TestRecipesThatNameChosenPortsAreNotSpoiled(t *testing.T) {
	for text, want := range map[string]bool{
		`0 connect(3, {sa_family=AF_INET, sin_port=htons(P1), sin_addr=inet_addr("127.0.0.1")}, 16)` + "\n": true,
		"0 < 192.0.2.1.8080 > 192.168.0.1.P1: S. 0:0(0) ack 1 win 65535\n":                                  true,
		"0 < S. 0:0(0) ack 1 win 65535\n":                                                                   false,
	} {
		s, err := script.Parse("recipe", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := namesChosen(s); got != want {
			t.Errorf("namesChosen is %v for %q, want %v", got, text, want)
		}
	}
}

// Recipes in which time passes are for slow scripts alone.
func TestTimedRecipesAreApart(t *testing.T) {
	quick, timed := &script.Script{Events: make([]script.Event, 1)}, &script.Script{Events: []script.Event{{Delay: 1}}}
	c := newCookbook([]Recipe{{quick, 1}, {timed, 5}})
	draw := New(1, Options{}).draw
	for range 20 {
		if got := c.pick(draw, false); got != quick {
			t.Fatal("a recipe in which time passes was drawn for a quick script")
		}
		if got := c.pick(draw, true); got != timed {
			t.Fatal("a recipe without time was drawn for a slow script")
		}
	}
}
