//go:build !linux

package explore

import "time"

var began = time.Now()

// threadTime is the time that has passed: this system does not say how much of the
// processor one thread had.
func threadTime() time.Duration { return time.Since(began) }
