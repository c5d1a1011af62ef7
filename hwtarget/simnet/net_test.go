package simnet_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/simnet"
)

const ms = time.Millisecond

func network(t *testing.T, cfg simnet.Config) *simnet.Net {
	t.Helper()
	if cfg.Ports == 0 {
		cfg.Ports = 2
	}
	n, err := simnet.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// frame is one of 100 bytes from one port to another that bears a number.
func frame(from, to *simnet.Port, number int) []byte {
	dst, src := to.MAC(), from.MAC()
	f := append(append(make([]byte, 0, 100), dst[:]...), src[:]...)
	f = append(f, 0x88, 0xb5)
	return binary.BigEndian.AppendUint32(f, uint32(number))[:100]
}

func send(t *testing.T, p *simnet.Port, f []byte) {
	t.Helper()
	if n, err := p.Send([][]byte{f}); n != 1 || err != nil {
		t.Fatalf("Send: %d, %v", n, err)
	}
}

// numbers takes all frames that are there and gives what they bear.
func numbers(t *testing.T, p *simnet.Port) (got []int) {
	t.Helper()
	var buf [3][]byte
	for {
		n, err := p.Recv(buf[:])
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return got
		}
		for _, f := range buf[:n] {
			got = append(got, int(binary.BigEndian.Uint32(f[14:])))
		}
	}
}

func TestPlainLinkDeliversAtOnceInOrder(t *testing.T) {
	n := network(t, simnet.Config{})
	a, b := n.Port(0), n.Port(1)
	for i := range 10 {
		send(t, a, frame(a, b, i))
	}
	if got, want := fmt.Sprint(numbers(t, b)), "[0 1 2 3 4 5 6 7 8 9]"; got != want {
		t.Errorf("received %s, want %s", got, want)
	}
	if got := numbers(t, a); got != nil {
		t.Errorf("the sender received %v", got)
	}
}

func TestDelayAndRate(t *testing.T) {
	// 100 bytes at 80 kb/s take 10 ms.
	n := network(t, simnet.Config{Link: simnet.Link{Delay: 50 * ms, Rate: 80_000}})
	a, b := n.Port(0), n.Port(1)
	send(t, a, frame(a, b, 1))
	send(t, a, frame(a, b, 2))
	for i, want := range []time.Duration{60 * ms, 70 * ms} {
		at, ok := n.NextEvent()
		if !ok || at != want {
			t.Fatalf("frame %d arrives at %v, %v, want %v", i+1, at, ok, want)
		}
		n.AdvanceTo(at - 1)
		if got := numbers(t, b); got != nil {
			t.Errorf("frame %v was early", got)
		}
		n.AdvanceTo(at)
		if got := numbers(t, b); len(got) != 1 || got[0] != i+1 {
			t.Errorf("received %v at %v, want frame %d", got, at, i+1)
		}
	}
}

func TestQueueOverflows(t *testing.T) {
	n := network(t, simnet.Config{Link: simnet.Link{Rate: 80_000, Queue: 250}})
	a, b := n.Port(0), n.Port(1)
	for i := range 5 {
		send(t, a, frame(a, b, i))
	}
	n.AdvanceTo(time.Second)
	// One is being sent when the second comes; the queue holds two and a half.
	if got, want := fmt.Sprint(numbers(t, b)), "[0 1]"; got != want {
		t.Errorf("received %s, want %s", got, want)
	}
	if got := a.Stats().Overflowed; got != 3 {
		t.Errorf("%d overflowed, want 3", got)
	}
}

func TestSwitchLearnsNothingItNeedNot(t *testing.T) {
	n := network(t, simnet.Config{Ports: 3})
	a, b, c := n.Port(0), n.Port(1), n.Port(2)
	send(t, a, frame(a, b, 1))
	all := frame(a, b, 2)
	copy(all, "\xff\xff\xff\xff\xff\xff")
	send(t, a, all)
	stranger := frame(a, b, 3)
	stranger[5] = 99
	send(t, a, stranger)
	for _, p := range []struct {
		port *simnet.Port
		want string
	}{{a, "[]"}, {b, "[1 2 3]"}, {c, "[2 3]"}} {
		if got := fmt.Sprint(numbers(t, p.port)); got != p.want {
			t.Errorf("port %x received %s, want %s", p.port.MAC(), got, p.want)
		}
	}
}

func TestImpairments(t *testing.T) {
	const frames = 10000
	n := network(t, simnet.Config{Seed: 1, Link: simnet.Link{Delay: ms, Jitter: ms,
		Loss: 0.1, Duplicate: 0.05, Corrupt: 0.02, Reorder: 0.1, ReorderBy: 5 * ms}})
	a, b := n.Port(0), n.Port(1)
	var late, spoilt, twice int
	seen, newest := map[int]int{}, -1
	var buf [64][]byte
	for i := range frames {
		send(t, a, frame(a, b, i))
		n.AdvanceTo(n.Now() + ms/10)
		k, err := b.Recv(buf[:])
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range buf[:k] {
			number := int(binary.BigEndian.Uint32(f[14:]))
			flipped := 0
			for j, want := range frame(a, b, number) {
				flipped += bits.OnesCount8(f[j] ^ want)
			}
			if flipped != 0 || number > i {
				spoilt++
				continue
			}
			if seen[number]++; seen[number] == 2 {
				twice++
			}
			if number < newest {
				late++
			}
			newest = max(newest, number)
		}
	}
	st := a.Stats()
	for _, c := range []struct {
		what  string
		got   int
		about float64
	}{
		{"lost", int(st.Lost), 0.1 * frames},
		{"duplicated", int(st.Duplicated), 0.9 * 0.05 * frames},
		{"seen twice", twice, 0.9 * 0.05 * frames},
		{"corrupted", int(st.Corrupted), 0.9 * 0.02 * frames},
		{"seen spoilt", spoilt, 0.9 * 0.02 * frames},
		{"reordered", int(st.Reordered), 0.9 * 0.1 * frames},
		{"seen late", late, 0.9 * 0.1 * frames},
	} {
		if f := float64(c.got); f < 0.6*c.about || f > 1.4*c.about {
			t.Errorf("%s: %d, want about %.0f", c.what, c.got, c.about)
		}
	}
}

