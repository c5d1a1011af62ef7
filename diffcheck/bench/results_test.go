package bench

import (
	"errors"
	"strings"
	"testing"
)

func TestResultsArePrintedAsMediansAndRatios(t *testing.T) {
	m := Measure{Name: "m", What: "things a second", Latency: true, Goals: []Goal{
		{Against: gVisor, Ratio: 2.5}, {Against: kernel, Ratio: 1}, {Against: kernel, Ratio: 1.5, P99: true}, {Ratio: 4000},
	}}
	r := newResults(&m, &Options{})
	for i := range 5 {
		r.add(connspec, sample{figure: []float64{9000, 1000, 5000, 4000, 6000}[i], p50: 10, p99: 30}, nil)
		r.add(gVisor, sample{}, errors.New("no wire"))
		r.add(kernelGo, sample{figure: 2500, p50: 12, p99: 15, failed: 1}, nil)
	}
	var b strings.Builder
	if err := r.print(&b); err != nil {
		t.Fatal(err)
	}
	want := `
m: things a second
  connspec         5,000  (1,000 to 9,000)  p50 10.0 us, p99 30.0 us
  gVisor       not measured: no wire
  kernel (Go)      2,500  (2,500 to 2,500)  p50 12.0 us, p99 15.0 us, 5.00 failed
  connspec / kernel (Go): 2.00, goal at least 1.00: met
  connspec's p99 / kernel (Go): 2.00, goal at most 1.50: missed
  connspec: 5,000, goal at least 4,000: met
`
	if b.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), want)
	}
}

func TestSelect(t *testing.T) {
	all := Measures(&Options{Connections: 1})
	for only, want := range map[string]string{
		"":                   names(all),
		"connects":           "connects-1, connects-64, connects-512",
		"send,idle":          "send, send-offload, idle",
		"connects-64,memory": "connects-64, memory",
	} {
		chosen, err := Select(all, strings.FieldsFunc(only, func(r rune) bool { return r == ',' }))
		if err != nil || names(chosen) != want {
			t.Errorf("Select(%q): %s, %v, want %s", only, names(chosen), err, want)
		}
	}
	if _, err := Select(all, []string{"send", "latency"}); err == nil || !strings.Contains(err.Error(), `"latency"`) {
		t.Errorf("Select of what there is not: %v, want that it names latency", err)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0.318: "0.32", 41.66: "41.7", 757.6: "758", 34500: "34,500", 1234567: "1,234,567"} {
		if got := number(v); got != want {
			t.Errorf("number(%v): %s, want %s", v, got, want)
		}
	}
}

func TestMissingPeersAreSaid(t *testing.T) {
	if missing := Build("", ""); len(missing) != 1 || !strings.Contains(missing[0], "--peers") {
		t.Errorf("Build without a source: %q, want one line that says how to get it", missing)
	}
	got := peers(&Options{Built: t.TempDir()})
	if len(got) != 2 || got[0].name != connspec || got[1].name != kernelGo {
		t.Errorf("peers without any built: %v, want connspec and kernel (Go)", got)
	}
}
