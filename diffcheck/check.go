package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/spec"
)

// defaultBudget leaves a cold build and the follow-up of divergences their
// share of the minute that a run may take.
const defaultBudget = 30 * time.Second

// slowLanes is how many scripts wait for a timer of the kernel at a time.
const slowLanes = 24

type checkCommand struct {
	Scripts int64         `placeholder:"N" help:"Stop after so many scripts (default: when the budget is used up)."`
	Budget  time.Duration `placeholder:"D" help:"Stop drawing scripts after this time, e.g. 30s (default 30s; with --scripts no limit)."`
	Seed    *uint64       `placeholder:"S" help:"Draw the scripts that this seed gives (default: a random one, which is printed)."`
	Targets targetList    `default:"kernel,impl,sim" placeholder:"LIST" help:"What to run on: kernel, impl, sim, sim:DIALECT."`
	Dialect dialectName   `placeholder:"D" help:"Run the personality of this dialect on every script instead of all in turn."`
	JSON    string        `name:"json" placeholder:"FILE" help:"Write what the run came to as JSON."`
	Out     string        `placeholder:"DIR" help:"Save divergences here (default: a new directory under the system's temporary one)."`
	Known   string        `placeholder:"FILE" help:"Known divergences (default: the list that is built in)."`
	Workers int           `placeholder:"N" help:"Scripts to run at a time (default: one per processor)."`

	Table bool `help:"Print in full how connect ended on the kernel, by errno, socket and rule, and what it has not shown."`

	MaxDivergences int `placeholder:"N" help:"Stop after so many different divergences (default: 0, go on)."`
}

// Validate is called by kong.
func (c *checkCommand) Validate() error {
	switch {
	case c.Scripts < 0:
		return fmt.Errorf("--scripts %d: expected a number of scripts", c.Scripts)
	case c.Budget < 0:
		return fmt.Errorf("--budget %s: expected a time that is not negative", c.Budget)
	case c.MaxDivergences < 0:
		return fmt.Errorf("--max-divergences %d: expected a number of divergences", c.MaxDivergences)
	case c.Workers < 0 || c.Workers > 256:
		return fmt.Errorf("--workers %d: expected 1 to 256", c.Workers)
	}
	return nil
}

func (c *checkCommand) Run(w io.Writer) error {
	list, err := c.knownList()
	if err != nil {
		return err
	}
	missing := lab.Enter()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if c.JSON != "" {
		if err := report.Writable(c.JSON); err != nil {
			return fmt.Errorf("--json: %w", err)
		}
	}
	o := c.options(list, missing != nil)
	if len(o.Kinds) == 0 {
		return fmt.Errorf("none of the targets asked for can run without a wire: %w", missing)
	}
	fmt.Fprintf(w, "seed %d\n", o.Seed)
	if missing != nil {
		fmt.Fprintf(w, "no wire: %v; running %s only\n", missing, left())
	}
	status := report.NewStatus(os.Stderr)
	o.Tell = status.Tell
	res, err := run.Run(ctx, o)
	status.End()
	if err != nil {
		return err
	}
	saved, err := c.print(w, res)
	if err != nil {
		return err
	}
	if c.JSON != "" {
		if err := report.Write(c.JSON, report.Summarize(res, lab.Probe(), saved).WriteJSON); err != nil {
			return fmt.Errorf("--json: %w", err)
		}
	}
	if code := res.ExitCode(); code != run.ExitAgrees {
		return exit{code}
	}
	return nil
}

func (c *checkCommand) knownList() (*known.List, error) {
	if c.Known == "" {
		return known.Embedded()
	}
	return known.Load(c.Known)
}

// options makes the run that the flags ask for.
func (c *checkCommand) options(list *known.List, loopbackOnly bool) *run.Options {
	o := &run.Options{
		Scripts: uint64(c.Scripts), Budget: c.Budget, Kinds: c.Targets.kinds,
		Workers: c.Workers, Slow: slowLanes, LoopbackOnly: loopbackOnly,
		Bench:    &bench{wired: !loopbackOnly},
		NewJudge: func() run.Judge { return judge.New() },
		Source:   func(seed uint64) run.Source { return newGenerator(seed) },
		Known:    list, Release: release(), Limits: run.DefaultLimits, MaxDivergences: c.MaxDivergences,
	}
	if c.Seed != nil {
		o.Seed = *c.Seed
	} else {
		o.Seed = randomSeed()
	}
	if o.Workers == 0 {
		o.Workers = runtime.NumCPU()
	}
	if c.Budget == 0 && c.Scripts == 0 {
		o.Budget = defaultBudget
	}
	if loopbackOnly {
		o.Kinds = withoutWire(o.Kinds)
	}
	c.personalities(o)
	o.CheckUnused = c.isDefault() && !loopbackOnly
	return o
}

// isDefault reports whether the run has the default size and targets.
func (c *checkCommand) isDefault() bool {
	return c.Scripts == 0 && c.Budget == 0 && len(c.Targets.kinds) == 3 && !c.Dialect.set
}

// personalities has sim speak the other dialects too.
func (c *checkCommand) personalities(o *run.Options) {
	hasSim := false
	for _, k := range o.Kinds {
		hasSim = hasSim || k == run.Sim
	}
	if !hasSim {
		return
	}
	for _, d := range spec.Documents() {
		if d == run.Sim.Dialect || !c.Dialect.covers(d) {
			continue
		}
		k := run.Kind{Name: run.Sim.Name, Dialect: d}
		if c.Dialect.set {
			o.Kinds = append(o.Kinds, k)
		} else {
			o.Rotation = append(o.Rotation, k)
		}
	}
}

// left says what runs without a wire.
func left() string {
	if runtime.GOOS == "linux" {
		return "sim and the kernel on loopback"
	}
	return "sim"
}

// withoutWire leaves out the targets that need one, and the kernel where it is
// not Linux.
func withoutWire(kinds []run.Kind) []run.Kind {
	var left []run.Kind
	for _, k := range kinds {
		if k != run.Impl && (k != run.Kernel || runtime.GOOS == "linux") {
			left = append(left, k)
		}
	}
	return left
}

// print prints the divergences, which it saves, and then the table.
func (c *checkCommand) print(w io.Writer, res *run.Result) ([]report.Saved, error) {
	var saved []report.Saved
	dir := c.Out
	for i, d := range res.Divergences {
		if dir == "" {
			var err error
			if dir, err = os.MkdirTemp("", "connspec-"); err != nil {
				return nil, err
			}
		}
		s, err := report.Save(dir, i+1, d, res.Seed)
		if err != nil {
			return nil, err
		}
		saved = append(saved, *s)
	}
	report.Divergences(w, res, saved)
	report.Table(w, res, lab.Probe())
	if c.Table {
		fmt.Fprintln(w)
		report.Reached(w, res, coverage.Walk())
	}
	return saved, nil
}

func randomSeed() uint64 {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return uint64(binary.LittleEndian.Uint32(b[:]))
}
