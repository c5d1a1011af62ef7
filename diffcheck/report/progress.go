package report

import (
	"fmt"
	"os"
	"time"

	"github.com/connspec/connspec/diffcheck/run"
)

// quiet is how often a progress line is written where it cannot be
// overwritten.
const quiet = 5 * time.Second

// Status shows the progress of a run on one line: overwritten each second on a
// terminal, a new one every five seconds elsewhere.
type Status struct {
	to       *os.File
	terminal bool
	last     time.Duration
	shown    bool
}

// NewStatus makes a Status that writes to f.
func NewStatus(f *os.File) *Status {
	info, err := f.Stat()
	return &Status{to: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Tell shows how far the run is.
func (s *Status) Tell(p run.Progress) {
	line := fmt.Sprintf("%3.0f s  %s scripts  %s/s  %s", p.Elapsed.Seconds(), number(p.Scripts),
		number(uint64(perSecond(p.Scripts, p.Elapsed))), plural(p.Divergences, "divergence"))
	if p.Waiting > 0 {
		line += fmt.Sprintf("  (%d waiting for a timer)", p.Waiting)
	}
	if s.terminal {
		fmt.Fprintf(s.to, "\r%s\x1b[K", line)
		s.shown = true
		return
	}
	if p.Elapsed-s.last >= quiet {
		s.last = p.Elapsed
		fmt.Fprintln(s.to, line)
	}
}

// End clears the line.
func (s *Status) End() {
	if s.shown {
		fmt.Fprint(s.to, "\r\x1b[K")
	}
}
