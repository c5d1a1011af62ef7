// Package run drives a whole check: it draws scripts, runs each on every
// target, has the traces judged, and follows up what diverged.
package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// Kind names a sort of target: what runs the script and whose behaviour it is
// to have. The kernel and impl on the wire always speak Linux's dialect.
type Kind struct {
	Name    string // "kernel", "impl" or "sim"
	Dialect spec.Dialect
}

// The kinds that are compared with one another.
var (
	Kernel = Kind{"kernel", spec.Linux}
	Impl   = Kind{"impl", spec.Linux}
	Sim    = Kind{"sim", spec.Linux}
)

// String is the name in tables and known.txt: "kernel", "sim", "sim:macos".
func (k Kind) String() string {
	if k.Dialect == spec.Linux {
		return k.Name
	}
	return k.Name + ":" + k.Dialect.String()
}

// ParseKinds reads a list such as "kernel,impl,sim". The kernel comes first in
// what it gives.
func ParseKinds(list string) ([]Kind, error) {
	var kinds []Kind
	for _, name := range strings.Split(list, ",") {
		k, ok := parseKind(strings.TrimSpace(name))
		if !ok {
			return nil, fmt.Errorf("unknown target %q: expected kernel, impl, sim or sim:DIALECT, joined by commas", name)
		}
		for _, other := range kinds {
			if other == k {
				return nil, fmt.Errorf("target %s is named twice", k)
			}
		}
		if k == Kernel {
			kinds = slices.Insert(kinds, 0, k)
		} else {
			kinds = append(kinds, k)
		}
	}
	return kinds, nil
}

func parseKind(name string) (Kind, bool) {
	for _, k := range []Kind{Kernel, Impl, Sim} {
		if name == k.Name {
			return k, true
		}
	}
	dialect, ok := strings.CutPrefix(name, "sim:")
	if !ok {
		return Kind{}, false
	}
	d, ok := spec.ParseDocument(dialect)
	return Kind{"sim", d}, ok
}

// Bench makes targets. It is used by several goroutines at once; a target it
// made belongs to the goroutine that asked for it.
type Bench interface {
	// Open makes a target for the worker of that number, from 0 up: all threads
	// that work for one worker do best on one processor.
	Open(k Kind, worker int) (target.Target, error)
}

// Unbound is the number for a target that no worker keeps busy.
const Unbound = -1
