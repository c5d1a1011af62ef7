package check

import (
	"cmp"
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Renaming says where [Canonical] put the sockets and threads of a world.
type Renaming struct {
	Slot   [model.SocketsMax]uint8 // by slot before: the slot after
	Thread [model.ThreadsMax]uint8 // by thread before: the thread after
}

// Canonical renames a quiet world in place, so that worlds with the same
// futures up to names become equal: sockets, threads and descriptors are put in
// an order of their own, ports that the host chose are numbered in that order,
// and the numbers of connections are counted from a fixed place. Of several orders
// that are as good as each other the one is taken that makes the world with the
// least fingerprint.
func Canonical(w *model.World) Renaming {
	for i := range w.Sockets {
		countFrom(&w.Sockets[i])
	}
	for i := range w.Threads {
		w.Threads[i].Left = min(w.Threads[i].Left, 1) // the time that a scope lets pass has no length
	}
	o := order(w)
	if !o.ties {
		return o.apply(w)
	}
	best := *w
	r := o.apply(&best)
	least := best.Fingerprint()
	for o.next() {
		c := *w
		renamed := o.apply(&c)
		if f := c.Fingerprint(); f < least {
			best, r, least = c, renamed, f
		}
	}
	*w = best
	return r
}

// anchor is where the next number of a connection is put, either way. It is
// small beside all windows and large beside what a scope has outstanding.
const anchor = 64

// over are the properties of a connection that mean nothing when there is none.
const over = model.Crossed | model.Paced | model.PingPong | model.FINSent | model.Hurry | model.Choked | model.Passive

// countFrom translates the sequence numbers of a connection. Rules compare them
// with each other and with those of frames, but for the first number of a
// handshake, so handshakes stay as they are. Both ends of a connection within the
// host are translated alike: what one sends next is what the other expects.
// What a connection leaves behind that its end made meaningless goes.
func countFrom(s *model.Socket) {
	s.Life = 0 // the time that a scope lets pass has no length
	switch {
	case s.Kind != model.KindStream:
	case s.TCP == model.Closed || s.TCP == model.Listen:
		s.SndUna, s.SndNxt, s.RcvNxt, s.RcvWup, s.MSS, s.Retries, s.Segs, s.Rank = 0, 0, 0, 0, 0, 0, 0, 0
		s.Flags &^= over
	case s.TCP == model.SynSent:
		s.MSS = 0 // the peer has not said
	case s.TCP >= model.Established:
		d := s.SndNxt - anchor
		s.SndUna -= d
		s.SndNxt -= d
		d = s.RcvNxt - anchor
		s.RcvWup -= d
		s.RcvNxt -= d
	}
}

// eachSlot changes every reference to a socket: a slot + 1.
func eachSlot(w *model.World, to func(uint8) uint8) {
	for i := range w.Sockets {
		s := &w.Sockets[i]
		refers(&s.Parent, to)
		refers(&s.Peer, to)
		for q := range s.Queue {
			refers(&s.Queue[q].From, to)
		}
	}
	for i := range w.FDs {
		if f := &w.FDs[i]; *f != model.FileNone && *f < model.FileOther {
			*f = model.File(to(uint8(*f)))
		}
	}
	for i := range w.Interests {
		refers(&w.Interests[i].Slot, to)
	}
	for i := range w.Threads {
		t := &w.Threads[i]
		refers(&t.Socket, to)
		refers(&t.Other, to)
		for p := range t.Files {
			if f := &t.Files[p]; *f != model.FileNone && *f < model.FileOther {
				*f = model.File(to(uint8(*f)))
			}
		}
	}
}

// refers changes one reference; 0 is none, and the numbers beyond the slots say
// why there is none.
func refers(slot *uint8, to func(uint8) uint8) {
	if *slot != 0 && *slot <= model.SocketsMax {
		*slot = to(*slot)
	}
}

// sortFiles lets descriptors begin with the lowest, in the order of what they
// refer to. Which number a descriptor has makes no other difference than its name.
func sortFiles(w *model.World) {
	n := 0
	var from [model.FDsMax]uint8 // by place after: the place before
	for i := range w.FDs {
		f := w.FDs[i]
		if f == model.FileNone {
			continue
		}
		w.FDs[i] = model.FileNone
		at := n
		for ; at > 0 && w.FDs[at-1] > f; at-- {
			w.FDs[at], from[at] = w.FDs[at-1], from[at-1]
		}
		w.FDs[at], from[at] = f, uint8(i)
		n++
	}
	if w.Interests[0].Slot != 0 {
		follow(w, from[:n])
	}
}

// follow lets the entries of an epoll instance have the descriptors that took the place of theirs.
func follow(w *model.World, from []uint8) {
	for i := range w.Interests {
		e := &w.Interests[i]
		for after, before := range from {
			if e.Slot != 0 && e.FD == model.FDFirst+before {
				e.FD = model.FDFirst + uint8(after)
				break
			}
		}
	}
}

// sortThreads puts threads that wait first, in the order of what for.
func sortThreads(w *model.World, r *Renaming) {
	var order [model.ThreadsMax]uint8
	for i := range order {
		order[i] = uint8(i)
	}
	for i := 1; i < len(order); i++ {
		for j := i; j > 0 && waitsBefore(&w.Threads[order[j]], &w.Threads[order[j-1]]); j-- {
			order[j-1], order[j] = order[j], order[j-1]
		}
	}
	old := w.Threads
	for at, from := range order {
		r.Thread[from] = uint8(at)
		if int(from) != at {
			w.Threads[at] = old[from]
		}
	}
}

func rank(t *model.Thread) uint64 {
	if t.Wait == model.Running {
		return 0
	}
	return uint64(t.Wait)<<56 | uint64(t.Op)<<48 | uint64(t.Socket)<<40 | uint64(t.Left)<<32 | uint64(t.Len)<<8 | uint64(t.Marks)
}

// waitsBefore puts two threads in order.
func waitsBefore(a, b *model.Thread) bool {
	if x, y := rank(a), rank(b); x != y || *a == *b {
		return x > y
	}
	return cmp.Or(cmp.Compare(a.Other, b.Other), cmp.Compare(a.Fast, b.Fast), slices.Compare(a.Files[:], b.Files[:]), slices.Compare(a.Ret.Revents[:], b.Ret.Revents[:])) < 0
}

// numberPorts numbers the ports and the AF_UNIX names that the host chose, those
// that were seen and those that were not apart, in the order in which the world
// mentions them.
func numberPorts(w *model.World) {
	if w.Seen != 0 || w.Unseen != 0 {
		t := numbering{seen: uint8(model.PortSeen), unseen: uint8(model.PortUnseen)}
		eachPort(w, func(p *model.Port) { *p = model.Port(t.number(uint8(*p))) })
		w.Seen, w.Unseen = t.nseen, t.nunseen
	}
	if w.NamesSeen != 0 || w.NamesUnseen != 0 {
		t := numbering{seen: uint8(model.NameSeen), unseen: uint8(model.NameUnseen)}
		eachName(w, func(n *model.Name) { *n = model.Name(t.number(uint8(*n))) })
		w.NamesSeen, w.NamesUnseen = t.nseen, t.nunseen
	}
}

// numbering gives chosen names new numbers in the order of first sight.
type numbering struct {
	seen, unseen   uint8 // where the numbers begin
	nseen, nunseen uint8
	have, name     [32]uint8
	n              int
}

func (t *numbering) number(old uint8) uint8 {
	if old < t.seen {
		return old
	}
	for i := range t.n {
		if t.have[i] == old {
			return t.name[i]
		}
	}
	fresh := t.seen + t.nseen
	if old >= t.unseen {
		fresh = t.unseen + t.nunseen
		t.nunseen++
	} else {
		t.nseen++
	}
	if t.n < len(t.have) {
		t.have[t.n], t.name[t.n] = old, fresh
		t.n++
	}
	return fresh
}

// eachName calls f with every AF_UNIX name that a quiet world mentions.
func eachName(w *model.World, f func(*model.Name)) {
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind == model.KindNone {
			continue
		}
		f(&s.Name)
		f(&s.PeerName)
		for q := range s.Queue {
			f(&s.Queue[q].Name)
		}
	}
	for i := range w.Threads {
		f(&w.Threads[i].Ret.Name)
	}
}

