package netconn_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/simnet"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/netconn"
	"github.com/connspec/connspec/spec"
)

// The two hosts of a pair.
var (
	addrA = netip.MustParseAddr("192.0.2.1")
	addrB = netip.MustParseAddr("192.0.2.2")
	six   = map[netip.Addr]netip.Addr{addrA: netip.MustParseAddr("2001:db8::1"), addrB: netip.MustParseAddr("2001:db8::2")}
)

// lossy is a link with everything that a network does to frames.
var lossy = simnet.Link{
	Delay: time.Millisecond, Jitter: 100 * time.Microsecond,
	Loss: 0.05, Duplicate: 0.05, Reorder: 0.05, ReorderBy: 2 * time.Millisecond,
}

// pair is two stacks on a network in memory and in virtual time.
type pair struct {
	a, b *netconn.Stack
	net  *simnet.Net
}

func newPair(t testing.TB, link simnet.Link) pair {
	t.Helper()
	n, err := simnet.New(simnet.Config{Ports: 3, Seed: 1, Link: link})
	if err != nil {
		t.Fatal(err)
	}
	p := pair{net: n}
	for i, a := range []netip.Addr{addrA, addrB} {
		port := n.Port(i)
		s := netconn.New(impl.Config{
			Dialect: spec.Linux, MAC: port.MAC(), Seed: uint64(i + 1), Descriptors: 4096,
			Addrs: []netip.Prefix{netip.PrefixFrom(a, 24), netip.PrefixFrom(six[a], 64)},
		})
		port.Wait(0) // time is to wait for this port from now on
		s.Start(hwtarget.NewPump(port, s, n.Now))
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("the driver of %v had stopped: %v", a, err)
			}
			port.Close()
		})
		if i == 0 {
			p.a = s
		} else {
			p.b = s
		}
	}
	return p
}

// listen is a listener that the test closes.
func listen(t testing.TB, s *netconn.Stack, address string) net.Listener {
	t.Helper()
	l, err := s.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// streams is a connection, seen from both ends.
func (p pair) streams(t testing.TB) (a, b net.Conn) {
	t.Helper()
	l := listen(t, p.b, addrB.String()+":0")
	accepted := make(chan error, 1)
	go func() {
		var err error
		b, err = l.Accept()
		accepted <- err
	}()
	a, err := p.a.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := <-accepted; err != nil {
		t.Fatal(err)
	}
	return a, b
}

// hold stops the network's time until release.
func (p pair) hold() (release func()) {
	idle := p.net.Port(2)
	idle.Wait(0) // and never again: time waits for it
	return func() { idle.Close() }
}
