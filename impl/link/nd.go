package link

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// Neighbour discovery (RFC 4861 section 7). What it shares with ARP, the states of
// an entry and its timing, is in neighbor.go.

// hopLimit is that of every message of neighbour discovery: a router would have
// made it less, so one with it comes from the link (RFC 4861 section 3.1).
const hopLimit = 255

// HandleNeighbor takes a neighbour solicitation or advertisement in a packet with
// header h. It answers for the addresses that owns says are this host's, and
// learns. Packets that waited for the sender are given to send, which resolves
// them now.
func (c *Cache) HandleNeighbor(now time.Duration, h *wire.IPv6, n *wire.Neighbor, owns func(netip.Addr) bool, send func(path ip.Path, packet []byte)) {
	src, dst, target := netip.AddrFrom16(h.Src), netip.AddrFrom16(h.Dst), netip.AddrFrom16(n.Target)
	switch {
	case h.HopLimit != hopLimit, target.IsMulticast(), n.HasLink && n.Link.IsMulticast():
	case n.Advertises:
		if !(n.Solicited && dst.IsMulticast()) { // section 7.1.2
			c.advertised(now, target, n, send)
		}
	case src.IsUnspecified() && (n.HasLink || dst != ip.SolicitedNode(target)): // section 7.1.1
	case owns(target):
		c.solicited(now, src, dst, n, send)
	}
}

// advertised is section 7.2.5. Advertisements that nobody asked for make no entry.
func (c *Cache) advertised(now time.Duration, target netip.Addr, n *wire.Neighbor, send func(path ip.Path, packet []byte)) {
	e := c.find(target)
	if e == nil || e.state == permanent {
		return
	}
	if e.state == incomplete || e.state == failed {
		if n.HasLink {
			e.heard(now, n.Link, n.Solicited)
			e.release(send)
		}
		return
	}
	other := n.HasLink && n.Link != e.mac
	switch {
	case other && !n.Override:
		if e.state == reachable {
			e.state = stale
		}
	case other:
		e.heard(now, n.Link, n.Solicited)
	case n.Solicited:
		e.learn(now, e.mac)
	}
}

// heard takes in a link-layer address; only an answer says that it works.
func (e *entry) heard(now time.Duration, mac wire.MAC, answered bool) {
	e.learn(now, mac)
	if !answered {
		e.state = stale
	}
}

// release gives the packets that waited to send.
func (e *entry) release(send func(path ip.Path, packet []byte)) {
	for n := e.held.Len(); n > 0; n-- {
		buf, path, _ := e.held.Pop()
		send(path, buf[ip.Headroom:])
	}
}

// solicited is sections 7.2.3 and 7.2.4.
func (c *Cache) solicited(now time.Duration, src, dst netip.Addr, n *wire.Neighbor, send func(path ip.Path, packet []byte)) {
	answer := wire.Neighbor{Advertises: true, Override: true, Target: n.Target, Link: c.mac, HasLink: true}
	own := netip.AddrFrom16(n.Target)
	if src.IsUnspecified() { // it asks whether it may have the address
		c.say(MulticastMAC(ip.AllNodes()), own, ip.AllNodes(), answer)
		return
	}
	e := c.find(src)
	if n.HasLink && (e == nil || e.state != permanent) {
		if e == nil {
			e = c.add(src)
			e.state = failed
		}
		if waits := e.state == incomplete; waits || e.mac != n.Link || e.state == failed {
			e.heard(now, n.Link, false)
			if waits {
				e.release(send)
			}
		}
	}
	if e != nil && e.state != incomplete && e.state != failed {
		answer.Solicited = true
		c.say(e.mac, own, src, answer)
	}
}

// say queues a message.
func (c *Cache) say(mac wire.MAC, src, dst netip.Addr, n wire.Neighbor) {
	if len(c.asks) < asksMax {
		c.asks = append(c.asks, ask{dst: mac, six: true, src: src, group: dst, nd: n})
	}
}

// solicit asks for the address of e, all that may have it or the one that was
// known to (section 7.2.2, section 7.3.1).
func (c *Cache) solicit(e *entry, src netip.Addr) {
	n := wire.Neighbor{Target: e.addr.As16(), Link: c.mac, HasLink: true}
	if e.state == probe {
		c.say(e.mac, src, e.addr, n)
		return
	}
	group := ip.SolicitedNode(e.addr)
	c.say(MulticastMAC(group), src, group, n)
}

// put writes the message into frame and returns its length.
func (a *ask) put(frame []byte, own wire.MAC) int {
	n := wire.EthernetLen + wire.IPv6Len + a.nd.Len()
	frame = frame[:n]
	h := wire.IPv6{HopLimit: hopLimit, Next: wire.ProtocolICMPv6, Src: a.src.As16(), Dst: a.group.As16()}
	a.nd.Put(frame[wire.EthernetLen+wire.IPv6Len:], wire.PseudoIPv6(h.Src, h.Dst, wire.ProtocolICMPv6))
	h.Put(frame[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: a.dst, Src: own, Type: wire.EtherTypeIPv6}
	eth.Put(frame)
	return n
}
