package main

import (
	"sync/atomic"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/diffcheck/target/kernel"
	"github.com/connspec/connspec/diffcheck/target/stack"
)

// bench makes the targets of a run.
type bench struct {
	wired   bool
	unbound atomic.Int32 // kernels made for no worker, to be spread evenly
}

// Open makes a target. A kernel's threads stay on one processor, the one that
// its worker uses for other kernels too.
func (b *bench) Open(k run.Kind, worker int) (target.Target, error) {
	switch k.Name {
	case run.Kernel.Name:
		if worker == run.Unbound {
			worker = int(b.unbound.Add(1))
		}
		open := kernel.OpenLoopback
		if b.wired {
			open = kernel.Open
		}
		return open(kernel.Options{Processor: worker})
	case run.Impl.Name:
		return stack.OpenImpl(stack.Options{Dialect: k.Dialect})
	case run.Sim.Name:
		return stack.OpenSim(stack.Options{Dialect: k.Dialect}), nil
	}
	panic("BUG: no target goes by the name " + k.Name)
}
