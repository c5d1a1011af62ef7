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
	Eventually             // from every world time alone can lead to where it holds
)

func (k Kind) String() string { return [...]string{"always", "reachable", "eventually"}[k] }

// Property is something that the graph of a dialect has beside what the rules say one by one.
type Property struct {
	Name   string
	Kind   Kind
	Says   string // one sentence
	Source string // the clause or the text it comes from
	For    Dialects

	// One of the two. World is asked of each world, Step of each transition
	// that stays in the scope.
	World func(d spec.Dialect, w *model.World) bool
	Step  func(s *Step) bool
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

// stepsMax bounds the worlds that time alone leads to from one.
const stepsMax = 4096

// Stuck says whether time alone cannot lead from w to where p holds. In a
// finite graph in which every world that time leads to can go on to such a
// one, fair timers get there.
func (k *Walker) Stuck(w *model.World, p *Property) bool {
	met := map[model.World]bool{*w: true}
	list := []model.World{*w}
	for i := 0; i < len(list) && i < stepsMax; i++ {
		from, reached := list[i], false
		if p.World(k.dialect, &from) {
			return false
		}
		k.timers(&from, func(s *Step) {
			if s.End != Goes {
				reached = true
				return
			}
			Canonical(s.After)
			if !met[*s.After] {
				met[*s.After] = true
				list = append(list, *s.After)
			}
		})
		if reached {
			return false
		}
	}
	return true
}

// timers is Successors for time alone.
func (k *Walker) timers(w *model.World, visit func(*Step)) {
	for i := range k.scope.stimuli {
		if a := k.scope.stimuli[i].about; a == aTimer {
			k.try(w, Stimulus{Index: uint16(i)}, visit)
		}
	}
}
