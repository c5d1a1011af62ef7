package model

import "github.com/connspec/connspec/spec"

// NoSlot, of [TausOf], stands for the threads that wait on no socket of their own.
const NoSlot uint8 = SocketsMax

// TausOf is [Taus] of one socket, by its slot, and of the threads that wait on it:
// all of Taus is that of every slot, and of [NoSlot].
func TausOf(d spec.Dialect, w *World, slot uint8, out *Nexts) {
	out.Len, out.Full, out.from = 0, 0, 0
	out.begin(1 << d)
	defer out.end()
	if w.Left != Inside {
		return
	}
	of := slot + 1
	if slot == NoSlot {
		of = 0
	} else {
		out.fire(w, int(slot))
	}
	for i := range w.Threads {
		if w.Threads[i].Socket == of {
			out.expire(w, i)
		}
	}
}

// fire finds what the timers of a socket may do.
func (n *Nexts) fire(w *World, slot int) {
	s := &w.Sockets[slot]
	if s.Kind != KindStream || s.has(AnyState) || !w.Timers && !s.has(Hurry) && !n.m.ackSoon(s) {
		return
	}
	m := n.move(w)
	m.s, m.slot = s, uint8(slot)
	m.try(onTimer, n, true, 0)
}

// expire finds what comes of it that a thread has waited long enough.
func (n *Nexts) expire(w *World, thread int) {
	t := &w.Threads[thread]
	if !w.mayExpire(t) {
		return
	}
	m := n.move(w)
	m.waiter(t)
	m.try(onTimeout, n, false, 0)
}
