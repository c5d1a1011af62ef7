package model

import (
	"math/bits"

	"github.com/connspec/connspec/spec"
)

// Dialects differ less than they have in common: most worlds of a trace are those
// of several of them, and so are most answers. A step is therefore made for a
// group of dialects at once, as the one that leads them makes it. Wherever it
// matters which dialect it is, the group parts: those that do as the leader does
// stay, the others have their step made apart.

// StepAlike is [Step] for all of those dialects that answer l in w alike: like the
// first of group, which is one of them. It says which they are.
func StepAlike(group Dialects, w *World, l *Label, out *Nexts) Dialects {
	out.begin(group)
	if w.Left != Inside {
		out.push(w)
		return group
	}
	switch l.Kind {
	case LabelCall:
		stepCall(w, l, out)
	case LabelIn:
		stepIn(w, l, out)
	case LabelSignal:
		stepSignal(w, l, out)
	default:
		if n := out.push(w); !n.World.Observe(l) {
			out.Len--
		}
	}
	return out.m.group
}

// TausAlike is [Taus] for all of those dialects whose timers do alike: like those
// of the first of group, which is one of them. It says which they are.
func TausAlike(group Dialects, w *World, out *Nexts) Dialects {
	out.begin(group)
	if w.Left != Inside {
		return group
	}
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind != KindStream || s.has(AnyState) || !w.Timers && !s.has(Hurry) && !out.m.ackSoon(s) {
			continue
		}
		m := out.move(w)
		m.s, m.slot = s, uint8(i)
		m.try(onTimer, out, true)
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; w.mayExpire(t) {
			m := out.move(w)
			m.waiter(t)
			m.try(onTimeout, out, false)
		}
	}
	return out.m.group
}

// begin readies the buffer for a step of a group.
func (n *Nexts) begin(group Dialects) {
	n.Len, n.Full = 0, false
	n.m.group, n.m.lead = group, group.First()
}

// First is the first dialect of the set, which must not be empty.
func (s Dialects) First() spec.Dialect { return spec.Dialect(bits.TrailingZeros8(uint8(s))) }

// under says whether the step is one of these dialects. A group that has others
// as well parts.
func (m *move) under(these Dialects) bool {
	switch m.group & these {
	case m.group:
		return true
	case 0:
		return false
	}
	return m.part(these)
}

// part keeps those of the group that are on the leader's side.
func (m *move) part(these Dialects) bool {
	if these.Has(m.lead) {
		m.group &= these
		return true
	}
	m.group &^= these
	return false
}

// holds says whether a rule applies: to all of the group, or to none of it.
func (m *move) holds(e entry) bool {
	when := rules.index.when[e.id]
	switch m.group & e.of {
	case m.group:
		return when == nil || when(m)
	case 0:
		return false
	}
	return m.holdsFor(e.of, when)
}

// holdsFor is holds where only some of the group have the rule. Where it applies
// to one of these, the group parts.
func (m *move) holdsFor(of Dialects, when func(*move) bool) bool {
	whole, lead, looked, found := m.group, m.lead, m.looked, m.found
	m.group &= of
	if !of.Has(lead) {
		m.lead = m.group.First()
	}
	ok := when == nil || when(m)
	asked := m.group
	m.group, m.lead, m.looked, m.found = whole&^of, lead, looked, found
	switch {
	case !ok:
		m.group |= asked
	case of.Has(lead):
		m.group = asked
		return true
	}
	return false
}

// back undoes what has happened to m since it was as before, except that what
// the group has parted over it stays.
func (m *move) back(before *move) {
	group := m.group
	*m = *before
	m.group = group
}
