package kernel

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
)

// patience bounds the wait for a thread to return or fall asleep. It is for a
// machine that gives no processor at all: in practice it takes microseconds.
const patience = 5 * time.Second

// settle records all that the last event brought about: frames, then the
// event's own return, then those of other threads.
func (k *Target) settle() error {
	if k.busy > 0 {
		if err := k.quiet(); err != nil {
			return err
		}
	}
	if err := k.drain(true); err != nil {
		return err
	}
	if k.own != nil {
		if err := k.recordOwn(); err != nil {
			return err
		}
	}
	if k.busy == 0 {
		return nil
	}
	for i, t := range k.threads {
		if t == nil || !t.busy || !t.returned() {
			continue
		}
		if err := k.recordReturn(i, t); err != nil {
			return err
		}
	}
	return nil
}

// recordOwn records the return of the call just made, or that it blocks.
func (k *Target) recordOwn() error {
	q := k.own
	k.own = nil
	if q != &k.main {
		t := k.threads[k.ownBy]
		if t.returned() {
			return k.recordReturn(k.ownBy, t)
		}
		k.rec.Add(script.Output{Kind: script.OutputBlock, Thread: k.ownBy, Op: q.op})
		q.detach(k.fds)
		return nil
	}
	r, err := q.result(k.fds, &k.naming)
	k.rec.Add(script.Output{Kind: script.OutputReturn, Thread: k.ownBy, Op: q.op, Result: r})
	return err
}

func (k *Target) recordReturn(i int, t *thread) error {
	t.collect()
	k.busy--
	r, err := t.q.result(k.fds, &k.naming)
	k.rec.Add(script.Output{Kind: script.OutputReturn, Thread: i, Op: t.q.op, Result: r})
	return err
}

// quiet waits until every thread in a call has returned or is asleep in it.
// With several, one may be seen asleep on a lock that another, seen running
// later, gives up; so then it takes two rounds without a move.
func (k *Target) quiet() error {
	need := 1
	if k.busy > 1 {
		need = 2
	}
	var began time.Time
	for still, round := 0, 0; still < need; round++ {
		if k.moving() {
			still = 0
			yield()
		} else {
			still++
		}
		switch {
		case round == 100:
			began = time.Now()
		case round > 100 && round%64 == 0 && time.Since(began) > patience:
			return fmt.Errorf("kernel: a thread neither returned nor slept within %v", patience)
		}
	}
	return nil
}

// moving reports whether some thread may still do something by itself.
func (k *Target) moving() bool {
	for _, t := range k.threads {
		if t != nil && t.busy && !t.returned() && !t.asleep() && !t.returned() {
			return true
		}
	}
	return false
}

// drain takes all frames from the puppet's ring and records them if told to.
func (k *Target) drain(record bool) error {
	for {
		n, err := k.nic.Recv(k.frames[:])
		if err != nil {
			return fmt.Errorf("kernel: receive: %w", err)
		}
		if n == 0 {
			return nil
		}
		for _, b := range k.frames[:n] {
			f, ok := k.puppet.Observe(b)
			if ok && record {
				k.rec.Add(script.Output{Kind: script.OutputFrame, Frame: f})
			}
			reply, answered := k.puppet.Answer()
			if ok || answered { // not what a host says by itself over IPv6 (RFC 4861, RFC 3810)
				k.capture(b, true)
			}
			if answered && k.answers(reply) {
				if err := k.send(reply); err != nil {
					return err
				}
			}
		}
	}
}

// pass lets time go by and records what comes meanwhile.
func (k *Target) pass(d time.Duration) error {
	return k.passUntil(d, func() bool { return false })
}

// passUntil is pass that ends early when enough has come.
func (k *Target) passUntil(d time.Duration, enough func() bool) error {
	k.ticks.end()
	defer k.ticks.begin()
	end := time.Now().Add(d)
	for {
		k.sleeping.Store(true)
		var err error
		// A thread that returned before it could see sleeping wakes nobody.
		if left := time.Until(end); left > 0 && !k.due() {
			err = k.nic.Wait(left)
		}
		k.sleeping.Store(false)
		if err != nil {
			return fmt.Errorf("kernel: wait: %w", err)
		}
		if err := k.settle(); err != nil {
			return err
		}
		if time.Until(end) <= 0 || enough() {
			return nil
		}
	}
}

// due reports whether a thread has returned.
func (k *Target) due() bool {
	for _, t := range k.threads {
		if t != nil && t.busy && t.returned() {
			return true
		}
	}
	return false
}

// clear ends every call and connection of the script, unrecorded. What it
// cannot end leaves with the lane.
func (k *Target) clear() error {
	k.own, k.over = nil, true
	if k.busy > 0 {
		if err := k.unblock(); err != nil {
			return err
		}
	}
	k.fds.end(false)
	k.fds.release()
	if !k.wired {
		return nil
	}
	k.restore()
	if err := k.drain(false); err != nil {
		return err
	}
	if !k.fds.orphans {
		return nil
	}
	return k.reset()
}

// reset ends the connections that the script has closed and the kernel still
// holds. The second round is for an acknowledgement that was delayed.
func (k *Target) reset() error {
	for range 3 {
		held, err := k.puppet.LayResets(k.send)
		if err != nil {
			return err
		}
		if err := k.drain(false); err != nil {
			return err
		}
		if held == 0 {
			break
		}
	}
	return nil
}

// unblock ends the calls that still block, by ever stronger means.
func (k *Target) unblock() error {
	means := [...]func() error{
		func() error {
			for fd := target.FirstFD; fd < len(k.fds.real); fd++ {
				if f := k.fds.behind(int32(fd)); f.typ != 0 {
					unix.Shutdown(int(k.fds.real[fd]), unix.SHUT_RDWR) // wakes even where it fails
				}
			}
			return nil
		},
		func() error {
			if !k.wired {
				return nil
			}
			return k.reset()
		},
		func() error {
			// What is left sleeps on a file that no descriptor leads to, or on
			// none. Made to start again, it finds no socket.
			k.fds.end(true)
			for _, t := range k.threads {
				if t != nil && t.busy {
					t.prod()
				}
			}
			return nil
		},
	}
	for _, try := range means {
		if err := try(); err != nil {
			return err
		}
		if err := k.quiet(); err != nil {
			k.abandon()
			return err
		}
		if k.gather(); k.busy == 0 {
			return nil
		}
	}
	k.abandon()
	return fmt.Errorf("kernel: a call of the script could not be ended")
}

// gather takes the returned threads back, unrecorded. An accept may have
// opened a descriptor.
func (k *Target) gather() {
	for _, t := range k.threads {
		if t == nil || !t.busy || !t.returned() {
			continue
		}
		t.collect()
		k.busy--
		t.q.result(k.fds, &k.naming) // only for the descriptor that it may open
	}
}

// abandon leaves the threads that still block to themselves, and the lane with
// them.
func (k *Target) abandon() {
	for i, t := range k.threads {
		if t != nil && t.busy {
			k.threads[i] = nil
		}
	}
	k.busy, k.dirty = 0, true
}
