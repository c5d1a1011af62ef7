package model

import "github.com/connspec/connspec/spec"

// RulesPerStep bounds the rules that one label can use at once.
const RulesPerStep = 6

// NextsMax bounds the worlds that can follow one label of one world.
const NextsMax = 16

// Next is one world that may follow a label, and the rules that lead there.
type Next struct {
	World World
	Rules [RulesPerStep]RuleID
	Used  uint8
	For   Dialects // under which it follows
}

// Nexts receives what [Step] finds. It is owned and reused by the caller, so
// that a step allocates nothing.
type Nexts struct {
	Len  int
	Buf  [(spec.DocumentCount + 1) * NextsMax]Next
	Full Dialects // for whom the last step found more than NextsMax

	first int     // that the present step found
	full  bool    // it found more than NextsMax
	on    trigger // has are the traits for it, if known
	has   traits
	known bool
	from  RuleID // the rules of the call, the frame or the signal before it apply to nobody left
	m     move
	inbox [inboxMax]Frame
	again Call
	alt   World // a second world that the same call looks at
	given Call  // the call as the address import hands it on
}

// move is a rule being tried: the world it reads and, in then, changes.
type move struct {
	lead    spec.Dialect // one of group; see alike.go
	group   Dialects
	whole   Dialects // what the group was when the step began
	w       *World
	c       *Call   // the call, of call rules
	t       *Thread // the thread that calls or is looked at
	s       *Socket // the socket concerned; nil if the descriptor is none's
	file    File    // what the descriptor refers to
	slot    uint8   // of s
	f       Frame   // the frame that arrives, of delivery rules
	inner   bool    // f is a frame of the host to itself
	rerun   bool    // the call goes on after a wait
	named   bool    // the call gives its socket a name first
	bound   bool    // the answer with a port, of a rule that leaves it open
	later   bool    // an answer that is delayed
	kept    bool    // a connection that is reset stays in the queue
	gentle  bool    // a close that does not reset for unread data
	looked  bool    // AF_UNIX: found is what the address of the call leads to
	found   found
	handler spec.Disposition // what the signal does, of signal rules
	again   *Call            // rerun: where the call is restated
	n       *Next            // where the rules used are noted; nil while looking on

	inbox    *[inboxMax]Frame // frames of the host to itself, not yet delivered
	inboxLen int
	inboxAt  int // the next one to deliver
}

const inboxMax = 12

// Step finds every world that may follow w when l happens under dialect d. No
// world means that the dialect does not allow l.
func Step(d spec.Dialect, w *World, l *Label, out *Nexts) {
	out.Len = 0
	StepEach(1<<d, w, l, out)
}

// Taus finds the worlds that follow w by one timer that fires, while time
// passes (and, for a timer that is all but due, without).
func Taus(d spec.Dialect, w *World, out *Nexts) {
	out.Len = 0
	TausEach(1<<d, w, out)
}

// settled says whether nothing more can come without time passing.
func (w *World) settled() bool {
	if w.OutLen != 0 {
		return false
	}
	for i := range w.Threads {
		if w.Threads[i].Wait == Returning {
			return false
		}
	}
	return true
}

func (w *World) thread(i uint8) *Thread {
	if int(i) >= len(w.Threads) {
		return nil
	}
	return &w.Threads[i]
}

func (n *Nexts) push(w *World) *Next {
	if n.Len == n.first+NextsMax {
		n.full = true
		return &n.Buf[n.Len-1]
	}
	next := &n.Buf[n.Len]
	n.Len++
	next.World, next.Used = *w, 0
	return next
}

// move readies the one move of the buffer for looking at w.
func (n *Nexts) move(w *World) *move {
	m := &n.m
	m.w, m.inbox, m.again = w, &n.inbox, &n.again
	m.c, m.t, m.s, m.n = nil, nil, nil, nil
	m.file, m.slot, m.inboxLen, m.inboxAt = FileNone, 0, 0, 0
	m.inner, m.looked = false, false
	m.rerun, m.gentle, m.named, m.bound, m.kept, m.later = false, false, false, false, false, false
	return m
}

// ordered says whether the order of a dialect's checks is known. Where it is
// not, any check that fails may be the one that is reported. sosend and
// soreceive have kept theirs since 4.2BSD.
func (m *move) ordered(t trigger) bool {
	switch t {
	case on(spec.OpSend), on(spec.OpSendto), on(spec.OpRecv), on(spec.OpRecvfrom):
		return m.under(forLinux | forMacOS | forOSX)
	}
	return m.under(forLinux | forMacOS)
}

