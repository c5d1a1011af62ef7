// Package shrink makes a failing script smaller while it still fails: first
// fewer events, then plainer ones, then other scripts that do the same.
package shrink

import (
	"net/netip"
	"reflect"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// TriesMax bounds how often Script asks whether a candidate fails. A script of
// a dozen events needs about a hundred.
const TriesMax = 2000

// Script gives the smallest script it can find for which stillFails is true; s
// itself if there is none, and s is not changed. No event can be taken away from
// the result, unless TriesMax was reached. The same s and answers give the same
// result. stillFails may keep what it is given.
func Script(s *script.Script, stillFails func(*script.Script) bool) *script.Script {
	m := minimizer{fails: stillFails, best: s}
	for m.tries < TriesMax {
		before := m.best
		m.fewer()
		m.plainer()
		m.renumber()
		if m.best == before && !m.shorter() {
			break
		}
	}
	return m.best
}

type minimizer struct {
	fails func(*script.Script) bool
	best  *script.Script
	tries int
}

// try takes a candidate as the best so far if it is another script and fails.
func (m *minimizer) try(events []script.Event) bool {
	if m.tries >= TriesMax || len(events) == 0 || reflect.DeepEqual(events, m.best.Events) {
		return false
	}
	c := &script.Script{Name: m.best.Name, Title: m.best.Title, Events: events}
	if c.Validate() != nil {
		return false
	}
	c.Loopback = script.OnLoopback(c)
	m.tries++
	if !m.fails(c) {
		return false
	}
	m.best = c
	return true
}

// events is a copy of the best so far that may be changed.
func (m *minimizer) events() []script.Event {
	out := slices.Clone(m.best.Events)
	for i := range out {
		out[i].Call.Poll = slices.Clone(out[i].Call.Poll)
	}
	return out
}

// fewer takes away runs of events, halving their length down to one, until no
// single event can go.
func (m *minimizer) fewer() {
	for size := max(1, len(m.best.Events)/2); ; size = max(1, size/2) {
		removed := false
		for from := len(m.best.Events) - size; from >= 0; from-- {
			if m.without(from, from+size) {
				removed = true
				from = min(from, len(m.best.Events)-size+1)
			}
		}
		if size == 1 && (!removed || m.tries >= TriesMax) {
			return
		}
	}
}

// without tries the script less the events from … to-1: with the descriptors
// renumbered that they would have made, then as it is. The time that they took
// goes to the event after them.
func (m *minimizer) without(from, to int) bool {
	if to-from >= len(m.best.Events) {
		return false
	}
	if kept := m.relink(from, to); kept != nil && m.try(kept) {
		return true
	}
	cut := slices.Delete(m.events(), from, to)
	for _, e := range m.best.Events[from:to] {
		if from < len(cut) {
			cut[from].Delay += e.Delay
		}
	}
	return m.try(cut)
}

// plainer makes single events plainer, one change at a time.
func (m *minimizer) plainer() {
	for i := 0; i < len(m.best.Events); i++ {
		for _, change := range changes {
			events := m.events()
			if change(&events[i]) {
				m.try(events)
			}
		}
	}
}

// changes make an event plainer; they report whether they could.
var changes = []func(*script.Event) bool{
	func(e *script.Event) bool { e.Delay = 0; return e.Kind != script.EventAdvance },
	func(e *script.Event) bool { e.Want = nil; return e.Kind == script.EventCall },
	func(e *script.Event) bool { e.Thread = 0; return true },
	plainAddress,
	func(e *script.Event) bool {
		if takesAddress(e.Call.Op) && e.Call.Addr.Addr.Is4() && e.Call.Op != spec.OpBind {
			e.Call.Addr.Port = script.RemotePort
			return true
		}
		return false
	},
	func(e *script.Event) bool {
		if takesAddress(e.Call.Op) {
			e.Call.AddrLen = spec.SizeofSockaddrIn
		}
		return takesAddress(e.Call.Op)
	},
	func(e *script.Event) bool { e.Call.Protocol = spec.ProtocolDefault; return e.Call.Op == spec.OpSocket },
	func(e *script.Event) bool { e.Call.MsgFlags = 0; return true },
	func(e *script.Event) bool {
		if len(e.Call.Poll) > 1 {
			e.Call.Poll = e.Call.Poll[:1]
		}
		return true
	},
	func(e *script.Event) bool {
		if e.Call.Op == spec.OpListen {
			e.Call.Backlog = 1
		}
		return true
	},
	func(e *script.Event) bool { e.Call.Pointer = spec.PointerValid; return !takesAddress(e.Call.Op) },
	plainFrame,
}

func takesAddress(op spec.Op) bool {
	return op == spec.OpBind || op == spec.OpConnect || op == spec.OpSendto
}

// plainAddress sends a connection to the first remote host.
func plainAddress(e *script.Event) bool {
	if e.Call.Op != spec.OpConnect && e.Call.Op != spec.OpSendto || e.Call.Addr.Family == spec.AFUnspec && e.Call.Pointer == spec.PointerValid {
		return false
	}
	e.Call.Addr = spec.SockaddrInet(netip.AddrPortFrom(script.Remote1, script.RemotePort))
	e.Call.Pointer = spec.PointerValid
	return true
}

// plainFrame takes options, payload and quote from a frame.
func plainFrame(e *script.Event) bool {
	if e.Kind != script.EventInject {
		return false
	}
	e.Frame.Options = script.TCPOptions{}
	if e.Frame.Proto == script.ProtoUDP {
		e.Frame.Len = 0
	}
	e.Frame.Quoted = script.Quote{}
	return true
}

// renumber gives the threads the lowest numbers, in order of appearance.
func (m *minimizer) renumber() {
	events := m.events()
	var to [script.ThreadsMax]int
	next := 1
	for i := range events {
		t := events[i].Thread
		if t == 0 {
			continue
		}
		if to[t] == 0 {
			to[t] = next
			next++
		}
		events[i].Thread = to[t]
	}
	m.try(events)
}
