package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gvisor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	s, err := trial.Parse(args)
	if err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var o trial.Outcome
	switch s.Task {
	case trial.Memory:
		o, err = memory(&s)
	case trial.Idle:
		o, err = idle(&s)
	default:
		o, err = wired(&s)
	}
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	o.Allocated = float64(after.Mallocs - before.Mallocs)
	return o.Print(os.Stdout)
}
