package link

import (
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

var (
	mac  = wire.MAC{2, 0, 0, 0, 0, 1}
	own  = netip.MustParseAddr("10.0.0.1")
	peer = netip.MustParseAddr("10.0.0.2")
	path = ip.Path{Src: own, Dst: peer, NextHop: peer}
)

func TestStaticNeighborIsNotAsked(t *testing.T) {
	var c Cache
	c.Reset(mac, []Neighbor{{peer, wire.MAC{9}}})
	if got, ok := c.Resolve(0, path, nil); !ok || got != (wire.MAC{9}) {
		t.Fatalf("resolved %v %v, want the permanent entry", got, ok)
	}
	if _, ok := c.Deadline(); ok {
		t.Error("a permanent entry has a deadline")
	}
	a := wire.ARP{Op: wire.ARPReply, SenderMAC: wire.MAC{6}, SenderIP: peer.As4(), TargetIP: own.As4()}
	c.Handle(0, &a, func(netip.Addr) bool { return false }, nil)
	if got, _ := c.Resolve(0, path, nil); got != (wire.MAC{9}) {
		t.Errorf("resolved %v, want the permanent entry to stand against ARP", got)
	}
}

func TestFailureGivesPacketsBack(t *testing.T) {
	var c Cache
	c.Reset(mac, nil)
	frame := make([]byte, 64)
	for i := range byte(3) {
		if _, ok := c.Resolve(0, path, []byte{i}); ok {
			t.Fatal("resolved an address that nobody told")
		}
	}
	asked := 0
	var lost []byte
	for now := time.Duration(0); now <= 3*time.Second; now += time.Second {
		c.Expire(now, func(_ ip.Path, p []byte) { lost = append(lost, p[0]) })
		for _, ok := c.Next(frame); ok; _, ok = c.Next(frame) {
			asked++
		}
	}
	if asked != probesMax || string(lost) != "\x00\x01\x02" {
		t.Fatalf("asked %d times and lost packets %v, want %d times and all three in order", asked, lost, probesMax)
	}
	c.Resolve(4*time.Second, path, []byte{7})
	if _, ok := c.Next(frame); !ok {
		t.Error("a failed neighbour is not asked again")
	}
}

func TestMulticastMAC(t *testing.T) {
	if got := MulticastMAC(netip.MustParseAddr("239.129.2.3")); got != (wire.MAC{1, 0, 0x5e, 1, 2, 3}) {
		t.Errorf("group 239.129.2.3 is %v, want 01:00:5e:01:02:03", got)
	}
}
