package shrink

import (
	"net/netip"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// One bug has many scripts, and taking away one event after the other leads to
// the nearest, not to the shortest. What follows leaps to others.

// Scripts of this many events are looked at: the number of leaps grows with the
// square, and a short script has nothing to gain.
const (
	leapMin = 4
	leapMax = 14
)

// shorter tries scripts with fewer events that no single event less leads to.
func (m *minimizer) shorter() bool {
	n := len(m.best.Events)
	if n < leapMin || n > leapMax {
		return false
	}
	return m.remote() || m.pair() || m.swapped() || m.changed()
}

// fewerEvents is try for scripts with fewer events than the best.
func (m *minimizer) fewerEvents(events []script.Event) bool {
	return len(events) < len(m.best.Events) && m.try(events)
}

// pair takes away two events at once: the one made up for the other.
func (m *minimizer) pair() bool {
	n := len(m.best.Events)
	for j := n - 1; j > 0; j-- {
		for i := j - 1; i >= 0; i-- {
			drop := make([]bool, n)
			drop[i], drop[j] = true, true
			if m.fewerEvents(m.less(drop)) {
				return true
			}
			if m.fewerEvents(slices.Delete(slices.Delete(m.events(), j, j+1), i, i+1)) {
				return true
			}
		}
	}
	return false
}

// swapped changes the order of two neighbours and takes an event away.
func (m *minimizer) swapped() bool {
	n := len(m.best.Events)
	for i := range n - 1 {
		for k := range n {
			events := m.events()
			events[i], events[i+1] = events[i+1], events[i]
			if m.fewerEvents(slices.Delete(events, k, k+1)) {
				return true
			}
		}
	}
	return false
}

// changed takes an event away and makes another one plainer.
func (m *minimizer) changed() bool {
	n := len(m.best.Events)
	for k := n - 1; k >= 0; k-- {
		drop := make([]bool, n)
		drop[k] = true
		kept := m.less(drop)
		for i := range kept {
			for _, change := range slices.Concat(changes, leaps) {
				events := slices.Clone(kept)
				events[i].Call.Poll = slices.Clone(events[i].Call.Poll)
				if change(&events[i]) && m.fewerEvents(events) {
					return true
				}
			}
		}
	}
	return false
}

// leaps change an event into one that is no plainer, but may need fewer others.
var leaps = []func(*script.Event) bool{
	func(e *script.Event) bool { // no fcntl, and no second thread
		e.Call.SockFlags |= spec.SockNonblock
		return e.Call.Op == spec.OpSocket || e.Call.Op == spec.OpAccept
	},
	func(e *script.Event) bool { // no connection that has to be there first
		e.Call.Addr = spec.SockaddrInet(netip.AddrPortFrom(script.Own, script.LocalPort))
		return e.Call.Op == spec.OpConnect
	},
	func(e *script.Event) bool {
		e.Frame.Flags, e.Frame.Ack, e.Frame.Len = script.RST|script.ACK, 1, 0
		return e.Kind == script.EventInject && e.Frame.Proto == script.ProtoTCP
	},
}

// remote has the puppet answer in the place of a listener of the script's own:
// with SYN|ACK, with RST, or not at all.
func (m *minimizer) remote() bool {
	n := len(m.best.Events)
	numbers := newNumbering(m.best.Events)
	for i := range n {
		if e := &m.best.Events[i]; e.Kind != script.EventCall || e.Call.Op != spec.OpListen || numbers.uses[i][0] < 0 {
			continue
		}
		drop := make([]bool, n)
		drop[numbers.uses[i][0]] = true
		kept := m.less(drop)
		for c := range kept {
			if kept[c].Kind != script.EventCall || kept[c].Call.Op != spec.OpConnect {
				continue
			}
			for _, answers := range [][]script.Event{nil, {answer(script.RST | script.ACK)}, {answer(script.SYN | script.ACK)}} {
				events := slices.Clone(kept)
				events[c].Call.Addr = spec.SockaddrInet(netip.AddrPortFrom(script.Remote1, script.RemotePort))
				if m.fewerEvents(slices.Insert(events, c+1, answers...)) {
					return true
				}
			}
		}
	}
	return false
}

// answer is a segment of the puppet's in answer to a SYN.
func answer(flags script.TCPFlags) script.Event {
	return script.Event{Kind: script.EventInject, Frame: script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: flags, Ack: 1}}
}
