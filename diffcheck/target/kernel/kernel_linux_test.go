package kernel

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/targettest"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/rawsock"
)

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }

func openWire(tb testing.TB) *Target {
	lab.Need(tb)
	k, err := Open(Options{Processor: 0})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { k.Close() })
	return k
}

// openNear runs in the namespace that the tests were started in or, if they
// have entered one of their own, in that, where loopback is still down.
func openNear(tb testing.TB) *Target {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		tb.Fatal(err)
	}
	defer unix.Close(fd)
	if up, err := rawsock.Linked(fd, "lo"); err != nil {
		tb.Fatal(err)
	} else if !up {
		if err := rawsock.Up(fd, "lo"); err != nil {
			tb.Fatal(err)
		}
	}
	k, err := OpenLoopback(Options{Processor: 0})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { k.Close() })
	return k
}

func TestWireScripts(t *testing.T) {
	k := openWire(t)
	for _, c := range append(targettest.Wire(), targettest.Loopback()...) {
		if c.Slow && testing.Short() {
			continue
		}
		t.Run(c.Name, func(t *testing.T) { targettest.Run(t, k, c) })
	}
}

func TestLoopbackScripts(t *testing.T) {
	k := openNear(t)
	for _, c := range targettest.Loopback() {
		t.Run(c.Name, func(t *testing.T) { targettest.Run(t, k, c) })
	}
}

func TestOneTargetOfSeveralRepeatsItsTraces(t *testing.T) {
	k := openWire(t)
	for range 20 {
		for _, c := range targettest.Wire() {
			if !c.Slow {
				targettest.Run(t, k, c)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestNothingStaysOpen runs what leaves threads blocked and descriptors open.
func TestNothingStaysOpen(t *testing.T) {
	k := openWire(t)
	all := func() int {
		for _, c := range append(targettest.Wire(), targettest.Loopback()...) {
			if !c.Slow {
				targettest.Run(t, k, c)
			}
		}
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(open)
	}
	first := all()
	for range 5 {
		if n := all(); n != first {
			t.Fatalf("%d descriptors open after running every script again, %d before", n, first)
		}
	}
}

func TestCaptureHoldsBothDirections(t *testing.T) {
	k := openWire(t)
	k.SetCapture(true)
	tr := targettest.Run(t, k, targettest.Wire()[0]) // refused
	var out []bool
	for _, c := range tr.Captured {
		out = append(out, c.Out)
	}
	if len(out) != 2 || !out[0] || out[1] {
		t.Errorf("captured out: %v, want the host's SYN and the puppet's RST", out)
	}
}

func TestRefusals(t *testing.T) {
	wire, near := openWire(t), openNear(t)
	for _, c := range []struct {
		tg   *Target
		text string
		line int
	}{
		{near, "+0 < S 0:0(0)", 0},
		{near, "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)\n+0 connect(3, {sa_family=AF_INET, sin_port=htons(22), sin_addr=inet_addr(\"127.0.0.1\")}, 16)", 2},
		{wire, "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)\n+0 connect(3, ..., ... <unfinished ...>\n+0 connect(3, ..., ...)", 3},
		{wire, "+0 `iptables -F`", 1},
		{wire, "+0 `sysctl -q kernel.hostname=x`", 1},
	} {
		s, err := script.Parse("refused", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		var refused *target.Unsupported
		if err := c.tg.Run(s, &script.Trace{}); !errors.As(err, &refused) || refused.Line != c.line {
			t.Errorf("%q: %v (line %v), want a refusal of line %d", c.text, err, refused, c.line)
		}
	}
}

func benchmark(b *testing.B, k *Target, cases []targettest.Case) {
	for _, c := range cases {
		if c.Slow {
			continue
		}
		s, err := c.Script()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.Name, func(b *testing.B) {
			tr := &script.Trace{}
			b.ReportAllocs()
			for b.Loop() {
				if err := k.Run(s, tr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWire(b *testing.B)     { benchmark(b, openWire(b), targettest.Wire()) }
func BenchmarkLoopback(b *testing.B) { benchmark(b, openNear(b), targettest.Loopback()) }
