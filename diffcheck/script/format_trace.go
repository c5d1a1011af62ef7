package script

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/spec"
)

// FormatTrace prints what a target saw as a script: the stimuli of tr.Script
// with the outcomes filled in and the frames of the host as expectations. The
// result is a valid script again.
func FormatTrace(tr *Trace) string { return Format(tr.AsScript()) }

// AsScript is the trace as a script that expects what was seen. Expectations
// of the original script are replaced by what came.
func (tr *Trace) AsScript() *Script {
	s := &Script{Name: tr.Script.Name, Title: tr.Script.Title, Loopback: tr.Script.Loopback}
	t := transcript{out: s}
	for i := range tr.Script.Events {
		e := tr.Script.Events[i]
		t.delay += e.Delay
		var step Step
		if i < len(tr.Steps) {
			step = tr.Steps[i]
		}
		t.outputs(step.During)
		t.stimulus(&e, &step)
		t.outputs(step.After)
	}
	if t.delay > 0 {
		t.add(Event{Kind: EventAdvance})
	}
	return s
}

// transcript writes the events of a trace, in order.
type transcript struct {
	out   *Script
	delay time.Duration // has passed and is not yet on a line
	conn  connection
}

func (t *transcript) add(e Event) {
	e.Delay = t.delay
	t.delay = 0
	t.out.Events = append(t.out.Events, e)
}

func (t *transcript) stimulus(e *Event, step *Step) {
	switch e.Kind {
	case EventExpect, EventAdvance:
		return
	case EventInject:
		t.conn.see(&e.Frame, false)
	case EventCall:
		e.Want = nil
		for i, o := range step.After {
			if o.Thread != e.Thread || o.Kind == OutputFrame {
				continue
			}
			e.Want = &Want{Blocks: true}
			if o.Kind == OutputReturn {
				e.Want = statedFrom(&e.Call, &o.Result)
			}
			// The caller prints the other outputs; this one is on the line of
			// the call.
			step.After = append(append([]Output(nil), step.After[:i]...), step.After[i+1:]...)
			break
		}
	}
	t.add(*e)
}

func (t *transcript) outputs(outs []Output) {
	for _, o := range outs {
		switch o.Kind {
		case OutputFrame:
			f := o.Frame
			f.Implied = t.conn.implies(&f)
			f.Window, f.HasWindow = 0, false // not compared, so not expected
			t.conn.see(&o.Frame, true)
			t.add(Event{Kind: EventExpect, Frame: f})
		case OutputReturn:
			c := spec.Call{Op: o.Op}
			t.add(Event{Kind: EventExpect, Thread: o.Thread, Call: c, Want: statedFrom(&c, &o.Result)})
		}
	}
}

// connection is the current one of a script: the one that a frame without
// addresses belongs to.
type connection struct {
	local, remote netip.AddrPort
}

// see notes a frame that opens a connection.
func (c *connection) see(f *Frame, fromHost bool) {
	if !(f.Proto == ProtoUDP || f.Proto == ProtoTCP && f.Flags&SYN != 0) {
		return
	}
	switch {
	case f.Implied && c.remote.IsValid():
	case f.Implied && f.Proto == ProtoUDP:
		c.local, c.remote = netip.AddrPortFrom(Own, LocalPort), netip.AddrPortFrom(Remote1, RemotePort)
	case f.Implied:
		c.local, c.remote = netip.AddrPortFrom(Own, LocalPort), netip.AddrPortFrom(Remote1, PassivePort)
	case fromHost:
		c.local, c.remote = f.Src, f.Dst
	default:
		c.local, c.remote = f.Dst, f.Src
	}
}

// implies reports whether a frame of the host needs no addresses: it belongs
// to the current connection, or opens the first one to the default remote.
func (c *connection) implies(f *Frame) bool {
	if f.Proto == ProtoICMP {
		return false
	}
	if c.remote.IsValid() {
		return f.Src == c.local && f.Dst == c.remote
	}
	return f.Src.Addr() == Own && f.Dst == netip.AddrPortFrom(Remote1, RemotePort)
}
