package kernel

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/corpus"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/spec"
)

// The kernel does what the scripts of AF_INET6 state, one after the other in the
// same lane, and the Linux dialect knows all of it.
func TestInet6Scripts(t *testing.T) {
	k := openWire(t)
	if why := k.noIPv6(); why != "" {
		t.Skip(why)
	}
	j := judge.New()
	ran := 0
	for _, name := range corpus.Names() {
		if !strings.HasPrefix(name, "inet6/") {
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) {
			s, err := corpus.Script(name)
			if err != nil {
				t.Fatal(err)
			}
			var tr script.Trace
			if err := k.Run(s, &tr); err != nil {
				t.Fatal(err)
			}
			for _, m := range run.Mismatches(&tr) {
				t.Errorf("step %d: stated %s, seen %s", m.Step+1, m.Stated, m.Seen)
			}
			r := j.Trace(&tr)
			if r.Diverged(spec.Linux) {
				t.Errorf("the Linux dialect does not allow it: %+v", r.Deviations)
			}
			if r.Left[spec.Linux] != 0 && name != "inet6/stand-in.pkt" { // whose source is not in the plan
				t.Errorf("it leaves the model: %v", r.Left[spec.Linux])
			}
		})
	}
	if ran < 80 {
		t.Errorf("%d scripts, want at least 80", ran)
	}
}

// Far hosts have IPv6 addresses that no other script uses.
func TestFarAddresses6(t *testing.T) {
	a, b := farAddr6(1), farAddr6(1<<32-1)
	if a == b || !lab.Far6.Contains(a) || !lab.Far6.Contains(b) {
		t.Errorf("far hosts at %v and %v, want two addresses of %v", a, b, lab.Far6)
	}
}
