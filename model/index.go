package model

import "github.com/connspec/connspec/spec"

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
	case m.file == FileNull:
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
	if r.of != 0 && r.of&(1<<subject) == 0 {
		return false
	}
	return r.in == nil || a >= 2 && t.in(r.in...)
}

// index finds the rules that may apply.
type index struct {
	lists [spec.DocumentCount][triggerCount][aspects]span
	ids   []RuleID
	looks []look // by id
}

// span is where in index.ids a list stands.
type span struct{ first, end uint32 }

// look is what has to be known of a rule to see whether it applies.
type look struct {
	when  func(*move) bool
	check bool // it fails the call
	may   bool // Class is May
	also  bool
	late  bool
	port  bool
}

func (x *index) build(rules []Rule) {
	x.looks = make([]look, len(rules))
	for i := range rules {
		r := &rules[i]
		x.looks[i] = look{
			when: r.when, check: r.Class == Shall || r.Class == May || r.Class == Unsaid, may: r.Class == May,
			also: r.also, late: r.late, port: r.port,
		}
	}
	for d := range spec.DocumentCount {
		for t := range triggerCount {
			for a := range aspect(aspects) {
				x.list(rules, d, t, a)
			}
		}
	}
}

// list writes the list of one dialect, trigger and aspect.
func (x *index) list(rules []Rule, d spec.Dialect, t trigger, a aspect) {
	first := uint32(len(x.ids))
	for i := range rules[1:] {
		r := &rules[1+i]
		switch {
		case !r.For.Has(d):
		case r.on != onSegment && (r.on == t || r.unix && onUnix+r.on == t) && r.covers(a):
			x.ids = append(x.ids, r.ID)
		case r.on == onSegment && t >= onSegment && t < onUnix && TCP(t-onSegment).in(r.in...):
			x.ids = append(x.ids, r.ID)
		}
	}
	x.lists[d][t][a] = span{first, uint32(len(x.ids))}
}

// rules are the rules of a trigger that may apply, in order.
func (x *index) rules(m *move, t trigger) []RuleID {
	l := &x.lists[m.d][t][m.aspect()]
	return x.ids[l.first:l.end]
}
