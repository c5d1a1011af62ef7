package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Recipe is a script that others set out from: it leads to where drawing at
// random seldom gets. What it states is believed.
type Recipe struct {
	Script *script.Script
	Weight int // how often, beside other recipes
}

// cookbook is recipes to draw from, those in which time passes apart.
type cookbook struct {
	quick, timed           []Recipe
	quickTotal, timedTotal int
}

func newCookbook(recipes []Recipe) *cookbook {
	c := &cookbook{}
	for _, r := range recipes {
		if passes(r.Script) {
			c.timed = append(c.timed, r)
			c.timedTotal += r.Weight
		} else {
			c.quick = append(c.quick, r)
			c.quickTotal += r.Weight
		}
	}
	return c
}

func passes(s *script.Script) bool {
	for i := range s.Events {
		if s.Events[i].Delay > 0 || s.Events[i].Env.Kind == script.EnvSleep && s.Events[i].Kind == script.EventEnv {
			return true
		}
	}
	return false
}

// pick draws a recipe by its weight; nil where there is none.
func (c *cookbook) pick(draw source, timed bool) *script.Script {
	list, total := c.quick, c.quickTotal
	if timed {
		list, total = c.timed, c.timedTotal
	}
	if total == 0 {
		return nil
	}
	n := draw.below(total)
	for i := range list {
		if n -= list[i].Weight; n < 0 {
			return list[i].Script
		}
	}
	panic("BUG: a draw beyond the sum of the weights")
}

// setOut follows a recipe: mostly the whole of it, at times with an event left out
// or one put in between.
func (w *world) setOut(s *script.Script) {
	w.loopback, w.focus = s.Loopback, closedFD
	end := len(s.Events)
	if w.percent(30) {
		end = 1 + w.below(end)
	}
	// What comes in between must not wait for a timer, nor change how many ports
	// have been chosen where a frame names one of them.
	spoil := !w.slow && !namesChosen(s) && w.percent(50)
	for i := range s.Events[:end] {
		e := &s.Events[i]
		if spoil && e.Kind != script.EventExpect && e.Call.Op != spec.OpSigaction {
			switch n := w.below(100); {
			case n < 6:
				continue
			case n < 12:
				w.step()
			}
		}
		if !w.follow(e) {
			return
		}
	}
}

// follow adds an event of a recipe and believes what it states. It reports
// false where what was put in between leaves no room for it.
func (w *world) follow(e *script.Event) bool {
	switch e.Kind {
	case script.EventCall:
		if e.Thread >= threadsMax || w.blocked[e.Thread] {
			return false
		}
		w.add(e)
		w.called(e)
	case script.EventInject:
		w.add(e)
		w.injected(&e.Frame)
	case script.EventExpect:
		if e.Delay > 0 {
			w.add(&script.Event{Kind: script.EventAdvance, Delay: e.Delay})
		}
		if e.Want != nil && e.Thread < threadsMax {
			w.returned(e)
		}
	default:
		w.add(e)
	}
	return true
}

// add appends a stimulus, without what it states and where it stood.
func (w *world) add(e *script.Event) {
	bare := *e
	bare.Want, bare.Line = nil, 0
	if bare.Delay > 0 {
		w.delays = delaysMax
	}
	w.events = append(w.events, bare)
}

// namesChosen reports whether a frame of the puppet or a call names a port that
// the system chose.
func namesChosen(s *script.Script) bool {
	for i := range s.Events {
		e := &s.Events[i]
		if e.Kind == script.EventInject && (chosen(e.Frame.Dst.Port()) || chosen(e.Frame.Quoted.Src.Port())) ||
			e.Kind == script.EventCall && chosen(e.Call.Addr.Port) {
			return true
		}
	}
	return false
}

func chosen(port uint16) bool { return port >= script.PortFirst && port <= script.PortLast }
