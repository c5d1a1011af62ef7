// Package explore searches the graph of a scope breadth first, on all cores.
//
// A world is kept as a few words: the numbers of its sockets, its threads and
// the rest of it, each looked up in a table of the values met. Worlds are told
// apart exactly as long as memory allows, then by 64-bit fingerprints.
package explore

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Options say how to search.
type Options struct {
	Dialect spec.Dialect
	Scope   *check.Scope
	Workers int
	Memory  int64 // bytes that the worlds may take; 0 is no limit
	Exact   int64 // worlds up to which they are kept whole; 0 is no limit
	Worlds  int64 // stop after so many; 0 is no limit
	Depth   int   // stop at this depth; 0 is no limit
	// Progress is called now and then from a goroutine of the search.
	Progress func(Progress)
	// Properties are held against every world and transition.
	Properties []check.Property
	// Edge, if set, is called with every transition between kept worlds, by one worker at a time.
	Edge func(from uint32, s *check.Step, to uint32)
	// Whole takes every world as a whole and asks the model for every transition, as
	// an Edge does.
	Whole bool
	// Audit has the model asked for every transition even so, and compares.
	Audit bool
	// Leaves asks for the transitions to worlds that are not explored, too.
	Leaves bool
}

// Progress is how far a search has come.
type Progress struct {
	Worlds, Transitions int64
	Depth               int
	Frontier            int64 // worlds of this depth still to explore
	Elapsed             time.Duration
	Bytes               int64
}

// Result is what a search found.
type Result struct {
	Progress
	Closed       bool // nothing is left to explore
	Stopped      string
	Ends         [check.EndCount]int64 // transitions by what they lead to
	Reasons      [model.ReasonCount]int64
	Rules        []bool // by id: used
	Fingerprints bool
	SocketValues int
	Used         int64         // bytes that hold anything
	Parts        int64         // different parts of worlds
	Busy         time.Duration // processor time of all workers
	Modelled     time.Duration // the part of it that was spent with the model, by a sample
	Answers      int64         // that were looked up
	LookedUp     int64         // transitions of these
	Audits       int64         // of these, found out again and compared
	Wrong        bool          // one was something else: Stopped says what
	Width        int           // words of a world
	Violations   []Violation
	Met          []bool            // by property: its good case was met
	Unmet        []*check.Property // reachable says they would be
}

// BytesPerWorld is what one world takes, tables and what is known of parts included.
func (r *Result) BytesPerWorld() float64 { return float64(r.Used) / float64(max(r.Worlds, 1)) }

// Violation is a property that does not hold, and the way to where it fails.
type Violation struct {
	Property *check.Property
	Path     []check.Move
}

// search is one search under way.
type search struct {
	Options
	shape
	store   *store
	parts   *store
	sockets cells[model.Socket]
	threads cells[model.Thread]
	rests   cells[model.World] // without sockets and threads
	faces   cells[model.World]
	answers *answers
	wrong   atomic.Pointer[string]
	ranges  []span       // of the present depth
	next    atomic.Int64 // the block to take
	start   time.Time
	depth   int
	stop    atomic.Bool
	workers []*worker
	blocks  []span
	edge    sync.Mutex
}

// span is a part of a chunk.
type span struct {
	chunk    uint32
	from, to int
}

// block is how many worlds a worker takes at a time.
const block = 128

// Run searches until the scope is closed, or a limit is met.
func Run(o Options) *Result { return begin(o).run() }

// begin readies a search.
func begin(o Options) *search {
	s := &search{Options: o, shape: shape{slots: o.Scope.Slots, threads: o.Scope.Threads}, start: time.Now(), answers: newAnswers()}
	s.parted = o.Scope.Parts() && o.Edge == nil && !o.Whole
	s.store, s.parts = newStore(s.width(), false), newStore(s.partWidth(), true)
	for range max(1, o.Workers) {
		s.workers = append(s.workers, newWorker(s))
	}
	var first model.World
	s.workers[0].add(&first, 0)
	s.store.count.Add(1)
	return s
}

func (s *search) run() *Result {
	done := make(chan struct{})
	if s.Progress != nil {
		go s.watch(done)
	}
	r := &Result{Width: s.width(), Rules: make([]bool, len(model.Rules())+1), Met: make([]bool, len(s.Properties))}
	for {
		r.Frontier = s.frontier()
		if r.Frontier == 0 {
			break
		}
		if why := s.limits(); why != "" {
			r.Stopped = why
			break
		}
		s.level()
	}
	close(done)
	r.Closed = r.Stopped == ""
	s.conclude(r)
	return r
}

