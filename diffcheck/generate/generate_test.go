package generate

import (
	"reflect"
	"slices"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

// TestAlone makes a script by its number and in its row: they are the same.
func TestAlone(t *testing.T) {
	row := New(7, Options{})
	for i := range uint64(200) {
		want := row.Next()
		got := New(7, Options{}).Script(i)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("script %d\n%s\nalone\n%s", i, script.Format(want), script.Format(got))
		}
	}
	if a, b := New(7, Options{}).Script(0), New(8, Options{}).Script(0); reflect.DeepEqual(a.Events, b.Events) {
		t.Errorf("seeds 7 and 8 begin with the same script\n%s", script.Format(a))
	}
}

// requireSound checks what every script keeps.
func requireSound(t rapid.TB, s *script.Script) {
	if err := s.Validate(); err != nil {
		t.Fatalf("%v\n%s", err, script.Format(s))
	}
	if len(s.Events) == 0 || len(s.Events) > eventsMax+2 {
		t.Fatalf("%d events\n%s", len(s.Events), script.Format(s))
	}
	text := script.Format(s)
	again, err := script.Parse(s.Name, []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for i := range again.Events {
		again.Events[i].Line = 0
	}
	if again.Loopback != s.Loopback || !reflect.DeepEqual(normal(again.Events), normal(s.Events)) {
		t.Fatalf("reads back otherwise\n%s\n%s", text, script.Format(again))
	}
}

// normal makes no difference between an empty buffer and none.
func normal(events []script.Event) []script.Event {
	for i := range events {
		if len(events[i].Call.Buf) == 0 {
			events[i].Call.Buf = nil
		}
		events[i].Env.Text = "" // as it was written
	}
	return events
}

func TestSound(t *testing.T) {
	g := New(1, Options{Slow: 2000})
	for range 5000 {
		requireSound(t, g.Next())
	}
}

// TestRapid draws the same scripts through rapid.
func TestRapid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { requireSound(t, Scripts(Options{Slow: 2000}).Draw(t, "script")) })
}

// TestShares counts the kinds of script.
func TestShares(t *testing.T) {
	const scripts = 4000
	for _, c := range []struct {
		opts         Options
		loopback     int // least and most, in percent
		loopbackMost int
		slow         int
		slowMost     int
	}{
		{Options{}, 25, 60, 0, 0},
		{Options{Loopback: 100}, 99, 100, 0, 0},
		{Options{Loopback: -1}, 0, 40, 0, 0},
		{Options{Loopback: -1, Slow: 10_000}, 0, 40, 30, 100},
	} {
		g := New(3, c.opts)
		var loopback, slow int
		for range scripts {
			s := g.Next()
			if s.Loopback {
				loopback++
			}
			for i := range s.Events {
				if s.Events[i].Delay > 0 {
					slow++
					break
				}
			}
		}
		loopback, slow = loopback*100/scripts, slow*100/scripts
		t.Logf("%d %% loopback, %d %% with delays", loopback, slow)
		if loopback < c.loopback || loopback > c.loopbackMost || slow < c.slow || slow > c.slowMost {
			t.Errorf("options %+v: %d %% loopback, %d %% with delays", c.opts, loopback, slow)
		}
	}
}

// TestCoverage looks for every call, flag combination, ICMP code and odd
// argument that the vocabulary has.
func TestCoverage(t *testing.T) {
	g := New(5, Options{})
	var ops [spec.OpCount]bool
	icmp := map[[2]uint8]bool{}
	flags := map[script.TCPFlags]bool{}
	lengths := map[int32]bool{}
	families := map[spec.Family]bool{}
	pointers := map[spec.Pointer]bool{}
	addrs := map[string]bool{}
	threads := map[int]bool{}
	for range 20000 {
		for _, e := range g.Next().Events {
			switch e.Kind {
			case script.EventCall:
				ops[e.Call.Op] = true
				threads[e.Thread] = true
				if e.Call.Op == spec.OpConnect {
					lengths[e.Call.AddrLen] = true
					families[e.Call.Addr.Family] = true
					pointers[e.Call.Pointer] = true
					addrs[e.Call.Addr.Addr.String()] = true
				}
			case script.EventInject:
				if e.Frame.Proto == script.ProtoICMP {
					icmp[[2]uint8{e.Frame.ICMPType, e.Frame.ICMPCode}] = true
				} else {
					flags[e.Frame.Flags] = true
				}
			}
		}
	}
	asked := []spec.Op{
		spec.OpSigaction, spec.OpSelect, spec.OpEpollCreate, spec.OpEpollCtl, spec.OpEpollWait, // drawn where options ask for them
		spec.OpConnectx, spec.OpDisconnectx, // of macOS, which no target is
		spec.OpEventfd, spec.OpPipe, spec.OpLandlockCreate, spec.OpLandlockRestrict, // of scripts that set out from the corpus
	}
	for op := spec.OpSocket; op < spec.OpCount; op++ {
		if !ops[op] && !slices.Contains(asked, op) {
			t.Errorf("no %v", op)
		}
	}
	for code := range uint8(16) {
		if !icmp[[2]uint8{3, code}] {
			t.Errorf("no ICMP 3/%d", code)
		}
	}
	for what, n := range map[string][2]int{
		"ICMP kinds": {len(icmp), 23}, "kinds of segment": {len(flags), 8}, "lengths of connect": {len(lengths), 12},
		"families of connect": {len(families), 5}, "pointers": {len(pointers), 3}, "addresses": {len(addrs), 17}, "threads": {len(threads), 3},
	} {
		if n[0] < n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
}

// TestWeight asks for nothing but one action.
func TestWeight(t *testing.T) {
	g := New(9, Options{Wild: -1, FastOpen: -1, Raw: -1, Unix: -1, Weight: func(_ State, a Action) int {
		if a == ActSoError {
			return 1
		}
		return 0
	}})
	for range 200 {
		s := g.Next()
		if last := s.Events[len(s.Events)-1]; last.Call.Option != spec.SoError && len(s.Events) > 5 {
			t.Fatalf("not SO_ERROR at the end of\n%s", script.Format(s))
		}
	}
}

func BenchmarkNext(b *testing.B) {
	g := New(1, Options{})
	b.ReportAllocs()
	for b.Loop() {
		g.Next()
	}
}

func BenchmarkExample(b *testing.B) {
	g := Scripts(Options{})
	for i := 0; b.Loop(); i++ {
		g.Example(i)
	}
}
