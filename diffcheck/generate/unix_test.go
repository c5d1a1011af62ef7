package generate

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// TestUnix looks for what AF_UNIX scripts are about, and that a call which may
// wait keeps no other call from being made.
func TestUnix(t *testing.T) {
	g := New(3, Options{Unix: 100})
	verbs, types, ops := map[script.FileVerb]bool{}, map[spec.SockType]bool{}, map[spec.Op]bool{}
	abstract, paths := 0, 0
	for range 5000 {
		s := g.Next()
		if err := s.Validate(); err != nil {
			t.Fatalf("%v\n%s", err, script.Format(s))
		}
		if !s.Loopback {
			t.Fatalf("a script that needs a wire:\n%s", script.Format(s))
		}
		var calls [script.ThreadsMax]int
		for _, e := range s.Events {
			switch e.Kind {
			case script.EventEnv:
				verbs[e.Env.File.Verb] = true
			case script.EventCall:
				calls[e.Thread]++
				ops[e.Call.Op] = true
				if e.Call.Op == spec.OpSocket && e.Call.Family == spec.AFUnix {
					types[e.Call.Type] = true
				}
				if p := e.Call.Addr.Path; p != "" && p[0] == 0 {
					abstract++
				} else if p != "" {
					paths++
				}
			}
		}
		for thread, n := range calls[1:] {
			if n > 1 {
				t.Fatalf("thread %d makes %d calls, and the first may wait:\n%s", thread+1, n, script.Format(s))
			}
		}
	}
	for v := script.FileMkdir; v <= script.FileRename; v++ {
		if !verbs[v] {
			t.Errorf("no change of files by verb %d", v)
		}
	}
	if len(types) != 4 || !ops[spec.OpSocketpair] || !ops[spec.OpAccept] || !ops[spec.OpSendto] {
		t.Errorf("types %v, calls %v", types, ops)
	}
	if abstract < 3000 || paths < 6000 {
		t.Errorf("%d abstract names and %d paths, want 3000 and 6000", abstract, paths)
	}
}
