package stack

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/connspec/connspec/diffcheck/puppet"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// Options of a stack target.
type Options struct {
	Dialect spec.Dialect // whose personality the host has
	Capture bool         // fill in the trace's Captured
}

// Target runs scripts on an impl.Host. It implements [target.Target].
type Target struct {
	name    string
	capture bool
	carry   carrier
	cfg     impl.Config
	host    *impl.Host
	naming  puppet.Naming
	puppet  *puppet.Puppet
	rec     target.Recorder

	now    time.Duration
	calls  [script.ThreadsMax]spec.Call
	bufs   [script.ThreadsMax][]byte  // for recv
	busy   [script.ThreadsMax]spec.Op // of the call that a thread is in
	ended  [script.ThreadsMax]bool    // Completion has given its result
	result [script.ThreadsMax]spec.Result
	own    bool // the event made a call whose return is not recorded yet
	ownBy  int

	disposed [spec.SignalCount]spec.Disposition

	peers   uint64 // the descriptors whose sockets have, or may have, a peer
	reached bool   // a frame was sent to the host

	s    *script.Script
	tr   *script.Trace
	step int

	observe func([]byte) // puppet's end, bound once so that calls allocate nothing
	handle  func([]byte) // host's end
	fault   error
}

var _ target.Target = (*Target)(nil)

// OpenSim makes a target whose wire is memory.
func OpenSim(o Options) *Target { return open("sim", o, memory{}) }

// OpenImpl makes a target with a wire of the lab; the process must have
// entered that.
func OpenImpl(o Options) (*Target, error) {
	w, err := newWire()
	if err != nil {
		return nil, err
	}
	return open("impl", o, w), nil
}

func open(name string, o Options, c carrier) *Target {
	t := &Target{name: name, capture: o.Capture, carry: c, cfg: config(o.Dialect)}
	t.host = impl.New(t.cfg)
	t.puppet = puppet.New(puppet.Config{MAC: lab.PuppetMAC, HostMAC: lab.HostMAC, Verify: true, TellSums: true}, &t.naming)
	t.observe, t.handle = t.observeFrame, t.handleFrame
	return t
}

// config is a host like the kernel in a lane of the lab.
func config(d spec.Dialect) impl.Config {
	cfg := impl.Config{
		Dialect: d, MAC: lab.HostMAC, MTU: lab.MTU, SynRetries: 1,
		InvalidLimit:  -1, // the lab sets tcp_invalid_ratelimit to 0
		DatagramQueue: 1,  // and max_dgram_qlen to this
		Neighbors:     []impl.Neighbor{{Addr: lab.Gateway, MAC: lab.PuppetMAC}},
	}
	cfg.Addrs = append(cfg.Addrs, lab.Own, lab.Own6, lab.LinkLocal)
	cfg.Index, cfg.NoErrorLimit = script.ScopeWire, true
	for _, a := range [...]netip.Addr{lab.Gateway6, lab.LinkPeer} {
		cfg.Neighbors = append(cfg.Neighbors, impl.Neighbor{Addr: a, MAC: lab.PuppetMAC})
	}
	for _, r := range append(lab.Routes(), lab.Routes6()...) {
		cfg.Routes = append(cfg.Routes, impl.Route{Prefix: r.Prefix, Kind: routeKinds[r.Kind], Gateway: r.Gateway})
	}
	return cfg
}

var routeKinds = [...]impl.RouteKind{
	lab.Unicast: impl.Unicast, lab.Unreachable: impl.Unreachable, lab.Prohibit: impl.Prohibit,
	lab.Blackhole: impl.Blackhole, lab.Throw: impl.Throw,
}

// Name implements [target.Target].
func (t *Target) Name() string { return t.name }

// SetCapture switches the filling in of Captured on or off.
func (t *Target) SetCapture(on bool) { t.capture = on }

// Close implements [target.Target].
func (t *Target) Close() error { return t.carry.Close() }

// Run implements [target.Target].
func (t *Target) Run(s *script.Script, tr *script.Trace) error {
	if err := target.Check(s); err != nil {
		return err
	}
	if err := lacks(s, t.cfg.Dialect); err != nil {
		return err
	}
	t.rec.Begin(t.name, s, tr)
	t.s, t.tr, t.now, t.own, t.fault = s, tr, 0, false, nil
	t.peers, t.reached = 0, false
	clear(t.busy[:])
	clear(t.disposed[:])
	t.cfg.Seed = target.Seed(s)
	t.host.Reset(t.cfg)
	t.naming.Reset(script.Remote1, script.Remote2)
	t.puppet.Reset(t.cfg.Seed)
	for i := range s.Events {
		ev := &s.Events[i]
		t.step = i
		t.rec.During(i)
		if err := t.pass(ev.Delay); err != nil {
			return err
		}
		t.rec.After(i)
		if err := t.event(ev); err != nil {
			return err
		}
		if err := t.settle(); err != nil {
			return err
		}
		if err := t.puppet.Fault(); err != nil {
			return &target.Fault{Step: i, Reason: err.Error()}
		}
		if ev.Kind == script.EventCall && ev.Call.Op == spec.OpConnect {
			t.now += connectTime
		}
	}
	return nil
}

func (t *Target) event(ev *script.Event) error {
	switch ev.Kind {
	case script.EventCall:
		return t.call(ev)
	case script.EventInject:
		t.reached = true
		b, err := t.puppet.Build(&ev.Frame)
		if err != nil {
			return target.Refuse(ev, "%s", err)
		}
		return t.send(b)
	case script.EventEnv:
		return t.env(ev)
	case script.EventSignal:
		return t.signal(ev)
	}
	return nil
}

