package part

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

func TestConnspecInMemory(t *testing.T) {
	for args, want := range map[string]func(o trial.Outcome) bool{
		"-task memory -inflight 1 -ms 20":  func(o trial.Outcome) bool { return o.Operations > 0 && o.P50 > 0 },
		"-task memory -inflight 64 -ms 20": func(o trial.Outcome) bool { return o.Operations >= 64 && o.Failed == 0 },
		"-task idle -count 100":            func(o trial.Outcome) bool { return o.Operations == 200 && o.Bytes > 0 },
	} {
		var out strings.Builder
		if err := Run(Connspec, strings.Fields(args), nil, &out); err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		o, err := trial.Read(strings.NewReader(out.String()))
		if err != nil || !want(o) {
			t.Errorf("%s: %+v, %v", args, o, err)
		}
	}
	if err := Run(Kernel, []string{"-task", "memory"}, nil, nil); err == nil || !strings.Contains(err.Error(), `no part "kernel"`) {
		t.Errorf("the kernel in memory: %v, want that there is no such part", err)
	}
}
