package script

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// EqualOutput reports whether two targets let the same be seen. Of a frame it
// compares addresses, protocol, flags, relative sequence and acknowledgement
// numbers, payload length, which options are present, and ICMP type and code.
// It does not compare window, option values but a Fast Open cookie, clocks or PSH: those are a stack's
// own choice (RFC 9293, sections 3.8.6 and 3.9.1.2), no rule names them.
func EqualOutput(a, b Output) bool {
	if a.Kind != b.Kind {
		return false
	}
	if a.Kind == OutputFrame {
		return EqualFrame(a.Frame, b.Frame)
	}
	if a.Thread != b.Thread || a.Op != b.Op {
		return false
	}
	return a.Kind != OutputReturn || EqualResult(a.Result, b.Result)
}

// EqualOutputs compares two lists of outputs, in order.
func EqualOutputs(a, b []Output) bool { return slices.EqualFunc(a, b, EqualOutput) }

// EqualResult reports whether two results are the same to the program.
func EqualResult(a, b spec.Result) bool {
	return a.Ret == b.Ret && a.Errno == b.Errno && a.Addr == b.Addr &&
		a.AddrLen == b.AddrLen && a.Value == b.Value && a.Pair == b.Pair && slices.Equal(a.Poll, b.Poll)
}

// EqualFrame compares two frames as [EqualOutput] says.
func EqualFrame(a, b Frame) bool {
	return a.Src == b.Src && a.Dst == b.Dst && equalContent(&a, &b) && present(a.Options) == present(b.Options)
}

// equalContent compares what two frames carry, leaving out addresses, window
// and options.
func equalContent(a, b *Frame) bool {
	if a.Proto != b.Proto || a.Len != b.Len {
		return false
	}
	switch a.Proto {
	case ProtoTCP:
		return a.Flags&^PSH == b.Flags&^PSH && a.Seq == b.Seq && a.Ack == b.Ack && a.BadSum == b.BadSum
	case ProtoICMP, ProtoICMP6:
		return a.ICMPType == b.ICMPType && a.ICMPCode == b.ICMPCode
	}
	return true
}

// present says which options there are, without their values.
func present(o TCPOptions) TCPOptions {
	o.MSS = min(o.MSS, 1)
	o.WindowScale = min(o.WindowScale, 1)
	o.SACKBlocks = min(o.SACKBlocks, 1)
	return o
}

// MatchesFrame reports whether a frame of the host is what an expectation
// asks for: addresses unless implied, the window only if stated, options unless
// "<...>" was written.
func (e *Event) MatchesFrame(seen Frame) bool {
	want := &e.Frame
	if !want.Implied && (want.Src != seen.Src || want.Dst != seen.Dst) {
		return false
	}
	if want.HasWindow && want.Window != seen.Window {
		return false
	}
	return equalContent(want, &seen) && (want.AnyOptions || present(want.Options) == present(seen.Options))
}

// Matches reports whether a result is what w asks for.
func (w *Want) Matches(seen spec.Result) bool {
	if w.Any {
		return true
	}
	want := w.Result
	if want.Ret != seen.Ret || want.Errno != seen.Errno {
		return false
	}
	if w.HasAddr && (want.Addr != seen.Addr || want.AddrLen != seen.AddrLen) {
		return false
	}
	return !w.HasOut || want.Value == seen.Value && (want.Pair == seen.Pair || want.Failed()) && equalRevents(want.Poll, seen.Poll)
}

// equalRevents compares what poll returned. Entries without events do not
// count, since strace leaves them out.
func equalRevents(want, seen []spec.PollFD) bool {
	return slices.Equal(revents(want), revents(seen))
}
