// Package ip is the internet layer: which way a packet goes and from which
// source address, what kind of destination an address is, fragments on the way
// in and out, and the packets that wait to be sent. It knows nothing of
// sockets, and hands reasons, not errnos, to those who ask for a route.
package ip

import (
	"net/netip"
	"slices"
)

// Kind says what a route does with the packets that match it, by iproute2's
// names.
type Kind uint8

const (
	Unicast     Kind = iota // to a host on the link or through a gateway
	Local                   // to this host itself
	Broadcast               // to every host of a link
	Multicast               // to a group, over the link
	Unreachable             // refused: host unreachable
	Prohibit                // refused: forbidden by the administrator
	Blackhole               // dropped in silence
	Throw                   // as if this table had no route
)

// Route is one entry of the routing table. A zero Gateway means that the
// destination is on the link.
type Route struct {
	Prefix  netip.Prefix
	Kind    Kind
	Gateway netip.Addr
}

// Reason says why there is no way to a destination.
type Reason uint8

const (
	Reachable       Reason = iota
	NoRoute                // nothing matches, or a throw route does
	HostUnreachable        // an unreachable route
	Prohibited             // a prohibit route
	Blackholed             // a blackhole route
	MartianSource          // a loopback source address on the way out of the host
	ForeignSource          // the source address is none of this host's
	GroupSource            // the source address is a group or the limited broadcast address
	OtherFamily            // the source address is of the other family
	NoDevice               // there is no such interface
	ReasonCount
)

// Path is the way of a packet: from where, to where and over which neighbour.
type Path struct {
	Src, Dst netip.Addr
	NextHop  netip.Addr // neighbour on the link; meaningless if Kind is Local
	Kind     Kind       // Unicast, Local, Broadcast or Multicast
	// Loops says that the packet never touches the NIC.
	Loops bool
}

var (
	loopbackNet       = netip.MustParsePrefix("127.0.0.0/8")
	loopback          = netip.MustParseAddr("127.0.0.1")
	loopbackBroadcast = netip.MustParseAddr("127.255.255.255")
	limitedBroadcast  = netip.MustParseAddr("255.255.255.255")
)

// Table holds the addresses and routes of a host with one NIC and a loopback
// interface. The zero Table has only the loopback interface.
type Table struct {
	addrs  []netip.Prefix
	routes []Route // longest prefix first, on-link prefixes of addrs included
	down   bool    // the NIC is
	nic    uint32  // its index; see NIC
	epoch  uint32  // counts changes

	addrs6  []netip.Prefix // as addrs, for IPv6
	routes6 []Route
}

// Reset makes t the table of a host with these addresses and routes.
func (t *Table) Reset(addrs []netip.Prefix, routes []Route) {
	t.addrs, t.routes = t.addrs[:0], t.routes[:0]
	t.down = false
	t.epoch++
	t.reset6(addrs)
	for _, a := range addrs {
		if a.Addr().Is6() {
			continue
		}
		t.addrs = append(t.addrs, a)
		if a.Bits() < a.Addr().BitLen() {
			t.insert(Route{Prefix: a.Masked()})
		}
	}
	for _, r := range routes {
		t.Add(r)
	}
}

// Clone is an independent copy of t.
func (t *Table) Clone() Table {
	c := Table{addrs: slices.Clone(t.addrs), routes: slices.Clone(t.routes), down: t.down, epoch: t.epoch}
	t.clone6(&c)
	return c
}

// Add inserts a route, in the place of one for the same prefix and kind.
func (t *Table) Add(r Route) {
	r.Prefix = r.Prefix.Masked()
	t.Remove(r.Prefix, r.Kind)
	t.insert(r)
}

// Epoch changes whenever the table does: a path found in another epoch may no
// longer be the way.
func (t *Table) Epoch() uint32 { return t.epoch }

// of is the routes of an address family.
func (t *Table) of(p netip.Prefix) *[]Route {
	if p.Addr().Is6() {
		return &t.routes6
	}
	return &t.routes
}

