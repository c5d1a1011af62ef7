package check

import "github.com/connspec/connspec/model"

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
