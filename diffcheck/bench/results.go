package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sample is what one trial came to.
type sample struct {
	figure, p50, p99 float64
	cpu, allocated   float64 // of one operation, where they are counted: microseconds, objects
	failed           float64
	flood, memory    float64 // SYNs a second; bytes
}

// results are those of one measure.
type results struct {
	m       *Measure
	o       *Options
	order   []string
	samples map[string][]sample
	errs    map[string]error
}

func newResults(m *Measure, o *Options) *results {
	return &results{m: m, o: o, samples: map[string][]sample{}, errs: map[string]error{}}
}

// broken says whether a trial of the peer failed: it is not tried again.
func (r *results) broken(name string) bool { return r.errs[name] != nil }

func (r *results) add(name string, s sample, err error) {
	if !slices.Contains(r.order, name) {
		r.order = append(r.order, name)
	}
	if err != nil {
		r.errs[name] = err
		return
	}
	r.samples[name] = append(r.samples[name], s)
}

// median is of one field over the rounds; it takes the lower of two in the middle.
func (r *results) median(name string, field func(sample) float64) float64 {
	var all []float64
	for _, s := range r.samples[name] {
		all = append(all, field(s))
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

func figure(s sample) float64    { return s.figure }
func p99(s sample) float64       { return s.p99 }
func p50(s sample) float64       { return s.p50 }
func cpu(s sample) float64       { return s.cpu }
func flood(s sample) float64     { return s.flood }
func memory(s sample) float64    { return s.memory }
func allocated(s sample) float64 { return s.allocated }

func (r *results) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %s\n", r.m.Name, r.m.What)
	for _, name := range r.order {
		if err := r.errs[name]; err != nil {
			fmt.Fprintf(&b, "  %-12s not measured: %v\n", name, err)
			continue
		}
		least := slices.MinFunc(r.samples[name], func(a, b sample) int { return cmp.Compare(a.figure, b.figure) })
		most := slices.MaxFunc(r.samples[name], func(a, b sample) int { return cmp.Compare(a.figure, b.figure) })
		fmt.Fprintf(&b, "  %-12s %9s  (%s to %s)", name, number(r.median(name, figure)), number(least.figure), number(most.figure))
		if r.m.Latency {
			fmt.Fprintf(&b, "  p50 %s us, p99 %s us", number(r.median(name, p50)), number(r.median(name, p99)))
		}
		if v := r.median(name, cpu); v > 0 {
			fmt.Fprintf(&b, ", cpu %s us each", number(v))
		}
		if v := r.median(name, allocated); v > 0.005 {
			fmt.Fprintf(&b, ", %s objects each", number(v))
		}
		if v := r.median(name, flood); v > 0 {
			fmt.Fprintf(&b, ", %s SYNs a second", number(v))
		}
		if v := r.median(name, memory); v > 0 {
			fmt.Fprintf(&b, ", %s MiB of memory", number(v/(1<<20)))
		}
		failed := 0.0
		for _, s := range r.samples[name] {
			failed += s.failed
		}
		if failed > 0 {
			fmt.Fprintf(&b, ", %s failed", number(failed))
		}
		b.WriteByte('\n')
	}
	for _, g := range r.m.Goals {
		b.WriteString(r.verdict(g))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// verdict is a line about a goal; nothing if it cannot be said.
func (r *results) verdict(g Goal) string {
	field, low := figure, r.m.Lower || g.P99
	what := connspec
	if g.P99 {
		field, what = p99, connspec+"'s p99"
	}
	v := r.median(connspec, field)
	if g.Against != "" {
		against := g.Against
		if against == kernel && len(r.samples[kernel]) == 0 {
			against = kernelGo
		}
		v /= r.median(against, field)
		if len(r.samples[against]) == 0 {
			return ""
		}
		what += " / " + against
	}
	if len(r.samples[connspec]) == 0 {
		return ""
	}
	met, bound := v >= g.Ratio, "at least"
	if low {
		met, bound = v <= g.Ratio, "at most"
	}
	verdict := "missed"
	if met {
		verdict = "met"
	}
	return fmt.Sprintf("  %s: %s, goal %s %s: %s\n", what, number(v), bound, number(g.Ratio), verdict)
}

// number is with three digits that count, and commas.
func number(v float64) string {
	switch {
	case v >= 1000:
		s := strconv.FormatFloat(v, 'f', 0, 64)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// firstLine is what a program complained of, or why it ended.
func firstLine(complaint string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}