func (t *Table) insert(r Route) {
	t.epoch++
	routes, i := t.of(r.Prefix), 0
	for i < len(*routes) && (*routes)[i].Prefix.Bits() > r.Prefix.Bits() {
		i++
	}
	*routes = slices.Insert(*routes, i, r)
}

// Remove deletes the route of this prefix and kind and says whether it was there.
func (t *Table) Remove(p netip.Prefix, k Kind) bool {
	p = p.Masked()
	routes := t.of(p)
	for i := range *routes {
		if (*routes)[i].Prefix == p && (*routes)[i].Kind == k {
			*routes = slices.Delete(*routes, i, i+1)
			t.epoch++
			return true
		}
	}
	return false
}

// SetLink takes the NIC up or down. While it is down, every route over it is
// gone; refusing routes and the loopback interface stay.
func (t *Table) SetLink(up bool) {
	t.down = !up
	t.epoch++
}

// LinkUp says whether the NIC is up.
func (t *Table) LinkUp() bool { return !t.down }

// Owns says whether a is an address of this host, as bind(2) asks.
func (t *Table) Owns(a netip.Addr) bool {
	if loopbackNet.Contains(a) {
		return a != loopbackBroadcast
	}
	for _, p := range t.addrs {
		if p.Addr() == a {
			return true
		}
	}
	return false
}

// IsBroadcast says whether a is the limited broadcast address, a broadcast
// address of a prefix of this host or of the loopback network.
func (t *Table) IsBroadcast(a netip.Addr) bool {
	if a == limitedBroadcast || a == loopbackBroadcast {
		return true
	}
	if t.down {
		return false
	}
	for _, p := range t.addrs {
		if p.Bits() < 31 && p.Contains(a) && isLast(p, a) {
			return true
		}
	}
	return false
}

// isLast says whether a has only one bits behind prefix p.
func isLast(p netip.Prefix, a netip.Addr) bool {
	b := a.As4()
	for i := p.Bits(); i < 32; i++ {
		if b[i/8]>>(7-i%8)&1 == 0 {
			return false
		}
	}
	return true
}

// Primary is the first address of the NIC, or else of the loopback interface.
func (t *Table) Primary() netip.Addr {
	if len(t.addrs) > 0 {
		return t.addrs[0].Addr()
	}
	return loopback
}

// Broadcast is the broadcast address of the NIC's first prefix, or the limited
// one.
func (t *Table) Broadcast() netip.Addr {
	if len(t.addrs) == 0 || t.addrs[0].Bits() > 30 {
		return limitedBroadcast
	}
	b := t.addrs[0].Addr().As4()
	for i := t.addrs[0].Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}

// Find chooses the way to dst. Where a packet would leave and get lost, for a
// Blackhole route or a loopback source, there is a path besides the reason. A zero or unspecified src lets the table choose
// the source address; an unspecified dst stands for this host itself, by the
// source address if there is one (as ip_route_output_key does).
func (t *Table) Find(dst, src netip.Addr) (Path, Reason) {
	fixed := src.IsValid() && !src.IsUnspecified()
	switch {
	case dst.Is6():
		return t.Find6(dst, src, 0)
	case !fixed || t.Owns(src):
	case src.IsMulticast() || src == limitedBroadcast: // ip_route_output_key_hash_rcu
		return Path{}, GroupSource
	default:
		return Path{}, ForeignSource
	}
	if !dst.IsValid() || dst.IsUnspecified() {
		dst = loopback
		if fixed {
			dst = src
		}
	}
	p, why := t.find(dst, src, fixed)
	if why != Reachable && why != Blackholed {
		return Path{}, why
	}
	if fixed {
		p.Src = src
	}
	if p.Src.IsLoopback() && !p.Loops {
		return p, MartianSource
	}
	return p, why
}

