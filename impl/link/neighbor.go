// Package link resolves the neighbours of an Ethernet: it answers and asks by ARP
// (RFC 826) and neighbour discovery (RFC 4861), keeps what it learned, and holds
// packets back while it asks.
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
// (net.ipv4.neigh.*: retrans_time_ms, mcast_solicit, ucast_solicit,
// delay_first_probe_time, unres_qlen).
const (
	probeInterval = time.Second
	probesMax     = 3
	probeDelay    = 5 * time.Second
	reachableTime = 30 * time.Second
	asksMax       = 256 // messages to send
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
	stale // the address may be wrong by now (RFC 4861 section 7.3.2)
	delay // it is in use all the same, for a while
	probe // asked whether it is still right
)

type entry struct {
	addr   netip.Addr
	mac    wire.MAC
	state  state
	probes int           // sent
	at     time.Duration // incomplete, delay, probe: what is next; reachable: when stale
	src    netip.Addr    // what asks for it
	held   ip.Queue      // packets that wait for the answer
}

// Cache holds the neighbours of one NIC.
type Cache struct {
	mac     wire.MAC
	entries []entry
	asks    []ask // messages to send
}

// ask is an ARP packet or a message of neighbour discovery.
type ask struct {
	dst wire.MAC
	arp wire.ARP

	six        bool
	src, group netip.Addr // from where and to
	nd         wire.Neighbor
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
	if e != nil && (e.state == permanent || e.state == delay || e.state == probe || e.state == reachable && now < e.at) {
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
	if e.state == reachable && now >= e.at {
		e.state = stale
	}
	switch e.state {
	case stale:
		e.state, e.at, e.src = delay, now+probeDelay, path.Src
		return e.mac, true
	case failed:
		e.state, e.probes, e.src = incomplete, 0, path.Src
		c.ask(now, e)
	}
	if e.held.Len() == heldMax {
		e.held.Pop()
	}
	copy(e.held.Push(path, len(packet)), packet)
	return wire.MAC{}, false
}

// ask asks for the address of e once more.
func (c *Cache) ask(now time.Duration, e *entry) {
	e.probes++
	e.at = now + probeInterval
	if e.addr.Is6() {
		c.solicit(e, e.src)
		return
	}
	to := wire.BroadcastMAC
	if e.state == probe { // RFC 1122 section 2.3.2.1 (2)
		to = e.mac
	}
	if len(c.asks) < asksMax {
		c.asks = append(c.asks, ask{dst: to, arp: wire.ARP{
			Op: wire.ARPRequest, SenderMAC: c.mac, SenderIP: e.src.As4(), TargetIP: e.addr.As4(),
		}})
	}
}

// MulticastMAC is the Ethernet group of an IP group (RFC 1112 section 6.4, RFC 2464
// section 7).
func MulticastMAC(a netip.Addr) wire.MAC {
	if a.Is6() {
		b := a.As16()
		return wire.MAC{0x33, 0x33, b[12], b[13], b[14], b[15]}
	}
	b := a.As4()
	return wire.MAC{0x01, 0x00, 0x5e, b[1] & 0x7f, b[2], b[3]}
}

// waits says whether something is to be done about e at a certain time.
func (e *entry) waits() bool { return e.state == incomplete || e.state == delay || e.state == probe }

// Deadline is when Expire is next due.
func (c *Cache) Deadline() (at time.Duration, ok bool) {
	for i := range c.entries {
		if e := &c.entries[i]; e.waits() && (!ok || e.at < at) {
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
		if !e.waits() || e.at > now {
			continue
		}
		if e.state == delay {
			e.state, e.probes = probe, 0
		}
		if e.probes < probesMax {
			c.ask(now, e)
			continue
		}
		e.state = failed
		e.release(lost)
	}
}

// AppendState appends to b what decides how the cache answers from now on.
func (c *Cache) AppendState(now time.Duration, b []byte) []byte {
	for i := range c.entries {
		e := &c.entries[i]
		b, _ = e.addr.AppendBinary(b)
		b = append(append(b, e.mac[:]...), byte(e.state), byte(e.probes))
		if e.waits() || e.state == reachable {
			b = binary.LittleEndian.AppendUint64(b, uint64(e.at-now))
		}
		e.held.Each(func(p []byte) { b = append(b, p...) })
	}
	return b
}
