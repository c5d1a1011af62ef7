package trial

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestSpecSurvivesItsArguments(t *testing.T) {
	want := Spec{
		Task: Connects, InFlight: 64, Time: 1500 * time.Millisecond, Interface: "near0", MAC: "02:00:00:00:01:02",
		Near: netip.MustParseAddr("10.0.0.2"), Far: netip.MustParseAddr("10.0.0.1"),
		Dest: netip.MustParseAddr("10.1.0.1"), Dests: 32, Port: 7, MTU: 1500, Offload: true,
	}
	got, err := Parse(want.Args())
	if err != nil || got != want {
		t.Errorf("%v became %+v, %v; want %+v", want.Args(), got, err, want)
	}
	if got := got.Destination(33); got != netip.MustParseAddr("10.1.0.2") {
		t.Errorf("destination 33 of 32: %v, want 10.1.0.2", got)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for args, want := range map[string]string{
		"":                              "expected one of connects",
		"-task dance":                   `task "dance"`,
		"-task memory extra":            `argument "extra"`,
		"-task memory -inflight 70000":  "out of range",
		"-task memory -ms 1s":           "expected milliseconds",
		"-task connects":                "expected IPv4 addresses",
		"-task memory -offload yes":     "expected 0 or 1",
		"-task connects -near 10.0.0.x": "near",
	} {
		if _, err := Parse(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want %q", args, err, want)
		}
	}
}

func TestOutcomeSurvivesPrinting(t *testing.T) {
	want := Outcome{Operations: 41000, Seconds: 1.25, P50: 14.5, P99: 30, Bytes: 1 << 40, Failed: 2}
	var b strings.Builder
	want.Print(&b)
	got, err := Read(strings.NewReader("a line of somebody else's\n" + b.String()))
	if err != nil || got != want {
		t.Errorf("%q became %+v, %v; want %+v", b.String(), got, err, want)
	}
	if got.Rate() != 32800 {
		t.Errorf("rate %v, want 32800", got.Rate())
	}
	if _, err := Read(strings.NewReader("p50 1\np99 soon\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("Read of a bad number: %v, want line 2", err)
	}
}

func TestQuantiles(t *testing.T) {
	var l Latencies
	for i := range 101 {
		l.Add(time.Duration(100-i) * time.Microsecond)
	}
	var o Outcome
	if l.Quantiles(&o); o.P50 != 50 || o.P99 != 99 {
		t.Errorf("p50 %v, p99 %v of 0 to 100 us, want 50 and 99", o.P50, o.P99)
	}
}
