package check

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Way is what happens to a fresh host, one after the other: calls, frames,
// changes, signals, and time, which is LabelAdvance as long as a timer takes and
// LabelSettle for the few milliseconds in which some fire of themselves. Between
// two of them the host gets quiet, as in a script.
type Way []model.Label

// worldsMax bounds the worlds that a way is followed in at a time, where a
// dialect leaves several answers.
const worldsMax = 64

// Guide follows ways under one dialect.
type Guide struct {
	dialect spec.Dialect
	nexts   model.Nexts
	seen    Observation
}

// NewGuide makes one.
func NewGuide(d spec.Dialect) *Guide { return &Guide{dialect: d} }

// Follow takes every world that may be there one step on, and calls visit with
// each transition. What is not modelled ends there.
func (g *Guide) Follow(worlds []model.World, l *model.Label, visit func(from *model.World, next *model.Next)) []model.World {
	var after []model.World
	for i := range worlds {
		from := worlds[i]
		switch l.Kind {
		case model.LabelAdvance:
			from.Timers = true
			model.Taus(g.dialect, &from, &g.nexts)
		case model.LabelSettle:
			model.Taus(g.dialect, &from, &g.nexts)
		default:
			model.Step(g.dialect, &from, l, &g.nexts)
		}
		for n := range g.nexts.Len {
			next := &g.nexts.Buf[n]
			visit(&worlds[i], next)
			if next.World.Left != model.Inside {
				continue
			}
			Settle(&next.World, &g.seen)
			if len(after) < worldsMax && !slices.Contains(after, next.World) {
				after = append(after, next.World)
			}
		}
	}
	return after
}

// Rules are the rules that the way uses, with those of all that may come of it.
func (g *Guide) Rules(w Way) []model.RuleID {
	var met []model.RuleID
	worlds := make([]model.World, 1)
	for i := range w {
		worlds = g.Follow(worlds, &w[i], func(_ *model.World, next *model.Next) {
			for _, id := range next.Rules[:next.Used] {
				if !slices.Contains(met, id) {
					met = append(met, id)
				}
			}
		})
	}
	return met
}
