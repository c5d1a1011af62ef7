package main

import (
	"fmt"
	"sync"

	"github.com/connspec/connspec/diffcheck/corpus"
	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/generate"
)

// slowShare is how many scripts in ten thousand let time pass. They take some
// three seconds each on a lane of their own: more would make a run wait for them.
const slowShare = 15

// aimShare is the percentage of scripts that set out from one of the corpus.
const aimShare = 6

// rare is in how many scripts of the recorded run a rule was seen for the
// script that shows it to need no help.
const rare = 300

// recipes are the scripts of the corpus. One that a rule was recorded of which
// other scripts seldom show is set out from more often. It depends on the source
// alone, so that a seed and a number go on to mean the same script.
var recipes = sync.OnceValue(func() []generate.Recipe {
	weights := map[string]int{}
	evidence, err := coverage.Recorded()
	if err != nil {
		panic("BUG: the recorded evidence cannot be read: " + err.Error())
	}
	for _, s := range evidence {
		if s.Scripts < rare {
			weights[s.Script]++
		}
	}
	var all []generate.Recipe
	for _, s := range corpus.Scripts() {
		if corpus.Edge(s) {
			continue
		}
		all = append(all, generate.Recipe{Script: s, Weight: 1 + weights[s.Name]})
	}
	return all
})

// changesShare is the percentage of scripts that change the environment: a lane takes
// such a change in half a millisecond.
const changesShare = 2

// waitsShare is the percentage of scripts with signals, timeouts and several threads
// in one call, which the stack targets refuse.
const waitsShare = 4

// newGenerator draws the scripts of a seed.
func newGenerator(seed uint64) *generate.Generator {
	return generate.New(seed, generate.Options{Recipes: recipes(), Aim: aimShare, Slow: slowShare, Changes: changesShare, Waits: waitsShare})
}

// generatedName reads the name of a generated script, "SEED-INDEX".
func generatedName(name string) (seed, index uint64, ok bool) {
	n, err := fmt.Sscanf(name, "%d-%d", &seed, &index)
	return seed, index, err == nil && n == 2 && fmt.Sprintf("%d-%d", seed, index) == name
}
