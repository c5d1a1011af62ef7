package puppet

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Naming joins the canonical addresses and ports of a script with the real
// ones of a lab, for one run of one script. Its zero value, after Reset with
// the canonical addresses themselves, changes nothing but the ports that the
// host chose: those become P1, P2 … in order of first sight.
type Naming struct {
	// FreshPort gives a port of the host that nothing uses, for a port between
	// 1024 and script.PortFirst that a script names. nil: the port itself.
	FreshPort func() uint16
	// FreshChoice gives one that a host chooses from by default, for a port that a
	// script leaves it to choose. nil: the port itself.
	FreshChoice func() uint16

	remote1, remote2 netip.Addr // real
	six1, six2       netip.Addr // likewise; the zero Addr stands for the canonical one
	ports            []portPair
	choices          []portPair // of the ports that the host is to choose
	chosen           uint16     // the last canonical port given to one the host chose
	names            []namePair
	chosenNames      int
}

type portPair struct{ canon, real uint16 }

// Reset forgets all ports and sets the real addresses of the two far hosts.
func (n *Naming) Reset(remote1, remote2 netip.Addr) {
	n.remote1, n.remote2 = remote1, remote2
	n.six1, n.six2 = script.Remote61, script.Remote62
	n.ports, n.choices = n.ports[:0], n.choices[:0]
	n.chosen = script.PortFirst - 1
	n.names, n.chosenNames = n.names[:0], 0
}

// Reset6 sets the real IPv6 addresses of the two far hosts; Reset comes first.
func (n *Naming) Reset6(remote1, remote2 netip.Addr) { n.six1, n.six2 = remote1, remote2 }

// RealAddr gives the lab's address for a canonical one.
func (n *Naming) RealAddr(a netip.Addr) netip.Addr {
	switch a {
	case script.Remote1:
		return n.remote1
	case script.Remote2:
		return n.remote2
	case script.Remote61:
		return n.six1
	case script.Remote62:
		return n.six2
	}
	if a.Is4In6() {
		return script.Mapped(n.RealAddr(a.Unmap()))
	}
	return a
}

// CanonAddr is the inverse of RealAddr.
func (n *Naming) CanonAddr(a netip.Addr) netip.Addr {
	switch a {
	case n.remote1:
		return script.Remote1
	case n.remote2:
		return script.Remote2
	case n.six1:
		return script.Remote61
	case n.six2:
		return script.Remote62
	}
	if a.Is4In6() {
		return script.Mapped(n.CanonAddr(a.Unmap()))
	}
	return a
}

// hosts reports whether ports at a are ports of the host under test. At a broadcast
// address they are, since the host hears what it says there.
func hosts(a netip.Addr) bool {
	switch a = a.Unmap(); {
	case !a.IsValid(), a.IsLoopback(), a.IsUnspecified():
		return true
	case a.Is6():
		return a == script.Own6 || a == script.LinkLocal
	}
	return a == script.Own || a == script.Broadcast || a == script.SubnetBroadcast
}

// RealPort gives the lab's number for a port of the host. Ports below 1024 are
// themselves, since whether they may be bound depends on their number.
func (n *Naming) RealPort(canon uint16) uint16 {
	if canon == 0 {
		return 0
	}
	for _, p := range n.ports {
		if p.canon == canon {
			return p.real
		}
	}
	real := canon
	if n.FreshPort != nil && canon >= 1024 && canon < script.PortFirst {
		real = n.FreshPort()
	}
	n.ports = append(n.ports, portPair{canon, real})
	return real
}

// NewChoice gives the lab's number for a port that a script leaves to the host to
// choose; a name it had before is forgotten. Unlike that of RealPort it shows in a
// trace as a port that the host chose.
func (n *Naming) NewChoice(canon uint16) uint16 {
	real := canon
	if n.FreshChoice != nil && script.Choosable(canon) {
		real = n.FreshChoice()
	}
	for i := range n.choices {
		if n.choices[i].canon == canon {
			n.choices[i].real = real
			return real
		}
	}
	n.choices = append(n.choices, portPair{canon, real})
	return real
}

// RealChoice gives the number that NewChoice gave, or a new one.
func (n *Naming) RealChoice(canon uint16) uint16 {
	for _, p := range n.choices {
		if p.canon == canon {
			return p.real
		}
	}
	return n.NewChoice(canon)
}

// CanonChoice is the inverse of RealChoice.
func (n *Naming) CanonChoice(real uint16) uint16 {
	for _, p := range n.choices {
		if p.real == real {
			return p.canon
		}
	}
	return real
}

// CanonPort gives the canonical name of a port of the host. One that no script
// named was chosen by the system and gets the next P.
func (n *Naming) CanonPort(real uint16) uint16 {
	if real < 1024 { // none that a system chooses
		return real
	}
	for _, p := range n.ports {
		if p.real == real {
			return p.canon
		}
	}
	for {
		n.chosen++
		if !n.named(n.chosen) {
			break
		}
	}
	n.ports = append(n.ports, portPair{n.chosen, real})
	return n.chosen
}

// named reports whether the canonical port has a real one already.
func (n *Naming) named(canon uint16) bool {
	for _, p := range n.ports {
		if p.canon == canon {
			return true
		}
	}
	return false
}

// RealFar and CanonFar translate an endpoint beyond the wire. One at an address
// that is always the host's, 127.255.255.255 say, has a port of the host's.
func (n *Naming) RealFar(ap netip.AddrPort) netip.AddrPort {
	if hosts(ap.Addr()) {
		return n.RealHost(ap)
	}
	return netip.AddrPortFrom(n.RealAddr(ap.Addr()), ap.Port())
}

func (n *Naming) CanonFar(ap netip.AddrPort) netip.AddrPort {
	if hosts(ap.Addr()) {
		return n.CanonHost(ap)
	}
	return netip.AddrPortFrom(n.CanonAddr(ap.Addr()), ap.Port())
}

// RealHost and CanonHost translate an endpoint of the host under test.
func (n *Naming) RealHost(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(n.RealAddr(ap.Addr()), n.RealPort(ap.Port()))
}

func (n *Naming) CanonHost(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(n.CanonAddr(ap.Addr()), n.CanonPort(ap.Port()))
}

// RealSockaddr translates the address argument of a call. What bind names is
// the host's own, whatever it looks like; elsewhere the address decides. An
// AF_UNSPEC address that holds one is translated too: some calls take it for
// AF_INET.
func (n *Naming) RealSockaddr(op spec.Op, s spec.Sockaddr) spec.Sockaddr {
	if s.Family == spec.AFUnix {
		s.Path = n.RealName(s.Path)
		return s
	}
	if s.Family != spec.AFInet && s.Family != spec.AFInet6 && !(s.Family == spec.AFUnspec && s.Addr.Is4()) {
		return s
	}
	if op == spec.OpBind || hosts(s.Addr) {
		s.Port = n.RealPort(s.Port)
	}
	s.Addr = n.RealAddr(s.Addr)
	return s
}

// CanonSockaddr translates the address that a call reports. What getsockname
// reports is the host's own.
func (n *Naming) CanonSockaddr(op spec.Op, s spec.Sockaddr) spec.Sockaddr {
	if s.Family == spec.AFUnix {
		s.Path = n.CanonName(s.Path)
		return s
	}
	if s.Family != spec.AFInet && s.Family != spec.AFInet6 {
		return s
	}
	if op == spec.OpGetsockname || hosts(s.Addr) {
		s.Port = n.CanonPort(s.Port)
	}
	s.Addr = n.CanonAddr(s.Addr)
	return s
}
