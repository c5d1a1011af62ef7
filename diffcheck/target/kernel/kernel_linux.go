package kernel

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/puppet"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
)

// Options of a kernel target.
type Options struct {
	// Processor says which processor all threads of the target stay on: its
	// index among those that the process may use, modulo their number. Targets
	// that run at the same time should have different ones.
	Processor int
	// Capture makes Run fill in the trace's Captured.
	Capture bool
	// Scripts is how many scripts share a lane before it is made anew; zero
	// means 4000.
	Scripts int
}

func (o Options) scripts() int {
	if o.Scripts == 0 {
		return 4000
	}
	return o.Scripts
}

// Target runs scripts on this machine's kernel. It implements
// [target.Target].
type Target struct {
	opts   Options
	cpu    int // the processor's number
	wired  bool
	lane   *lab.Lane // nil without a wire
	place  place
	nic    hwtarget.NIC
	ran    int  // scripts since the lane was made
	dirty  bool // the lane could not be put back as it was made
	far    uint32
	port   uint16
	page   []byte // that nobody can read
	fds    *descriptors
	naming puppet.Naming
	puppet *puppet.Puppet
	rec    target.Recorder

	changed changes

	threads  []*thread
	busy     int         // threads in a call
	sleeping atomic.Bool // the worker waits in nic.Wait
	main     request     // for calls that cannot block
	ticks    ticks
	own      *request // the call whose return is still to be recorded
	ownBy    int

	s      *script.Script
	tr     *script.Trace
	step   int
	over   bool // the script has ended and is being cleared away
	began  time.Time
	frames [64][]byte
	out    [1][]byte
}

var _ target.Target = (*Target)(nil)

// Open makes a target with a lane of the lab; the process must have entered
// that.
func Open(o Options) (*Target, error) { return open(o, true) }

// OpenLoopback makes a target in the namespace that the process is in. It runs
// only scripts that need no wire, and leaves no state behind but, where a
// script closes both ends of a connection itself, a TIME_WAIT.
func OpenLoopback(o Options) (*Target, error) { return open(o, false) }

func open(o Options, wired bool) (*Target, error) {
	k := &Target{opts: o, wired: wired, port: portMin}
	var err error
	if k.cpu, err = processor(o.Processor); err != nil {
		return nil, err
	}
	if k.fds, err = openDescriptors(); err != nil {
		return nil, err
	}
	if k.page, err = unreadablePage(); err != nil {
		k.Close()
		return nil, err
	}
	k.naming.FreshPort = k.freshPort
	k.puppet = puppet.New(puppet.Config{MAC: lab.PuppetMAC, HostMAC: lab.HostMAC, Verify: true, Strange: realNet}, &k.naming)
	if err := k.settleDown(); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

func unreadablePage() ([]byte, error) {
	b, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("kernel: unreadable page: %w", err)
	}
	return b, nil
}

// settleDown makes the place that scripts run in.
func (k *Target) settleDown() error {
	if k.wired {
		lane, err := lab.NewLane(lab.Options{})
		if err != nil {
			return err
		}
		k.lane, k.place, k.nic = lane, lane, lane.Puppet()
	} else {
		nic, err := newNoWire()
		if err != nil {
			return err
		}
		k.place, k.nic = newNearPlace(), nic
	}
	k.ran, k.dirty = 0, false
	return k.place.Do(func() error { return pin(k.cpu) })
}

// leave gives the place up. Its thread goes back to the runtime's pool, so it
// must not stay pinned.
func (k *Target) leave() {
	if k.place == nil {
		return
	}
	if k.wired {
		k.place.Do(unpin)
	} else {
		k.nic.Close()
	}
	k.place.Close()
	k.place, k.lane, k.nic = nil, nil, nil
}

// Name implements [target.Target].
func (k *Target) Name() string { return "kernel" }

// SetCapture switches the filling in of Captured on or off.
func (k *Target) SetCapture(on bool) { k.opts.Capture = on }

// Close implements [target.Target].
func (k *Target) Close() error {
	for _, t := range k.threads {
		if t != nil {
			t.stop()
		}
	}
	k.threads = nil
	k.leave()
	unix.Close(int(k.fds.null))
	if k.page == nil {
		return nil
	}
	return unix.Munmap(k.page)
}

// Run implements [target.Target].
func (k *Target) Run(s *script.Script, tr *script.Trace) error {
	if !k.wired && !s.Loopback {
		return &target.Unsupported{Reason: "the script needs a wire and this machine offers none: see diffcheck doctor"}
	}
	if err := target.Check(s); err != nil {
		return err
	}
	if k.place == nil || k.dirty || k.ran >= k.opts.scripts() {
		k.leave()
		if err := k.settleDown(); err != nil {
			return err
		}
	}
	k.ran++
	return k.place.Do(func() error {
		for range attempts(s) - 1 {
			if err := k.run(s, tr); err != nil || !k.ticks.passed {
				return err
			}
		}
		return k.run(s, tr)
	})
}

func (k *Target) run(s *script.Script, tr *script.Trace) error {
	k.rec.Begin(k.Name(), s, tr)
	k.s, k.tr, k.began, k.over = s, tr, time.Now(), false
	k.fds.reset()
	k.puppet.Reset(target.Seed(s))
	k.naming.Reset(k.remotes())
	k.ticks.passed = false
	k.ticks.begin()
	err := k.events()
	k.ticks.end()
	if cleared := k.clear(); err == nil {
		err = cleared
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

// freshPort gives a port of the host that no script used in this lane.
func (k *Target) freshPort() uint16 {
	for range portMax - portMin {
		if k.port++; k.port > portMax {
			k.port = portMin
		}
		if k.wired || freePort(k.port) {
			break
		}
	}
	return k.port
}

// events runs the script from the first event to the last.
func (k *Target) events() error {
	for i := range k.s.Events {
		ev := &k.s.Events[i]
		k.step = i
		k.rec.During(i)
		if ev.Delay > 0 {
			if err := k.pass(ev.Delay); err != nil {
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
	}
	return k.puppet.Fault()
}

func (k *Target) event(ev *script.Event) error {
	switch ev.Kind {
	case script.EventCall:
		return k.call(ev)
	case script.EventInject:
		return k.inject(ev)
	case script.EventEnv:
		return k.env(ev)
	}
	return nil
}

// call makes a call, on the worker's own thread if it cannot block.
func (k *Target) call(ev *script.Event) error {
	if ev.Thread < len(k.threads) && k.threads[ev.Thread] != nil && k.threads[ev.Thread].busy {
		return target.Refuse(ev, "thread %d makes a call while its %s blocks", ev.Thread, k.threads[ev.Thread].q.op)
	}
	q := &k.main
	blocks := q.mayBlock(&ev.Call, k.fds)
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
		t, err := startThread(k.cpu, &k.sleeping, k.awake)
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
	k.out[0] = b
	if _, err := k.nic.Send(k.out[:]); err != nil {
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
