package run

import (
	"fmt"
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Signature is the same for findings that have, as far as can be told, the
// same cause. It leaves out all in which scripts with one cause differ:
// addresses, numbers, and what else the step brought.
func (f *Finding) Signature() string {
	if f.Versus {
		return strings.Join([]string{f.Kind.String(), "versus kernel", f.operation(), f.contrast}, "\x00")
	}
	allowed := ""
	if len(f.Allowed) > 0 {
		allowed = f.Allowed[0]
	}
	return strings.Join([]string{f.Kind.String(), f.operation(), gistOf(f.Seen), gistOf(allowed)}, "\x00")
}

// operation is the call or the kind of event that the step is about.
func (f *Finding) operation() string {
	if f.Step >= len(f.Script.Events) {
		return ""
	}
	switch e := &f.Script.Events[f.Step]; e.Kind {
	case script.EventCall:
		return e.Call.Op.String()
	default:
		return fmt.Sprint("event ", e.Kind)
	}
}

// gistOf is the text of an output less what the call was given and what differs
// from script to script.
func gistOf(text string) string {
	if from, to := strings.Index(text, "("), strings.LastIndex(text, ") = "); from >= 0 && to >= from {
		text = text[:from] + text[to+1:]
	}
	return outcomes(text)
}

// outcomes strips what differs from script to script: addresses, options of
// segments, and numbers, which are descriptors, ports, lengths and the like.
func outcomes(text string) string {
	var b strings.Builder
	depth, number := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '{' || c == '<':
			depth++
		case (c == '}' || c == '>') && depth > 0:
			depth--
		case depth > 0:
		case c >= '0' && c <= '9' || c == 'P' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			if !number {
				b.WriteByte('#')
			}
			number = true
			continue
		default:
			b.WriteByte(c)
		}
		number = false
	}
	return b.String()
}

// contrast says in which respect two steps differ first: the outputs in
// question, as far as they are alike for all scripts with one cause.
func contrast(kernel, other *script.Step) string {
	if d := firstContrast(kernel.During, other.During); d != "" {
		return "meanwhile " + d
	}
	return firstContrast(kernel.After, other.After)
}

func firstContrast(kernel, other []script.Output) string {
	for i := range max(len(kernel), len(other)) {
		switch {
		case i >= len(kernel):
			return "nothing, " + gist(&other[i])
		case i >= len(other):
			return gist(&kernel[i]) + ", nothing"
		case !script.EqualOutput(kernel[i], other[i]):
			return gist(&kernel[i]) + ", " + gist(&other[i]) + aspects(&kernel[i], &other[i])
		}
	}
	return ""
}

// gist is an output without its numbers and addresses.
func gist(o *script.Output) string {
	switch o.Kind {
	case script.OutputBlock:
		return o.Op.String() + " blocks"
	case script.OutputReturn:
		if o.Result.Failed() {
			return o.Op.String() + " " + o.Result.Errno.String()
		}
		return o.Op.String() + " succeeds"
	}
	return fmt.Sprintf("frame %d %#x %d.%d", o.Frame.Proto, o.Frame.Flags&^script.PSH, o.Frame.ICMPType, o.Frame.ICMPCode)
}

// aspects names what differs between two outputs of one gist.
func aspects(a, b *script.Output) string {
	var s string
	add := func(name string, differs bool) {
		if differs {
			s += " " + name
		}
	}
	if a.Kind == script.OutputFrame {
		add("source", a.Frame.Src != b.Frame.Src)
		add("destination", a.Frame.Dst != b.Frame.Dst)
		add("seq", a.Frame.Seq != b.Frame.Seq)
		add("ack", a.Frame.Ack != b.Frame.Ack)
		add("length", a.Frame.Len != b.Frame.Len)
		return s
	}
	add("value", a.Result.Value != b.Result.Value)
	add("address", a.Result.Addr != b.Result.Addr)
	add("address length", a.Result.AddrLen != b.Result.AddrLen)
	add("result", a.Result.Ret != b.Result.Ret && a.Op != spec.OpSocket && a.Op != spec.OpAccept)
	return s
}
