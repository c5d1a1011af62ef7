package script

import (
	"strconv"
	"strings"
	"time"

	"github.com/connspec/connspec/spec"
)

// Format prints s in the notation of this package; [Parse] reads it back.
func Format(s *Script) string {
	var b []byte
	if s.Title != "" {
		b = append(b, "// "...)
		b = append(b, strings.ReplaceAll(s.Title, "\n", " ")...)
		b = append(b, '\n')
	}
	for i := range s.Events {
		b = appendEvent(b, &s.Events[i])
		b = append(b, '\n')
	}
	return string(b)
}

// FormatEvent prints one event: a line without its end.
func FormatEvent(e *Event) string { return string(appendEvent(nil, e)) }

func appendEvent(b []byte, e *Event) []byte {
	b = appendTime(b, e)
	b = append(b, ' ')
	switch e.Kind {
	case EventCall:
		b = appendThread(b, e.Thread)
		return appendCallEvent(b, &e.Call, e.Want)
	case EventInject:
		b = append(b, "< "...)
		return appendFrame(b, &e.Frame)
	case EventExpect:
		if e.Want != nil {
			b = appendThread(b, e.Thread)
			return appendResumed(b, &e.Call, e.Want)
		}
		b = append(b, "> "...)
		return appendFrame(b, &e.Frame)
	case EventSignal:
		return appendSignal(appendThread(b, e.Thread), e.Signal)
	case EventEnv:
		b = append(b, '`')
		b = append(b, e.Env.Command()...)
		return append(b, '`')
	}
	// packetdrill's way to let time pass and do nothing.
	return append(b, "`true`"...)
}

// appendTime prints when an event happens. The end of a blocking call counts
// from the event before it, as packetdrill has it.
func appendTime(b []byte, e *Event) []byte {
	if e.AnyTime {
		return append(b, '*')
	}
	b = append(b, '+')
	b = appendSeconds(b, e.Delay)
	if e.Within > 0 {
		b = append(b, "~+"...)
		b = appendSeconds(b, e.Delay+e.Within)
	}
	if e.Kind == EventCall && e.Want != nil && e.Want.Blocks && e.Want.After > 0 {
		b = append(b, "..."...)
		b = appendSeconds(b, e.Delay+e.Want.After)
	}
	return b
}

// appendSeconds prints d as a decimal number of seconds, exactly.
func appendSeconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	rest := int64(d % time.Second)
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(100 * time.Millisecond); rest > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit))
		rest %= unit
	}
	return b
}

// appendThread prints strace's mark of a thread other than the main one.
func appendThread(b []byte, thread int) []byte {
	if thread == 0 {
		return b
	}
	b = append(b, "[pid "...)
	b = strconv.AppendInt(b, int64(thread), 10)
	return append(b, "] "...)
}

// FormatFrame prints f as a script would, without direction or time. Addresses
// are printed unless f.Implied.
func FormatFrame(f Frame) string { return string(appendFrame(nil, &f)) }

// FormatOutput prints what the host let be seen, in one line: a frame with ">",
// the return of a call with its input arguments left out as "...".
func FormatOutput(o Output) string {
	switch o.Kind {
	case OutputFrame:
		return "> " + FormatFrame(o.Frame)
	case OutputBlock:
		return string(appendThread(nil, o.Thread)) + o.Op.String() + "(... <unfinished ...>"
	}
	b := appendThread(nil, o.Thread)
	b = append(b, o.Op.String()...)
	b = append(b, "(..."...)
	c := spec.Call{Op: o.Op}
	switch {
	case o.Result.Failed():
	case returnsAddr(o.Op) && o.Result.Addr != (spec.Sockaddr{}):
		b = append(b, ", "...)
		b = appendAddrOut(b, &o.Result)
	case o.Op == spec.OpGetsockopt:
		b = append(b, ", ["...)
		b = appendOptionValue(b, o.Result.Value, true)
		b = append(b, ']')
	case o.Op == spec.OpEpollWait:
		b = appendEpollWaitArgs(b, &c, &Want{HasOut: true, Result: o.Result})
	}
	b = append(b, ") = "...)
	return string(appendResult(b, &c, &o.Result))
}

// returnsAddr reports whether a call writes a socket address back.
func returnsAddr(op spec.Op) bool {
	switch op {
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername, spec.OpRecvfrom:
		return true
	}
	return false
}
