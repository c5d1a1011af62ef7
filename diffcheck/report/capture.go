package report

import (
	"fmt"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/hwtarget/capture"
)

// frames are those of a divergence, as its host sees them. The comments of each
// say in which step it passed and which rules explain that step.
func frames(d *run.Divergence) []capture.Frame {
	var all []capture.Frame
	for i := range d.Trace.Captured {
		c := &d.Trace.Captured[i]
		f := capture.Frame{At: c.At, Direction: capture.In, Data: c.Data}
		from := "from the puppet"
		if c.Out {
			f.Direction, from = capture.Out, "from the host"
		}
		f.Comments = append(f.Comments, fmt.Sprintf("step %d, %s", c.Step+1, from))
		if c.Step < len(d.Explanations) {
			for _, rule := range d.Explanations[c.Step] {
				f.Comments = append(f.Comments, "rule "+rule)
			}
		}
		if c.Step == d.Step {
			f.Comments = append(f.Comments, "the divergence is in this step")
		}
		all = append(all, f)
	}
	return all
}
