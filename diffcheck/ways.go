package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// How many worlds of each scope to look at for ways: most rules are close, and only
// what is missing after that is looked for further out.
const (
	nearWorlds = 30_000
	farWorlds  = 700_000
)

// record looks for a way to each rule that has none, in all scopes, and writes the
// ways of each dialect. The ones there are stay, unless they lead nowhere any more.
func (c *exploreCommand) record(w io.Writer, scopes []*check.Scope) error {
	if info, err := os.Stat(c.Record); err != nil || !info.IsDir() {
		return fmt.Errorf("--record: %s is no directory: expected model/check/ways", c.Record)
	}
	var all sync.WaitGroup
	var failed [spec.DocumentCount]error
	var missing [spec.DocumentCount][]string
	for d := range spec.DocumentCount {
		if c.Dialect.covers(d) {
			all.Go(func() { missing[d], failed[d] = c.recordOf(d, scopes) })
		}
	}
	all.Wait()
	lacking := false
	for d := range spec.DocumentCount {
		if failed[d] != nil {
			return failed[d]
		}
		for _, name := range missing[d] {
			if _, excused := check.Unreached(d)[name]; !excused {
				lacking = true
				fmt.Fprintf(w, "%v: no scope leads to %s: give one the stimuli for it (model/check/scopes.go)\n", d, name)
			}
		}
	}
	if lacking {
		return exit{1}
	}
	return nil
}

func (c *exploreCommand) recordOf(d spec.Dialect, scopes []*check.Scope) (missing []string, err error) {
	path := filepath.Join(c.Record, d.String()+".txt")
	old := &check.Ways{Dialect: d}
	if !c.Anew {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if old, err = check.ParseWays(path, d, string(text)); err != nil {
			return nil, err
		}
	}
	r := check.NewRecording(d, old)
	for _, worlds := range []int{nearWorlds, farWorlds} {
		for _, sc := range scopes {
			if len(r.Missing()) > len(check.Unreached(d)) {
				if err := r.Search(sc, cmp.Or(int(c.Worlds), worlds)); err != nil {
					return nil, fmt.Errorf("%v, %s: %w", d, sc.Name, err)
				}
			}
		}
	}
	err = report.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, r.Ways().String()); return err })
	return r.Missing(), err
}
