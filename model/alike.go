package model

import (
	"math/bits"

	"github.com/connspec/connspec/spec"
)

// Dialects differ less than they have in common: most worlds of a trace are those
// of several of them, and so are most answers. A step is therefore made for a
// group of dialects at once, as the one that leads them makes it. Wherever it
// matters which dialect it is, the group parts: those that do as the leader does
// stay, the others have their step made after it.

// StepEach is [Step] for several dialects. What it finds is added to out, which
// must have room; see [Nexts.Room].
func StepEach(group Dialects, w *World, l *Label, out *Nexts) {
	out.Full, out.from, out.known = 0, 0, false
	for group != 0 {
		out.begin(group)
		out.step(w, l)
		group &^= out.end()
	}
}

// TausEach is [Taus] for several dialects, as StepEach is [Step].
func TausEach(group Dialects, w *World, out *Nexts) {
	out.Full, out.from, out.known = 0, 0, false
	for group != 0 {
		out.begin(group)
		out.taus(w)
		group &^= out.end()
	}
}

// step makes the step of the group of the move.
func (n *Nexts) step(w *World, l *Label) {
	if w.Left != Inside {
		n.push(w)
		return
	}
	switch l.Kind {
	case LabelCall:
		stepCall(w, l, n)
	case LabelIn:
		stepIn(w, l, n)
	case LabelSignal:
		stepSignal(w, l, n)
	default:
		if next := n.push(w); !next.World.Observe(l) {
			n.Len--
		}
	}
}

// taus lets every timer of the world fire.
func (n *Nexts) taus(w *World) {
	if w.Left != Inside {
		return
	}
	for i := range w.Sockets {
		n.fire(w, i)
	}
	for i := range w.Threads {
		n.expire(w, i)
	}
}

// begin readies the buffer for a step of a group.
func (n *Nexts) begin(group Dialects) {
	n.first = n.Len
	n.m.group, n.m.lead, n.m.whole = group, group.First(), group
}

// end notes for whom the step was made, and says so.
func (n *Nexts) end() Dialects {
	for i := n.first; i < n.Len; i++ {
		n.Buf[i].For = n.m.group
	}
	if n.full {
		n.Full |= n.m.group
		n.full = false
	}
	return n.m.group
}

// Room says whether the steps of all dialects from one more world can be added.
func (n *Nexts) Room() bool { return n.Len <= len(n.Buf)-int(spec.DocumentCount)*NextsMax }

// AllDialects are all that the model knows.
const AllDialects = forAll

func (s Dialects) single() bool { return s&(s-1) == 0 }

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
func (m *move) holds(e *entry) bool {
	when := rules.index.when[e.id]
	switch m.group & e.of {
	case m.group:
		return when(m)
	case 0:
		return false
	}
	return m.holdsFor(e.of, when)
}

// holdsFor is holds where only some of the group have the rule. Where it applies
// to one of these, the group parts.
func (m *move) holdsFor(of Dialects, when func(*move) bool) bool {
	group, lead, looked, found := m.group, m.lead, m.looked, m.found
	m.group &= of
	if !of.Has(lead) {
		m.lead = m.group.First()
	}
	ok := when(m)
	asked := m.group
	m.group, m.lead, m.looked, m.found = group&^of, lead, looked, found
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