// connectTime is what a connect takes. Initial sequence numbers go by the clock,
// and with none between two connections of the same names the SYN of the second
// would be an old one to the first in TIME-WAIT (RFC 6528). Beside all timers it
// is nothing.
const connectTime = 250 * time.Microsecond

func (t *Target) call(ev *script.Event) error {
	i := ev.Thread
	if t.busy[i] != spec.OpNone {
		return target.Refuse(ev, "thread %d makes a call while its %s blocks", i, t.busy[i])
	}
	c := &t.calls[i]
	*c = ev.Call
	c.Addr = t.naming.RealSockaddr(c.Op, c.Addr)
	if c.Connectx != nil {
		x := *c.Connectx
		x.Source = t.naming.RealSockaddr(spec.OpBind, x.Source)
		c.Connectx = &x
	}
	if c.Op == spec.OpRecv || c.Op == spec.OpRecvfrom {
		c.Buf = t.buffer(i, len(c.Buf)) // the script's own is not written to
	}
	c.Poll = slices.Clone(c.Poll) // filled in, and part of the trace
	if c.Op == spec.OpSigaction {
		t.disposed[c.Signal] = c.Disposition
	}
	t.busy[i] = c.Op
	t.own, t.ownBy = true, i
	t.result[i], t.ended[i] = t.host.Call(t.now, i, c)
	if c.Op == spec.OpConnect || c.Op == spec.OpConnectx {
		t.joined(c, &t.result[i], t.ended[i])
	}
	if r := &t.result[i]; t.ended[i] && !r.Failed() && (opens(c.Op) && r.Ret >= script.FDsMax || max(r.Pair[0], r.Pair[1]) >= script.FDsMax) {
		return target.Refuse(ev, "more than %d descriptors open at once", script.FDsMax-target.FirstFD)
	}
	return nil
}

// connected says whether the host has, or may have, a peer.
func (t *Target) connected() bool { return t.reached || t.peers != 0 }

// joined notes whether a connect gave the host a peer, or took one away.
func (t *Target) joined(c *spec.Call, r *spec.Result, ended bool) {
	switch {
	case c.Addr.Family == spec.AFUnspec && ended && !r.Failed():
		t.peers &^= 1 << uint(c.FD)
	case !ended, !r.Failed(), r.Errno == spec.EINPROGRESS:
		t.peers |= 1 << uint(c.FD)
	}
}

// buffer gives n bytes for what a thread receives.
func (t *Target) buffer(i, n int) []byte {
	if len(t.bufs[i]) < n {
		t.bufs[i] = make([]byte, n)
	}
	return t.bufs[i][:n]
}

// opens reports whether the call gives the lowest free descriptor.
func opens(op spec.Op) bool {
	switch op {
	case spec.OpSocket, spec.OpAccept, spec.OpDup, spec.OpOpen, spec.OpEpollCreate, spec.OpEventfd:
		return true
	}
	return false
}

// settle records all that the last event brought about: frames, then the
// event's own return, then those of other threads.
func (t *Target) settle() error {
	for frames := 0; ; frames++ {
		b, ok := t.host.Next(t.now)
		if !ok {
			break
		}
		if frames == framesMax {
			return &target.Fault{Step: t.step, Reason: fmt.Sprintf("the host sends more than %d frames while no time passes", framesMax)}
		}
		t.captured(b, true)
		if err := t.carry.toPuppet(b, t.observe); err != nil {
			return err
		}
		if reply, ok := t.puppet.Answer(); ok {
			if err := t.send(reply); err != nil {
				return err
			}
		}
	}
	for {
		i, r, ok := t.host.Completion()
		if !ok {
			break
		}
		t.result[i], t.ended[i] = r, true
	}
	if t.own {
		t.own = false
		if t.ended[t.ownBy] {
			t.returned(t.ownBy)
		} else {
			t.rec.Add(script.Output{Kind: script.OutputBlock, Thread: t.ownBy, Op: t.busy[t.ownBy]})
		}
	}
	for i := range t.ended {
		if t.ended[i] {
			t.returned(i)
		}
	}
	return nil
}

func (t *Target) returned(i int) {
	r := t.result[i]
	r.Addr = t.naming.CanonSockaddr(t.busy[i], r.Addr)
	t.rec.Add(script.Output{Kind: script.OutputReturn, Thread: i, Op: t.busy[i], Result: r})
	t.busy[i], t.ended[i] = spec.OpNone, false
}

// send takes a frame of the puppet's to the host.
func (t *Target) send(b []byte) error {
	t.captured(b, false)
	return t.carry.toHost(b, t.handle)
}

func (t *Target) handleFrame(b []byte) { t.host.Handle(t.now, b) }

func (t *Target) observeFrame(b []byte) {
	if f, ok := t.puppet.Observe(b); ok {
		t.rec.Add(script.Output{Kind: script.OutputFrame, Frame: f})
	}
}

func (t *Target) captured(b []byte, out bool) {
	if t.capture {
		data := append([]byte(nil), b...)
		t.tr.Captured = append(t.tr.Captured, script.Captured{At: t.now, Step: t.step, Out: out, Data: data})
	}
}

// framesMax bounds the frames that one event brings about.
const framesMax = 10000

// deadlinesMax bounds the deadlines at one point in time: a host that wants to
// be called again and again without end is broken.
const deadlinesMax = 10000

// pass lets time go by, stopping at each of the host's deadlines.
func (t *Target) pass(d time.Duration) error {
	end, still := t.now+d, 0
	for {
		at, ok := t.host.Deadline()
		if !ok || at > end {
			break
		}
		if at > t.now {
			t.now, still = at, 0
		} else if still++; still > deadlinesMax {
			return &target.Fault{Step: t.step, Reason: fmt.Sprintf("the host's deadline stays at %v", at)}
		}
		if err := t.settle(); err != nil {
			return err
		}
	}
	t.now = end
	return nil
}
