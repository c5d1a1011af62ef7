package simnet

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Link is what happens to the frames that one port sends. The zero value
// delivers all of them at once. Probabilities are from 0 to 1, each drawn for
// each frame.
type Link struct {
	Delay  time.Duration // of every frame
	Jitter time.Duration // up to this much more; the order is kept

	Loss      float64
	Duplicate float64 // the frame arrives twice
	Corrupt   float64 // one bit after the Ethernet header is flipped
	Reorder   float64 // the frame is held back by up to ReorderBy
	ReorderBy time.Duration

	Rate  int64 // bits per second; 0 is no limit
	Queue int   // bytes that may wait for their turn at Rate; 0 is no limit
}

func (l Link) check() error {
	for _, p := range [...]struct {
		name string
		v    float64
	}{{"Loss", l.Loss}, {"Duplicate", l.Duplicate}, {"Corrupt", l.Corrupt}, {"Reorder", l.Reorder}} {
		if !(p.v >= 0 && p.v <= 1) {
			return fmt.Errorf("simnet: Link.%s is %v: want 0 to 1", p.name, p.v)
		}
	}
	if l.Delay < 0 || l.Jitter < 0 || l.ReorderBy < 0 || l.Rate < 0 || l.Queue < 0 {
		return fmt.Errorf("simnet: Link %+v: want no negative delay, rate or queue", l)
	}
	if l.Reorder > 0 && l.ReorderBy == 0 {
		return fmt.Errorf("simnet: Link.Reorder is %v and ReorderBy 0: want a time to hold frames back", l.Reorder)
	}
	return nil
}

// Stats counts what the link did to the frames of a port.
type Stats struct {
	Sent       uint64
	Lost       uint64
	Duplicated uint64
	Reordered  uint64
	Corrupted  uint64
	Overflowed uint64 // did not fit into the queue
}

// fate is what was drawn for one frame.
type fate struct {
	lost, twice, corrupt, held bool
	jitter, hold               float64
	bit                        uint64
}

// draw takes the same number of draws for each frame, so that a change of one
// probability leaves what the others do to it as it was.
func draw(l *Link, r *rand.Rand) fate {
	return fate{
		lost: r.Float64() < l.Loss, twice: r.Float64() < l.Duplicate,
		corrupt: r.Float64() < l.Corrupt, held: r.Float64() < l.Reorder,
		jitter: r.Float64(), hold: r.Float64(), bit: r.Uint64(),
	}
}
