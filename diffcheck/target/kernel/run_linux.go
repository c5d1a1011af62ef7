package kernel

import (
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/spec"
)

// Run implements [target.Target].
func (k *Target) Run(s *script.Script, tr *script.Trace) error {
	if err := target.Check(s); err != nil {
		return err
	}
	if !k.wired {
		if err := checkNear(s); err != nil {
			return err
		}
	}
	if k.worn() && !(k.inside && k.place != nil && !k.dirty) {
		if err := k.renew(); err != nil {
			return err
		}
	}
	if err := k.checkIPv6(s); err != nil {
		return err
	}
	k.ran++
	if k.inside {
		return k.insist(s, tr)
	}
	return k.place.Do(func() error { return k.insist(s, tr) })
}

// insist runs a script until no tick of the clock comes in between.
func (k *Target) insist(s *script.Script, tr *script.Trace) error {
	for range attempts(s) - 1 {
		if err := k.run(s, tr); err != nil || !k.ticks.passed {
			return err
		}
	}
	return k.run(s, tr)
}

func (k *Target) run(s *script.Script, tr *script.Trace) error {
	k.rec.Begin(k.Name(), s, tr)
	k.s, k.tr, k.began, k.over = s, tr, time.Now(), false
	k.fds.reset()
	k.dispositions = [spec.SignalCount]spec.Disposition{}
	k.puppet.Reset(target.Seed(s))
	k.naming.Reset(k.remotes())
	if k.wired {
		k.naming.Reset6(farAddr6(k.far-1), farAddr6(k.far))
	}
	k.ticks.passed = false
	k.ticks.begin()
	if err := k.confine(s); err != nil {
		return err
	}
	if err := k.settleFiles(s); err != nil {
		return err
	}
	err := k.events()
	k.ticks.end()
	left := k.leaveFiles()
	if cleared := k.clear(); err == nil {
		err = cleared
	}
	k.dismiss()
	if err == nil {
		err = left
	}
	return err
}

// remotes gives the two far hosts addresses that no earlier script used.
func (k *Target) remotes() (a, b netip.Addr) {
	if !k.wired {
		return script.Remote1, script.Remote2
	}
	k.far += 2
	return farAddr(k.far - 1), farAddr(k.far)
}

// freshPort gives a port of the host that no script used in this lane, or, on
// this machine's own loopback, that nothing uses at all.
func (k *Target) freshPort() uint16 {
	if !k.wired {
		return freshNearPort()
	}
	if k.port++; k.port > portMax {
		k.port = portMin
	}
	return k.port
}

// freshChoice gives a port that this kernel chooses from by default, that no
// script before this one was left in this lane, and that none of them has left in
// TIME-WAIT either.
func (k *Target) freshChoice() (port uint16) {
	for range choiceTries {
		if k.choice++; k.choice > script.ChoiceLast-script.ChoiceFirst {
			k.choice = 0
		}
		port = script.ChoiceFirst + k.choice
		if freePort(port) {
			break
		}
	}
	return port
}

// choiceTries is how many ports freshChoice looks at. If none is free the script
// will find out.
const choiceTries = 32

// events runs the script from the first event to the last.
func (k *Target) events() error {
	for i := range k.s.Events {
		ev := &k.s.Events[i]
		k.step = i
		k.rec.During(i)
		if ev.Delay > 0 {
			if err := k.await(ev); err != nil {
				return err
			}
		}
		k.rec.After(i)
		if err := k.event(ev); err != nil {
			return err
		}
		if err := k.settle(); err != nil {
			return err
		}
		if err := k.puppet.Fault(); err != nil {
			return &target.Fault{Step: i, Reason: err.Error()}
		}
	}
	return nil
}

// tardiness is how much later than a script expects it a timer of the kernel
// may run: a few ticks, and a processor that is busy elsewhere.
const tardiness = 50 * time.Millisecond

// await lets the time before an event pass. If the event is what a timer brings
// about at that very time, it waits a little longer for it.
func (k *Target) await(ev *script.Event) error {
	if err := k.pass(ev.Delay); err != nil {
		return err
	}
	step := &k.tr.Steps[k.step]
	if ev.Kind != script.EventExpect || len(step.During) > 0 {
		return nil
	}
	return k.passUntil(tardiness, func() bool { return len(step.During) > 0 })
}

func (k *Target) event(ev *script.Event) error {
	switch ev.Kind {
	case script.EventCall:
		return k.call(ev)
	case script.EventInject:
		return k.inject(ev)
	case script.EventEnv:
		return k.env(ev)
	case script.EventSignal:
		return k.signal(ev)
	}
	return nil
}

// call makes a call, on the worker's own thread if it cannot block.
func (k *Target) call(ev *script.Event) error {
	if ev.Thread < len(k.threads) && k.threads[ev.Thread] != nil && k.threads[ev.Thread].busy {
		return target.Refuse(ev, "thread %d makes a call while its %s blocks", ev.Thread, k.threads[ev.Thread].q.op)
	}
	if ev.Call.Op == spec.OpSigaction {
		return k.dispose(ev)
	}
	if op := ev.Call.Op; op == spec.OpConnectx || op == spec.OpDisconnectx {
		return target.Refuse(ev, "only macOS has %s", op)
	}
	if err := k.strange(ev); err != nil {
		return err
	}
	q := &k.main
	blocks := q.mayBlock(&ev.Call, k.fds) || k.confined[ev.Thread%script.ThreadsMax]
	var t *thread
	if blocks {
		var err error
		if t, err = k.thread(ev.Thread); err != nil {
			return err
		}
		q = &t.q
	}
	k.fds.reserving = k.busy > 0
	q.prepare(&ev.Call, k.fds, &k.naming, uintptr(unsafe.Pointer(unsafe.SliceData(k.page))))
	k.own, k.ownBy = q, ev.Thread
	if blocks {
		k.busy++
		t.begin()
		return nil
	}
	q.run()
	return nil
}

// thread gives the thread of that number, started when it is first needed.
func (k *Target) thread(i int) (*thread, error) {
	for len(k.threads) <= i {
		k.threads = append(k.threads, nil)
	}
	if k.threads[i] == nil {
		t, err := startThread(k.cpu, k.net, k.files, &k.sleeping, k.awake)
		if err != nil {
			return nil, err
		}
		k.threads[i] = t
	}
	return k.threads[i], nil
}

// awake ends the worker's wait; a thread calls it.
func (k *Target) awake() { k.nic.Wake() }

func (k *Target) inject(ev *script.Event) error {
	b, err := k.puppet.Build(&ev.Frame)
	if err != nil {
		return target.Refuse(ev, "%s", err)
	}
	return k.send(b)
}

// send puts a frame of the puppet's on the wire.
func (k *Target) send(b []byte) error {
	if !k.wired {
		return fmt.Errorf("kernel: a script without a wire sends a frame")
	}
	k.capture(b, false)
	if k.changed.linkDown { // no carrier: it would not be taken
		return nil
	}
	k.out[0] = b
	if err := hwtarget.SendAll(k.nic, k.out[:], patience); err != nil {
		return fmt.Errorf("kernel: send a frame: %w", err)
	}
	return nil
}

func (k *Target) capture(b []byte, out bool) {
	if !k.opts.Capture || k.over {
		return
	}
	k.tr.Captured = append(k.tr.Captured, script.Captured{
		At: time.Since(k.began), Step: k.step, Out: out, Data: append([]byte(nil), b...),
	})
}
