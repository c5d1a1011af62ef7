package trial

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Outcome is what a trial came to. What a task does not measure is zero.
type Outcome struct {
	Operations float64 // connections made, datagrams, connections held
	Bytes      float64 // transferred; Idle: of memory in use
	Seconds    float64 // that it took
	P50, P99   float64 // microseconds from connect to connected
	Allocated  float64 // objects of the Go heap made meanwhile
	Failed     float64 // operations that failed
	Flood      float64 // SYNs from nowhere a second, as sent
	Memory     float64 // bytes of the Go heap and its stacks at most
}

func (o *Outcome) fields() []struct {
	name  string
	value *float64
} {
	return []struct {
		name  string
		value *float64
	}{
		{"operations", &o.Operations}, {"bytes", &o.Bytes}, {"seconds", &o.Seconds},
		{"p50", &o.P50}, {"p99", &o.P99}, {"allocated", &o.Allocated}, {"failed", &o.Failed},
		{"flood", &o.Flood}, {"memory", &o.Memory},
	}
}

// Rate is operations a second.
func (o *Outcome) Rate() float64 {
	if o.Seconds == 0 {
		return 0
	}
	return o.Operations / o.Seconds
}

// Bits is gigabits a second.
func (o *Outcome) Bits() float64 {
	if o.Seconds == 0 {
		return 0
	}
	return o.Bytes * 8 / 1e9 / o.Seconds
}

// Print writes the outcome in the form that Read takes.
func (o *Outcome) Print(w io.Writer) error {
	for _, f := range o.fields() {
		if _, err := fmt.Fprintln(w, f.name, strconv.FormatFloat(*f.value, 'f', -1, 64)); err != nil {
			return err
		}
	}
	return nil
}

// Read reads an outcome. Names that it does not know are for others.
func Read(r io.Reader) (o Outcome, err error) {
	in := bufio.NewScanner(r)
	for n := 1; in.Scan(); n++ {
		name, text, _ := strings.Cut(in.Text(), " ")
		for _, f := range o.fields() {
			if f.name != name {
				continue
			}
			if *f.value, err = strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
				return o, fmt.Errorf("outcome, line %d: %w", n, err)
			}
		}
	}
	return o, in.Err()
}

// latenciesMax bounds what one trial remembers: 64 MiB.
const latenciesMax = 1 << 24

// Latencies are durations seen.
type Latencies struct{ nanos []uint32 }

// Add takes one down; past a limit none is.
func (l *Latencies) Add(d time.Duration) {
	if len(l.nanos) < latenciesMax {
		l.nanos = append(l.nanos, uint32(min(d, 1<<32-1)))
	}
}

// Quantiles fills in an outcome's.
func (l *Latencies) Quantiles(o *Outcome) {
	if len(l.nanos) == 0 {
		return
	}
	slices.Sort(l.nanos)
	at := func(q float64) float64 { return float64(l.nanos[int(q*float64(len(l.nanos)-1))]) / 1000 }
	o.P50, o.P99 = at(0.5), at(0.99)
}
