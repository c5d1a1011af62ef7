package run

import (
	"fmt"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
)

// Divergence is a finding that repeated, shrunk if there was time for it.
type Divergence struct {
	Finding                // on the shrunk script
	Original Finding       // as first found
	Also     []Kind        // further targets that show the same on the shrunk script
	Count    uint64        // scripts of the run that showed it
	Repeated bool          // false: there was no time left to repeat it
	Shrunk   bool          // false: there was no time left to shrink it
	Trace    script.Trace  // of Finding.Script on its target, with the frames captured; empty after a fault
	Kernel   *script.Trace // with Versus: the same on the kernel
	// Explanations holds, per step, the rules that explain what was seen.
	Explanations [][]string
}

// essence is the same for divergences that come to the same in the end,
// whichever target showed them and however they were found.
func (d *Divergence) essence() string {
	return fmt.Sprintf("%d\x00%s\x00%s", d.Step, outcomes(d.Seen), script.Format(d.Script))
}

// join takes in another divergence of the same essence.
func (d *Divergence) join(other *Divergence) {
	if other.Kind != d.Kind && !slices.Contains(d.Also, other.Kind) {
		d.Also = append(d.Also, other.Kind)
	}
}

// KnownHit is an entry of known.txt that happened.
type KnownHit struct {
	Line  int
	Count uint64
}
