package part

import (
	"fmt"
	"runtime"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/spec"
)

// idle makes connections between two hosts in this process and holds them. The
// bytes are those of the heap in use and of nothing else: both ends of every
// connection, their descriptors, timers and tables.
func idle(s *trial.Spec) (o trial.Outcome, err error) {
	before := heap()
	started := time.Now()
	c, err := newCouple(s.Count)
	if err != nil {
		return o, err
	}
	c.call(1, spec.Call{Op: spec.OpFcntl, FD: c.server, Fcntl: spec.FSetfl, Arg: spec.ONonblock})
	dests := s.Count/60000 + 1
	for n := range s.Count {
		now := time.Since(c.start)
		if _, err := c.connect(now, 0, n%dests); err != nil {
			return o, fmt.Errorf("connection %d: %w", n, err)
		}
		c.carry(now)
		_, r, ok := c.hosts[0].Completion()
		if !ok || r.Failed() {
			return o, fmt.Errorf("connection %d did not come about: %v", n, r.Errno)
		}
		if k, err := c.accept(now, true); k != 1 || err != nil {
			return o, fmt.Errorf("connection %d: %d to accept, %w", n, k, err)
		}
	}
	o.Operations, o.Seconds = float64(2*s.Count), time.Since(started).Seconds()
	o.Bytes = heap() - before
	runtime.KeepAlive(c)
	return o, nil
}

// heap is what is in use after a collection.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}
