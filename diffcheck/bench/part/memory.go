package part

import (
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// couple is two hosts, the first connecting, the second listening; what one
// sends the other has at once.
type couple struct {
	hosts  [2]*impl.Host
	start  time.Time
	server int32 // the listening socket
}

const couplePort = 7

var (
	coupleAddrs = [2]netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrFrom4([4]byte{10, 0, 0, 2})}
	coupleMACs  = [2][6]byte{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}
)

// newCouple makes hosts whose second has addresses enough for so many
// connections at a time: the ports of one are 64,000.
func newCouple(connections int) (*couple, error) {
	c := &couple{start: time.Now()}
	for i := range c.hosts {
		cfg := impl.Config{
			Dialect: spec.Linux, MAC: coupleMACs[i], Addrs: []netip.Prefix{netip.PrefixFrom(coupleAddrs[i], 8)},
			Neighbors: []impl.Neighbor{{Addr: coupleAddrs[1-i], MAC: coupleMACs[1-i]}}, Seed: uint64(i) + 1,
			Descriptors: connections + 64, PortFirst: 1024, PortLast: 65535,
		}
		for n := range connections/60000 + 1 {
			if a := coupleDest(n); i == 1 && n > 0 {
				cfg.Addrs = append(cfg.Addrs, netip.PrefixFrom(a, 8))
			} else if i == 0 && n > 0 {
				cfg.Neighbors = append(cfg.Neighbors, impl.Neighbor{Addr: a, MAC: coupleMACs[1]})
			}
		}
		c.hosts[i] = impl.New(cfg)
	}
	r, _ := c.call(1, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	c.server = r.Ret
	for _, call := range []spec.Call{
		{Op: spec.OpBind, FD: c.server, Addr: spec.SockaddrInet(netip.AddrPortFrom(netip.IPv4Unspecified(), couplePort)),
			AddrLen: spec.SizeofSockaddrIn},
		{Op: spec.OpListen, FD: c.server, Backlog: 4096},
	} {
		if r, _ := c.call(1, call); r.Failed() {
			return nil, fmt.Errorf("%v: %v", call.Op, r.Errno)
		}
	}
	return c, nil
}

func coupleDest(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(n), 2}) }

func (c *couple) call(i int, call spec.Call) (spec.Result, bool) {
	return c.hosts[i].Call(time.Since(c.start), 0, &call)
}

// carry moves frames until there are none.
func (c *couple) carry(now time.Duration) {
	for moved := true; moved; {
		moved = false
		for i, h := range c.hosts {
			for {
				frame, ok := h.Next(now)
				if !ok {
					break
				}
				c.hosts[1-i].Handle(now, frame)
				moved = true
			}
		}
	}
}

// accept takes all that wait, closing them or not.
func (c *couple) accept(now time.Duration, hold bool) (n int, err error) {
	for {
		r, done := c.hosts[1].Call(now, 1, &spec.Call{Op: spec.OpAccept, FD: c.server})
		if !done {
			return n, fmt.Errorf("accept blocks: the listener is to be non-blocking")
		}
		if r.Failed() {
			return n, nil
		}
		n++
		if !hold {
			c.hosts[1].Call(now, 1, &spec.Call{Op: spec.OpClose, FD: r.Ret})
		}
	}
}

// connect starts an attempt in a thread of its own.
func (c *couple) connect(now time.Duration, thread, next int) (fd int32, err error) {
	h := c.hosts[0]
	r, _ := h.Call(now, thread, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	if fd = r.Ret; r.Failed() {
		return fd, fmt.Errorf("socket: %v", r.Errno)
	}
	to := netip.AddrPortFrom(coupleDest(next), couplePort)
	r, done := h.Call(now, thread, &spec.Call{
		Op: spec.OpConnect, FD: fd, Addr: spec.SockaddrInet(to), AddrLen: spec.SizeofSockaddrIn,
	})
	if done {
		return fd, fmt.Errorf("connect to %v ended at once: %v", to, r.Errno)
	}
	return fd, nil
}

// memory makes connections between two hosts in this process, on this
// goroutine.
func memory(s *trial.Spec) (o trial.Outcome, err error) {
	const expected = 1 << 20 // connections in TIME-WAIT at a time, far more than a trial makes
	c, err := newCouple(expected)
	if err != nil {
		return o, err
	}
	c.call(1, spec.Call{Op: spec.OpFcntl, FD: c.server, Fcntl: spec.FSetfl, Arg: spec.ONonblock})
	began, fds, next := make([]time.Duration, s.InFlight), make([]int32, s.InFlight), 0
	var seen trial.Latencies
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Since(c.start)
	start := func(now time.Duration, thread int) {
		began[thread] = now
		fds[thread], err = c.connect(now, thread, next%(expected/60000+1))
		next++
	}
	for thread := 0; thread < s.InFlight && err == nil; thread++ {
		start(started, thread)
	}
	now := started
	for ; now-started < s.Time && err == nil; now = time.Since(c.start) {
		c.carry(now)
		if _, err := c.accept(now, false); err != nil {
			return o, err
		}
		ended := false
		for err == nil {
			thread, r, ok := c.hosts[0].Completion()
			if !ok {
				break
			}
			ended = true
			if r.Failed() {
				o.Failed++
			} else {
				o.Operations++
				seen.Add(time.Since(c.start) - began[thread])
			}
			c.hosts[0].Call(now, thread, &spec.Call{Op: spec.OpClose, FD: fds[thread]})
			start(now, thread)
		}
		if !ended && now-started > s.Time/2 && o.Operations == 0 {
			return o, fmt.Errorf("no connection was made in %v", now-started)
		}
	}
	o.Seconds = (now - started).Seconds()
	runtime.ReadMemStats(&after)
	o.Allocated = float64(after.Mallocs - before.Mallocs)
	seen.Quantiles(&o)
	return o, err
}
