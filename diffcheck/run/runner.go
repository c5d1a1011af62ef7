package run

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// runner is one run at work.
type runner struct {
	o        *Options
	deck     deck
	slow     *slowLanes
	registry *registry
	scripts  atomic.Uint64 // done
	crowded  atomic.Uint64 // done without the kernel, all slow lanes being busy
	shrinks  atomic.Int64  // divergences taken up for shrinking
	lateAt   atomic.Int64  // when follow-up ends, in Unix nanoseconds; 0: not yet known

	stopped  chan struct{} // closed when the run is to end at once
	stopping sync.Once

	failure sync.Once
	err     error
	cancel  context.CancelFunc
}

// Run runs scripts until the number or the budget of o is reached or ctx ends;
// then the result holds what was seen so far. An error means that a target or
// the lab failed.
func Run(ctx context.Context, o *Options) (*Result, error) {
	began := time.Now()
	r := &runner{o: o, registry: newRegistry(o.Limits.Tries), stopped: make(chan struct{})}
	r.deck.limit = o.Scripts
	if o.Budget > 0 {
		r.deck.until = began.Add(o.Budget)
		r.lateAt.Store(r.deck.until.Add(o.Limits.FollowUp).UnixNano())
	}
	hard, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	defer cancel()
	stop := context.AfterFunc(ctx, r.stop)
	defer stop()

	var side sync.WaitGroup
	told := make(chan struct{})
	side.Go(func() { r.tell(began, told) })
	r.startFollowUp(hard, &side)
	workers := r.startWorkers(hard)
	elapsed := time.Since(began)
	r.lateAt.CompareAndSwap(0, time.Now().Add(o.Limits.FollowUp).UnixNano())
	close(r.registry.quick)
	close(r.registry.others)
	close(r.registry.slow)
	close(told)
	side.Wait()
	if r.err != nil {
		return nil, r.err
	}
	return r.result(workers, elapsed, ctx.Err() != nil), nil
}

// startWorkers runs the workers and the slow lanes to their end.
func (r *runner) startWorkers(ctx context.Context) []*worker {
	r.slow = startSlow(ctx, r.o.Bench, r.o.Slow, r.o.Workers, r.fail)
	workers := make([]*worker, r.o.Workers)
	var all sync.WaitGroup
	for i := range workers {
		workers[i] = newWorker(r, i)
		all.Go(func() {
			if err := workers[i].work(); err != nil {
				r.fail(err)
			}
		})
	}
	all.Wait()
	return workers
}

// stop ends the run at once. Scripts that a slow lane is busy with are left to
// it: nobody waits for what they show, and what they hold goes with the process.
func (r *runner) stop() {
	r.lateAt.Store(1) // long ago: no more follow-up
	r.deck.ended.Store(true)
	r.stopping.Do(func() { close(r.stopped) })
}

// fail stops the run for the first error.
func (r *runner) fail(err error) {
	r.failure.Do(func() {
		r.err = err
		r.stop()
		r.cancel()
	})
}

// tell reports progress until done is closed.
func (r *runner) tell(began time.Time, done <-chan struct{}) {
	if r.o.Tell == nil {
		<-done
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			r.o.Tell(Progress{
				Elapsed:     time.Since(began),
				Scripts:     r.scripts.Load(),
				Divergences: r.registry.total.Load(),
				Waiting:     int(r.slow.inside.Load()),
			})
		}
	}
}
