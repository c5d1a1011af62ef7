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
	lists   [triggerCount][moods][spec.DocumentCount + 1]uint16 // places in shelves, by dialect; the last are of all
	shelves []shelf
	entries []entry
	when    []func(*move) bool // by id, apart from all else that a rule has: what is read often lies together
	then    []func(*move)
	all     bool // what rules need is left out
}

// shelf is where the lists of a trigger are, by aspect.
type shelf [aspects]span

// span is where in index.entries a list stands. Spans are small, because each
// step looks at other ones.
type span struct{ first, count uint16 }

// entry is a rule of a list, with what has to be known before its condition:
// lists are read more often than anything else.
type entry struct {
	id    RuleID
	is    property
	of    Dialects
	needs traits
}

// next is the place of the first entry of a list, from i on, that may apply to any of
// a group; len(list) if there is none.
func next(list []entry, i int, has traits, group Dialects) int {
	for i < len(list) && (list[i].needs&has == 0 || list[i].of&group == 0) {
		i++
	}
	return i
}

// property is what try has to know of a rule.
type property uint8

const (
	isCheck property = 1 << iota // it fails the call
	isMay                        // Class is May
	isAlso
	isPort
	isLate
)

func (r *Rule) entry() entry {
	e := entry{r.ID, r.properties(), r.For, r.needs}
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
	if r.late {
		p |= isLate
	}
	return p
}

// newIndex makes the index of the rules; all leaves out what they need, as if each
// needed nothing.
func newIndex(rules []Rule, all bool) *index {
	x := &index{all: all}
	x.when, x.then = make([]func(*move) bool, len(rules)), make([]func(*move), len(rules))
	for i := range rules {
		x.then[i] = rules[i].then
		if x.when[i] = rules[i].when; x.when[i] == nil {
			x.when[i] = always
		}
	}
	known := map[string]span{}
	var asked, able []*Rule
	for d := range spec.DocumentCount + 1 {
		of := Dialects(1 << d)
		if d == spec.Dialect(listOfAll) {
			of = forAll
		}
		for t := range triggerCount {
			asked = asked[:0]
			for i := range rules[1:] {
				if r := &rules[1+i]; r.For&of != 0 && r.reacts(t) {
					asked = append(asked, r)
				}
			}
			shelves := map[string]uint16{}
			for k := range mood(moods) {
				able = able[:0]
				var key []byte
				for _, r := range asked {
					if all || r.entry().needs&k.traits() != 0 {
						able = append(able, r)
						key = r.ID.append(key)
					}
				}
				s, ok := shelves[string(key)]
				if !ok {
					s = uint16(len(x.shelves))
					x.shelves = append(x.shelves, x.shelf(able, known))
					shelves[string(key)] = s
				}
				x.lists[t][k][d] = s
			}
		}
	}
	return x
}

func (id RuleID) append(key []byte) []byte { return append(key, byte(id), byte(id>>8)) }

// shelf writes the lists of the rules of a trigger.
func (x *index) shelf(rules []*Rule, known map[string]span) (s shelf) {
	picky := slices.ContainsFunc(rules, func(r *Rule) bool { return r.on != onSegment && (r.of != 0 || r.in != nil) })
	for a := range aspect(aspects) {
		if a == 0 || picky {
			s[a] = x.list(rules, a, known)
		} else {
			s[a] = s[0]
		}
	}
	return s
}

// reacts says whether the rule is of this trigger.
func (r *Rule) reacts(t trigger) bool {
	if r.on == onSegment {
		return t >= onSegment && t < onUnix && TCP(t-onSegment).in(r.in...)
	}
	return r.on == t || r.unix && onUnix+r.on == t
}

// list writes the list of one aspect, unless it is known.
func (x *index) list(rules []*Rule, a aspect, known map[string]span) span {
	first := len(x.entries)
	var key []byte
	for _, r := range rules {
		if r.on == onSegment || r.covers(a) {
			e := r.entry()
			if x.all {
				e.needs = whichever
			}
			x.entries = append(x.entries, e)
			key = r.ID.append(key)
		}
	}
	if own, ok := known[string(key)]; ok {
		x.entries = x.entries[:first]
		return own
	}
	if len(x.entries) > math.MaxUint16 {
		panic("BUG: the lists of rules are too long for a span")
	}
	own := span{uint16(first), uint16(len(x.entries) - first)}
	known[string(key)] = own
	return own
}

// rules are the rules of a trigger that may apply to what has these traits, in
// order, but for those before a rule.
func (x *index) rules(m *move, t trigger, has traits, from RuleID) []entry {
	list := int(listOfAll)
	if m.group.single() {
		list = int(m.lead)
	}
	l := &x.shelves[x.lists[t][has.mood()][list]][m.aspect()]
	entries := x.entries[l.first:][:l.count]
	if from == 0 {
		return entries
	}
	low, high := 0, len(entries)
	for low < high {
		if mid := (low + high) / 2; entries[mid].id < from {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return entries[low:]
}
