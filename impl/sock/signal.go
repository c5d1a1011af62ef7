package sock

import (
	"time"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// sigaction says what a signal does from now on, in every thread.
func (l *Layer) sigaction(c *spec.Call) spec.Result {
	if c.Signal == 0 || c.Signal >= spec.SignalCount {
		return spec.Fail(spec.EINVAL)
	}
	l.signals[c.Signal] = c.Disposition
	return spec.Result{}
}

// Signal delivers a signal to a thread. One that is in no call runs the handler
// unseen; the default disposition, which ends the process, is taken for a
// handler.
func (l *Layer) Signal(now time.Duration, thread int, sig spec.Signal) {
	l.now = now
	i, ok := l.threads[thread]
	if !ok || l.signals[sig] == spec.SigIgnore || l.p.Has&personality.Signals == 0 {
		return
	}
	w := l.waits.at(i)
	if l.signals[sig] == spec.SigRestart && l.restarts(w) {
		l.restart(w)
		return
	}
	l.finish(i, l.interrupted(w))
}

// Interrupt ends the blocked call of a thread as a caught signal does without
// SA_RESTART.
func (l *Layer) Interrupt(now time.Duration, thread int) {
	l.now = now
	if i, ok := l.threads[thread]; ok {
		l.finish(i, l.interrupted(l.waits.at(i)))
	}
}

// interrupted is the result of a call that a signal ends: EINTR, or the count of
// what was sent before. What the call began goes on.
func (l *Layer) interrupted(w *wait) spec.Result {
	if w.conn != 0 {
		return unlinger(w, l.p.LingerInterrupted)
	}
	return sendResult(w.sent, spec.EINTR)
}

// restarts says whether SA_RESTART has a call made again. poll and its like end
// with EINTR all the same (signal(7)), connect does on BSD (connectit,
// kern_connectat), and a wait with a time limit does on Linux (sock_intr_errno).
func (l *Layer) restarts(w *wait) bool {
	switch {
	case waitsForMany(w.op), w.sent > 0, w.conn != 0:
		return false
	case w.op == spec.OpConnect && !l.p.ConnectRestarts:
		return false
	}
	return !(w.limited && l.p.TimedInterrupts)
}

// restart makes the call of a wait once more: its descriptor is looked up again,
// and O_NONBLOCK and the timeouts are what they are by now.
func (l *Layer) restart(w *wait) {
	thread, call := w.thread, w.call
	l.unblock(w.self)
	if r, done := l.Call(l.now, thread, &call); done {
		l.completed = append(l.completed, completion{thread, r})
	}
}