func TestSameSeedSameNetwork(t *testing.T) {
	run := func(seed uint64) []byte {
		n := network(t, simnet.Config{Seed: seed, Link: simnet.Link{Delay: ms, Jitter: 3 * ms,
			Loss: 0.2, Duplicate: 0.2, Corrupt: 0.2, Reorder: 0.2, ReorderBy: 9 * ms}})
		a, b := n.Port(0), n.Port(1)
		var log []byte
		var buf [8][]byte
		for i := range 200 {
			send(t, a, frame(a, b, i))
			if at, ok := n.NextEvent(); ok {
				n.AdvanceTo(at)
				log = fmt.Append(log, at)
			}
			k, _ := b.Recv(buf[:])
			log = append(log, bytes.Join(buf[:k], nil)...)
		}
		return log
	}
	if !bytes.Equal(run(7), run(7)) {
		t.Error("two runs with one seed differ")
	}
	if bytes.Equal(run(7), run(8)) {
		t.Error("two seeds give the same network")
	}
}

func TestSetLink(t *testing.T) {
	n := network(t, simnet.Config{})
	a, b := n.Port(0), n.Port(1)
	if err := n.SetLink(0, simnet.Link{Loss: 1}); err != nil {
		t.Fatal(err)
	}
	send(t, a, frame(a, b, 1))
	send(t, b, frame(b, a, 2))
	if got := numbers(t, b); got != nil {
		t.Errorf("received %v over a dead link", got)
	}
	if got := numbers(t, a); len(got) != 1 {
		t.Errorf("received %v the other way, want frame 2", got)
	}
}

// Two that wait see time pass to the earlier of their deadlines, no further.
func TestWaitMovesTime(t *testing.T) {
	n := network(t, simnet.Config{Link: simnet.Link{Delay: 10 * ms}})
	a, b := n.Port(0), n.Port(1)
	for _, p := range []*simnet.Port{a, b} { // from now on time waits for both
		if err := p.Wait(0); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup
	both.Go(func() {
		for range 3 { // sends at 30, 60 and 90 ms
			until := n.Now() + 30*ms
			for n.Now() < until {
				if err := a.Wait(until - n.Now()); err != nil {
					t.Error(err)
				}
			}
			send(t, a, frame(a, b, int(n.Now()/ms)))
		}
		a.Close()
	})
	var got []string
	both.Go(func() {
		for range 3 {
			for {
				if err := b.Wait(-1); err != nil {
					t.Error(err)
				}
				if at := numbers(t, b); at != nil {
					got = append(got, fmt.Sprint(at, n.Now()))
					break
				}
			}
		}
	})
	both.Wait()
	if want := "[[30] 40ms [60] 70ms [90] 100ms]"; fmt.Sprint(got) != want {
		t.Errorf("received %v, want %v", got, want)
	}
}

func TestWakeAndClose(t *testing.T) {
	n := network(t, simnet.Config{})
	p := n.Port(0)
	p.Wake()
	if err := p.Wait(-1); err != nil {
		t.Errorf("Wait after Wake: %v", err)
	}
	p.Close()
	for what, err := range map[string]error{
		"Wait": p.Wait(-1),
		"Send": func() error { _, err := p.Send([][]byte{frame(p, n.Port(1), 0)}); return err }(),
		"Recv": func() error { _, err := p.Recv(nil); return err }(),
	} {
		if !errors.Is(err, hwtarget.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", what, err)
		}
	}
}

func TestBadConfig(t *testing.T) {
	for _, cfg := range []simnet.Config{
		{Ports: 1},
		{Ports: 2, MTU: 10},
		{Ports: 2, Link: simnet.Link{Loss: 1.5}},
		{Ports: 2, Link: simnet.Link{Delay: -1}},
		{Ports: 2, Link: simnet.Link{Reorder: 0.5}},
	} {
		if _, err := simnet.New(cfg); err == nil {
			t.Errorf("New(%+v): no error", cfg)
		}
	}
	n := network(t, simnet.Config{})
	if k, err := n.Port(0).Send([][]byte{make([]byte, 1600)}); k != 0 || err == nil {
		t.Errorf("Send of a frame above the MTU: %d, %v, want an error", k, err)
	}
}

func BenchmarkFrame(b *testing.B) {
	n, err := simnet.New(simnet.Config{Ports: 2, Link: simnet.Link{Delay: ms, Loss: 0.01}})
	if err != nil {
		b.Fatal(err)
	}
	from, to := n.Port(0), n.Port(1)
	out := [][]byte{frame(from, to, 1)}
	var in [4][]byte
	b.ReportAllocs()
	for b.Loop() {
		from.Send(out)
		n.AdvanceTo(n.Now() + 2*ms)
		to.Recv(in[:])
	}
}
