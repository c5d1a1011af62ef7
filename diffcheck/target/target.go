// Package target is the seam between diffcheck and the things that run a
// script: the host kernel, impl over a raw socket, impl in virtual time.
package target

import "github.com/connspec/connspec/diffcheck/script"

// Target runs scripts, one at a time. A Target belongs to one goroutine;
// several of one kind may run side by side.
type Target interface {
	// Name is "kernel", "impl" or "sim".
	Name() string
	// Run runs s and fills in tr, whose slices it may reuse. An error means
	// that the script could not be run (the lab failed, or the script needs
	// what the target does not have: [Unsupported]); it is never a verdict.
	Run(s *script.Script, tr *script.Trace) error
	// Close releases everything the target made.
	Close() error
}

// Unsupported is the error of a target that cannot run a script at all.
type Unsupported struct {
	Line   int    // of the script; 0 if generated
	Reason string // what is missing, in one line
}

func (e *Unsupported) Error() string { return e.Reason }

// Fault is the error of a target whose host did what no trace can hold, such
// as sending a frame with a wrong checksum. It is the host that is wrong then,
// not the lab.
type Fault struct {
	Step   int // of the script, from 0
	Reason string
}

func (e *Fault) Error() string { return e.Reason }
