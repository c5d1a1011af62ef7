package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

type clausesCommand struct {
	Document dialectName `placeholder:"D" help:"Only this document: posix, linux, macos, osx or targettcp."`
	Coverage bool        `help:"Say which clauses a rule reaches, and which rules of Linux a kernel has shown; exit 1 if one is missing."`
	Table    bool        `help:"With --coverage: every clause and every rule, not only what is missing."`
	Record   string      `placeholder:"FILE" help:"With --coverage: run scripts on the kernel and write what it showed to FILE (the build has diffcheck/coverage/kernel.txt)."`
	Scripts  uint64      `default:"300000" placeholder:"N" help:"With --record: scripts to draw beside those of the corpus."`
	Seed     *uint64     `placeholder:"S" help:"With --record: draw the scripts that this seed gives."`
}

// Validate is called by kong.
func (c *clausesCommand) Validate() error {
	if !c.Coverage && (c.Table || c.Record != "" || c.Seed != nil) {
		return errors.New("--table, --record and --seed go with --coverage")
	}
	return nil
}

func (c *clausesCommand) Run(w io.Writer) error {
	if c.Coverage {
		return c.cover(w)
	}
	var list []spec.Clause
	for _, clause := range documents.All() {
		if c.Document.covers(clause.Document) {
			list = append(list, clause)
		}
	}
	report.Clauses(w, list)
	fmt.Fprintf(w, "\n%d clauses\n", len(list))
	return nil
}

// cover prints what is covered.
func (c *clausesCommand) cover(w io.Writer) error {
	evidence, err := c.evidence(w)
	if err != nil {
		return err
	}
	var clauses []coverage.Clause
	all, err := coverage.Clauses()
	if err != nil {
		return err
	}
	for _, clause := range all {
		if c.Document.covers(clause.Document) {
			clauses = append(clauses, clause)
		}
	}
	covered := report.ClauseCoverage(w, clauses, c.Table)
	if c.Document.covers(spec.Linux) {
		fmt.Fprintln(w)
		covered = report.KernelCoverage(w, coverage.OnKernel(evidence), c.Table) && covered
	}
	if !covered {
		return exit{run.ExitDiverged}
	}
	return nil
}

// evidence is what kernels have shown: what was recorded, or is now.
func (c *clausesCommand) evidence(w io.Writer) ([]coverage.Sighting, error) {
	old, err := coverage.Recorded()
	if err != nil || c.Record == "" {
		return old, err
	}
	if err := report.Writable(c.Record); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	shown, err := c.sight(w)
	if err != nil {
		return nil, err
	}
	all := coverage.Update(old, shown)
	write := func(w io.Writer) error { return coverage.Write(w, all) }
	if err := report.Write(c.Record, write); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	return all, nil
}
