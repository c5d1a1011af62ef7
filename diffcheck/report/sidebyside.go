package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

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
		case o.Kind == script.OutputReturn && o.Op == spec.OpGetsockopt && !o.Result.Failed():
			return "getsockopt(..., " + script.FormatOption(ev.Call.Option, o.Result.Value) + ") = 0"
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

// sideBySide prints the script's events and under each what came of it: once
// where the columns agree, else beside each other under their titles. Steps for
// which mark says so begin with "!".
func sideBySide(w io.Writer, s *script.Script, columns []column, mark func(step int) bool) {
	all := make([][][]string, len(columns))
	for c := range columns {
		all[c] = columns[c].lines()
	}
	for i := range s.Events {
		sign := " "
		if mark(i) {
			sign = "!"
		}
		event := fmt.Sprintf("  %s %3d  %s", sign, i+1, eventLine(&s.Events[i]))
		cells := make([][]string, len(columns))
		for c := range columns {
			if i < len(all[c]) {
				cells[c] = all[c][i]
			}
		}
		if !agree(columns, cells, i) {
			fmt.Fprintln(w, event)
			beside(w, columns, cells)
			continue
		}
		if len(cells) > 0 && len(cells[0]) == 1 && strings.HasPrefix(cells[0][0], "= ") {
			fmt.Fprintln(w, event, cells[0][0])
			continue
		}
		fmt.Fprintln(w, event)
		if len(cells) > 0 {
			for _, line := range cells[0] {
				fmt.Fprintln(w, answerIndent+line)
			}
		}
	}
	fmt.Fprintln(w)
}

// answerIndent sets an answer under its event.
const answerIndent = "           "

// agree says whether all columns show the same at a step. Targets may differ in
// what is not compared, such as the window; the first column then stands for all.
func agree(columns []column, cells [][]string, step int) bool {
	for c := 1; c < len(columns); c++ {
		if slices.Equal(cells[0], cells[c]) {
			continue
		}
		a, b := columns[0].step(step), columns[c].step(step)
		if a == nil || b == nil || !script.EqualOutputs(a.During, b.During) || !script.EqualOutputs(a.After, b.After) {
			return false
		}
	}
	return true
}

// step is what the column's trace has at a step, if that is what it shows.
func (c *column) step(i int) *script.Step {
	if c.trace == nil || c.instead != nil && c.at == i || i >= len(c.trace.Steps) {
		return nil
	}
	return &c.trace.Steps[i]
}

// beside prints the columns of one step under their titles.
func beside(w io.Writer, columns []column, cells [][]string) {
	var g grid
	var titles []string
	height := 0
	for c := range columns {
		titles = append(titles, columns[c].title)
		height = max(height, len(cells[c]))
	}
	g.row(titles...)
	for h := range height {
		row := make([]string, len(cells))
		for c, lines := range cells {
			if h < len(lines) {
				row[c] = lines[h]
			}
		}
		g.row(row...)
	}
	g.print(w, answerIndent)
}

// eventLine prints an event without the outcome that the script states.
func eventLine(e *script.Event) string {
	bare := *e
	if bare.Kind == script.EventCall {
		bare.Want = nil
	}
	return script.FormatEvent(&bare)
}
