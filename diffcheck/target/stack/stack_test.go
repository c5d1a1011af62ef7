package stack

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/targettest"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/spec"
)

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }

func all() []targettest.Case {
	cases := append(targettest.Wire(), targettest.Loopback()...)
	return slices.DeleteFunc(cases, func(c targettest.Case) bool { return c.Kernel })
}

func openImpl(tb testing.TB) *Target {
	lab.Need(tb)
	tg, err := OpenImpl(Options{Dialect: spec.Linux})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { tg.Close() })
	return tg
}

func TestSimScripts(t *testing.T) {
	sim := OpenSim(Options{Dialect: spec.Linux})
	for _, c := range all() {
		t.Run(c.Name, func(t *testing.T) { targettest.Run(t, sim, c) })
	}
}

func TestWireCarriesWhatMemoryCarries(t *testing.T) {
	wired, sim := openImpl(t), OpenSim(Options{Dialect: spec.Linux})
	for _, c := range all() {
		a, b := targettest.Run(t, wired, c), targettest.Run(t, sim, c)
		if x, y := script.FormatTrace(a), script.FormatTrace(b); x != y {
			t.Errorf("%s: on the wire\n%s\nin memory\n%s", c.Name, x, y)
		}
	}
}

func TestVirtualTimeIsExact(t *testing.T) {
	sim := OpenSim(Options{Dialect: spec.Linux, Capture: true})
	tr := targettest.Run(t, sim, targettest.Case{Name: "resent", Text: `
		+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
		+0.25 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
		+0 > S 0:0(0) <...>
		+1.5 > S 0:0(0) <...>`})
	if len(tr.Captured) != 2 || tr.Captured[0].At != 250*time.Millisecond || tr.Captured[1].At != 1250*time.Millisecond {
		t.Errorf("captured %d frames, want the SYN at 0.25 s and again at 1.25 s", len(tr.Captured))
	}
}

func TestEveryDialectRunsEveryScript(t *testing.T) {
	for _, d := range spec.Documents() {
		sim := OpenSim(Options{Dialect: d})
		for _, c := range all() {
			s, err := c.Script()
			if err != nil {
				t.Fatal(err)
			}
			if err := sim.Run(s, &script.Trace{}); err != nil && !refused(err) {
				t.Errorf("%s under %s: %v", c.Name, d, err)
			}
		}
	}
}

func benchmark(b *testing.B, tg *Target) {
	for _, c := range all() {
		s, err := c.Script()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.Name, func(b *testing.B) {
			tr := &script.Trace{}
			b.ReportAllocs()
			for b.Loop() {
				if err := tg.Run(s, tr); err != nil {
					b.Skip(err)
				}
			}
		})
	}
}

func BenchmarkSim(b *testing.B)  { benchmark(b, OpenSim(Options{Dialect: spec.Linux})) }
func BenchmarkImpl(b *testing.B) { benchmark(b, openImpl(b)) }

// refused reports whether the target does not do the script at all: under
// another dialect a call may return where Linux's blocks, and the other way
// round, and a sysctl may be one that impl does not have.
func refused(err error) bool {
	var u *target.Unsupported
	return errors.As(err, &u)
}
