package judge

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/corpus"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// What the scripts of connectx state is what macOS does, and no other system
// has the call: no kernel here can show it.
func TestScriptsOfConnectx(t *testing.T) {
	ran := 0
	for _, name := range corpus.Names() {
		if !strings.HasPrefix(name, "connectx/") {
			continue
		}
		ran++
		text, err := corpus.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		r := New().Trace(traceOf(t, string(text)))
		for _, d := range r.Deviations {
			if d.Dialect == spec.MacOS {
				t.Errorf("%s: step %d: macOS allows %v; stated %s", name, d.Step+1, d.Allowed, d.Seen)
			}
		}
		if left := r.Left[spec.MacOS]; left != model.Inside {
			t.Errorf("%s leaves the model of macOS: %v", name, left)
		}
		if left := r.Left[spec.Linux]; left == model.Inside {
			t.Errorf("%s stays within the model of Linux, which has no such call", name)
		}
	}
	if ran < 10 {
		t.Errorf("%d scripts, want at least 10", ran)
	}
}
