package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
)

// ticks watches for ticks of the kernel's clock while a script lets no time
// pass. Timers run at a tick, and some are due at the very next one, as the
// acknowledgement of a FIN on a connection that carried no data
// (tcp_send_delayed_ack with an ato of 0): a tick in the wrong place makes the
// same script give another trace.
type ticks struct {
	at     int64 // the tick before begin, in ns
	passed bool
}

// dawn is how long after a tick the timers that it is for may still be about
// to run on this processor, in ns.
const dawn = 50_000

// begin starts a stretch in which no time is to pass, end ends it.
func (t *ticks) begin() {
	t.at = clock(unix.CLOCK_MONOTONIC_COARSE)
	if clock(unix.CLOCK_MONOTONIC)-t.at < dawn {
		t.passed = true
	}
}

func (t *ticks) end() {
	if clock(unix.CLOCK_MONOTONIC_COARSE) != t.at {
		t.passed = true
	}
}

func clock(id int32) int64 {
	var ts unix.Timespec
	unix.ClockGettime(id, &ts) // fails for no clock that Linux has
	return ts.Nano()
}

// attempts is how often a script is run until no tick comes in between. A
// script takes about a tenth of a tick, so that the first is mostly the last.
func attempts(s *script.Script) int {
	for i := range s.Events {
		if s.Events[i].Delay > 0 {
			return 3
		}
	}
	return 8
}
