package model

import (
	"math"
	"slices"

	"github.com/connspec/connspec/spec"
)

// A step asks again and again which rules of a trigger hold. Most conditions
// begin with what the descriptor refers to and in which state that is: a rule
// declares these (of, in), and the index leaves out what cannot hold.

// subjects is a set of what a descriptor can refer to.
type subjects uint16

const (
	nothingOpen subjects = 1 << iota // no file
	nonSockets                       // a file that is not a socket
	_                                // KindNone: what was there has gone
	streams                          // KindStream
	dgrams                           // KindDgram
	_                                // KindUnixStream: its rules have triggers of their own
	_                                // KindUnixSeqpacket
	_                                // KindUnixDgram
)

// traits are what is out of the ordinary with a call. They are found out once;
// rules whose conditions need some of them are passed over where it has none.
type traits uint16

const (
	strange   traits = 1 << iota // the address: pointer, length, family, or port 0; socket: what is asked for
	special                      // the address is the wildcard, or no unicast route leads there, or from here
	underway                     // the socket layer is past Unconnected
	marked                       // an error is pending, or the socket is shut, dead, in any state, or in one that the socket layer does not know of
	ported                       // the socket has a port, or an address by bind
	six                          // the socket is of AF_INET6
	raw                          // it is a raw socket
	quick                        // Fast Open is asked for, or the socket has one under way
	changed                      // the environment is not as planned
	confined                     // Landlock denies the thread something
	vague                        // some socket is in any state
	whichever                    // all calls
	allTraits = traits(1<<iota - 1)
)

// marks are the flags of a marked socket.
const marks = Dead | ShutRead | ShutWrite | GotFIN | AnyState | HalfOpen

// quickness are the flags of a Fast Open.
const quickness = Deferred | FastBusy | FastConnect

// needing says of every rule of a table what it needs.
func needing(t traits, table []Rule) []Rule {
	table = slices.Clone(table)
	for i := range table {
		table[i].needs = t
	}
	return table
}

// traits are those of the call that m makes.
func (m *move) traits() (t traits) {
	switch {
	case m.c != nil && m.c.Op == spec.OpSocket && m.c.ordinary():
		return allTraits &^ strange
	case m.s == nil || m.c == nil || m.c.Op == spec.OpSocket:
		return allTraits
	}
	t = whichever
	if m.s.Family == spec.AFInet6 {
		t |= six
	}
	if m.s.has(Raw) {
		t |= raw
	}
	if m.domain() != 0 {
		t |= confined
	}
	if m.s.has(quickness) || m.c.MsgFlags&spec.MsgFastopen != 0 {
		t |= quick
	}
	if m.w.Env != (Surroundings{}) {
		t |= changed
	}
	if m.w.flags()&AnyState != 0 && m.under(forPOSIX|forTargetTCP) {
		t |= vague
	}
	if badPointer(m) || wrongFamily(m) || inexact(m) || tooShort(m) || portZero(m) {
		t |= strange
	}
	if r := m.route(m.c.To.Addr); r != routeUnicast && r != routeLocal || m.c.To.Addr == AddrAny || m.s.has(Bare) || m.s.source4().Loops() || m.s.Local.Loops() {
		t |= special
	}
	if m.s.Layer != Unconnected {
		t |= underway
	}
	if m.s.Err != spec.ENONE || m.s.has(marks) || m.s.Layer == Unconnected && m.s.TCP != Closed {
		t |= marked
	}
	if m.s.has(HasPort | AddrLock) {
		t |= ported
	}
	return t
}

// ordinary: the call asks for a TCP or UDP socket of AF_INET.
func (c *Call) ordinary() bool {
	if c.Family != spec.AFInet {
		return false
	}
	switch c.Type {
	case spec.SockStream:
		return c.Protocol == spec.ProtocolDefault || c.Protocol == spec.ProtocolTCP
	case spec.SockDgram:
		return c.Protocol == spec.ProtocolDefault || c.Protocol == spec.ProtocolUDP
	}
	return false
}

// listOfAll is the place of the lists of all dialects.
const listOfAll = uint8(spec.DocumentCount)

func always(*move) bool { return true }