// eachPort calls f with every port that a quiet world mentions.
func eachPort(w *model.World, f func(*model.Port)) {
	f(&w.Env.Only)
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind == model.KindNone {
			continue
		}
		f(&s.LPort)
		f(&s.RPort)
		f(&s.FlowPort)
		for q := range s.Queue {
			f(&s.Queue[q].Port)
		}
	}
	for i := range w.Outs[:w.OutLen] {
		f(&w.Outs[i].SPort)
		f(&w.Outs[i].DPort)
		f(&w.Outs[i].Quote.SPort)
		f(&w.Outs[i].Quote.DPort)
	}
	for i := range w.Threads {
		f(&w.Threads[i].Ret.Port)
	}
}

// Settle lets everything be seen that a step brought about, and says what it
// was, in the order in which the model has it: frames, then results. A port
// that was not seen before is from then on.
func Settle(w *model.World, seen *Observation) {
	seen.Outs, seen.Rets = 0, 0
	for i := range w.Outs[:w.OutLen] {
		reveal(w, w.Outs[i].SPort)
		seen.Out[i] = w.Outs[i]
		seen.Outs++
	}
	clear(w.Outs[:w.OutLen])
	w.OutLen = 0
	for i := range w.Threads {
		t := &w.Threads[i]
		if t.Wait == model.Anything { // where a scope goes on from there: whatever it was
			*t = model.Thread{}
		}
		if t.Wait != model.Returning {
			continue
		}
		if t.Ret.HasAddr {
			reveal(w, t.Ret.Port)
		}
		if n := t.Ret.Name; n >= model.NameUnseen {
			next := model.NameSeen + model.Name(w.NamesSeen)
			w.NamesSeen++
			eachName(w, func(m *model.Name) {
				if *m == n {
					*m = next
				}
			})
		}
		seen.Ret[seen.Rets] = Returned{Thread: uint8(i), Ret: t.Ret}
		seen.Rets++
		*t = model.Thread{}
	}
	w.Timers = false
}

// reveal gives a chosen port that nobody had seen the next number.
func reveal(w *model.World, p model.Port) {
	if p < model.PortUnseen {
		return
	}
	next := model.PortSeen + model.Port(w.Seen)
	w.Seen++
	eachPort(w, func(q *model.Port) {
		if *q == p {
			*q = next
		}
	})
}

// Observation is what can be seen of one stimulus.
type Observation struct {
	Out  [model.OutsMax]model.Frame
	Ret  [model.ThreadsMax]Returned
	Outs uint8
	Rets uint8
}

// Returned is a call that came back.
type Returned struct {
	Thread uint8
	Ret    model.Return
}

// Result is what the call of thread returned; ok is false if it has not.
func (o *Observation) Result(thread uint8) (ret model.Return, ok bool) {
	for i := range o.Rets {
		if o.Ret[i].Thread == thread {
			return o.Ret[i].Ret, true
		}
	}
	return model.Return{}, false
}

// Failed says whether the call of thread returned -1, with which error.
func (o *Observation) Failed(thread uint8) (e spec.Errno, ok bool) {
	r, ok := o.Result(thread)
	return r.Errno, ok && r.Ret == -1
}
