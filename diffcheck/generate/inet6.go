package generate

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// sixth is the IPv6 address beside an IPv4 one. Those of which IPv6 has no like
// stand for link-local ones and groups on the link.
var sixth = map[netip.Addr]netip.Addr{
	script.Remote1: script.Remote61, script.Remote2: script.Remote62, script.Loopback: script.Loopback6, script.Own: script.Own6,
	script.Any: script.Any6, script.Broadcast: script.GroupLink, script.SubnetBroadcast: script.LinkLocalPeer,
	script.LoopbackBroadcast: script.LinkLocal, script.Multicast: script.GroupSite, script.NoRoute: script.NoRoute6,
	script.Unreachable: script.Unreachable6, script.Prohibit: script.Prohibit6, script.Blackhole: script.Blackhole6,
	script.Throw: script.Throw6, script.Gateway: script.Gateway6,
}

// odd6 are addresses that IPv4 has no like of.
var odd6 = [...]netip.Addr{script.Compatible, script.GroupGlobal, script.LinkLocalPeer, script.LinkLocal}

// near6 are addresses that every host has.
var near6 = [...]netip.Addr{script.Loopback6, script.Loopback6, script.Loopback6, script.Any6}

// inet6 is the address to name to the socket behind fd in place of an IPv4 one: of
// its own family, or v4-mapped.
func (w *world) inet6(fd int32, to netip.AddrPort) netip.AddrPort {
	s := w.at(fd)
	if s == nil || !s.six {
		return to
	}
	addr := to.Addr()
	switch n := w.below(100); {
	case n < 22:
		addr = script.Mapped(addr)
	case n < 27: // as it is
	case w.loopback:
		addr = near6[w.below(len(near6))]
	case n < 32:
		addr = odd6[w.below(len(odd6))]
	default:
		addr = sixth[addr]
		if !addr.IsValid() {
			addr = script.Remote61
		}
	}
	return from(addr, to.Port())
}

// attempts6 notes that a stream socket begins a connection to addr: after one over
// IPv4 what it sends over IPv6 goes astray.
func (s *socket) attempts6(addr netip.Addr) {
	s.mapped = s.mapped || s.six && s.stream && addr.Is4In6()
}

// scope6 gives an address that needs a scope id one, and now and then one that
// does not.
func (w *world) scope6(a *spec.Sockaddr) {
	scoped := a.Addr.IsLinkLocalUnicast() || a.Addr.IsLinkLocalMulticast()
	if !scoped && !w.percent(4) || scoped && w.percent(20) {
		return
	}
	a.Scope = script.ScopeWire
	switch w.below(12) {
	case 0:
		a.Scope = script.ScopeLoopback
	case 1:
		a.Scope = script.ScopeNowhere
	}
}

// only6 sets IPV6_V6ONLY or asks for it.
func (w *world) only6(fd int32) {
	c := spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolIPv6, Option: spec.IPv6V6only, Value: int32(w.below(2))}
	if w.percent(30) {
		c.Op, c.Value = spec.OpGetsockopt, 0
	}
	w.call(c)
}

// bindAddr6 is the address of a socket that the puppet is to know.
func (w *world) bindAddr6() netip.Addr {
	switch n := w.below(10); {
	case n < 5:
		return script.Any6
	case w.loopback:
		return script.Loopback6
	case n < 8:
		return script.Own6
	case n < 9:
		return script.AnyMapped
	}
	return script.Mapped(script.Own)
}

// ends6 are the addresses of a frame of the puppet's that belongs to no connection
// yet.
func (w *world) ends6() (src, dst netip.Addr) {
	switch n := w.below(10); {
	case !w.six || n < 4:
		return script.Remote1, script.Own
	case n < 5:
		return script.LinkLocalPeer, script.LinkLocal
	}
	return script.Remote61, script.Own6
}

// icmp6Kinds are the types and codes of ICMPv6 that the puppet sends, by weight.
var icmp6Kinds = icmpDeck(script.ProtoICMP6, func(add addICMP) {
	for code := range uint8(7) {
		add(3, 1, code)
	}
	add(4, 1, 4)
	add(1, 1, 7)
	add(1, 1, 255)
	add(2, 2, 0)
	add(2, 3, 0)
	add(2, 3, 1)
	for code := range uint8(4) {
		add(1, 4, code)
	}
})

// kind6 is a message of ICMPv6.
func (w *world) kind6() script.Frame {
	f := icmp6Kinds[w.below(len(icmp6Kinds))]
	if f.ICMPType == 2 {
		f.MTU = 1400
	}
	return f
}
