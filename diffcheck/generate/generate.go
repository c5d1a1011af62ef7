// Package generate makes scripts at random: every call and frame of the
// vocabulary, with a bias towards sequences that get somewhere. Script number i
// of a seed depends on the two numbers alone, so any one can be made again.
//
// What no target can be held to is left out: two threads that wait for the same
// thing (which is woken first is chance), poll with a timeout, timestamps in the
// puppet's segments (their echo is a clock), a delay near a timer of the host,
// and changes of routes or links, which other scripts of the same lab would feel.
package generate

import (
	"math/rand/v2"
	"strconv"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

// Options say what to make. The zero value is the default mixture.
type Options struct {
	// Loopback is the share of scripts, in percent, that need no wire; 0 is
	// the default of 25, a negative number none.
	Loopback int
	// Slow is how many scripts in ten thousand let time pass, where they go over the
	// wire.
	Slow int
	// Changes is the share of scripts, in percent, that change the routes, links or
	// addresses of the host.
	Changes int
	// Wild is the share of events, in percent, that are drawn without regard
	// to what makes sense; 0 is the default of 20.
	Wild int
	// FastOpen is the share of scripts, in percent, that try TCP Fast Open; 0 is
	// the default of 6, a negative number none.
	FastOpen int
	// Raw is the share of scripts, in percent, that begin with a raw socket; 0 is
	// the default of 3, a negative number none.
	Raw int
	// Unix is the share of scripts, in percent, that are about AF_UNIX; 0 is the
	// default of 8, a negative number none.
	Unix int
	// Recipes are scripts to set out from, and Aim is the share of scripts, in
	// percent, that do.
	Recipes []Recipe
	Aim     int
	// Inet6 is the share of scripts, in percent, that use AF_INET6; 0 is the
	// default of 14, a negative number none.
	Inet6 int
	// Waits is the share of scripts, in percent, with signals, timeouts and
	// several threads in one call.
	Waits int
	// Weight, if set, says how often an action is drawn in a state, in place of
	// [DefaultWeight]; 0 is never. It is asked once per pair, by New.
	Weight func(State, Action) int
}

func (o Options) withDefaults() Options {
	switch {
	case o.Loopback == 0:
		o.Loopback = 25
	case o.Loopback < 0:
		o.Loopback = 0
	}
	if o.Raw == 0 {
		o.Raw = 3
	}
	if o.FastOpen == 0 {
		o.FastOpen = 6
	}
	if o.Inet6 == 0 {
		o.Inet6 = 14
	}
	if o.Unix == 0 {
		o.Unix = 8
	}
	if o.Wild == 0 {
		o.Wild = 20
	}
	if o.Weight == nil {
		o.Weight = DefaultWeight
	}
	return o
}

// Shortest and longest script, in events.
const (
	eventsMin = 3
	eventsMax = 12
)

// Generator makes the scripts of one seed. It belongs to one goroutine; several
// of the same seed make the same scripts.
type Generator struct {
	seed    uint64
	next    uint64
	opts    Options
	weights *weightTable
	recipes *cookbook
	random  *rand.PCG
	draw    pcgSource
	world   world
}

// New is a generator that starts with script 0 of seed.
func New(seed uint64, opts Options) *Generator {
	g := &Generator{seed: seed, opts: opts.withDefaults(), random: rand.NewPCG(0, 0)}
	g.weights, g.recipes = newWeightTable(g.opts.Weight), newCookbook(opts.Recipes)
	g.draw = pcgSource{g.random}
	return g
}

// Next makes the script after the one before.
func (g *Generator) Next() *script.Script {
	g.next++
	return g.Script(g.next - 1)
}

// Script makes script number i. It does not change what Next makes.
func (g *Generator) Script(i uint64) *script.Script {
	g.random.Seed(g.seed, i)
	s := g.world.script(g.draw, &g.opts, g.weights, g.recipes)
	s.Name = strconv.FormatUint(g.seed, 10) + "-" + strconv.FormatUint(i, 10)
	return s
}

// Scripts is the same generator for property tests: rapid draws every choice,
// and so can shrink a script that fails.
func Scripts(opts Options) *rapid.Generator[*script.Script] {
	opts = opts.withDefaults()
	weights, recipes := newWeightTable(opts.Weight), newCookbook(opts.Recipes)
	return rapid.Custom(func(t *rapid.T) *script.Script {
		var w world
		s := w.script(rapidSource{t}, &opts, weights, recipes)
		s.Name = "rapid"
		return s
	})
}

// source is where choices come from. There are two: rapid, whose draws can be
// recorded and shrunk, for property tests; and PCG for the command, where a
// script takes 5 microseconds and not the 20 of rapid's Generator.Example
// (BenchmarkNext, BenchmarkExample), and where what a seed and a number stand for
// does not hang on the version of rapid.
type source interface {
	below(n int) int // uniform in 0 … n-1
}

type pcgSource struct{ r *rand.PCG }

// below is Lemire's multiplication without the rejection step: its bias is
// below n/2^32.
func (s pcgSource) below(n int) int {
	return int((s.r.Uint64() >> 32) * uint64(n) >> 32)
}

type rapidSource struct{ t *rapid.T }

func (s rapidSource) below(n int) int {
	if n <= 1 {
		return 0
	}
	return rapid.IntRange(0, n-1).Draw(s.t, "choice")
}

// script makes one script in w, which it clears first.
func (w *world) script(draw source, opts *Options, weights *weightTable, recipes *cookbook) *script.Script {
	*w = world{draw: draw, weights: weights, wild: opts.Wild}
	w.events = make([]script.Event, 0, eventsMax+2)
	w.loopback = w.percent(opts.Loopback)
	w.slow = !w.loopback && w.below(10_000) < opts.Slow
	w.changes = opts.Changes > 0 && !w.loopback && w.percent(opts.Changes) || w.slow && opts.Changes > 0 && w.percent(30) // something changes while a call waits
	w.raw = !w.loopback && !w.slow && opts.Raw > 0 && w.percent(opts.Raw)
	w.fast = !w.loopback && !w.slow && opts.FastOpen > 0 && w.percent(opts.FastOpen)
	w.six = opts.Inet6 > 0 && !w.fast && !w.raw && w.percent(opts.Inet6)
	w.waits = opts.Waits > 0 && !w.fast && !w.raw && !w.changes && !w.six && w.percent(opts.Waits)
	length := eventsMin + w.below(eventsMax-eventsMin+1)
	if opts.Unix > 0 && w.percent(opts.Unix) {
		return w.unixScript(length)
	}
	var recipe *script.Script
	if opts.Aim > 0 && w.percent(opts.Aim) {
		recipe = recipes.pick(draw, w.slow)
	}
	if recipe != nil {
		w.changes, w.fast, w.six, w.waits = false, false, false, false
		w.setOut(recipe)
		length = len(w.events) + w.below(4)
	} else {
		if w.waits {
			w.openWaits()
		}
		w.opening()
	}
	// An action may come to nothing in its state; the bound on tries keeps a
	// script with all threads blocked from going on for ever.
	for tries := 0; len(w.events) < length && tries < 4*eventsMax; tries++ {
		w.step()
	}
	return w.done()
}

// done is the script of the events so far.
func (w *world) done() *script.Script {
	s := &script.Script{Events: w.events}
	w.events = nil
	s.Loopback = script.OnLoopback(s)
	return s
}

// opening begins a script on its way to one of the interesting places.
func (w *world) opening() {
	if w.slow && w.percent(15) {
		w.silent = true
		w.alter(hush(script.Gateway).there)
		if w.six {
			w.alter(hush(script.Gateway6).there)
		}
	}
	theme := w.below(100)
	if w.slow { // a server or a client: where there is something to wait for
		theme = [...]int{15, 60, 60, 60}[w.below(4)]
	}
	switch {
	case w.fast:
		w.openFast()
	case w.raw:
		w.openRaw()
	case theme < 15: // checks of arguments: anything goes
		w.open(w.percent(60))
	case theme < 40 && !w.loopback: // a server
		w.open(true)
		if w.percent(70) {
			w.call(spec.Call{Op: spec.OpSetsockopt, FD: w.focus, Level: spec.SolSocket, Option: spec.SoReuseaddr, Value: 1})
		}
		w.bindTo(script.LocalPort)
		w.listen(w.focus)
		w.peerSyn()
	case theme < 60: // datagrams
		w.open(false)
		if w.percent(50) {
			w.bindTo(script.LocalPort)
		}
	case w.loopback: // both ends on this host
		w.open(true)
		w.bindTo(script.LocalPort)
		w.listen(w.focus)
		w.open(true)
		w.connect(w.focus)
	default: // a client
		w.open(true)
		if w.percent(20) {
			w.bind(w.focus)
		}
		w.connect(w.focus)
	}
}

// step adds an event, or now and then none.
func (w *world) step() {
	if w.changes && w.percent(15) {
		w.change()
		return
	}
	if w.slow && w.delays < delaysMax && w.ticking() && w.percent(50) {
		w.advance()
		return
	}
	if w.waits && w.percent(30) && w.stepWaits() {
		return
	}
	if w.percent(w.wild) && !w.silent {
		w.perform(Action(w.below(int(actionCount))), w.anyFD())
		return
	}
	fd := w.focus
	if w.percent(30) {
		fd = w.openFD()
	}
	state := w.state(fd)
	if a := w.weights.pick(w.draw, state); a < ActSynAck || !w.silent { // nobody is there to send a frame
		w.perform(a, fd)
	}
}
