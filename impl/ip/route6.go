package ip

import (
	"net/netip"
	"slices"
)

// The interfaces of a host by their index, as scope ids name them (RFC 4007
// section 6): the loopback one and, unless a Config says otherwise, the NIC.
const (
	LoopbackIndex   = 1
	nicIndexDefault = 2
)

var loopback6 = netip.IPv6Loopback()

// NeedsScope says whether an address means a host only together with an
// interface (RFC 4007 section 6; __ipv6_addr_needs_scope_id of Linux).
func NeedsScope(a netip.Addr) bool {
	return a.Is6() && (a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsInterfaceLocalMulticast())
}

// SetNIC says which index the NIC has.
func (t *Table) SetNIC(index uint32) { t.nic = index }

// NIC is the index of the NIC.
func (t *Table) NIC() uint32 {
	if t.nic == 0 {
		return nicIndexDefault
	}
	return t.nic
}

// HasDevice says whether an interface has this index.
func (t *Table) HasDevice(dev uint32) bool { return dev == LoopbackIndex || dev == t.NIC() }

// Owns6 says whether a is an IPv6 address of this host, on interface dev if that
// is not 0. An interface that is down has none (addrconf_ifdown).
func (t *Table) Owns6(a netip.Addr, dev uint32) bool {
	if a == loopback6 {
		return dev == 0 || dev == LoopbackIndex
	}
	if t.down || NeedsScope(a) && dev != 0 && dev != t.NIC() {
		return false
	}
	for _, p := range t.addrs6 {
		if p.Addr() == a {
			return true
		}
	}
	return false
}

// Find6 chooses the way to an IPv6 destination, over interface dev alone if that
// is not 0. A zero or unspecified src lets the table choose the source address. A
// source of IPv4 leads nowhere.
func (t *Table) Find6(dst, src netip.Addr, dev uint32) (Path, Reason) {
	p, why := t.find6(dst, dev)
	if why != Reachable && why != Blackholed {
		return Path{}, why
	}
	switch {
	case src.Is4() && why == Reachable:
		return Path{}, OtherFamily
	case src.Is4():
		p.Src = t.Source6(dst)
	case src.IsValid() && !src.IsUnspecified():
		p.Src = src
	default:
		p.Src = t.Source6(dst)
	}
	return p, why
}

func (t *Table) find6(dst netip.Addr, dev uint32) (Path, Reason) {
	over := func(index uint32) bool { return dev == 0 || dev == index }
	switch {
	case dst == loopback6:
		if over(LoopbackIndex) {
			return Path{Dst: dst, Kind: Local, Loops: true}, Reachable
		}
		return Path{}, NoRoute
	case t.Owns6(dst, 0):
		if over(t.NIC()) {
			return Path{Dst: dst, Kind: Local, Loops: true}, Reachable
		}
		return Path{}, NoRoute
	case dst.IsMulticast():
		if over(t.NIC()) && !t.down {
			return Path{Dst: dst, NextHop: dst, Kind: Multicast}, Reachable
		}
		return Path{}, NoRoute
	}
	for i := range t.routes6 {
		r := &t.routes6[i]
		if !r.Prefix.Contains(dst) {
			continue
		}
		p := Path{Dst: dst, NextHop: dst}
		if r.Gateway.IsValid() {
			p.NextHop = r.Gateway
		}
		if r.Kind == Unicast || r.Kind == Multicast {
			if over(t.NIC()) && !t.down {
				return p, Reachable
			}
			continue
		}
		if why, ok := rejects[r.Kind]; ok && over(LoopbackIndex) { // routes that reject hang on lo
			p.Kind = r.Kind
			return p, why
		}
	}
	return Path{}, NoRoute
}

// rejects is what the kinds of routes that refuse packets say; looked up only.
var rejects = map[Kind]Reason{Unreachable: HostUnreachable, Prohibit: Prohibited, Blackhole: Blackholed, Throw: NoRoute}

// Accepts6 is Accepts for IPv6. Loopback addresses never come over a wire, nor do
// IPv4 ones in disguise (RFC 4291 section 2.5.3, ip6_rcv_core). Of the groups it
// takes those that every node belongs to (RFC 4291 section 2.8).
func (t *Table) Accepts6(src, dst netip.Addr) (Kind, bool) {
	if src.IsMulticast() || src == loopback6 || dst == loopback6 || src.Is4In6() || dst.Is4In6() || dst.IsUnspecified() {
		return 0, false
	}
	if dst.IsMulticast() {
		return Multicast, t.joined6(dst)
	}
	return Local, t.Owns6(dst, 0)
}

// joined6: all nodes, and the solicited-node group of each address.
func (t *Table) joined6(group netip.Addr) bool {
	if group == allNodes {
		return true
	}
	for _, p := range t.addrs6 {
		if SolicitedNode(p.Addr()) == group {
			return true
		}
	}
	return false
}

var allNodes = netip.IPv6LinkLocalAllNodes()

// AllNodes is the group of every node on the link.
func AllNodes() netip.Addr { return allNodes }

// SolicitedNode is the group that a neighbour's solicitation for a goes to (RFC
// 4291 section 2.7.1).
func SolicitedNode(a netip.Addr) netip.Addr {
	b := a.As16()
	g := [16]byte{0: 0xff, 1: 0x02, 11: 1, 12: 0xff}
	copy(g[13:], b[13:])
	return netip.AddrFrom16(g)
}

// reset6 takes the IPv6 addresses of the NIC, and no routes but to their nets.
func (t *Table) reset6(addrs []netip.Prefix) {
	t.addrs6, t.routes6 = t.addrs6[:0], t.routes6[:0]
	for _, a := range addrs {
		if !a.Addr().Is6() {
			continue
		}
		t.addrs6 = append(t.addrs6, a)
		if a.Bits() < 128 {
			t.insert(Route{Prefix: a.Masked()})
		}
	}
}

func (t *Table) clone6(c *Table) {
	c.addrs6, c.routes6, c.nic = slices.Clone(t.addrs6), slices.Clone(t.routes6), t.nic
}

func (t *Table) appendState6(b []byte) []byte {
	for _, a := range t.addrs6 {
		b, _ = a.AppendBinary(b)
	}
	for i := range t.routes6 {
		b, _ = t.routes6[i].Prefix.AppendBinary(b)
		b, _ = t.routes6[i].Gateway.AppendBinary(append(b, byte(t.routes6[i].Kind)))
	}
	return b
}
