package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/capture"
)

// Saved says where a divergence was put and how to replay it.
type Saved struct {
	Script  string // path of the script
	Capture string // path of the frames; "" if there were none
	Replay  string // the command
}

// Save writes the script of a divergence and its frames into dir, which it
// makes if need be.
func Save(dir string, n int, d *run.Divergence, seed uint64) (*Saved, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	base := filepath.Join(dir, fmt.Sprintf("%02d-%s", n, strings.ReplaceAll(d.Kind.String(), ":", "-")))
	s := &Saved{Script: base + ".pkt"}
	s.Replay = "go run ./diffcheck replay " + s.Script
	if d.Kind.String() != d.Kind.Name {
		s.Replay += " --targets " + d.Kind.String()
	}
	err := Write(s.Script, func(w io.Writer) error {
		_, err := io.WriteString(w, annotated(d, seed, s.Replay))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(d.Trace.Captured) == 0 {
		return s, nil
	}
	s.Capture = base + ".pcapng"
	return s, capture.WriteFile(s.Capture, frames(d))
}

// annotated is the script with comments that say what it shows.
func annotated(d *run.Divergence, seed uint64, replay string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s (script %d of seed %d)\n", headline(d), d.Original.Index, seed)
	fmt.Fprintf(&b, "// step %d, expected: %s\n", d.Step+1, strings.Join(d.Allowed, " or "))
	fmt.Fprintf(&b, "// step %d, seen:     %s\n", d.Step+1, d.Seen)
	if len(d.Rules) > 0 {
		fmt.Fprintf(&b, "// rules: %s\n", joinRules(d.Rules))
	}
	fmt.Fprintf(&b, "// %s\n", replay)
	bare := *d.Script
	bare.Title = ""
	b.WriteString(script.Format(&bare))
	return b.String()
}
