package run

import (
	"sync"
	"sync/atomic"
)

// registry collects findings from all workers, by signature, so that one bug
// is followed up once however many scripts show it.
type registry struct {
	quick  chan Finding // to the follow-up: the dialect that the kernel speaks
	others chan Finding // likewise: other dialects
	slow   chan Finding // likewise: scripts in which real time passes
	tries  int          // findings of one signature that are followed up at most
	total  atomic.Uint64

	mu       sync.Mutex
	cases    map[string]*incident   // by signature
	distinct map[string]*Divergence // by essence
	order    []*incident            // as first seen
}

// incident is all that was found with one signature.
type incident struct {
	first     Finding
	count     uint64 // scripts that showed it
	handed    int    // findings given to the follow-up
	confirmed *Divergence
	unstable  []Finding // followed up, and did not repeat
}

func newRegistry(tries int) *registry {
	return &registry{tries: tries,
		quick: make(chan Finding, followMax), others: make(chan Finding, followMax), slow: make(chan Finding, followMax),
		cases: make(map[string]*incident), distinct: make(map[string]*Divergence)}
}

// followMax bounds the findings that wait for their follow-up. More are only
// counted.
const followMax = 2048

// add takes a finding of the run.
func (g *registry) add(f Finding) {
	g.total.Add(1)
	signature := f.Signature()
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.cases[signature]
	if c == nil {
		c = &incident{first: f}
		g.cases[signature] = c
		g.order = append(g.order, c)
	}
	c.count++
	if f.Index < c.first.Index {
		c.first = f
	}
	if c.confirmed != nil || c.handed >= g.tries {
		return
	}
	to := g.quick
	switch {
	case f.realTime() > 0:
		to = g.slow
	case f.Kind.Dialect != Kernel.Dialect:
		to = g.others
	}
	select {
	case to <- f:
		c.handed++
	default:
	}
}

// settled reports whether the finding needs no follow-up any more.
func (g *registry) settled(f *Finding) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cases[f.Signature()].confirmed != nil
}

// confirm notes that the finding repeated. Where another signature came to the
// same in the end, they are one divergence. It gives the number
// of those that were shrunk.
func (g *registry) confirm(f *Finding, d *Divergence) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.cases[f.Signature()]
	essence := d.essence()
	if same := g.distinct[essence]; same != nil {
		same.join(d)
		d = same
	}
	g.distinct[essence], c.confirmed = d, d
	shrunk := 0
	for _, other := range g.distinct {
		if other.Shrunk {
			shrunk++
		}
	}
	return shrunk
}

// wobble notes that the finding did not repeat.
func (g *registry) wobble(f *Finding) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.cases[f.Signature()]
	c.unstable = append(c.unstable, *f)
}