// kinds is how many kinds of sockets there are, with KindNone.
const kinds = int(KindUnixDgram) + 1

// aspect is what the index tells apart: no file, no socket, and for each kind
// of socket its states.
type aspect uint8

const (
	states  = int(TimeWait) + 1
	aspects = 2 + kinds*states
)

// aspect is that of what m is about.
func (m *move) aspect() aspect {
	switch {
	case m.s != nil:
		return 2 + aspect(m.s.Kind)*aspect(states) + aspect(m.s.TCP)
	case m.file >= FileOther:
		return 1
	}
	return 0
}

// covers says whether the rule may apply to what has this aspect.
func (r *Rule) covers(a aspect) bool {
	subject, t := a, Closed
	if a >= 2 {
		subject, t = 2+(a-2)/aspect(states), TCP((a-2)%aspect(states))
	}
	switch {
	case r.of != 0 && r.of&(1<<subject) == 0:
		return false
	case r.in == nil:
		return true
	}
	return a >= 2 && t.in(r.in...)
}

// index finds the rules that may apply.
type index struct {
	lists   [spec.DocumentCount + 1][triggerCount][aspects]span // by dialect; the last are of all
	entries []entry
	when    []func(*move) bool // by id
}

// span is where in index.entries a list stands. Spans are small, because each
// step looks at other ones.
type span struct{ first, count uint16 }

// entry is a rule of a list, with what has to be known before its condition:
// lists are read more often than anything else.
type entry struct {
	id    RuleID
	needs traits
	is    property
	of    Dialects
}

// property is what try has to know of a rule.
type property uint8

const (
	isCheck property = 1 << iota // it fails the call
	isMay                        // Class is May
	isAlso
	isPort
)

func (r *Rule) entry() entry {
	e := entry{r.ID, r.needs, r.properties(), r.For}
	if e.needs == 0 {
		e.needs = whichever
	}
	return e
}

func (r *Rule) properties() (p property) {
	switch r.Class {
	case May:
		p = isCheck | isMay
	case Shall, Unsaid:
		p = isCheck
	}
	if r.also {
		p |= isAlso
	}
	if r.port {
		p |= isPort
	}
	return p
}

func (x *index) build(rules []Rule) {
	x.when = make([]func(*move) bool, len(rules))
	for i := range rules {
		if x.when[i] = rules[i].when; x.when[i] == nil {
			x.when[i] = always
		}
	}
	var asked []*Rule
	for t := range triggerCount {
		asked = asked[:0]
		for i := range rules[1:] {
			if r := &rules[1+i]; r.reacts(t) {
				asked = append(asked, r)
			}
		}
		for d := range x.lists {
			of := Dialects(1 << d)
			if d == int(listOfAll) {
				of = forAll
			}
			for a := range aspect(aspects) {
				x.list(asked, of, &x.lists[d][t], a)
			}
		}
	}
}

// reacts says whether the rule is of this trigger.
func (r *Rule) reacts(t trigger) bool {
	if r.on == onSegment {
		return t >= onSegment && t < onUnix && TCP(t-onSegment).in(r.in...)
	}
	return r.on == t || r.unix && onUnix+r.on == t
}

// list writes the list of one aspect, of the rules of a trigger that some dialects
// have. The aspect before often has the same.
func (x *index) list(rules []*Rule, of Dialects, lists *[aspects]span, a aspect) {
	first := len(x.entries)
	for _, r := range rules {
		if r.For&of != 0 && (r.on == onSegment || r.covers(a)) {
			x.entries = append(x.entries, r.entry())
		}
	}
	if len(x.entries) > math.MaxUint16 {
		panic("BUG: the lists of rules are too long for a span")
	}
	own := span{uint16(first), uint16(len(x.entries) - first)}
	if a > 0 {
		before := lists[a-1]
		if slices.Equal(x.entries[before.first:][:before.count], x.entries[first:]) {
			x.entries, own = x.entries[:first], before
		}
	}
	lists[a] = own
}

// rules are the rules of a trigger that may apply, in order.
func (x *index) rules(m *move, t trigger) []entry {
	l := x.lists[m.list][t][m.aspect()]
	return x.entries[l.first:][:l.count]
}
