package simnet

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/connspec/connspec/hwtarget"
)

// Port is a NIC on the switch.
type Port struct {
	net  *Net
	mac  [6]byte
	mtu  int
	link Link
	rng  *rand.Rand

	busy  time.Duration // until when the link is sending at its rate
	last  time.Duration // when the last frame in order arrives
	inbox [][]byte
	lent  [][]byte // handed out by the last Recv
	stats Stats

	attended bool // has been waited at
	waiting  bool // is being waited at
	woken    bool
	until    time.Duration // when the wait ends
	closed   bool
}

var _ hwtarget.NIC = (*Port)(nil)

// forever is the end of a Wait without a timeout.
const forever = time.Duration(1<<63 - 1)

// wants reports whether the switch sends a frame to this port: one for its MAC,
// a group address, or a MAC that no port has.
func (p *Port) wants(frame []byte, n *Net) bool {
	dst := [6]byte(frame)
	if dst[0]&1 != 0 || dst == p.mac {
		return true
	}
	for _, other := range n.ports {
		if other.mac == dst {
			return false
		}
	}
	return true
}

// Send implements [hwtarget.NIC].
func (p *Port) Send(frames [][]byte) (int, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	for i, f := range frames {
		if p.closed {
			return i, hwtarget.ErrClosed
		}
		if len(f) < hwtarget.HeaderSize || len(f) > hwtarget.HeaderSize+p.mtu {
			return i, fmt.Errorf("simnet: frame of %d bytes: want %d to %d", len(f), hwtarget.HeaderSize, hwtarget.HeaderSize+p.mtu)
		}
		p.net.carry(p, f)
	}
	return len(frames), nil
}

// Recv implements [hwtarget.NIC].
func (p *Port) Recv(frames [][]byte) (int, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if p.closed {
		return 0, hwtarget.ErrClosed
	}
	p.net.free = append(p.net.free, p.lent...)
	p.lent = p.lent[:0]
	n := copy(frames, p.inbox)
	p.lent = append(p.lent, p.inbox[:n]...)
	p.inbox = append(p.inbox[:0], p.inbox[n:]...)
	return n, nil
}

// Wait implements [hwtarget.NIC]. Its timeout is in virtual time, which goes on
// when all others wait too.
func (p *Port) Wait(timeout time.Duration) error {
	n := p.net
	n.mu.Lock()
	defer n.mu.Unlock()
	p.until = forever
	if timeout >= 0 && timeout < forever-n.now {
		p.until = n.now + timeout
	}
	p.attended, p.waiting = true, true
	for !p.ready() {
		if !n.goOn() {
			n.changed.Wait()
		}
	}
	p.waiting, p.woken = false, false
	if p.closed {
		return hwtarget.ErrClosed
	}
	return nil
}

func (p *Port) ready() bool {
	return p.closed || p.woken || len(p.inbox) > 0 || p.until <= p.net.now
}

// goOn moves time to the next thing that somebody waits for, if everybody
// waits, and reports whether it did.
func (n *Net) goOn() bool {
	next := forever
	if at, ok := n.nextEvent(); ok {
		next = at
	}
	for _, p := range n.ports {
		if !p.attended || p.closed {
			continue
		}
		if !p.waiting || p.ready() {
			return false
		}
		next = min(next, p.until)
	}
	if next == forever {
		return false
	}
	n.advance(next)
	return true
}

// Wake implements [hwtarget.NIC].
func (p *Port) Wake() {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.woken = true
	p.net.changed.Broadcast()
}

// MAC implements [hwtarget.NIC].
func (p *Port) MAC() [6]byte { return p.mac }

// MTU implements [hwtarget.NIC].
func (p *Port) MTU() int { return p.mtu }

// Offload implements [hwtarget.NIC].
func (p *Port) Offload() hwtarget.Offload { return hwtarget.Offload{} }

// Stats is what became of the frames sent.
func (p *Port) Stats() Stats {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return p.stats
}

// Close implements [hwtarget.NIC].
func (p *Port) Close() error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.closed = true
	p.net.changed.Broadcast()
	return nil
}
