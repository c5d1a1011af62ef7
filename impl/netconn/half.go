package netconn

import (
	"os"
	"time"

	"github.com/connspec/connspec/spec"
)

// half is one direction of a socket. One call at a time is in it; others wait
// for their turn.
type half struct {
	turn chan struct{} // holds a token while a call is in it
	done chan struct{} // the blocked call has ended, with result

	// With the Stack held:
	thread     int
	busy       bool // a call is blocked
	retired    bool // the thread is free when the call has ended
	result     spec.Result
	call       spec.Call
	barred     error // why calls fail at once
	why        error // the blocked call was interrupted
	timer      *time.Timer
	generation uint64 // of timer
}

func (h *half) init(s *Stack) {
	h.turn, h.done = make(chan struct{}, 1), make(chan struct{}, 1)
	s.enlist(h)
}

// bar makes calls fail with why, the one that is blocked included.
func (h *half) bar(s *Stack, now time.Duration, why error) {
	h.barred = why
	if h.busy && h.why == nil {
		h.why = why
		s.host.Interrupt(now, h.thread)
	}
}

// retire ends the use of h for ever.
func (h *half) retire(s *Stack, now time.Duration, why error) {
	h.stopTimer()
	h.bar(s, now, why)
	if h.busy {
		h.retired = true
	} else {
		s.release(h)
	}
}

func (h *half) stopTimer() {
	h.generation++
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
}

// setDeadline has calls fail from a time on; the zero time is never.
func (h *half) setDeadline(s *Stack, now time.Duration, t time.Time) {
	h.stopTimer()
	h.barred = nil
	if t.IsZero() {
		return
	}
	wait := time.Until(t)
	if wait <= 0 {
		h.bar(s, now, os.ErrDeadlineExceeded)
		return
	}
	set := h.generation
	h.timer = time.AfterFunc(wait, func() {
		s.driver.Do(func(now time.Duration) {
			if h.generation == set {
				h.bar(s, now, os.ErrDeadlineExceeded)
			}
		})
	})
}

// enter waits for the turn of a call; leave ends it.
func (h *half) enter() { h.turn <- struct{}{} }
func (h *half) leave() { <-h.turn }

// do makes a call and waits for its end. The caller has the turn. Of an
// interrupted call the result may be what it did before, without an error.
func (h *half) do(s *Stack, c *spec.Call) (spec.Result, error) {
	var r spec.Result
	var done bool
	var err error
	s.driver.Do(func(now time.Duration) {
		if err = h.barred; err != nil {
			return
		}
		h.call, h.why = *c, nil
		r, done = s.host.Call(now, h.thread, &h.call)
		h.busy = !done
	})
	if err != nil {
		return r, err
	}
	if !done {
		if err := s.driver.Await(h.done); err != nil {
			return r, s.ended(err)
		}
		r = h.result
	}
	if r.Failed() {
		if r.Errno == spec.EINTR && h.why != nil {
			return r, h.why
		}
		return r, failed(c.Op, r.Errno)
	}
	return r, nil
}
