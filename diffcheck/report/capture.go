package report

import (
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/connspec/connspec/diffcheck/run"
)

// writeCapture writes the frames of a divergence as pcapng. Each frame's
// comments say in which step it passed and which rules explain that step.
func writeCapture(w io.Writer, d *run.Divergence) error {
	intf := pcapgo.DefaultNgInterface
	intf.Name, intf.LinkType = d.Kind.String(), layers.LinkTypeEthernet
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "connspec diffcheck", Comment: headline(d)}}
	ng, err := pcapgo.NewNgWriterInterface(w, intf, options)
	if err != nil {
		return err
	}
	for i := range d.Trace.Captured {
		c := &d.Trace.Captured[i]
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, 0).Add(c.At), CaptureLength: len(c.Data), Length: len(c.Data)}
		from := "from the puppet"
		if c.Out {
			from = "from the host"
		}
		comments := []string{fmt.Sprintf("step %d, %s", c.Step+1, from)}
		if c.Step < len(d.Explanations) {
			for _, rule := range d.Explanations[c.Step] {
				comments = append(comments, "rule "+rule)
			}
		}
		if c.Step == d.Step {
			comments = append(comments, "the divergence is in this step")
		}
		if err := ng.WritePacketWithOptions(info, c.Data, pcapgo.NgPacketOptions{Comments: comments}); err != nil {
			return err
		}
	}
	return ng.Flush()
}