// try applies the rules of one trigger to the world that m looks at, but for those
// before from, and pushes a world for each answer. If all is set every rule may
// apply. The rules before idle apply to none of the group that it was given.
func (m *move) try(t trigger, out *Nexts, all bool, from RuleID) (idle RuleID) {
	blocked := false
	has := out.traits(m, t)
	list := rules.index.rules(m, t, has, from)
	first := m.group == m.whole
	idle = from
	for i := next(list, 0, has, m.group); i < len(list); i = next(list, i+1, has, m.group) {
		e := &list[i]
		if blocked && e.is&isCheck == 0 {
			continue
		}
		holds := m.holds(e)
		if first && (holds || m.group != m.whole) {
			idle, first = e.id, false
		}
		if !holds {
			continue
		}
		check := e.is&isCheck != 0 && !m.ordered(t)
		last := !all && e.is&isAlso == 0 && !check
		if last && e.is&isPort == 0 {
			m.apply(e.id, out)
			return idle
		}
		look := *m
		m.apply(e.id, out)
		if e.is&isPort != 0 && look.s != nil && !look.s.has(HasPort) && !m.under(forLinux) {
			m.back(&look)
			m.bound = true
			m.apply(e.id, out)
		}
		if last {
			return idle
		}
		blocked = blocked || check && e.is&(isMay|isAlso) == 0 && !all
		m.back(&look)
	}
	return idle
}

// apply makes one answer of a rule.
func (m *move) apply(id RuleID, out *Nexts) {
	n := out.push(m.w)
	m.turn(n)
	m.note(id)
	if m.bound {
		m.autobind(m.s)
	}
	if m.named {
		m.autobindUnix()
	}
	rules.index.then[id](m)
	m.finish(out)
}

// turn makes m write into n instead of looking at the world it came from.
func (m *move) turn(n *Next) {
	from := m.w
	m.n, m.w = n, &n.World
	if m.s != nil {
		m.s = &m.w.Sockets[m.slot]
	}
	if m.t != nil {
		for i := range from.Threads {
			if m.t == &from.Threads[i] {
				m.t = &m.w.Threads[i]
				break
			}
		}
	}
}

func (m *move) note(id RuleID) {
	n := m.n
	for i := range n.Used {
		if n.Rules[i] == id {
			return
		}
	}
	if int(n.Used) < RulesPerStep {
		n.Rules[n.Used] = id
		n.Used++
	}
}

// first applies the first rule of a trigger that fits, within an answer.
func (m *move) first(on trigger) bool {
	e := m.fitting(on)
	if e == nil {
		return false
	}
	m.note(e.id)
	rules.index.then[e.id](m)
	return true
}

// find is the first rule of a trigger that fits.
func (m *move) find(on trigger) *Rule {
	if e := m.fitting(on); e != nil {
		return &rules.rules[e.id]
	}
	return nil
}

// fitting is find in the index.
func (m *move) fitting(on trigger) *entry {
	has := m.traits(on)
	list := rules.index.rules(m, on, has, 0)
	for i := range list {
		e := &list[i]
		if e.needs&has != 0 && m.holds(e) {
			return e
		}
	}
	return nil
}

// leave says that what happens next is not modelled.
func (m *move) leave(r Reason) { m.w.Left = r }

// stepCall makes a call: its rules leave the thread returning or blocked.
func stepCall(w *World, l *Label, out *Nexts) {
	m := out.move(w)
	m.t = w.thread(l.Thread)
	if m.t == nil {
		out.push(w).World.Left = LeftScope
		return
	}
	if m.t.Wait != Running {
		return
	}
	m.call(&l.Call, &out.given)
	m.named = m.takesName()
	out.from = m.try(m.trigger(l.Call.Op), out, false, out.from)
	if m.forgets() {
		out.alt = *w
		m.w, m.s, m.t = &out.alt, &out.alt.Sockets[m.slot], &out.alt.Threads[l.Thread]
		m.s.Err = spec.ENONE
		m.try(m.trigger(l.Call.Op), out, false, 0)
	}
}

// call readies m for a call.
func (m *move) call(c, given *Call) {
	m.file = m.w.file(c.FD)
	if raw := m.w.opened(c.FD); raw == FilePath && takesPath(c.Op) {
		m.file = raw
	}
	if m.file.isSocket() {
		m.slot = uint8(m.file) - 1
		m.s = &m.w.Sockets[m.slot]
	}
	m.c = c
	m.c = m.imported(c, given)
}

// Behind is the socket that a descriptor refers to, or nil.
func (w *World) Behind(fd int32) *Socket {
	if f := w.file(fd); f.isSocket() {
		return &w.Sockets[f-1]
	}
	return nil
}

// file is what a descriptor refers to. One of O_PATH is none to most calls
// (Linux, fdget).
func (w *World) file(fd int32) File {
	if f := w.opened(fd); f != FilePath {
		return f
	}
	return FileNone
}

// opened is what a descriptor refers to, O_PATH or not.
func (w *World) opened(fd int32) File {
	if fd < FDFirst || fd >= FDFirst+FDsMax {
		return FileNone
	}
	return w.FDs[fd-FDFirst]
}

// takesPath: the call takes a descriptor of O_PATH as well (fdget_raw).
func takesPath(op spec.Op) bool {
	switch op {
	case spec.OpClose, spec.OpDup, spec.OpDup2, spec.OpFcntl:
		return true
	}
	return false
}
