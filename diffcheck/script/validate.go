package script

import (
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/spec"
)

// Validate checks s against the limits of this package. Its error is a
// [*SyntaxError] or, for what no target may do, an [*OutsideError].
func (s *Script) Validate() error {
	if len(s.Events) > EventsMax {
		return s.exceeds(EventsMax, fmt.Sprintf("at most %d", EventsMax), "%d events", len(s.Events))
	}
	if i := s.mortal(); i >= 0 {
		return s.exceeds(i, "an rt_sigaction before it that gives the signal a handler or SIG_IGN", "%s would end the process", s.Events[i].Signal)
	}
	var fds descriptors
	for i := range s.Events {
		e := &s.Events[i]
		switch {
		case e.Delay < 0 || e.Delay > DelayMax:
			return s.exceeds(i, fmt.Sprintf("0 to %v", DelayMax), "a delay of %v", e.Delay)
		case e.Thread < 0 || e.Thread >= ThreadsMax:
			return s.exceeds(i, fmt.Sprintf("0 to %d", ThreadsMax-1), "thread %d", e.Thread)
		case e.Kind == EventInject && (e.Frame.Proto == 0 || e.Frame.Len < 0 || e.Frame.Len > 65535):
			return s.exceeds(i, "TCP, UDP or ICMP with at most 65535 bytes", "a frame that cannot be sent")
		}
		if e.Kind != EventCall {
			continue
		}
		if e.Call.Op == spec.OpNone || e.Call.Op >= spec.OpCount {
			return s.exceeds(i, "a call of package spec", "an event without a call")
		}
		if touchesStandard(&e.Call) {
			return &OutsideError{File: s.Name, Line: e.Line, Col: min(e.Line, 1), What: "the descriptors 0, 1 and 2"}
		}
		fds.call(e)
		if fds.open > FDsMax {
			return s.exceeds(i, fmt.Sprintf("at most %d", FDsMax), "the script has %d descriptors open at once", fds.open)
		}
	}
	return nil
}

// exceeds is the error of event i. Column 1 stands for the line.
func (s *Script) exceeds(i int, expected, format string, args ...any) error {
	e := &SyntaxError{File: s.Name, Message: fmt.Sprintf(format, args...), Expected: expected}
	if i < len(s.Events) && s.Events[i].Line > 0 {
		e.Line, e.Col = s.Events[i].Line, 1
	} else {
		e.Message = fmt.Sprintf("event %d: ", i+1) + e.Message
	}
	return e
}

// touchesStandard reports whether a call would change one of the three
// descriptors that a process starts with.
func touchesStandard(c *spec.Call) bool {
	standard := func(fd int32) bool { return fd >= 0 && fd <= 2 }
	switch {
	case c.Op == spec.OpPoll || c.Op == spec.OpSelect:
		for _, f := range c.Poll {
			if standard(f.FD) {
				return true
			}
		}
		return false
	case !c.Op.TakesDescriptor():
		return false
	}
	return standard(c.FD) || c.Op == spec.OpDup2 && standard(c.Arg)
}

// descriptors follows which descriptors a script may have open: each call that
// is not said to fail is taken to succeed.
type descriptors struct {
	used [FDsMax + 2]bool // by number less 3
	open int
}

func (d *descriptors) call(e *Event) {
	if e.Want != nil && !e.Want.Any && !e.Want.Blocks && e.Want.Result.Failed() {
		return
	}
	switch e.Call.Op {
	case spec.OpSocket, spec.OpAccept, spec.OpDup, spec.OpOpen, spec.OpEpollCreate, spec.OpEventfd, spec.OpLandlockCreate:
		d.next()
	case spec.OpSocketpair, spec.OpPipe:
		d.next()
		d.next()
	case spec.OpDup2:
		if i := int(e.Call.Arg) - 3; i >= 0 && i < len(d.used) && !d.used[i] && d.has(e.Call.FD) {
			d.used[i] = true
			d.open++
		}
	case spec.OpClose:
		if d.has(e.Call.FD) {
			d.used[e.Call.FD-3] = false
			d.open--
		}
	}
}

// next opens the lowest descriptor that is free.
func (d *descriptors) next() {
	for i := range d.used {
		if !d.used[i] {
			d.used[i] = true
			d.open++
			return
		}
	}
}

func (d *descriptors) has(fd int32) bool {
	return fd >= 3 && int(fd)-3 < len(d.used) && d.used[fd-3]
}

// OnLoopback reports whether s runs on any host, with nothing made for it: no
// frames, no changes of the environment, and no address but those of the
// loopback network and the wildcard. (Own is the host too, but only in a lab.)
func OnLoopback(s *Script) bool {
	for i := range s.Events {
		e := &s.Events[i]
		switch e.Kind {
		case EventInject:
			return false
		case EventExpect:
			if e.Want == nil {
				return false
			}
		case EventEnv:
			if e.Env.Kind != EnvSleep && e.Env.Kind != EnvFile {
				return false
			}
		case EventCall:
			if onlyInLab(&e.Call) {
				return false
			}
			if takesAddr(e.Call.Op) && e.Call.Pointer == spec.PointerValid && !everywhere(e.Call.Addr.Addr) {
				return false
			}
		}
	}
	return true
}

// onlyInLab: what the call does depends on the privileges or the sysctls of a
// namespace, raw sockets, Fast Open and a range of ports, or on Landlock.
func onlyInLab(c *spec.Call) bool {
	switch c.Op {
	case spec.OpSocket:
		return c.Family != spec.AFUnix && (c.Type == spec.SockRaw || c.Protocol == spec.ProtocolICMP || c.Protocol == spec.ProtocolMPTCP || c.Family == spec.AFNetlink || c.Family == spec.AFPacket)
	case spec.OpSetsockopt:
		return c.Option == spec.TCPFastopen || c.Option == spec.TCPFastopenNoCookie || c.Option == spec.TCPFastopenConnect || c.Option == spec.IPOptions || c.Option == spec.IPLocalPortRange
	case spec.OpLandlockRestrict:
		return true
	}
	return c.MsgFlags&spec.MsgFastopen != 0
}

func takesAddr(op spec.Op) bool {
	return op == spec.OpBind || op == spec.OpConnect || op == spec.OpSendto
}

// everywhere reports whether an address means the same on every host.
func everywhere(a netip.Addr) bool {
	return !a.IsValid() || a.IsLoopback() || a.IsUnspecified()
}
