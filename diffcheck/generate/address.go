package generate

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// weighted is an address and how often it is drawn.
type weighted struct {
	weight int
	addr   netip.Addr
}

// remotes are where to connect or send to, over the wire.
var remotes = []weighted{
	{48, script.Remote1}, {6, script.Remote2}, {5, script.Loopback}, {4, script.Own}, {4, script.Any},
	{4, script.Broadcast}, {2, script.SubnetBroadcast}, {2, script.LoopbackBroadcast}, {4, script.Multicast},
	{3, script.NoRoute}, {3, script.Unreachable}, {3, script.Prohibit}, {3, script.Blackhole}, {2, script.Throw},
	{1, script.Gateway},
}

// loopbacks are the same without a wire.
var loopbacks = []weighted{{80, script.Loopback}, {10, script.Any}, {6, script.LoopbackBroadcast}, {4, netip.MustParseAddr("127.0.0.2")}}

// locals are what to bind to; the last one is no address of the host.
var locals = []weighted{{40, script.Any}, {40, script.Own}, {12, script.Loopback}, {4, script.Remote1}, {2, script.Multicast}, {2, script.SubnetBroadcast}}

var loopbackLocals = []weighted{{55, script.Loopback}, {40, script.Any}, {5, netip.MustParseAddr("127.0.0.2")}}

func (w *world) pick(from []weighted) netip.Addr {
	total := 0
	for i := range from {
		total += from[i].weight
	}
	n := w.below(total)
	for i := range from {
		if n -= from[i].weight; n < 0 {
			return from[i].addr
		}
	}
	panic("BUG: a draw beyond the sum of the weights")
}

// remote is an address and port to connect or send to.
func (w *world) remote() netip.AddrPort {
	addr := w.pick(remotes)
	switch {
	case w.loopback:
		addr = w.pick(loopbacks)
	case w.slow && w.percent(80): // one that only the puppet could answer
		addr = script.Remote1
	}
	switch n := w.below(20); {
	case n == 0:
		return from(addr, 0)
	case n < 3:
		return from(addr, script.RemotePort2)
	}
	return from(addr, script.RemotePort)
}

// local is an address and port to bind to.
func (w *world) local() netip.AddrPort {
	addr := w.pick(locals)
	if w.loopback {
		addr = w.pick(loopbackLocals)
	}
	switch n := w.below(10); {
	case n < 3:
		return from(addr, 0)
	case n < 5:
		return from(addr, script.LocalPort2)
	}
	return from(addr, script.LocalPort)
}

// oddLengths are the lengths of an address that a system might tell apart.
var oddLengths = [...]int32{0, 1, 2, 8, 15, 17, 28, 128, 129, 256, -1}

// oddFamilies are not a socket's own.
var oddFamilies = [...]spec.Sockaddr{
	{Family: spec.AFUnix},
	{Family: spec.AFInet6, Addr: netip.IPv6Loopback(), Port: script.RemotePort},
	{Family: spec.AFUnknown},
	{Family: spec.AFUnspec, Addr: script.Loopback, Port: script.LocalPort},
}

// named is the address, length and pointer of bind, connect or sendto. Mostly
// they are right; plain says that they are taken for right.
func (w *world) named(c *spec.Call, to netip.AddrPort) (plain bool) {
	c.Addr = spec.SockaddrInet(to)
	c.AddrLen = spec.SizeofSockaddrIn
	if to.Addr().Is6() {
		c.AddrLen = spec.SizeofSockaddrIn6
		w.scope6(&c.Addr)
	}
	switch n := w.below(100); {
	case n < 5:
		least := c.AddrLen
		c.AddrLen = oddLengths[w.below(len(oddLengths))]
		if w.six && w.percent(50) {
			c.AddrLen = [...]int32{23, 24, 27, 16}[w.below(4)]
		}
		return c.AddrLen >= least && c.AddrLen <= 128
	case n < 8:
		c.Addr = oddFamilies[w.below(len(oddFamilies))]
		if w.percent(20) {
			c.AddrLen = oddLengths[w.below(len(oddLengths))]
		}
	case n < 11:
		c.Addr = spec.Sockaddr{}
		c.Pointer = spec.PointerNull
		if n == 10 {
			c.Pointer = spec.PointerUnreadable
		}
		if w.percent(20) {
			c.AddrLen = oddLengths[w.below(len(oddLengths))]
		}
	default:
		return true
	}
	return false
}

// onHost reports whether an address is of this host, and whether it is one that
// a puppet answers for. Neither is so for those that no packet gets to.
func onHost(a netip.Addr) (host, puppet bool) {
	a = a.Unmap()
	switch {
	case a == script.Loopback6, a == script.Any6, a == script.Own6, a == script.LinkLocal:
		return true, false
	case a == script.Remote61, a == script.Remote62, a == script.Gateway6, a == script.LinkLocalPeer:
		return false, true
	case a.IsLoopback() && a != script.LoopbackBroadcast, a == script.Any, a == script.Own:
		return true, false
	case a == script.Remote1, a == script.Remote2, a == script.Gateway:
		return false, true
	}
	return false, false
}
