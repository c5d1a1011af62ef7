package hwtarget_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// caller is an echo that tells those who await answers of each.
type caller struct {
	*echo
	waiting []chan struct{}
}

func (c *caller) Handle(now time.Duration, frame []byte) {
	had := c.answers
	c.echo.Handle(now, frame)
	if c.answers > had {
		c.waiting[0] <- struct{}{}
		c.waiting = c.waiting[1:]
	}
}

func TestManyAwait(t *testing.T) {
	net, a, b := pair(t, simnet.Link{Delay: time.Millisecond})
	c := &caller{echo: a}
	pa := hwtarget.NewPump(net.Port(0), c, net.Now)
	pb := hwtarget.NewPump(net.Port(1), b, net.Now)
	defer pb.Stop()
	defer pa.Stop()
	const users, each = 8, 20
	var all sync.WaitGroup
	for range users {
		all.Go(func() {
			for range each {
				ready := make(chan struct{}, 1)
				pa.Do(func(now time.Duration) { c.ask(now); c.waiting = append(c.waiting, ready) })
				if err := pa.Await(ready); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	pa.Do(func(time.Duration) {
		if a.answers != users*each || len(c.waiting) != 0 {
			t.Errorf("%d answers and %d still waiting, want %d and 0", a.answers, len(c.waiting), users*each)
		}
	})
}

// What another goroutine's Do makes ready, without any frame, ends an Await
// that leads and one that follows.
func TestAwaitSeesWhatOthersDo(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	defer p.Stop()
	for range 100 {
		var all sync.WaitGroup
		ready := [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}
		for _, r := range ready {
			all.Go(func() {
				if err := p.Await(r); err != nil {
					t.Error(err)
				}
			})
		}
		for _, r := range ready {
			p.Do(func(time.Duration) { r <- struct{}{} })
		}
		all.Wait()
	}
}

func TestStopEndsAwait(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	done := make(chan error)
	for range 3 {
		go func() { done <- p.Await(make(chan struct{})) }()
	}
	if err := p.Stop(); err != nil {
		t.Errorf("Stop: %v", err)
	}
	for range 3 {
		if err := <-done; !errors.Is(err, hwtarget.ErrStopped) {
			t.Errorf("Await: %v, want ErrStopped", err)
		}
	}
}