// frontier takes down which worlds were new in the last depth and gives their number.
func (s *search) frontier() int64 {
	s.ranges, s.blocks = s.ranges[:0], s.blocks[:0]
	n := int64(0)
	for _, w := range s.workers {
		s.ranges = append(s.ranges, w.fresh()...)
	}
	for _, r := range s.ranges {
		n += int64(r.to - r.from)
		for at := r.from; at < r.to; at += block {
			s.blocks = append(s.blocks, span{r.chunk, at, min(at+block, r.to)})
		}
	}
	return n
}

// level explores the worlds of one depth.
func (s *search) level() {
	s.next.Store(0)
	var wg sync.WaitGroup
	for _, w := range s.workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w.run()
		}()
	}
	wg.Wait()
	if s.store.hashOnly {
		s.discard()
	}
	s.answers.grow()
	s.depth++
}

// discard lets go of explored worlds, of which the fingerprints are enough.
func (s *search) discard() {
	filling := map[uint32]bool{}
	for _, w := range s.workers {
		if w.chunk != nil {
			filling[w.chunk.base/chunkWorlds] = true
		}
		for _, c := range w.filled {
			filling[c.base/chunkWorlds] = true
		}
	}
	for _, r := range s.ranges {
		if !filling[r.chunk] {
			s.store.drop(r.chunk)
		}
	}
}

// limits says why the search stops here, or lets it go on within the limits.
func (s *search) limits() string {
	worlds := s.store.count.Load()
	now := s.bytes()
	if !s.store.hashOnly && (s.Exact > 0 && worlds > s.Exact || s.Memory > 0 && now > s.Memory*3/4) {
		s.store.forget()
	}
	switch {
	case s.wrong.Load() != nil:
		return *s.wrong.Load()
	case s.Depth > 0 && s.depth >= s.Depth:
		return "as deep as asked for"
	case s.Worlds > 0 && worlds >= s.Worlds:
		return "as many worlds as asked for"
	case s.Memory > 0 && now > s.Memory:
		return "the memory that it may take is used up"
	case s.store.nchunks.Load() >= chunksMax-uint32(2*len(s.workers)):
		return "as many worlds as can be numbered"
	}
	return ""
}

// bytes is what all worlds take, with what is known of their parts.
func (s *search) bytes() int64 {
	n := s.store.bytes()
	if s.parted {
		n += s.parts.bytes() + s.answers.bytes.Load()
	}
	return n
}

// complain stops the search for an error of its own.
func (s *search) complain(what string) {
	s.wrong.CompareAndSwap(nil, &what)
	s.stop.Store(true)
}

func (s *search) watch(done chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			s.Progress(s.progress())
		}
	}
}

func (s *search) progress() Progress {
	p := Progress{Worlds: s.store.count.Load(), Depth: s.depth, Elapsed: time.Since(s.start)}
	for _, w := range s.workers {
		p.Transitions += w.shown.Load()
	}
	p.Bytes = s.bytes()
	p.Frontier = max(0, int64(len(s.blocks))-s.next.Load()) * block
	return p
}

func (s *search) conclude(r *Result) {
	for _, w := range s.workers {
		w.shown.Store(w.transitions)
		for i, n := range w.ends {
			r.Ends[i] += n
		}
		for i, n := range w.reasons {
			r.Reasons[i] += n
		}
		for i, hit := range w.rules {
			r.Rules[i] = r.Rules[i] || hit
		}
		r.Busy += w.busy
		r.Modelled += w.modelled
		r.Answers += w.ask.answers
		r.Audits += w.ask.audits
		r.LookedUp += w.ask.looked
		for i, met := range w.met {
			r.Met[i] = r.Met[i] || met
		}
	}
	left := r.Frontier
	r.Progress = s.progress()
	r.Frontier = left
	r.Fingerprints = s.store.hashOnly
	r.SocketValues = s.sockets.len()
	if r.Used = s.store.used(); s.parted {
		r.Used += s.parts.used() + s.answers.bytes.Load()
	}
	r.Parts, r.Wrong = s.parts.count.Load(), s.wrong.Load() != nil
	s.violations(r)
}
