package corpus

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/stack"
)

const linesMax = 30

// A script says in its first line what it shows, is short, and states what
// came of each call.
func TestScriptsHaveTheirForm(t *testing.T) {
	titles := map[string]string{}
	for _, name := range Names() {
		text, err := Text(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Script(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if n := bytes.Count(text, []byte("\n")); n >= linesMax {
			t.Errorf("%s has %d lines, want fewer than %d", name, n, linesMax)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		if !strings.HasPrefix(first, "// ") || s.Title == "" {
			t.Errorf("%s begins with %q, want a comment that says what it shows", name, first)
		}
		if other, taken := titles[s.Title]; taken {
			t.Errorf("%s and %s show the same: %q", name, other, s.Title)
		}
		titles[s.Title] = name
		for i := range s.Events {
			if e := &s.Events[i]; e.Kind == script.EventCall && e.Want == nil {
				t.Errorf("%s:%d does not state what comes of %s", name, e.Line, e.Call.Op)
			}
		}
	}
	if len(titles) < 100 {
		t.Errorf("%d scripts, want at least 100", len(titles))
	}
}

// Every file below this directory is embedded, none in a deeper directory.
func TestNoScriptIsForgotten(t *testing.T) {
	embedded := map[string]bool{}
	for _, name := range Names() {
		embedded[name] = true
	}
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".pkt") && !embedded[filepath.ToSlash(path)] {
			t.Errorf("%s is not one directory deep", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// simulated makes the stack in virtual time, and nothing else.
type simulated struct{}

func (simulated) Open(k run.Kind, _ int) (target.Target, error) {
	return stack.OpenSim(stack.Options{Dialect: k.Dialect}), nil
}

// The stack does what the scripts state, as far as it can run them, and the
// Linux dialect allows it. TestCorpusOnThisMachine of the command does the same
// on the kernel.
func TestStackDoesWhatIsStated(t *testing.T) {
	singles := run.NewSingles(simulated{}, judge.New())
	defer singles.Close()
	ran := 0
	for _, s := range Scripts() {
		single, err := singles.Run(s, []run.Kind{run.Sim})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range single.Findings {
			t.Errorf("%s: step %d: the dialect allows %s; seen %s", s.Name, f.Step+1, strings.Join(f.Allowed, " or "), f.Seen)
		}
		if o := &single.Outcomes[0]; o.Trace != nil {
			ran++
			for _, m := range run.Mismatches(o.Trace) {
				t.Errorf("%s: step %d: stated %s; seen %s", s.Name, m.Step+1, m.Stated, m.Seen)
			}
		}
	}
	if ran < 100 {
		t.Errorf("the stack ran %d scripts, want at least 100", ran)
	}
}
