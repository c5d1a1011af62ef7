package hwtarget_test

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// echo is a stack that sends requests, answers those of others, and sends a
// request again when no answer has come in time.
type echo struct {
	own, peer [6]byte
	out       [][]byte
	answers   int
	requests  int
	again     time.Duration // period; 0 is never
	deadline  time.Duration
	resent    []time.Duration
}

const (
	request = iota
	answer
)

func (e *echo) frame(kind byte) []byte {
	return append(append(append([]byte(nil), e.peer[:]...), e.own[:]...), 0x88, 0xb5, kind)
}

func (e *echo) ask(now time.Duration) {
	e.out = append(e.out, e.frame(request))
	if e.again > 0 {
		e.deadline = now + e.again
	}
}

func (e *echo) Handle(now time.Duration, frame []byte) {
	switch frame[14] {
	case request:
		e.requests++
		e.out = append(e.out, e.frame(answer))
	case answer:
		e.answers++
		e.deadline = 0
	}
}

func (e *echo) Next(now time.Duration) ([]byte, bool) {
	if e.deadline > 0 && now >= e.deadline {
		e.resent = append(e.resent, now)
		e.ask(now)
	}
	if len(e.out) == 0 {
		return nil, false
	}
	f := e.out[0]
	e.out = e.out[1:]
	return f, true
}

func (e *echo) Deadline() (time.Duration, bool) { return e.deadline, e.deadline > 0 }

// mirror is a NIC on which the answer to a request is there when Send returns,
// as over veth.
type mirror struct {
	*simnet.Port
	far *simnet.Port
}

func (m mirror) Send(frames [][]byte) (int, error) {
	n, err := m.Port.Send(frames)
	var in [4][]byte
	k, _ := m.far.Recv(in[:])
	for _, f := range in[:k] {
		back := append([]byte(nil), f...)
		copy(back, f[6:12])
		copy(back[6:], f[:6])
		back[14] = answer
		m.far.Send([][]byte{back})
	}
	return n, err
}

func pair(t *testing.T, link simnet.Link) (*simnet.Net, *echo, *echo) {
	t.Helper()
	net, err := simnet.New(simnet.Config{Ports: 2, Link: link})
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Port(0).MAC(), net.Port(1).MAC()
	return net, &echo{own: a, peer: b}, &echo{own: b, peer: a}
}

func TestDoReceivesWhatItsSendIsAnsweredWith(t *testing.T) {
	net, e, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(mirror{net.Port(0), net.Port(1)}, e, net.Now)
	defer p.Stop()
	for i := range 100 {
		p.Do(e.ask)
		var answers int
		p.Do(func(time.Duration) { answers = e.answers })
		if answers != i+1 {
			t.Fatalf("%d answers after request %d", answers, i+1)
		}
	}
}

func TestWaitSeesWhatArrives(t *testing.T) {
	net, a, b := pair(t, simnet.Link{Delay: time.Millisecond})
	pa := hwtarget.NewPump(net.Port(0), a, net.Now)
	pb := hwtarget.NewPump(net.Port(1), b, net.Now)
	defer pb.Stop()
	defer pa.Stop()
	for i := range 20 {
		pa.Do(a.ask)
		if err := pa.Wait(func(time.Duration) bool { return a.answers == i+1 }); err != nil {
			t.Fatal(err)
		}
	}
	pb.Do(func(time.Duration) {
		if b.requests != 20 {
			t.Errorf("%d requests seen at the far end, want 20", b.requests)
		}
	})
}

func TestManyWait(t *testing.T) {
	net, a, b := pair(t, simnet.Link{Delay: time.Millisecond})
	pa := hwtarget.NewPump(net.Port(0), a, net.Now)
	pb := hwtarget.NewPump(net.Port(1), b, net.Now)
	defer pb.Stop()
	defer pa.Stop()
	const users, each = 8, 20
	var all sync.WaitGroup
	for range users {
		all.Go(func() {
			for range each {
				var target int
				pa.Do(func(now time.Duration) { a.ask(now); target = a.answers + 1 })
				if err := pa.Wait(func(time.Duration) bool { return a.answers >= target }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := pa.Wait(func(time.Duration) bool { return a.answers == users*each }); err != nil {
		t.Error(err)
	}
}

// A condition that another goroutine's Do makes true, without any frame.
func TestWaitSeesWhatOthersDo(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	defer p.Stop()
	for i := range 100 {
		began, done := make(chan struct{}, 1), make(chan error)
		go func() {
			done <- p.Wait(func(time.Duration) bool {
				select {
				case began <- struct{}{}:
				default:
				}
				return a.requests > i
			})
		}()
		<-began
		p.Do(func(time.Duration) { a.requests++ })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func TestDeadlinesFireWithNobodyThere(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{Loss: 1})
	a.again = time.Second
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	defer p.Stop()
	p.Do(a.ask)
	resent := func() (n int) {
		p.Do(func(time.Duration) { n = len(a.resent) })
		return n
	}
	for limit := time.Now().Add(10 * time.Second); resent() < 3; {
		if time.Now().After(limit) {
			t.Fatalf("%d requests sent again after 10 s, want 3", resent())
		}
		time.Sleep(time.Millisecond)
	}
	p.Do(func(time.Duration) {
		for i, at := range a.resent[:3] {
			if want := time.Duration(i+1) * time.Second; at != want {
				t.Errorf("sent again at %v, want %v", at, want)
			}
		}
	})
}

func TestStop(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	began, done := make(chan struct{}), make(chan error)
	var once sync.Once
	go func() {
		done <- p.Wait(func(time.Duration) bool { once.Do(func() { close(began) }); return false })
	}()
	<-began
	if err := p.Stop(); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if err := <-done; !errors.Is(err, hwtarget.ErrStopped) {
		t.Errorf("Wait: %v, want ErrStopped", err)
	}
	if err := p.Wait(func(time.Duration) bool { return true }); !errors.Is(err, hwtarget.ErrStopped) {
		t.Errorf("Wait after Stop: %v, want ErrStopped", err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	stacks := make([]byte, 1<<16)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if strings.Contains(string(stacks), "(*Pump).background") {
		t.Errorf("a goroutine of the Pump is left:\n%s", stacks)
	}
}

func TestClosedNIC(t *testing.T) {
	net, a, _ := pair(t, simnet.Link{})
	p := hwtarget.NewPump(net.Port(0), a, net.Now)
	net.Port(0).Close()
	if err := p.Wait(func(time.Duration) bool { return false }); !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Wait: %v, want ErrClosed", err)
	}
	if err := p.Stop(); !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Stop: %v, want ErrClosed, which had stopped the Pump", err)
	}
}

func BenchmarkDo(b *testing.B) {
	net, err := simnet.New(simnet.Config{Ports: 2})
	if err != nil {
		b.Fatal(err)
	}
	e := &echo{own: net.Port(0).MAC(), peer: net.Port(1).MAC()}
	p := hwtarget.NewPump(net.Port(0), e, net.Now)
	defer p.Stop()
	b.ReportAllocs()
	for b.Loop() {
		p.Do(func(time.Duration) {})
	}
}
