package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/connspec/connspec/diffcheck/corpus"
	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
)

// corpusFirst gives the scripts of the corpus and then generated ones.
type corpusFirst struct {
	corpus    []*script.Script
	generated run.Source
}

func (s corpusFirst) Script(index uint64) *script.Script {
	if n := uint64(len(s.corpus)); index >= n {
		return s.generated.Script(index - n)
	}
	return s.corpus[index]
}

// sight runs the corpus and generated scripts on the kernel and says which
// rules it showed.
func (c *clausesCommand) sight(w io.Writer) ([]coverage.Sighting, error) {
	if err := lab.Enter(); err != nil {
		return nil, fmt.Errorf("--record needs the lab: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	seed := randomSeed()
	if c.Seed != nil {
		seed = *c.Seed
	}
	list, err := known.Embedded()
	if err != nil {
		return nil, err
	}
	source := func(seed uint64) run.Source { return corpusFirst{corpus.Scripts(), newGenerator(seed)} }
	status := report.NewStatus(os.Stderr)
	res, err := run.Run(ctx, &run.Options{
		Seed: seed, Scripts: c.Scripts + uint64(len(corpus.Scripts())), Kinds: []run.Kind{run.Kernel},
		Workers: runtime.NumCPU(), Slow: slowLanes, Bench: &bench{wired: true}, Source: source,
		NewJudge: func() run.Judge { return judge.New() }, Known: list, Release: release(), Limits: run.DefaultLimits, Tell: status.Tell,
	})
	status.End()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "seed %d: %d scripts on the kernel in %.1f s, %d unexplained divergences\n\n", seed, res.Scripts, res.Elapsed.Seconds(), res.Unexplained())
	return sightings(res, source(seed)), nil
}

// sightings are the rules that a run showed.
func sightings(res *run.Result, source run.Source) []coverage.Sighting {
	var all []coverage.Sighting
	day := time.Now().UTC().Format(time.DateOnly)
	for id, s := range res.Shown {
		if s.Scripts > 0 {
			all = append(all, coverage.Sighting{Rule: model.RuleID(id).String(), Scripts: s.Scripts,
				Script: source.Script(s.First).Name, Release: release(), Day: day})
		}
	}
	return all
}