func (t *Table) find(dst, src netip.Addr, fixed bool) (Path, Reason) {
	switch {
	case loopbackNet.Contains(dst):
		kind := Local
		if dst == loopbackBroadcast {
			kind = Broadcast
		}
		return Path{Src: loopback, Dst: dst, Kind: kind, Loops: true}, Reachable
	case t.Owns(dst):
		return Path{Src: dst, Dst: dst, Kind: Local, Loops: true}, Reachable
	case fixed && dst == limitedBroadcast:
		// With a source address the interface is known without a route.
		return Path{Src: src, Dst: dst, NextHop: dst, Kind: Broadcast, Loops: src.IsLoopback()}, Reachable
	case fixed && dst.IsMulticast():
		return Path{Src: src, Dst: dst, NextHop: dst, Kind: Multicast, Loops: src.IsLoopback()}, Reachable
	case t.IsBroadcast(dst) && dst != limitedBroadcast:
		return Path{Src: t.sourceFor(dst), Dst: dst, NextHop: dst, Kind: Broadcast}, Reachable
	}
	return t.findRoute(dst)
}

// findRoute looks dst up in the routes proper, longest prefix first.
func (t *Table) findRoute(dst netip.Addr) (Path, Reason) {
	for i := range t.routes {
		r := &t.routes[i]
		if !r.Prefix.Contains(dst) || t.down && r.Kind == Unicast {
			continue
		}
		switch r.Kind {
		case Unreachable:
			return Path{}, HostUnreachable
		case Prohibit:
			return Path{}, Prohibited
		case Blackhole:
			p, _ := t.along(r, dst)
			p.Kind = Blackhole
			return p, Blackholed
		case Throw:
			return Path{}, NoRoute
		}
		return t.along(r, dst)
	}
	return Path{}, NoRoute
}

// along is the path to dst by route r.
func (t *Table) along(r *Route, dst netip.Addr) (Path, Reason) {
	p := Path{Dst: dst, NextHop: dst, Kind: Unicast}
	if r.Gateway.IsValid() {
		p.NextHop = r.Gateway
	}
	switch {
	case dst.IsMulticast():
		p.Kind, p.NextHop = Multicast, dst
	case dst == limitedBroadcast:
		p.Kind, p.NextHop = Broadcast, dst
	}
	p.Src = t.sourceFor(p.NextHop)
	return p, Reachable
}

// sourceFor is the first address whose prefix holds the next hop, or else the
// first address of the NIC (RFC 1122 section 3.3.4.3).
func (t *Table) sourceFor(hop netip.Addr) netip.Addr {
	for _, p := range t.addrs {
		if p.Contains(hop) {
			return p.Addr()
		}
	}
	if len(t.addrs) > 0 {
		return t.addrs[0].Addr()
	}
	return netip.IPv4Unspecified()
}

// Accepts says whether a packet that arrived over the NIC is for this host,
// and as what: Local, Broadcast or Multicast. A packet from an address that
// cannot be a sender's is for nobody (RFC 1122 section 3.2.1.3); that of a
// directed broadcast passes, as nothing says to every host that it is one
// (ip_route_input_slow).
func (t *Table) Accepts(src, dst netip.Addr) (Kind, bool) {
	if src.IsLoopback() || src.IsMulticast() || src == limitedBroadcast || t.Owns(src) || dst.IsLoopback() {
		return 0, false
	}
	switch {
	case t.Owns(dst):
		return Local, true
	case t.IsBroadcast(dst):
		return Broadcast, true
	case dst.IsMulticast():
		return Multicast, true
	}
	return 0, false
}

// AppendState appends to b what decides how the table answers.
func (t *Table) AppendState(b []byte) []byte {
	for _, a := range t.addrs {
		b, _ = a.AppendBinary(b)
	}
	for i := range t.routes {
		b, _ = t.routes[i].Prefix.AppendBinary(b)
		b, _ = t.routes[i].Gateway.AppendBinary(append(b, byte(t.routes[i].Kind)))
	}
	b = t.appendState6(b)
	if t.down {
		b = append(b, 1)
	}
	return b
}
