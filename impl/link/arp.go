package link

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// Handle takes an ARP packet that arrived: it answers for the addresses that
// owns says are this host's, and learns (RFC 826). Packets that waited for the
// sender are given to send, which resolves them now.
func (c *Cache) Handle(now time.Duration, a *wire.ARP, owns func(netip.Addr) bool, send func(path ip.Path, packet []byte)) {
	sender := netip.AddrFrom4(a.SenderIP)
	// A loopback address may be asked for by a socket bound to the interface.
	if a.SenderMAC.IsMulticast() || owns(sender) && !sender.IsLoopback() {
		return
	}
	target := netip.AddrFrom4(a.TargetIP)
	mine := owns(target) && !target.IsLoopback()
	if e := c.find(sender); e == nil {
		if mine && !sender.IsUnspecified() && !sender.IsLoopback() {
			e = c.add(sender)
			e.learn(now, a.SenderMAC)
		}
	} else if e.state != permanent {
		e.learn(now, a.SenderMAC)
		e.release(send)
	}
	if a.Op == wire.ARPRequest && mine && len(c.asks) < asksMax {
		c.asks = append(c.asks, ask{dst: a.SenderMAC, arp: wire.ARP{
			Op: wire.ARPReply, SenderMAC: c.mac, SenderIP: a.TargetIP,
			TargetMAC: a.SenderMAC, TargetIP: a.SenderIP,
		}})
	}
}

func (e *entry) learn(now time.Duration, mac wire.MAC) {
	e.mac, e.state, e.at = mac, reachable, now+reachableTime
}

// arpFrameLen is an Ethernet frame with an ARP packet, padded to the minimum.
const arpFrameLen = 60

// Next writes the next frame that asks or answers into frame and returns its
// length.
func (c *Cache) Next(frame []byte) (n int, ok bool) {
	if len(c.asks) == 0 {
		return 0, false
	}
	a := c.asks[0]
	c.asks = append(c.asks[:0], c.asks[1:]...)
	if a.six {
		return a.put(frame, c.mac), true
	}
	frame = frame[:arpFrameLen]
	clear(frame)
	eth := wire.Ethernet{Dst: a.dst, Src: c.mac, Type: wire.EtherTypeARP}
	eth.Put(frame)
	a.arp.Put(frame[wire.EthernetLen:])
	return arpFrameLen, true
}
