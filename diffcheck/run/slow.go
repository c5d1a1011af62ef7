package run

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
)

// waited is a script in which time passes, with what the kernel did on it.
type waited struct {
	index  uint64
	script *script.Script
	trace  script.Trace
	took   time.Duration
	err    error // of the kernel
}

// slowLanes run the kernel's share of scripts that wait for a timer of the
// kernel, each on a kernel of its own, beside the workers. A lane sleeps most
// of the time, so there are many more of them than processors.
type slowLanes struct {
	queue   chan *waited
	done    chan *waited
	feeders atomic.Int32 // workers that may still offer a script
	inside  atomic.Int32 // scripts taken and not concluded
}

// startSlow starts n lanes. A lane opens its kernel at its first script. The
// first failure is told to fail.
func startSlow(ctx context.Context, bench Bench, n, feeders int, fail func(error)) *slowLanes {
	l := &slowLanes{queue: make(chan *waited), done: make(chan *waited, n)}
	l.feeders.Store(int32(feeders))
	var lanes sync.WaitGroup
	for range n {
		lanes.Go(func() {
			if err := l.lane(ctx, bench); err != nil {
				fail(err)
			}
		})
	}
	go func() {
		lanes.Wait()
		close(l.done)
	}()
	return l
}

// lane runs scripts until there are no more.
func (l *slowLanes) lane(ctx context.Context, bench Bench) error {
	var kernel target.Target
	defer func() {
		if kernel != nil {
			kernel.Close()
		}
	}()
	for {
		var w *waited
		select {
		case <-ctx.Done():
			return nil
		case w = <-l.queue:
			if w == nil {
				return nil
			}
		}
		if kernel == nil {
			opened, err := bench.Open(Kernel, Unbound)
			if err != nil {
				return fmt.Errorf("%s: %w", Kernel, err)
			}
			kernel = opened
		}
		began := time.Now()
		w.err = kernel.Run(w.script, &w.trace)
		w.took = time.Since(began)
		select {
		case <-ctx.Done():
			return nil
		case l.done <- w:
		}
	}
}

// offer gives the script to a lane if one is idle.
func (l *slowLanes) offer(w *waited) bool {
	select {
	case l.queue <- w:
		l.inside.Add(1)
		return true
	default:
		return false
	}
}

// finish says that one worker will offer no more.
func (l *slowLanes) finish() {
	if l.feeders.Add(-1) == 0 {
		close(l.queue)
	}
}
