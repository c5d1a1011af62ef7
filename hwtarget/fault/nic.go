// Package fault makes a NIC lose, double, reorder, spoil and delay frames both
// ways, as a seed says: what a network does between a stack and a wire that is
// too good, where the system's own emulation (tc netem) is missing.
package fault

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// NIC is another one behind a network that has faults.
type NIC struct {
	hwtarget.NIC
	net       *simnet.Net // the stack at port 0, the wire at port 1
	clock     func() time.Duration
	rx, tx    [][]byte
	full      atomic.Bool  // the last Recv may have left something
	waitUntil atomic.Int64 // when a Wait under way ends; 0: there is none
}

// Wrap puts faults in front of nic, out for the frames that it sends and in for
// those that it receives. clock is the one of whoever drives the NIC.
func Wrap(nic hwtarget.NIC, out, in simnet.Link, seed uint64, clock func() time.Duration) (*NIC, error) {
	if nic.Offload().Largest > 0 {
		return nil, fmt.Errorf("fault: want a NIC that does not offload: what is lost must be a packet")
	}
	network, err := simnet.New(simnet.Config{
		Ports: 2, Seed: seed, MTU: nic.MTU(), Link: out, MACs: [][6]byte{nic.MAC(), {}},
	})
	if err != nil {
		return nil, err
	}
	if err := network.SetLink(1, in); err != nil {
		return nil, err
	}
	return &NIC{NIC: nic, net: network, clock: clock, rx: make([][]byte, 32), tx: make([][]byte, 32)}, nil
}

// Stats is what became of the frames sent and received.
func (n *NIC) Stats() (out, in simnet.Stats) { return n.net.Port(0).Stats(), n.net.Port(1).Stats() }

// Send implements [hwtarget.NIC].
func (n *NIC) Send(frames [][]byte) (int, error) {
	sent, err := n.net.Port(0).Send(frames)
	if err == nil {
		err = n.emit()
	}
	if at, ok := n.net.NextEvent(); ok && int64(at) < n.waitUntil.Load() {
		n.NIC.Wake()
	}
	return sent, err
}

// emit puts on the wire what is due.
func (n *NIC) emit() error {
	n.net.AdvanceTo(n.clock())
	for {
		k, err := n.net.Port(1).Recv(n.tx)
		if k == 0 || err != nil {
			return err
		}
		if _, err := n.NIC.Send(n.tx[:k]); err == hwtarget.ErrClosed {
			return err // any other frame that is not taken is one more lost
		}
	}
}

// Recv implements [hwtarget.NIC].
func (n *NIC) Recv(frames [][]byte) (int, error) {
	k, err := n.NIC.Recv(n.rx)
	if err != nil {
		return 0, err
	}
	if _, err := n.net.Port(1).Send(n.rx[:k]); err != nil {
		return 0, err
	}
	if err := n.emit(); err != nil {
		return 0, err
	}
	got, err := n.net.Port(0).Recv(frames)
	n.full.Store(k == len(n.rx) || got == len(frames))
	return got, err
}

// Wait implements [hwtarget.NIC].
func (n *NIC) Wait(timeout time.Duration) error {
	if n.full.Load() {
		return nil
	}
	now := n.clock()
	until := now + timeout
	if timeout < 0 || until < now {
		until = 1<<63 - 1
	}
	n.waitUntil.Store(int64(until))
	defer n.waitUntil.Store(0)
	if at, ok := n.net.NextEvent(); ok && at < until {
		timeout = max(0, at-now)
	}
	return n.NIC.Wait(timeout)
}
