package ip

import "net/netip"

// FindOver is Find for a packet that is to leave by interface dev alone; 0 is any.
// A destination to which no route leads over it is taken to be on its link
// (ip_route_output_key_hash_rcu of Linux), so that routes which refuse packets do
// not count, nor the addresses of other interfaces.
func (t *Table) FindOver(dst, src netip.Addr, dev uint32) (Path, Reason) {
	fixed := src.IsValid() && !src.IsUnspecified()
	switch {
	case dev == 0:
		return t.Find(dst, src)
	case fixed && (src.IsMulticast() || src == limitedBroadcast): // before the interface is looked for
		return Path{}, GroupSource
	case !t.HasDevice(dev):
		return Path{}, NoDevice
	case dev == t.NIC() && t.down:
		return Path{}, NoRoute
	case fixed && !t.Owns(src):
		return Path{}, ForeignSource
	case !dst.IsValid() || dst.IsUnspecified():
		if !fixed {
			src = t.sourceOn(dev)
		}
		return t.Find(src, src)
	}
	p, why := t.find(dst, src, fixed)
	if why != Reachable || t.leavesBy(dst) != dev {
		p = Path{Dst: dst, NextHop: dst, Src: t.Primary(), Kind: Unicast, Loops: dev == LoopbackIndex}
		switch {
		case dst.IsMulticast():
			p.Kind = Multicast
		case dst == limitedBroadcast:
			p.Kind = Broadcast
		}
	}
	if fixed {
		p.Src = src
	}
	if p.Src.IsLoopback() && !p.Loops {
		return p, MartianSource
	}
	return p, Reachable
}

// leavesBy is the interface of the routes to dst.
func (t *Table) leavesBy(dst netip.Addr) uint32 {
	if loopbackNet.Contains(dst) {
		return LoopbackIndex
	}
	return t.NIC()
}

// sourceOn is the first address of an interface.
func (t *Table) sourceOn(dev uint32) netip.Addr {
	if dev == LoopbackIndex {
		return loopback
	}
	return t.Primary()
}

// OffRoute says whether dst is reached over an interface only because a socket is
// bound to it.
func (t *Table) OffRoute(dst netip.Addr) bool {
	p, why := t.findRoute(dst)
	return why != Reachable || p.Kind != Unicast
}
