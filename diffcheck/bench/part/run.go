package part

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

// Kind names a program.
type Kind string

// The programs.
const (
	FarEnd   Kind = "far"
	Connspec Kind = "connspec"
	Kernel   Kind = "kernel"
)

// Run runs one of the programs. The far end goes on until in ends.
func Run(k Kind, args []string, in io.Reader, out io.Writer) (err error) {
	s, err := trial.Parse(args)
	if err != nil {
		return err
	}
	if s.Profile != "" && k != FarEnd {
		f, err := os.Create(s.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	// As a program has it that is not diffcheck, which asks for more.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors(s.Task)))
	var o trial.Outcome
	switch {
	case k == FarEnd && s.Task.Wired():
		return far(&s, in, out)
	case k == Connspec:
		o, err = connspec(&s)
	case k == Kernel && s.Task.Wired():
		o, err = kernel(&s)
	default:
		err = fmt.Errorf("no part %q in task %s", k, s.Task)
	}
	if err != nil {
		return err
	}
	return o.Print(out)
}

// processors is how many a part may use: what connspec does in memory is to be
// the work of one.
func processors(t trial.Task) int {
	if t == trial.Memory {
		return 1
	}
	return runtime.NumCPU()
}

func connspec(s *trial.Spec) (trial.Outcome, error) {
	switch s.Task {
	case trial.Memory:
		return memory(s)
	case trial.Idle:
		return idle(s)
	}
	return wired(s)
}
