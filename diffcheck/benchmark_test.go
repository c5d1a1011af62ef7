package main

import (
	"runtime"
	"strings"
	"testing"
)

func TestBenchMeasuresInTheLab(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux: virtual Ethernet")
	}
	if doc := diffcheck(t, nil, "doctor"); !strings.Contains(doc.stdout, "tier     wire      yes") {
		t.Skip("needs the tier wire: run as root or allow user namespaces")
	}
	got := diffcheck(t, nil, "bench", "--only", "connects-1,datagrams,memory", "--rounds", "1", "--time", "20ms")
	if got.code != 0 {
		t.Fatalf("bench: exit %d, want 0\n%s%s", got.code, got.stdout, got.stderr)
	}
	for _, want := range []string{"missing: gVisor", "connects-1: ", "datagrams: ", "memory: ", "connspec / kernel"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("bench printed no %q:\n%s", want, got.stdout)
		}
	}
	if strings.Contains(got.stdout, "not measured") {
		t.Errorf("a peer was not measured:\n%s", got.stdout)
	}
}

func TestBenchRefusesWhatItCannotMeasure(t *testing.T) {
	for args, want := range map[string]string{
		"--only latency":      `no measure begins with "latency"`,
		"--rounds 0":          "--rounds 0: expected 1 to 1000",
		"--time 1h":           "--time 1h0m0s: expected 1ms to 1m",
		"--connections=-1":    "--connections -1: expected 1 to 4,000,000",
		"--only memory extra": "unexpected argument extra",
	} {
		got := diffcheck(t, nil, append([]string{"bench"}, strings.Fields(args)...)...)
		if got.code != 2 || !strings.Contains(got.stderr, want) {
			t.Errorf("bench %s: exit %d, %q, want 2 and %q", args, got.code, got.stderr, want)
		}
	}
}
