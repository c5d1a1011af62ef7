package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Kind says how a property is meant.
type Kind uint8

const (
	Always     Kind = iota // it holds of every world or transition
	Reachable              // it holds of one at least
	Eventually             // from every world time alone leads to where it holds
	Possibly               // from every world something can lead to where it holds
)

func (k Kind) String() string { return [...]string{"always", "reachable", "eventually", "possibly"}[k] }

// Property is something that the graph of a dialect has beside what the rules say one by one.
type Property struct {
	Name   string
	Kind   Kind
	Says   string // one sentence
	Source string // the clause or the text it comes from
	For    Dialects
	Of     string // the scope it is asked of; "" is all
	Needs  Size   // of a scope, for it to be asked

	// One of the two. World is asked of each world, Step of each transition
	// that stays in the scope.
	World func(d spec.Dialect, w *model.World) bool
	Step  func(s *Step) bool
}

// Asked says whether the property is asked of a dialect in a scope.
func (p *Property) Asked(d spec.Dialect, s *Scope) bool {
	if s.open || p.Kind == Eventually && !s.timed() {
		return false
	}
	return p.For.Has(d) && (p.Of == "" || p.Of == s.Name) && s.Sockets >= p.Needs.Sockets && s.Threads >= p.Needs.Threads
}

// Dialects is a set of dialects.
type Dialects uint8

// Has says whether d is in the set.
func (s Dialects) Has(d spec.Dialect) bool { return s&(1<<d) != 0 }

// Sets of dialects that properties are written for.
const (
	ofPOSIX     Dialects = 1 << spec.POSIX
	ofLinux     Dialects = 1 << spec.Linux
	ofMacOS     Dialects = 1 << spec.MacOS
	ofOSX       Dialects = 1 << spec.OSX
	ofTargetTCP Dialects = 1 << spec.TargetTCP
	ofAll                = ofPOSIX | ofLinux | ofMacOS | ofOSX | ofTargetTCP
)

// aheadMax bounds the worlds that are looked at for one question.
const aheadMax = 4096

// Ahead answers questions about what may come of a world. It remembers, by
// fingerprint, the worlds from which the way is known.
type Ahead struct {
	walker *Walker
	good   []map[uint64]bool // by property
	list   []model.World
	from   []int32 // by place in list: the one before
	met    map[uint64]bool
}

// NewAhead makes one for the properties of a search.
func NewAhead(d spec.Dialect, s *Scope, properties int) *Ahead {
	a := &Ahead{walker: NewWalker(d, s), met: map[uint64]bool{}, good: make([]map[uint64]bool, properties)}
	for i := range a.good {
		a.good[i] = map[uint64]bool{}
	}
	return a
}

// Stuck says whether what may happen (of Eventually: time alone) cannot lead
// from w to where property number n, which is p, holds. In a finite graph in which
// every world that time leads to can go on to such a one, fair timers get there.
func (a *Ahead) Stuck(w *model.World, n int, p *Property) bool {
	good := a.good[n]
	a.list, a.from = append(a.list[:0], *w), append(a.from[:0], -1)
	Canonical(&a.list[0])
	clear(a.met)
	reached := int32(-1)
	for i := int32(0); int(i) < len(a.list) && len(a.list) < aheadMax && reached < 0; i++ {
		from := a.list[i]
		f := from.Fingerprint()
		if good[f] {
			reached = i
			break
		}
		a.met[f] = true
		a.walker.ahead(&from, p.Kind == Eventually, func(s *Step) bool {
			if s.End != Goes || p.World(a.walker.dialect, s.After) {
				reached = i
				return false
			}
			Canonical(s.After)
			if f := s.After.Fingerprint(); !a.met[f] {
				a.met[f] = true
				a.list, a.from = append(a.list, *s.After), append(a.from, i)
			}
			return true
		})
	}
	for i := reached; i >= 0; i = a.from[i] {
		good[a.list[i].Fingerprint()] = true
	}
	return reached < 0
}

// ahead is Successors, of time alone if it is to be, until visit says no.
func (k *Walker) ahead(w *model.World, time bool, visit func(*Step) bool) {
	goes := true
	thread, runs := k.scope.runner(w)
	for i := range k.scope.stimuli {
		st := &k.scope.stimuli[i]
		if time && st.about != aTimer || st.call.Op != spec.OpNone && !runs {
			continue
		}
		for slot := range st.about.slots() {
			if !goes {
				return
			}
			k.try(w, Stimulus{Index: uint16(i), Slot: slot, Thread: thread}, func(s *Step) { goes = goes && visit(s) })
		}
	}
}
