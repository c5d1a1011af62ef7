package main

import (
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/link/pipe"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

const port = 7

// dests is how many addresses the listening stack has.
const dests = 32

func dest(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i % dests), 2}) }

// couple is two stacks on one pipe, the second listening on every address.
type couple struct {
	stacks   [2]*stack.Stack
	listener tcpip.Endpoint
	queue    waiter.Queue
}

func newCouple(mtu uint32) (*couple, error) {
	c := &couple{}
	macs := [2]tcpip.LinkAddress{"\x02\x00\x00\x00\x00\x01", "\x02\x00\x00\x00\x00\x02"}
	own := netip.AddrFrom4([4]byte{10, 0, 0, 1})
	a, b := pipe.New(macs[0], macs[1], mtu)
	for i, link := range []stack.LinkEndpoint{a, b} {
		st := stack.New(options())
		if err := tuned(st); err != nil {
			return nil, err
		}
		if e := st.CreateNIC(nic, joined(link)); e != nil {
			return nil, failure("NIC", e)
		}
		for n := range dests {
			var err error
			if i == 1 {
				err = address(st, dest(n), 16)
			} else {
				err = failure("neighbour", st.AddStaticNeighbor(nic, ipv4.ProtocolNumber, tcpip.AddrFrom4(dest(n).As4()), macs[1]))
			}
			if err != nil {
				return nil, err
			}
		}
		if i == 0 {
			if err := address(st, own, 16); err != nil {
				return nil, err
			}
		} else if e := st.AddStaticNeighbor(nic, ipv4.ProtocolNumber, tcpip.AddrFrom4(own.As4()), macs[0]); e != nil {
			return nil, failure("neighbour", e)
		}
		st.SetRouteTable([]tcpip.Route{{Destination: subnet(own, 16), NIC: nic}})
		c.stacks[i] = st
	}
	ep, e := c.stacks[1].NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, &c.queue)
	if e == nil {
		e = ep.Bind(tcpip.FullAddress{Port: port})
	}
	if e == nil {
		e = ep.Listen(4096)
	}
	c.listener = ep
	return c, failure("listen", e)
}

// accept gives every connection that the listener has to f, until stop is
// closed.
func (c *couple) accept(stop <-chan struct{}, f func(tcpip.Endpoint)) {
	entry, notified := waiter.NewChannelEntry(waiter.ReadableEvents)
	c.queue.EventRegister(&entry)
	defer c.queue.EventUnregister(&entry)
	for {
		for {
			ep, _, e := c.listener.Accept(nil)
			if e != nil {
				break
			}
			f(ep)
		}
		select {
		case <-stop:
			return
		case <-notified:
		}
	}
}

func to(i int) tcpip.FullAddress {
	return tcpip.FullAddress{Addr: tcpip.AddrFrom4(dest(i).As4()), Port: port}
}

func memory(s *trial.Spec) (o trial.Outcome, err error) {
	c, err := newCouple(1500)
	if err != nil {
		return o, err
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.accept(stop, func(ep tcpip.Endpoint) { ep.Close() })
	}()
	o, err = connects(c.stacks[0], s, to)
	close(stop)
	<-ended
	return o, err
}

func idle(s *trial.Spec) (o trial.Outcome, err error) {
	before := heap()
	started := time.Now()
	c, err := newCouple(1500)
	if err != nil {
		return o, err
	}
	held := make([]tcpip.Endpoint, 0, 2*s.Count)
	accepted := make(chan tcpip.Endpoint, 64)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.accept(stop, func(ep tcpip.Endpoint) { accepted <- ep })
	}()
	for n := range s.Count {
		ep, _, e := connect(c.stacks[0], to(n))
		if e != nil {
			return o, fmt.Errorf("connection %d: %s", n, e)
		}
		held = append(held, ep, <-accepted)
	}
	close(stop)
	<-ended
	o.Operations, o.Seconds = float64(len(held)), time.Since(started).Seconds()
	o.Bytes = heap() - before
	runtime.KeepAlive(held)
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
