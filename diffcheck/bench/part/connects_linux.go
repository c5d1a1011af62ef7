package part

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/rawsock"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// host is connspec at the near end of a wire: an impl.Host on a packet socket,
// joined by a Pump.
type host struct {
	*impl.Host
	pump  *hwtarget.Pump
	nic   *rawsock.NIC
	start time.Time
}

func open(s *trial.Spec) (*host, error) {
	mac, err := hardware(s.MAC)
	if err != nil {
		return nil, err
	}
	farMAC, err := hardware(s.FarMAC)
	if err != nil {
		return nil, err
	}
	cfg := rawsock.Config{Interface: s.Interface, MAC: mac, Frames: 4096, Unfiltered: true}
	switch {
	case s.Offload:
		cfg.Offload, cfg.Merged, cfg.Frames = true, true, 256
	case s.Task == trial.Send, s.Task == trial.Datagrams: // cut up in the kernel, as its own segments are
		cfg.Offload = true
	}
	if s.Task == trial.Flood {
		cfg.Frames = 1 << 15 // what comes while another program has the processor
	}
	nic, err := rawsock.Open(cfg)
	if err != nil {
		return nil, err
	}
	dests := netip.PrefixFrom(s.Dest, 24).Masked()
	h := &host{nic: nic, start: time.Now(), Host: impl.New(impl.Config{
		Dialect: spec.Linux, MAC: mac, MTU: nic.MTU(), Addrs: []netip.Prefix{netip.PrefixFrom(s.Near, 24)},
		Routes: []impl.Route{
			{Prefix: dests, Gateway: s.Far},
			{Prefix: nowhere, Gateway: s.Far},
		},
		Neighbors: []impl.Neighbor{{Addr: s.Far, MAC: farMAC}},
		Offload:   nic.Offload().Largest,
		Seed:      uint64(time.Now().UnixNano()), Descriptors: 1 << 20,
	})}
	h.pump = hwtarget.NewPump(nic, h.Host, func() time.Duration { return time.Since(h.start) })
	return h, nil
}

func hardware(text string) (mac [6]byte, err error) {
	b, err := net.ParseMAC(text)
	if err == nil && len(b) != 6 {
		err = fmt.Errorf("address %s: expected 6 bytes", text)
	}
	copy(mac[:], b)
	return mac, err
}

func (h *host) close() error {
	err := h.pump.Stop()
	h.nic.Close()
	return err
}

func wired(s *trial.Spec) (o trial.Outcome, err error) {
	h, err := open(s)
	if err != nil {
		return o, err
	}
	defer h.close()
	runtime.LockOSThread()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	switch s.Task {
	case trial.Connects:
		o, err = h.connects(s)
	case trial.Send, trial.Receive:
		o, err = h.stream(s)
	case trial.Datagrams:
		o, err = h.datagrams(s)
	case trial.Flood:
		o, err = h.accepts(s)
	default:
		err = fmt.Errorf("no task %s over a wire", s.Task)
	}
	runtime.ReadMemStats(&after)
	o.Allocated = float64(after.Mallocs - before.Mallocs)
	return o, err
}

// connects keeps InFlight blocking connects under way, each in a thread of its
// own: which have ended, Completion says without a search.
func (h *host) connects(s *trial.Spec) (o trial.Outcome, err error) {
	began := make([]time.Duration, s.InFlight)
	fds := make([]int32, s.InFlight)
	var seen trial.Latencies
	next := 0
	connect := func(now time.Duration, thread int) error {
		r, _ := h.Call(now, thread, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
		if r.Failed() {
			return fmt.Errorf("socket: %v", r.Errno)
		}
		fds[thread], began[thread] = r.Ret, now
		to := netip.AddrPortFrom(s.Destination(next), uint16(s.Port))
		next++
		r, done := h.Call(now, thread, &spec.Call{
			Op: spec.OpConnect, FD: r.Ret, Addr: spec.SockaddrInet(to), AddrLen: spec.SizeofSockaddrIn,
		})
		if done {
			return fmt.Errorf("connect to %v ended at once: %v", to, r.Errno)
		}
		return nil
	}
	h.pump.Do(func(now time.Duration) {
		for thread := 0; thread < s.InFlight && err == nil; thread++ {
			err = connect(now, thread)
		}
	})
	started := time.Now()
	for time.Since(started) < s.Time && err == nil {
		ended := 0
		turn := func(now time.Duration) bool {
			for {
				thread, r, ok := h.Completion()
				if !ok || err != nil {
					return ended > 0
				}
				ended++
				if r.Failed() {
					o.Failed++
				} else {
					o.Operations++
					seen.Add(now - began[thread])
				}
				h.Call(now, thread, &spec.Call{Op: spec.OpClose, FD: fds[thread]})
				if s.InFlight > 1 {
					err = connect(now, thread)
				}
			}
		}
		h.pump.Do(func(now time.Duration) { turn(now) })
		if ended == 0 && err == nil {
			err = h.pump.Wait(turn)
		}
		if s.InFlight == 1 && ended > 0 && err == nil {
			h.pump.Do(func(now time.Duration) { err = connect(now, 0) })
		}
	}
	o.Seconds = time.Since(started).Seconds()
	seen.Quantiles(&o)
	return o, err
}
