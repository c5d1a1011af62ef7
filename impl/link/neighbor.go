// Package link resolves the neighbours of an Ethernet: it answers and asks ARP
// (RFC 826), keeps what it learned, and holds packets back while it asks.
package link

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

// Timing and limits of a neighbour entry, as Linux has them by default
// (net.ipv4.neigh.*: retrans_time_ms, mcast_solicit, unres_qlen).
const (
	probeInterval = time.Second
	probesMax     = 3
	reachableTime = 30 * time.Second
	heldMax       = 101
	entriesMax    = 1024
)

// Neighbor is a permanent entry: an address that needs no asking.
type Neighbor struct {
	Addr netip.Addr
	MAC  wire.MAC
}

type state uint8

const (
	incomplete state = iota // asked, no answer yet; packets are held
	reachable
	permanent
	failed
)

type entry struct {
	addr   netip.Addr
	mac    wire.MAC
	state  state
	probes int           // sent
	at     time.Duration // incomplete: the next probe or the end; reachable: when to ask again
	held   ip.Queue      // packets that wait for the answer
}

// Cache holds the neighbours of one NIC.
type Cache struct {
	mac     wire.MAC
	entries []entry
	asks    []ask // ARP packets to send
}

type ask struct {
	dst wire.MAC
	arp wire.ARP
}

// Reset makes c the cache of a NIC with address mac and these permanent entries.
func (c *Cache) Reset(mac wire.MAC, static []Neighbor) {
	c.mac = mac
	for i := range c.entries {
		c.entries[i].held.Reset()
	}
	c.entries = c.entries[:0]
	c.asks = c.asks[:0]
	for _, n := range static {
		e := c.add(n.Addr)
		e.mac, e.state = n.MAC, permanent
	}
}

// Clone is an independent copy of c.
func (c *Cache) Clone() Cache {
	d := Cache{mac: c.mac, entries: slices.Clone(c.entries), asks: slices.Clone(c.asks)}
	for i := range d.entries {
		d.entries[i].held = c.entries[i].held.Clone()
	}
	return d
}

func (c *Cache) find(a netip.Addr) *entry {
	for i := range c.entries {
		if c.entries[i].addr == a {
			return &c.entries[i]
		}
	}
	return nil
}

// add makes an entry for a. A full cache forgets its oldest entry that is not
// permanent.
func (c *Cache) add(a netip.Addr) *entry {
	if len(c.entries) >= entriesMax {
		for i := range c.entries {
			if c.entries[i].state != permanent {
				c.entries = slices.Delete(c.entries, i, i+1)
				break
			}
		}
	}
	n := len(c.entries)
	if n < cap(c.entries) {
		c.entries = c.entries[:n+1]
		held := c.entries[n].held
		held.Reset()
		c.entries[n] = entry{addr: a, held: held}
	} else {
		c.entries = append(c.entries, entry{addr: a})
	}
	return &c.entries[n]
}

// Known finds the Ethernet address for a path and asks nobody.
func (c *Cache) Known(now time.Duration, path ip.Path) (wire.MAC, bool) {
	switch path.Kind {
	case ip.Broadcast:
		return wire.BroadcastMAC, true
	case ip.Multicast:
		return MulticastMAC(path.Dst), true
	}
	e := c.find(path.NextHop)
	if e != nil && (e.state == permanent || e.state == reachable && now < e.at) {
		return e.mac, true
	}
	return wire.MAC{}, false
}

// Resolve finds the Ethernet address for a path. If it is not known, Resolve
// keeps a copy of packet, asks for the address and returns false.
func (c *Cache) Resolve(now time.Duration, path ip.Path, packet []byte) (wire.MAC, bool) {
	if mac, ok := c.Known(now, path); ok {
		return mac, true
	}
	e := c.find(path.NextHop)
	if e == nil {
		e = c.add(path.NextHop)
		e.state = failed
	}
	if e.state != incomplete {
		e.state, e.probes = incomplete, 0
		c.probe(now, e, path.Src)
	}
	if e.held.Len() == heldMax {
		e.held.Pop()
	}
	copy(e.held.Push(path, len(packet)), packet)
	return wire.MAC{}, false
}

// probe asks for the address of e once more.
func (c *Cache) probe(now time.Duration, e *entry, src netip.Addr) {
	e.probes++
	e.at = now + probeInterval
	c.asks = append(c.asks, ask{wire.BroadcastMAC, wire.ARP{
		Op: wire.ARPRequest, SenderMAC: c.mac, SenderIP: src.As4(), TargetIP: e.addr.As4(),
	}})
}

// MulticastMAC is the Ethernet group of an IPv4 group (RFC 1112 section 6.4).
func MulticastMAC(a netip.Addr) wire.MAC {
	b := a.As4()
	return wire.MAC{0x01, 0x00, 0x5e, b[1] & 0x7f, b[2], b[3]}
}

// Deadline is when Expire is next due.
func (c *Cache) Deadline() (at time.Duration, ok bool) {
	for i := range c.entries {
		if e := &c.entries[i]; e.state == incomplete && (!ok || e.at < at) {
			at, ok = e.at, true
		}
	}
	return at, ok
}

// Expire repeats the questions that are due. The packets of a neighbour that
// never answered are given to lost, each with its path; the caller treats
// them as if a router had said "host unreachable" (RFC 1122 section 2.3.2.2).
func (c *Cache) Expire(now time.Duration, lost func(path ip.Path, packet []byte)) {
	for i := range c.entries {
		e := &c.entries[i]
		if e.state != incomplete || e.at > now {
			continue
		}
		if e.probes < probesMax {
			c.probe(now, e, e.source())
			continue
		}
		e.state = failed
		for n := e.held.Len(); n > 0; n-- {
			buf, path, _ := e.held.Pop()
			lost(path, buf[ip.Headroom:])
		}
	}
}

// source is the source address of the oldest packet held: what asks for it.
func (e *entry) source() netip.Addr {
	src := netip.IPv4Unspecified()
	first := true
	e.held.Each(func(packet []byte) {
		if h, _, err := wire.ParseIPv4(packet); first && err == nil {
			src, first = netip.AddrFrom4(h.Src), false
		}
	})
	return src
}

// AppendState appends to b what decides how the cache answers from now on.
func (c *Cache) AppendState(now time.Duration, b []byte) []byte {
	for i := range c.entries {
		e := &c.entries[i]
		b, _ = e.addr.AppendBinary(b)
		b = append(append(b, e.mac[:]...), byte(e.state), byte(e.probes))
		if e.state == incomplete || e.state == reachable {
			b = binary.LittleEndian.AppendUint64(b, uint64(e.at-now))
		}
		e.held.Each(func(p []byte) { b = append(b, p...) })
	}
	return b
}
