package explore

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// The words of a world are one of two things. Of a world that is taken as a whole
// they are the numbers of its sockets, its threads and what else there is, each of
// them in canonical form. A world that has parts is the numbers of these in
// ascending order, and of the rest; a part in turn is words like those of a whole
// world. So what does not change from one world to the next is there once.

// inParts marks the last word of a world that has parts.
const inParts = 1 << 31

// looks is what has to be known of a part beside others.
type looks struct {
	sockets, files, slots, waiters uint8  // how much of the host it takes
	seen, unseen                   uint8  // ports that the host chose
	states                         uint16 // of its sockets, a bit each
	waits                          uint32 // in which calls threads wait, likewise
	face                           uint32
}

const looksBytes = 16

// shape is how worlds of a scope are laid out in words.
type shape struct {
	slots, threads int
	parted         bool // worlds may have parts
}

func (s *shape) width() int     { return s.slots + s.threads + 2 }
func (s *shape) partWidth() int { return s.slots + s.threads + 1 }

// packing turns worlds into words and back. It belongs to one worker.
type packing struct {
	shape
	search *search
	tail   *chunk // of parts

	sockets map[model.Socket]uint32
	threads map[model.Thread]uint32
	rests   map[model.World]uint32
	faces   map[model.World]uint32

	words      []uint32 // of a part
	rest, part model.World
	cut, face  model.World

	// What was unpacked last, which most worlds that follow it share something with.
	base  *model.World
	known []uint32 // its words, if it is a whole

	last   model.World // rest, and its number
	lastIs uint32
}

func newPacking(s *search) *packing {
	return &packing{
		shape: s.shape, search: s, words: make([]uint32, s.partWidth()),
		sockets: map[model.Socket]uint32{}, threads: map[model.Thread]uint32{}, rests: map[model.World]uint32{}, faces: map[model.World]uint32{},
	}
}

// pack writes the words of a quiet world, of which it may make the canonical form.
func (p *packing) pack(world *model.World, to []uint32) {
	last := p.width() - 1
	if p.parted {
		if of, ok := check.PartsOf(world); ok {
			clear(to[:last])
			p.numbers(world, &of, to)
			slices.Sort(to[:of.N])
			check.Rest(world, &p.rest)
			to[last] = p.restNumber() | inParts
			return
		}
	}
	check.Canonical(world)
	p.tuple(world, to[:last], p.known)
	p.rest = *world
	p.rest.Sockets, p.rest.Threads = [model.SocketsMax]model.Socket{}, [model.ThreadsMax]model.Thread{}
	p.rest.FDs = others(world)
	to[last] = p.restNumber()
}

// restNumber is the number of the rest.
func (p *packing) restNumber() uint32 {
	if p.rest != p.last || p.lastIs == 0 {
		p.last, p.lastIs = p.rest, p.search.rests.id(&p.rest, p.rests)+1
	}
	return p.lastIs - 1
}

// numbers writes the numbers of the parts of a world, in their order there.
func (p *packing) numbers(world *model.World, of *check.Parts, to []uint32) {
	for n := range of.N {
		of.Part(world, n, &p.cut)
		to[n] = p.number(&p.cut)
	}
}

// others are the descriptors that are of no socket.
func others(w *model.World) (fds [model.FDsMax]model.File) {
	n := 0
	for _, f := range w.FDs {
		if f >= model.FileOther {
			fds[n] = f
			n++
		}
	}
	return fds
}

// tuple writes the words of the sockets, threads and descriptors of a canonical
// world; known are those of the base, or none.
func (p *packing) tuple(w *model.World, to, known []uint32) {
	for i := range p.slots {
		if known != nil && w.Sockets[i] == p.base.Sockets[i] {
			to[i] = known[i]
			continue
		}
		to[i] = p.search.sockets.id(&w.Sockets[i], p.sockets)
	}
	for i := range p.shape.threads {
		if known != nil && w.Threads[i] == p.base.Threads[i] {
			to[p.slots+i] = known[p.slots+i]
			continue
		}
		to[p.slots+i] = p.search.threads.id(&w.Threads[i], p.threads)
	}
	held := uint32(0)
	for _, f := range w.FDs {
		if f != model.FileNone && f < model.FileOther {
			held += 1 << (4 * (f - 1))
		}
	}
	to[p.slots+p.shape.threads] = held
}

// untuple is the reverse of tuple. The descriptors of w that are of no socket come last.
func (p *packing) untuple(words []uint32, w *model.World) {
	for i := range p.slots {
		w.Sockets[i] = *p.search.sockets.at(words[i])
	}
	for i := range p.shape.threads {
		w.Threads[i] = *p.search.threads.at(words[p.slots+i])
	}
	held, rest, n := words[p.slots+p.shape.threads], w.FDs, 0
	for slot := uint8(1); held != 0; slot, held = slot+1, held>>4 {
		for range held & 15 {
			w.FDs[n] = model.File(slot)
			n++
		}
	}
	for _, f := range rest {
		if f != model.FileNone {
			w.FDs[n] = f
			n++
		}
	}
}

// number is that of a part, which is a world of its own in canonical form. 0 is none.
func (p *packing) number(part *model.World) uint32 {
	st := p.search.parts
	p.tuple(part, p.words, nil)
	if n, ok := st.find(p.words); ok {
		return n + 1
	}
	if p.tail == nil || p.tail.used == chunkWorlds {
		p.tail = st.chunk()
		if p.tail == nil {
			panic("BUG: a search goes on beyond the parts that can be numbered")
		}
	}
	at := p.tail.used * st.width
	copy(p.tail.words[at:], p.words)
	p.tail.looks[p.tail.used] = p.look(part)
	n, fresh := st.insert(p.tail, 0)
	if fresh {
		st.count.Add(1)
	}
	return n + 1
}

func (p *packing) look(part *model.World) looks {
	l := looks{seen: part.Seen, unseen: part.Unseen}
	var met [model.SocketsMax + 1]bool
	for _, f := range part.FDs {
		if f != model.FileNone {
			l.files++
			if !met[f] {
				met[f] = true
				l.sockets++
			}
		}
	}
	for i := range part.Sockets {
		if part.Sockets[i].Kind != model.KindNone {
			l.slots++
			l.states |= 1 << part.Sockets[i].TCP
		}
	}
	for i := range part.Threads {
		if t := &part.Threads[i]; t.Wait != model.Running {
			l.waiters++
			l.waits |= 1 << (t.Op % 32)
		}
	}
	if check.Face(part, &p.face); p.face != (model.World{}) {
		l.face = p.search.faces.id(&p.face, p.faces) + 1
	}
	return l
}

// looks is what has to be known of a part by number.
func (s *search) looks(part uint32) *looks {
	part--
	return &s.parts.chunks[part/chunkWorlds].Load().looks[part%chunkWorlds]
}

// unpack makes the world of words, in canonical form.
func (p *packing) unpack(words []uint32, to *model.World) {
	last := p.width() - 1
	p.base, p.known = to, nil
	if words[last]&inParts == 0 {
		p.known = words
		*to = *p.search.rests.at(words[last])
		p.untuple(words, to)
		return
	}
	*to = *p.search.rests.at(words[last] &^ inParts)
	for _, n := range words[:last] {
		if n == 0 {
			break
		}
		p.part = model.World{Seen: p.search.looks(n).seen, Unseen: p.search.looks(n).unseen}
		p.untuple(p.search.parts.world(n-1), &p.part)
		check.Join(to, &p.part)
	}
	check.Canonical(to)
}
