package explore

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// Form is a way to write a graph down.
type Form uint8

const (
	Aldebaran Form = iota // .aut, for mCRL2, CADP and LTSmin
	DOT                   // for Graphviz
	Mermaid               // for Markdown
)

// DrawnMax bounds the worlds of a graph that is to be looked at.
const DrawnMax = 400

// Graph writes the graph of a scope. It explores twice: the first line of
// Aldebaran's format wants the numbers of states and transitions. Where a world is not explored
// further, the transition leads to a state of its own for each reason.
func Graph(w io.Writer, form Form, o Options) error {
	o.Workers, o.Properties, o.Edge = 1, nil, nil
	count := Run(o)
	switch {
	case !count.Closed:
		return fmt.Errorf("the graph is not complete: %s", count.Stopped)
	case form != Aldebaran && count.Worlds > DrawnMax:
		return fmt.Errorf("a graph of %d worlds is not to be drawn, %d is the most: write it with --aut", count.Worlds, DrawnMax)
	}
	b := bufio.NewWriter(w)
	g := &graph{out: b, form: form, ends: uint32(count.Worlds)}
	states := count.Worlds + int64(check.EndCount) - 1
	switch form {
	case Aldebaran:
		fmt.Fprintf(b, "des (0, %d, %d)\n", count.Transitions, states)
	case DOT:
		fmt.Fprintf(b, "digraph \"%v %s\" {\n", o.Dialect, o.Scope.Name)
	case Mermaid:
		fmt.Fprintf(b, "stateDiagram-v2\n")
	}
	o.Edge, o.Leaves = g.edge, true
	Run(o)
	g.close()
	return b.Flush()
}

type graph struct {
	out  io.Writer
	form Form
	ends uint32          // the number of the first state that stands for an end
	met  map[string]bool // drawn: edges that are there already
}

// label is what an edge is called: the stimulus, and what is seen of it.
func label(s *check.Step) string {
	var b strings.Builder
	b.WriteString(s.String())
	for i := range s.Seen.Outs {
		o := &s.Seen.Out[i]
		fmt.Fprintf(&b, " > %s", frameName(o))
	}
	return strings.ReplaceAll(b.String(), `"`, `'`)
}

func frameName(f *model.Frame) string {
	switch f.Proto {
	case model.ProtoTCP:
		name := ""
		for _, b := range []struct {
			bit  model.Bits
			name string
		}{{model.SYN, "S"}, {model.FIN, "F"}, {model.RST, "R"}, {model.PSH, "P"}, {model.ACK, "."}} {
			if f.Bits&b.bit != 0 {
				name += b.name
			}
		}
		return name
	case model.ProtoUDP:
		return "udp"
	}
	return "icmp"
}

func (g *graph) edge(from uint32, s *check.Step, to uint32) {
	if s.End != check.Goes {
		to = g.ends + uint32(s.End) - 1
	}
	text := label(s)
	switch g.form {
	case Aldebaran:
		fmt.Fprintf(g.out, "(%d, \"%s\", %d)\n", from, text, to)
		return
	case DOT:
		text = fmt.Sprintf("  %d -> %d [label=\"%s\"];\n", from, to, text)
	case Mermaid:
		text = fmt.Sprintf("  s%d --> s%d: %s\n", from, to, strings.NewReplacer(":", " ", ";", " ", "#", " ").Replace(text))
	}
	if g.met == nil {
		g.met = map[string]bool{}
	}
	if from != to && !g.met[text] { // what changes nothing is left out of drawings
		g.met[text] = true
		io.WriteString(g.out, text)
	}
}

// close names the ends and closes the graph.
func (g *graph) close() {
	for e := check.Left; e < check.EndCount; e++ {
		switch n := g.ends + uint32(e) - 1; g.form {
		case DOT:
			fmt.Fprintf(g.out, "  %d [label=\"%v\", shape=box];\n", n, e)
		case Mermaid:
			fmt.Fprintf(g.out, "  s%d: %v\n", n, e)
		}
	}
	if g.form == DOT {
		fmt.Fprintln(g.out, "}")
	}
}
