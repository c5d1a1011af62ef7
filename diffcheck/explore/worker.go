package explore

import (
	"sync/atomic"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// worker explores worlds. It allocates nothing but chunks and what it knows of cells.
type worker struct {
	search *search
	walker *check.Walker
	chunk  *chunk
	begun  int      // of chunk: worlds that an earlier depth put there
	filled []*chunk // chunks filled in this depth, with where it began in fill
	fill   []int

	sockets map[model.Socket]uint32
	threads map[model.Thread]uint32
	rests   map[model.World]uint32

	world  model.World // being explored
	parts  []uint32    // its words
	rest   model.World // without sockets and threads
	number uint32      // of world
	bare   model.World // rest of a world that follows
	visit  func(*check.Step)

	transitions int64
	shown       atomic.Int64
	ends        [check.EndCount]int64
	reasons     [model.ReasonCount]int64
	rules       []bool
	asked, met  []bool // by property
	found       []found
	ahead       *check.Ahead
	_           [64]byte // workers are written to by one core each
}

func newWorker(s *search) *worker {
	w := &worker{
		search: s, walker: check.NewWalker(s.Dialect, s.Scope), ahead: check.NewAhead(s.Dialect, s.Scope, len(s.Properties)), rules: make([]bool, len(model.Rules())+1), met: make([]bool, len(s.Properties)),
		sockets: map[model.Socket]uint32{}, threads: map[model.Thread]uint32{}, rests: map[model.World]uint32{},
	}
	for i := range s.Properties {
		w.asked = append(w.asked, s.Properties[i].Asked(s.Dialect, s.Scope))
	}
	w.visit = w.follow
	return w
}

// run takes blocks until none is left.
func (w *worker) run() {
	s := w.search
	for {
		n := s.next.Add(1) - 1
		if n >= int64(len(s.blocks)) || s.stop.Load() {
			return
		}
		w.makeRoom()
		b := s.blocks[n]
		s.store.grow.RLock()
		before := w.added()
		for i := b.from; i < b.to; i++ {
			w.explore(b.chunk*chunkWorlds + uint32(i))
		}
		s.store.count.Add(int64(w.added() - before))
		s.store.grow.RUnlock()
		w.shown.Store(w.transitions)
	}
}

func (w *worker) added() int {
	n := len(w.filled) * chunkWorlds
	if w.chunk != nil {
		n += w.chunk.used
	}
	return n
}

// makeRoom enlarges the table before it gets slow.
func (w *worker) makeRoom() {
	st := w.search.store
	if !st.full() {
		return
	}
	st.grow.Lock()
	if st.full() {
		st.enlarge()
	}
	st.grow.Unlock()
}

// fresh are the worlds that the worker put in since it was last asked.
func (w *worker) fresh() []span {
	var all []span
	for i, c := range w.filled {
		if w.fill[i] < c.used {
			all = append(all, span{c.base / chunkWorlds, w.fill[i], c.used})
		}
	}
	w.filled, w.fill = w.filled[:0], w.fill[:0]
	if w.chunk != nil && w.begun < w.chunk.used {
		all = append(all, span{w.chunk.base / chunkWorlds, w.begun, w.chunk.used})
		w.begun = w.chunk.used
	}
	return all
}

// explore looks at all that follows a world.
func (w *worker) explore(number uint32) {
	w.number = number
	w.parts = w.search.store.world(number)
	w.search.unpack(w.parts, &w.world)
	w.rest = w.world
	w.rest.Sockets, w.rest.Threads = [model.SocketsMax]model.Socket{}, [model.ThreadsMax]model.Thread{}
	w.walker.Successors(&w.world, w.visit)
}

// follow takes one transition.
func (w *worker) follow(st *check.Step) {
	s := w.search
	w.transitions++
	w.ends[st.End]++
	for _, id := range st.Rules {
		w.rules[id] = true
	}
	if len(s.Properties) > 0 && (st.End == check.Goes || st.End == check.Open) {
		w.judgeStep(st)
	}
	if st.End != check.Goes {
		w.reasons[st.After.Left]++
		if s.Leaves {
			s.Edge(w.number, st, 0)
		}
		return
	}
	to, fresh := w.number, false
	if *st.After != w.world {
		check.Canonical(st.After)
		to, fresh = w.add(st.After, w.number, by(st))
	}
	if fresh && len(s.Properties) > 0 {
		w.judgeWorld(st)
	}
	if s.Edge != nil {
		s.edge.Lock()
		s.Edge(w.number, st, to)
		s.edge.Unlock()
	}
}

func by(st *check.Step) uint32 {
	return how(st.Stimulus.Index, st.Stimulus.Slot, st.Stimulus.Thread, st.Choice)
}

// add puts a canonical world into the store.
func (w *worker) add(world *model.World, from, how uint32) (number uint32, fresh bool) {
	s := w.search
	if w.chunk == nil || w.chunk.used == chunkWorlds {
		if w.chunk != nil {
			w.filled, w.fill = append(w.filled, w.chunk), append(w.fill, w.begun)
		}
		w.chunk, w.begun = s.store.chunk(), 0
		if w.chunk == nil {
			panic("BUG: a search goes on beyond the worlds that can be numbered")
		}
	}
	at := w.chunk.used * s.store.width
	w.pack(world, w.chunk.words[at:at+s.store.width])
	return s.store.insert(w.chunk, from, how)
}

// pack makes the words of a world. What is as in the world before is not looked up.
func (w *worker) pack(world *model.World, to []uint32) {
	s := w.search
	slots, threads := s.Scope.Slots, s.Scope.Threads
	for i := range slots {
		if w.parts != nil && world.Sockets[i] == w.world.Sockets[i] {
			to[i] = w.parts[i]
			continue
		}
		to[i] = s.sockets.id(&world.Sockets[i], w.sockets)
	}
	for i := range threads {
		if w.parts != nil && world.Threads[i] == w.world.Threads[i] {
			to[slots+i] = w.parts[slots+i]
			continue
		}
		to[slots+i] = s.threads.id(&world.Threads[i], w.threads)
	}
	w.bare = *world
	w.bare.Sockets, w.bare.Threads = [model.SocketsMax]model.Socket{}, [model.ThreadsMax]model.Thread{}
	if w.parts != nil && w.bare == w.rest {
		to[slots+threads] = w.parts[slots+threads]
		return
	}
	to[slots+threads] = s.rests.id(&w.bare, w.rests)
}

func (s *search) unpack(words []uint32, to *model.World) {
	slots, threads := s.Scope.Slots, s.Scope.Threads
	*to = *s.rests.at(words[slots+threads])
	for i := range slots {
		to.Sockets[i] = *s.sockets.at(words[i])
	}
	for i := range threads {
		to.Threads[i] = *s.threads.at(words[slots+i])
	}
}
