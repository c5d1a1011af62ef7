package main

import (
	"runtime"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/kernel"
	"github.com/connspec/connspec/diffcheck/target/stack"
)

// bench makes the targets of a run.
type bench struct{ wired bool }

// Open makes a target. The kernel's threads stay on one processor when a worker
// keeps them busy: a wake-up on another costs as much again as the script.
func (b bench) Open(k run.Kind, worker int) (target.Target, error) {
	switch k.Name {
	case run.Kernel.Name:
		var o kernel.Options
		if worker != run.Unbound {
			o.Processor = 1 + worker%runtime.NumCPU()
		}
		if b.wired {
			return kernel.Open(o)
		}
		return kernel.OpenLoopback(o)
	case run.Impl.Name:
		return stack.OpenImpl(stack.Options{Dialect: k.Dialect})
	case run.Sim.Name:
		return stack.OpenSim(stack.Options{Dialect: k.Dialect}), nil
	}
	panic("BUG: no target goes by the name " + k.Name)
}
