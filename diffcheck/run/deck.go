package run

import (
	"sync/atomic"
	"time"
)

// chunk is how many scripts a worker takes at a time: enough that dealing
// costs nothing, few enough that all workers end together.
const chunk = 16

// deck deals indices of scripts to the workers. Which script has which index
// depends on the seed alone, not on the number of workers.
type deck struct {
	limit uint64    // 0: none
	until time.Time // zero: no limit
	next  atomic.Uint64
	ended atomic.Bool
}

// deal gives the next indices, from first to before end; none when no more
// scripts are to be run.
func (d *deck) deal() (first, end uint64) {
	if d.over() {
		return 0, 0
	}
	first = d.next.Add(chunk) - chunk
	end = first + chunk
	if d.limit > 0 {
		end = min(end, d.limit)
	}
	return first, max(first, end)
}

// hasTime reports whether something that takes d ends with the budget.
func (d *deck) hasTime(takes time.Duration) bool {
	return d.until.IsZero() || time.Now().Add(takes).Before(d.until)
}

// over reports whether the budget is used up or the run was stopped.
func (d *deck) over() bool {
	if d.ended.Load() {
		return true
	}
	if !d.until.IsZero() && !time.Now().Before(d.until) {
		d.ended.Store(true)
		return true
	}
	return false
}
