package check

import "github.com/connspec/connspec/model"

// A host is for the most part several things at once that have nothing to do
// with each other: two connections with the wire, each with the threads that wait
// on it. A part is a set of sockets that have, with their descriptors and threads.
// What a stimulus of one part reads of the others is little, and it changes
// nothing of them; see [Reach]. So what follows it in one world follows it in all
// worlds that hold the part beside others that show it the same.

// Parts says which socket is of which part.
type Parts struct {
	Of [model.SocketsMax]uint8 // by slot in use: its part, from 0
	N  uint8
}

// PartsOf parts a quiet world; ok is false for one that is to be taken as a whole:
// where the host is not as planned, or sockets have ways to each other that ports
// alone do not tell.
func PartsOf(w *model.World) (p Parts, ok bool) {
	if w.Env != (model.Surroundings{}) || w.Left != model.Inside || w.Interests != ([model.InterestsMax]model.Interest{}) {
		return p, false
	}
	for i := range w.Threads {
		t := &w.Threads[i]
		alone := t.Wait == model.Blocked && t.Socket != 0 && t.Other == 0 && t.Files == ([model.PollMax]model.File{})
		if t.Wait != model.Running && !alone {
			return p, false
		}
	}
	var first [model.SocketsMax]uint8 // by slot: the first slot of its part
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind == model.KindNone {
			continue
		}
		if !separable(s) || s.Parent != 0 && w.Sockets[s.Parent-1].Kind == model.KindNone { // a listener that is gone
			return p, false
		}
		first[i] = uint8(i)
		for j := range i {
			if w.Sockets[j].Kind == model.KindNone || first[j] == first[i] || !related(w, j, i) {
				continue
			}
			from, to := max(first[i], first[j]), min(first[i], first[j])
			for k := range i + 1 {
				if first[k] == from && w.Sockets[k].Kind != model.KindNone {
					first[k] = to
				}
			}
		}
	}
	for i := range w.Sockets {
		switch {
		case w.Sockets[i].Kind == model.KindNone:
		case first[i] == uint8(i):
			p.Of[i] = p.N
			p.N++
		default:
			p.Of[i] = p.Of[first[i]]
		}
	}
	return p, true
}

// separable says that nothing but ports and slots ties the socket to others: it is
// of the Internet and has to do with the wire.
func separable(s *model.Socket) bool {
	if s.Kind > model.KindDgram || s.Flags&model.AnyState != 0 || s.Remote.Local() || s.Flow.Local() || s.RPort >= model.PortSeen || s.FlowPort >= model.PortSeen {
		return false
	}
	for i := range s.Queue {
		if s.Queue[i].Addr.Local() || s.Queue[i].Port >= model.PortSeen {
			return false
		}
	}
	return true
}

// related says whether two sockets are of one part.
func related(w *model.World, i, j int) bool {
	a, b := &w.Sockets[i], &w.Sockets[j]
	return a.LPort != model.PortZero && a.LPort == b.LPort || a.Parent == uint8(j+1) || b.Parent == uint8(i+1)
}

// Part makes a world of part n of w alone, in canonical form, and says where
// the sockets went.
func (p *Parts) Part(w *model.World, n uint8, to *model.World) {
	*to = model.World{Seen: w.Seen, Unseen: w.Unseen}
	var moved [model.SocketsMax + 1]uint8 // by slot + 1: the slot + 1 in the part
	used := uint8(0)
	for i := range w.Sockets {
		if w.Sockets[i].Kind != model.KindNone && p.Of[i] == n {
			to.Sockets[used] = w.Sockets[i]
			used++
			moved[i+1] = used
		}
	}
	files, threads := 0, 0
	for _, f := range w.FDs {
		if f != model.FileNone && f < model.FileOther && moved[f] != 0 {
			to.FDs[files] = f
			files++
		}
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Socket != 0 && moved[t.Socket] != 0 {
			to.Threads[threads] = *t
			threads++
		}
	}
	eachSlot(to, func(slot uint8) uint8 { return moved[slot] })
	Canonical(to)
}

// Rest makes a world of what is of no part.
func Rest(w, to *model.World) {
	*to = *w
	to.Sockets, to.Threads, to.FDs = [model.SocketsMax]model.Socket{}, [model.ThreadsMax]model.Thread{}, [model.FDsMax]model.File{}
	to.Seen, to.Unseen, to.NamesSeen, to.NamesUnseen = 0, 0, 0, 0
	n := 0
	for _, f := range w.FDs {
		if f >= model.FileOther {
			to.FDs[n] = f
			n++
		}
	}
	sortFiles(to)
}

// Join puts a part beside what w holds. The ports that the host chose for the
// one are not those that it chose for the other. The result is not in canonical form.
func Join(w, part *model.World) {
	base, files, threads := uint8(slots(w)), 0, 0
	for _, f := range w.FDs {
		if f != model.FileNone {
			files++
		}
	}
	for threads < len(w.Threads) && w.Threads[threads].Wait != model.Running {
		threads++
	}
	p := *part
	eachSlot(&p, func(slot uint8) uint8 { return slot + base })
	eachPort(&p, func(port *model.Port) {
		switch {
		case *port >= model.PortUnseen:
			*port += model.Port(w.Unseen)
		case *port >= model.PortSeen:
			*port += model.Port(w.Seen)
		}
	})
	for i := range p.Sockets {
		if p.Sockets[i].Kind != model.KindNone {
			w.Sockets[int(base)+i] = p.Sockets[i]
		}
	}
	for _, f := range p.FDs {
		if f != model.FileNone {
			w.FDs[files] = f
			files++
		}
	}
	for i := range p.Threads {
		if p.Threads[i].Wait != model.Running {
			w.Threads[threads] = p.Threads[i]
			threads++
		}
	}
	w.Seen, w.Unseen = w.Seen+p.Seen, w.Unseen+p.Unseen
}

// private are the flags that stimuli of other parts do not read.
const private = model.Nonblock | model.Nodelay | model.CanBcast | model.ShutRead | model.ShutWrite | model.GotFIN | model.ErrQueued | model.ErrsQueued |
	model.PingPong | model.AckDue | model.DueTwice | model.Hurry | model.Crossed | model.FINSent | model.Choked | model.Passive | model.Paced |
	model.Unpredicted | model.Hidden | model.Keepalive

// Face makes of a part what other parts can see of it: who holds which names, and
// in what state. A part whose ports the host chose shows nothing: no other can ask for these.
func Face(part, to *model.World) {
	*to = model.World{}
	n := 0
	for i := range part.Sockets {
		s := part.Sockets[i]
		if s.Kind == model.KindNone || s.LPort == model.PortZero || s.LPort >= model.PortSeen {
			continue
		}
		s.Flags &^= private
		s.Err, s.NextErr, s.Soft, s.Segs, s.Retries, s.Queued, s.Life = 0, 0, 0, 0, 0, 0, 0
		s.SndUna, s.SndNxt, s.RcvNxt, s.RcvWup, s.Unread, s.Unsent, s.MSS = 0, 0, 0, 0, 0, 0, 0
		s.Queue = [model.QueueMax]model.Datagram{}
		to.Sockets[n] = s
		n++
	}
}
