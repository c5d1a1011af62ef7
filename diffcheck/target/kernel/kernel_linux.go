package kernel

import (
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/puppet"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/spec"
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
	ran    int      // scripts since the lane was made
	dirty  bool     // the lane could not be put back as it was made
	inside bool     // Run is called on the thread of the place, see Within
	left   []func() // closes the places that Within could not leave
	far    uint32
	choice uint16 // likewise, among those that the kernel chooses from
	port   uint16
	page   []byte // that nobody can read
	fds    *descriptors
	naming puppet.Naming
	puppet *puppet.Puppet
	rec    target.Recorder

	changed changes

	dispositions [spec.SignalCount]spec.Disposition // the script's

	files   *files
	inFiles bool // the worker has its root in files
	apart   bool // it has been there before

	threads  []*thread
	net      int                     // a thread that is confined makes sockets in this namespace; -1 if there is none
	confined [script.ThreadsMax]bool // threads that Landlock will hold for good: they make all their calls themselves
	busy     int                     // threads in a call
	sleeping atomic.Bool             // the worker waits in nic.Wait
	main     request                 // for calls that cannot block
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
	k := &Target{opts: o, wired: wired, port: portMin, net: -1}
	var err error
	if k.cpu, err = processor(o.Processor); err != nil {
		return nil, err
	}
	if k.fds, err = openDescriptors(); err != nil {
		return nil, err
	}
	k.files = openFiles()
	k.fds.root = k.files.outside
	if k.page, err = unreadablePage(); err != nil {
		k.Close()
		return nil, err
	}
	k.naming.FreshPort, k.naming.FreshChoice = k.freshPort, k.freshChoice
	k.puppet = puppet.New(puppet.Config{MAC: lab.PuppetMAC, HostMAC: lab.HostMAC, Verify: true, TellSums: true, Strange: realNet, Strange6: lab.Far6}, &k.naming)
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
		lane, err := lab.NewLane(lab.Options{IPv6: true})
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
	k.ran, k.dirty, k.apart = 0, false, false
	return k.place.Do(func() error { return pin(k.cpu) })
}

// leave gives the place up. Its thread goes back to the runtime's pool, so it
// must not stay pinned. From inside, the place is closed later.
func (k *Target) leave() {
	if k.place == nil {
		return
	}
	place, nic := k.place, k.nic
	end := func() {
		if k.wired {
			place.Do(unpin)
		} else {
			nic.Close()
		}
		place.Close()
	}
	if k.inside {
		k.left = append(k.left, end)
	} else {
		end()
	}
	k.place, k.lane, k.nic, k.inside = nil, nil, nil, false
}

// Within calls f on the thread that the scripts run on, so that each Run in f
// saves two switches of threads, which take longer than a short script.
func (k *Target) Within(f func() error) error {
	if k.worn() {
		if err := k.renew(); err != nil {
			return err
		}
	}
	k.inside = true
	err := k.place.Do(f)
	k.inside = false
	for _, end := range k.left {
		end()
	}
	k.left = k.left[:0]
	return err
}

// worn says whether it takes another place to run a script in.
func (k *Target) worn() bool { return k.place == nil || k.dirty || k.ran >= k.opts.scripts() }

func (k *Target) renew() error {
	k.leave()
	return k.settleDown()
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
	k.files.close()
	unix.Close(int(k.fds.null))
	unix.Close(int(k.fds.gone))
	if k.page == nil {
		return nil
	}
	return unix.Munmap(k.page)
}
