package explore

import (
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// What a script states of one dialect that dialect allows, and the other one not, at
// the last stimulus.
func TestToldIsBorneOut(t *testing.T) {
	for _, pair := range [][2]spec.Dialect{{spec.Linux, spec.MacOS}, {spec.Linux, spec.POSIX}, {spec.OSX, spec.MacOS}, {spec.TargetTCP, spec.POSIX}} {
		shown := check.Shown{Apart: map[model.RuleID]bool{}, May: map[model.RuleID]bool{}}
		told, wrong := 0, 0
		for _, sc := range TellingScopes()[:6] {
			all := check.Distinguish(pair[0], pair[1], sc, 60, &shown)
			for i := range all {
				scripts, _ := Tell(pair[0], pair[1], &all[i])
				for k := range scripts {
					told++
					if err := scripts[k].Check(); err != nil {
						wrong++
						t.Logf("%v in\n%s", err, scripts[k].Text)
					}
				}
			}
		}
		if told < 10 || wrong*20 > told {
			t.Errorf("%v and %v: %d scripts, %d of them not borne out; want 10 at least, and one of twenty at most", pair[0], pair[1], told, wrong)
		}
	}
}
