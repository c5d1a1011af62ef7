package explore

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// worker explores worlds. It allocates nothing but chunks, answers and what it
// knows of cells.
type worker struct {
	search  *search
	walker  *check.Walker
	packing *packing
	chunk   *chunk
	begun   int      // of chunk: worlds that an earlier depth put there
	filled  []*chunk // chunks filled in this depth, with where it began in fill
	fill    []int

	world  model.World // being explored
	number uint32      // of world
	other  model.World // that follows
	ask    asking
	batch  batch
	none   []uint32 // the words of no world
	visit  func(*check.Step)

	busy, modelled time.Duration // of the processor; modelled is the part spent with the model
	entered        int

	transitions int64
	shown       atomic.Int64
	ends        [check.EndCount]int64
	reasons     [model.ReasonCount]int64
	rules       []bool
	asked, met  []bool // by property
	ofSteps     []int  // properties of transitions to ask of
	found       []found
	ahead       *check.Ahead
	judged      []bool           // by part: it was in a world that was judged
	judgedPairs map[[2]show]bool // likewise
	_           [64]byte         // workers are written to by one core each
}

func newWorker(s *search) *worker {
	w := &worker{
		search: s, walker: check.NewWalker(s.Dialect, s.Scope), packing: newPacking(s),
		ahead: check.NewAhead(s.Dialect, s.Scope, len(s.Properties)), rules: make([]bool, len(model.Rules())+1), met: make([]bool, len(s.Properties)),
		judgedPairs: map[[2]show]bool{},
	}
	for i := range s.Properties {
		w.asked = append(w.asked, s.Properties[i].Asked(s.Dialect, s.Scope))
		if w.asked[i] && s.Properties[i].Step != nil {
			w.ofSteps = append(w.ofSteps, i)
		}
	}
	w.none = make([]uint32, s.width())
	w.visit, w.ask.visit = w.follow, w.gather
	return w
}

// run takes blocks until none is left.
func (w *worker) run() {
	s := w.search
	runtime.LockOSThread() // so that the time of the thread is that of the worker
	defer runtime.UnlockOSThread()
	began := threadTime()
	defer func() { w.busy += threadTime() - began }()
	for {
		n := s.next.Add(1) - 1
		if n >= int64(len(s.blocks)) || s.stop.Load() {
			return
		}
		w.drop()
		w.makeRoom(s.store)
		w.makeRoom(s.parts)
		b := s.blocks[n]
		s.store.grow.RLock()
		s.parts.grow.RLock()
		before := w.added()
		for i := b.from; i < b.to; i++ {
			w.explore(b.chunk*chunkWorlds + uint32(i))
		}
		s.store.count.Add(int64(w.added() - before))
		s.parts.grow.RUnlock()
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

// makeRoom enlarges a table before it gets slow.
func (w *worker) makeRoom(st *store) {
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
	words := w.search.store.world(number)
	if w.search.parted && words[len(words)-1]&inParts != 0 && words[1] != 0 {
		w.together(words)
		return
	}
	began := w.enter()
	w.packing.unpack(words, &w.world)
	w.walker.Successors(&w.world, w.visit)
	w.leave(began)
}

// enter and leave measure what is spent with the model, one world in sampled.
func (w *worker) enter() time.Duration {
	if w.entered++; w.entered%sampled != 0 {
		return 0
	}
	return threadTime()
}

func (w *worker) leave(began time.Duration) {
	if began != 0 {
		w.modelled += sampled * (threadTime() - began)
	}
}

// sampled: asking for the time takes about as long as two transitions.
const sampled = 16

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
		to, fresh = w.add(st.After, w.number)
	}
	if fresh && len(s.Properties) > 0 {
		check.Canonical(st.After)
		w.judgeWorld(st.After, to)
	}
	if s.Edge != nil {
		s.edge.Lock()
		s.Edge(w.number, st, to)
		s.edge.Unlock()
	}
}

// room is where the words of the next world go.
func (w *worker) room() []uint32 {
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
	return w.chunk.words[at : at+s.store.width]
}

// add puts a quiet world into the store.
func (w *worker) add(world *model.World, from uint32) (number uint32, fresh bool) {
	w.packing.pack(world, w.room())
	return w.search.store.insert(w.chunk, from)
}
