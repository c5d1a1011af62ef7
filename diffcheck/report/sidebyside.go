package report

import (
	"fmt"
	"io"
	"strconv"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// column is one answer to a script, beside others.
type column struct {
	title string
	trace *script.Trace
	// instead replaces what the trace has at one step.
	at      int
	instead []string
}

// lines are what the column shows, by step.
func (c *column) lines() [][]string {
	if c.trace == nil || c.trace.Script == nil {
		lines := make([][]string, c.at+1)
		lines[c.at] = c.instead
		return lines
	}
	lines := make([][]string, len(c.trace.Script.Events))
	frames := frameLines(c.trace)
	line := func(ev *script.Event, o script.Output) string {
		if o.Kind != script.OutputFrame {
			return outputLine(ev, o)
		}
		first := frames[0]
		frames = frames[1:]
		return first
	}
	for i := range min(len(lines), len(c.trace.Steps)) {
		step, ev := &c.trace.Steps[i], &c.trace.Script.Events[i]
		for _, o := range step.During {
			lines[i] = append(lines[i], "meanwhile "+line(&script.Event{}, o))
		}
		for _, o := range step.After {
			lines[i] = append(lines[i], line(ev, o))
		}
	}
	if c.instead != nil {
		lines[c.at] = c.instead
	}
	return lines
}

// frameLines prints the frames of a trace, in order, as in a script: without
// the addresses where they are those of the current connection.
func frameLines(tr *script.Trace) []string {
	var lines []string
	expected := tr.AsScript().Events
	for i := range expected {
		if ev := &expected[i]; ev.Kind == script.EventExpect && ev.Want == nil {
			lines = append(lines, "> "+script.FormatFrame(ev.Frame))
		}
	}
	return lines
}

// outputLine prints one output of the step of ev: of the call itself, only the
// result.
func outputLine(ev *script.Event, o script.Output) string {
	if ev.Kind == script.EventCall && o.Thread == ev.Thread {
		switch {
		case o.Kind == script.OutputBlock:
			return "blocks"
		case o.Kind == script.OutputReturn && terse(o.Op):
			return "= " + script.FormatResult(ev.Call, o.Result)
		}
	}
	return script.FormatOutput(o)
}

// terse reports whether what a call gives back is its result and no more.
func terse(op spec.Op) bool {
	switch op {
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername, spec.OpGetsockopt, spec.OpRecvfrom, spec.OpPoll:
		return false
	}
	return true
}

// sideBySide prints the script's events with the answers beside them. Steps
// for which mark says so begin with "!".
func sideBySide(w io.Writer, s *script.Script, columns []column, mark func(step int) bool) {
	var g grid
	header := []string{"", "", "script"}
	for _, c := range columns {
		header = append(header, c.title)
	}
	g.row(header...)
	all := make([][][]string, len(columns))
	for c := range columns {
		all[c] = columns[c].lines()
	}
	for i := range s.Events {
		cells := make([][]string, len(columns))
		height := 1
		for c := range columns {
			if i < len(all[c]) {
				cells[c] = all[c][i]
			}
			height = max(height, len(cells[c]))
		}
		for h := range height {
			row := []string{"", "", ""}
			if h == 0 {
				row[1], row[2] = strconv.Itoa(i+1), eventLine(&s.Events[i])
				if mark(i) {
					row[0] = "!"
				}
			}
			for _, lines := range cells {
				if h < len(lines) {
					row = append(row, lines[h])
				} else {
					row = append(row, "")
				}
			}
			g.row(row...)
		}
	}
	g.right = map[int]bool{1: true}
	g.print(w, "  ")
	fmt.Fprintln(w)
}

// eventLine prints an event without the outcome that the script states.
func eventLine(e *script.Event) string {
	bare := *e
	if bare.Kind == script.EventCall {
		bare.Want = nil
	}
	return script.FormatEvent(&bare)
}
