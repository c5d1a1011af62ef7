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
		s.SndUna, s.SndNxt, s.RcvNxt, s.RcvWup, s.MSS, s.Retries, s.Segs = 0, 0, 0, 0, 0, 0, 0
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

// key is what sockets are put in order by; slots in use come first.
type key [6]uint64

func keyOf(s *model.Socket) key {
	queue := uint64(0)
	for i := range s.Queue {
		q := &s.Queue[i]
		queue = queue<<16 | uint64(q.Addr)<<8 ^ uint64(class(q.Port)) ^ uint64(q.Len)<<4
	}
	return key{
		uint64(s.TCP)<<56 | uint64(s.Kind)<<48 | uint64(s.Layer)<<40 | uint64(s.Err)<<32 | uint64(s.Local)<<24 | uint64(s.Remote)<<16 | uint64(s.Soft)<<8 | uint64(s.Turn),
		uint64(s.Flags),
		uint64(class(s.LPort))<<56 | uint64(class(s.RPort))<<48 | uint64(s.Backlog)<<40 | uint64(s.Retries)<<32 | uint64(s.Queued)<<24 | uint64(s.Segs)<<16 | uint64(s.Flow)<<8 | uint64(s.Family),
		uint64(s.SndNxt-s.SndUna)<<48 | uint64(s.RcvNxt-s.RcvWup)<<32 | uint64(s.Unread)<<16 | uint64(s.Unsent),
		queue<<16 | uint64(s.MSS),
		uint64(s.Dev)<<56 | uint64(s.Via)<<48 | uint64(nameClass(s.Name))<<40 | uint64(nameClass(s.PeerName))<<32 | uint64(s.Node)<<24 |
			uint64(min(s.Peer, 1))<<16 | uint64(s.SynCount)<<8 | uint64(s.FlowPort),
	}
}

// nameClass is what of a name does not depend on when it was chosen.
func nameClass(n model.Name) model.Name {
	switch {
	case n >= model.NameUnseen:
		return model.NameUnseen
	case n >= model.NameSeen:
		return model.NameSeen
	}
	return n
}

// class is what of a port does not depend on when it was chosen.
func class(p model.Port) model.Port {
	switch {
	case p >= model.PortUnseen:
		return model.PortUnseen
	case p >= model.PortSeen:
		return model.PortSeen
	}
	return p
}

func (k *key) after(o *key) bool {
	for i := range k {
		if k[i] != o[i] {
			return k[i] > o[i]
		}
	}
	return false
}

// refer makes a difference between sockets that look alike by what refers to
// them: descriptors, and threads that wait.
func refer(w *model.World, k *key, slot int) {
	n := uint64(0)
	for _, f := range w.FDs {
		if f == model.File(slot+1) {
			n++
		}
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Socket == uint8(slot+1) {
			n += 16 + uint64(t.Op)<<8
		}
	}
	k[4] = k[4]*31 + n
}

// ordering is an order of the slots in use, with the places that may be exchanged.
type ordering struct {
	slots  [model.SocketsMax]uint8
	used   int
	ties   bool
	with   [model.SocketsMax]bool // by place: as good as the place before
	places [model.SocketsMax]int  // how often each was exchanged, of Heap's algorithm
}

// order finds an order of the slots by what is in them.
func order(w *model.World) (o ordering) {
	var keys [model.SocketsMax]key
	for i := range w.Sockets {
		if w.Sockets[i].Kind != model.KindNone {
			o.slots[o.used] = uint8(i)
			o.used++
		}
	}
	if o.used < 2 {
		return o
	}
	for _, slot := range o.slots[:o.used] {
		keys[slot] = keyOf(&w.Sockets[slot])
		refer(w, &keys[slot], int(slot))
	}
	for i := 1; i < o.used; i++ {
		for j := i; j > 0 && keys[o.slots[j-1]].after(&keys[o.slots[j]]); j-- {
			o.slots[j-1], o.slots[j] = o.slots[j], o.slots[j-1]
		}
	}
	for i := 1; i < o.used; i++ {
		o.with[i] = keys[o.slots[i-1]] == keys[o.slots[i]]
		o.ties = o.ties || o.with[i]
	}
	return o
}

// next exchanges places that are as good as each other, and says whether there
// was an order left that it had not made.
func (o *ordering) next() bool {
	for from := 0; from < o.used; {
		to := from + 1
		for to < o.used && o.with[to] {
			to++
		}
		if to-from > 1 && o.permute(from, to) {
			return true
		}
		from = to
	}
	return false
}

// permute makes the next order of the places from one to before another, or the
// first one again (Heap's algorithm).
func (o *ordering) permute(from, to int) bool {
	for i := 1; i < to-from; i++ {
		if o.places[from+i] < i {
			j := 0
			if i%2 == 1 {
				j = o.places[from+i]
			}
			o.slots[from+i], o.slots[from+j] = o.slots[from+j], o.slots[from+i]
			o.places[from+i]++
			clear(o.places[from : from+i])
			return true
		}
	}
	clear(o.places[from:to])
	return false
}

// apply puts the world into that order.
func (o *ordering) apply(w *model.World) (r Renaming) {
	free := uint8(o.used)
	for i := range w.Sockets {
		if w.Sockets[i].Kind == model.KindNone {
			r.Slot[i] = free
			free++
		}
	}
	sorted := true
	for at, slot := range o.slots[:o.used] {
		r.Slot[slot] = uint8(at)
		sorted = sorted && uint8(at) == slot
	}
	if !sorted {
		old := w.Sockets
		for i := range old {
			w.Sockets[r.Slot[i]] = old[i]
		}
		eachSlot(w, func(slot uint8) uint8 { return r.Slot[slot-1] + 1 })
	}
	sortFiles(w)
	sortThreads(w, &r)
	numberPorts(w)
	return r
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
		if f := &w.FDs[i]; *f != model.FileNone && *f < model.FileEpoll {
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
			if f := &t.Files[p]; *f != model.FileNone && *f < model.FileEpoll {
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
