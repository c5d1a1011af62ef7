package explore

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// The file says as many transitions as it has, between states that it says
// there are.
func TestAldebaran(t *testing.T) {
	var b strings.Builder
	o := Options{Dialect: spec.Linux, Scope: check.Scopes(check.Size{Sockets: 1, Threads: 1})[0]}
	if err := Graph(&b, Aldebaran, o); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	var first, transitions, states int
	if _, err := fmt.Sscanf(lines[0], "des (%d, %d, %d)", &first, &transitions, &states); err != nil || first != 0 {
		t.Fatalf("the first line is %q (%v), want des (0, …, …)", lines[0], err)
	}
	if transitions != len(lines)-1 || transitions < 1000 {
		t.Errorf("%d transitions are announced and %d are there", transitions, len(lines)-1)
	}
	for _, line := range lines[1:] {
		var from, to int
		open, end := strings.Index(line, `"`), strings.LastIndex(line, `"`)
		if n, err := fmt.Sscanf(line[:open]+line[end+1:], "(%d, , %d)", &from, &to); n != 2 || err != nil || from >= states || to >= states {
			t.Fatalf("%q is no transition between %d states (%v)", line, states, err)
		}
	}
}

func TestLargeGraphsAreNotDrawn(t *testing.T) {
	o := Options{Dialect: spec.Linux, Scope: check.Scopes(check.Size{Sockets: 1, Threads: 1})[0]}
	for _, form := range []Form{DOT, Mermaid} {
		var b strings.Builder
		if err := Graph(&b, form, o); err == nil || !strings.Contains(err.Error(), "not to be drawn") || b.Len() != 0 {
			t.Errorf("form %d: error %v and %d bytes, want none and a refusal", form, err, b.Len())
		}
	}
	o.Dialect = spec.MacOS
	o.Scope = check.Scopes(check.Size{Sockets: 1, Threads: 1})[1]
	var b strings.Builder
	if err := Graph(&b, DOT, o); err != nil || !strings.HasPrefix(b.String(), "digraph") || !strings.HasSuffix(b.String(), "}\n") {
		t.Errorf("a small graph is not drawn: %v, %q", err, b.String())
	}
}
