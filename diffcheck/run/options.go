package run

import (
	"time"

	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/script"
)

// Source draws scripts: the same for the same seed and index. It does not
// reuse them. A Source belongs to one goroutine.
type Source interface {
	Script(index uint64) *script.Script
}

// Options say what to run.
type Options struct {
	Seed    uint64
	Scripts uint64        // how many; 0: as many as Budget allows
	Budget  time.Duration // when to stop drawing scripts; 0: no limit
	Kinds   []Kind        // run on every script
	// Rotation are further kinds, of which each script runs on one, in turn.
	Rotation []Kind
	Workers  int // goroutines that run scripts
	Slow     int // goroutines that run the kernel's share of scripts in which time passes
	// LoopbackOnly says that the kernel has no wire: it runs only scripts
	// that need none.
	LoopbackOnly bool

	Bench    Bench
	NewJudge func() Judge
	Source   func(seed uint64) Source
	Known    *known.List
	// CheckUnused says that a known divergence that does not happen fails.
	CheckUnused bool
	Release     string // of the kernel, as uname -r prints it
	// MaxDivergences ends the run when so many have been shrunk; what nobody
	// repeated until then is only counted. 0: the run goes on.
	MaxDivergences int
	// Tell, if set, is called about once a second from one goroutine.
	Tell func(Progress)

	Limits Limits
}

// Limits bound the follow-up of divergences.
type Limits struct {
	Repeats  int           // runs that must show a divergence again
	Tries    int           // scripts tried before a divergence counts as unstable
	Shrinks  int           // divergences shrunk in one run
	Shrink   time.Duration // for shrinking one of them
	FollowUp time.Duration // for all follow-up that is left when the scripts have ended
}

// DefaultLimits suit a run of about a minute.
var DefaultLimits = Limits{Repeats: 3, Tries: 3, Shrinks: 500, Shrink: 4 * time.Second, FollowUp: 10 * time.Second}

// Progress is what a run tells while it works.
type Progress struct {
	Elapsed     time.Duration
	Scripts     uint64
	Divergences uint64
	Waiting     int // scripts in which time passes, not ended yet
}

// unstableShare is the part of all scripts that may show something that does
// not repeat. A lab above it is not fit to judge by.
const unstableShare = 0.001
