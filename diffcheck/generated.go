package main

import (
	"fmt"

	"github.com/connspec/connspec/diffcheck/generate"
)

// slowShare is the percentage of scripts in which time passes.
const slowShare = 1

// newGenerator draws the scripts of a seed.
func newGenerator(seed uint64) *generate.Generator {
	return generate.New(seed, generate.Options{Slow: slowShare})
}

// generatedName reads the name of a generated script, "SEED-INDEX".
func generatedName(name string) (seed, index uint64, ok bool) {
	n, err := fmt.Sscanf(name, "%d-%d", &seed, &index)
	return seed, index, err == nil && n == 2 && fmt.Sprintf("%d-%d", seed, index) == name
}
