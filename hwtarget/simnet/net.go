package simnet

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/connspec/connspec/hwtarget"
)

// Config says what network to make.
type Config struct {
	Ports int    // two or more
	Seed  uint64 // of all that is drawn
	MTU   int    // bytes; 0 means 1500
	Link  Link   // of every port at first; see [Net.SetLink]

	MACs [][6]byte // of the ports, instead of those that New gives
}

// Net is a switch with a NIC on each port. Its methods, and those of its
// ports, may be called from any goroutine.
type Net struct {
	mu      sync.Mutex
	now     time.Duration
	ports   []*Port
	flight  flight
	serial  uint64
	free    [][]byte // frame memory to use again
	changed *sync.Cond
}

// New makes a network at time 0. Port i has the MAC 02:00:00:00:00:i+1.
func New(cfg Config) (*Net, error) {
	if cfg.Ports < 2 || cfg.Ports > 250 {
		return nil, fmt.Errorf("simnet: %d ports: want 2 to 250", cfg.Ports)
	}
	if cfg.MTU == 0 {
		cfg.MTU = 1500
	}
	if cfg.MTU < 68 || cfg.MTU > 65535 {
		return nil, fmt.Errorf("simnet: MTU %d: want 68 (RFC 791) to 65535", cfg.MTU)
	}
	if err := cfg.Link.check(); err != nil {
		return nil, err
	}
	n := &Net{}
	n.changed = sync.NewCond(&n.mu)
	for i := range cfg.Ports {
		mac := [6]byte{2, 0, 0, 0, 0, byte(i + 1)}
		if i < len(cfg.MACs) {
			mac = cfg.MACs[i]
		}
		n.ports = append(n.ports, &Port{
			net: n, mac: mac, mtu: cfg.MTU, link: cfg.Link,
			rng: rand.New(rand.NewPCG(cfg.Seed, uint64(i))),
		})
	}
	return n, nil
}

// Port gives the NIC on a port.
func (n *Net) Port(i int) *Port { return n.ports[i] }

// SetLink changes what happens from now on to the frames that a port sends.
func (n *Net) SetLink(port int, l Link) error {
	if err := l.check(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ports[port].link = l
	return nil
}

// Now is the time since New.
func (n *Net) Now() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

// NextEvent is when the next frame arrives, if one is on its way.
func (n *Net) NextEvent() (at time.Duration, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.nextEvent()
}

func (n *Net) nextEvent() (time.Duration, bool) {
	if len(n.flight) == 0 {
		return 0, false
	}
	return n.flight[0].at, true
}

// AdvanceTo moves time on and lets the frames arrive that are due by then. A
// time gone by changes nothing.
func (n *Net) AdvanceTo(t time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(t)
}

func (n *Net) advance(t time.Duration) {
	n.now = max(n.now, t)
	for len(n.flight) > 0 && n.flight[0].at <= n.now {
		f := n.flight.pop()
		f.to.inbox = append(f.to.inbox, f.frame)
	}
	n.changed.Broadcast()
}

// carry puts a frame of p on its way, as p's link has it.
func (n *Net) carry(p *Port, frame []byte) {
	p.stats.Sent++
	l, f := &p.link, draw(&p.link, p.rng)
	leaves := n.now
	if l.Rate > 0 {
		begins := max(n.now, p.busy)
		waiting := int64(begins-n.now) * l.Rate / int64(8*time.Second)
		if l.Queue > 0 && waiting+int64(len(frame)) > int64(l.Queue) {
			p.stats.Overflowed++
			return
		}
		leaves = begins + time.Duration(int64(len(frame))*int64(8*time.Second)/l.Rate)
		p.busy = leaves
	}
	if f.lost {
		p.stats.Lost++
		return
	}
	at := leaves + l.Delay + time.Duration(f.jitter*float64(l.Jitter))
	if f.held {
		p.stats.Reordered++
		at += time.Duration(f.hold * float64(l.ReorderBy))
	} else {
		at = max(at, p.last) // jitter keeps the order
		p.last = at
	}
	for _, to := range n.ports {
		if to == p || to.closed || !to.wants(frame, n) {
			continue
		}
		n.launch(p, to, at, frame, f)
		if f.twice {
			n.launch(p, to, at, frame, f)
		}
	}
	if f.twice {
		p.stats.Duplicated++
	}
	if f.corrupt {
		p.stats.Corrupted++
	}
	n.advance(n.now)
}

func (n *Net) launch(from, to *Port, at time.Duration, frame []byte, f fate) {
	var b []byte
	if k := len(n.free); k > 0 {
		b, n.free = n.free[k-1][:0], n.free[:k-1]
	}
	b = append(b, frame...)
	if bits := uint64(len(b)-hwtarget.HeaderSize) * 8; f.corrupt && len(b) > hwtarget.HeaderSize {
		bit := f.bit % bits
		b[hwtarget.HeaderSize+bit/8] ^= 1 << (bit % 8)
	}
	n.serial++
	n.flight.push(arrival{at: at, serial: n.serial, to: to, frame: b})
}
