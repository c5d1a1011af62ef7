package shrink

import (
	"reflect"
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/generate"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

func parse(t *testing.T, text string) *script.Script {
	t.Helper()
	s, err := script.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// follows reports whether s contains calls of these kinds on one descriptor, in
// this order, the first of which made it.
func follows(s *script.Script, ops ...spec.Op) bool {
	n := newNumbering(s.Events)
	for start := range s.Events {
		if s.Events[start].Kind != script.EventCall || s.Events[start].Call.Op != ops[0] {
			continue
		}
		next := 1
		for i := start + 1; i < len(s.Events) && next < len(ops); i++ {
			if len(n.uses[i]) > 0 && n.uses[i][0] == start && s.Events[i].Call.Op == ops[next] {
				next++
			}
		}
		if next == len(ops) {
			return true
		}
	}
	return false
}

const long = `
+0 open("/dev/null", O_RDWR)
+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)
+0 [pid 2] socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP)
+0 bind(4, ..., ...)
+0 dup(4)
+1.5 bind(5, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("0.0.0.0")}, 16)
+0 close(3)
+0 < S 0:0(0) <mss 1460>
+0 [pid 1] connect(5, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("192.0.2.2")}, 28)
+0 poll([{fd=5, events=POLLIN}, {fd=6, events=POLLIN}], 2, 0)
+0 getsockname(5, ..., ...)
+0 getsockopt(5, SOL_SOCKET, SO_ERROR, ..., [4])
`

// TestCulprit gives twelve events, of which few matter, and asks for those.
func TestCulprit(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails func(*script.Script) bool
		want  string
	}{
		{"a socket's own calls", func(s *script.Script) bool {
			return follows(s, spec.OpSocket, spec.OpBind, spec.OpConnect)
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 bind(3, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("0.0.0.0")}, 16)
+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)
`},
		{"another thread", func(s *script.Script) bool {
			return len(s.Events) > 0 && strings.Contains(script.Format(s), "[pid") && follows(s, spec.OpSocket, spec.OpConnect)
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 [pid 1] connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)
`},
		{"a frame", func(s *script.Script) bool { return strings.Contains(script.Format(s), "< S") }, "+0 < S 0:0(0)\n"},
		{"time", func(s *script.Script) bool { return strings.Contains(script.Format(s), "+1.5") }, "+1.5 bind(5, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr(\"0.0.0.0\")}, 16)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := parse(t, long)
			got := Script(s, c.fails)
			if !c.fails(got) {
				t.Fatalf("does not fail\n%s", script.Format(got))
			}
			if text := script.Format(got); text != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

// TestGenerated shrinks random scripts by what single events they hold: no event
// of the result can go.
func TestGenerated(t *testing.T) {
	g := generate.New(11, generate.Options{Slow: 2000})
	shrunk := 0
	for i := 0; shrunk < 100; i++ {
		s := g.Next()
		fails := func(s *script.Script) bool { return follows(s, spec.OpSocket, spec.OpConnect, spec.OpPoll) }
		if !fails(s) {
			continue
		}
		shrunk++
		before := script.Format(s)
		got := Script(s, fails)
		if script.Format(s) != before {
			t.Fatalf("changed what it was given\n%s\nto\n%s", before, script.Format(s))
		}
		if len(got.Events) != 3 {
			t.Fatalf("not three events of\n%s\nbut\n%s", before, script.Format(got))
		}
		if again := Script(s, fails); !reflect.DeepEqual(again, got) {
			t.Fatalf("another result of\n%s", before)
		}
	}
}

// TestTries asks how often a long script that cannot shrink is tried.
func TestTries(t *testing.T) {
	s := parse(t, strings.Repeat("+0 close(9)\n", 300))
	asked := 0
	got := Script(s, func(c *script.Script) bool { asked++; return len(c.Events) > 290 && asked > 1900 })
	if asked != TriesMax {
		t.Errorf("asked %d times, want %d", asked, TriesMax)
	}
	if len(got.Events) < 291 {
		t.Errorf("%d events, which do not fail", len(got.Events))
	}
	asked = 0
	one := parse(t, "+0 close(3)")
	if got := Script(one, func(*script.Script) bool { asked++; return true }); got != one || asked != 0 {
		t.Errorf("a script of one event: asked %d times, got\n%s", asked, script.Format(got))
	}
}
