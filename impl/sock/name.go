package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// bind names a socket (__inet_bind; in_pcbbind).
func (l *Layer) bind(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e == spec.ENONE && c.Pointer == spec.PointerNull {
		e = l.p.BindNull
	}
	if e == spec.ENONE {
		e = l.importAddress(argumentOf(c))
	}
	if e == spec.ENONE {
		e = l.bindAddress(i, c)
	}
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	return spec.Result{}
}

// bindAddress checks the address that bind copied in, and takes it.
func (l *Layer) bindAddress(i int32, c *spec.Call) spec.Errno {
	s, name := l.socks.at(i), inetName(&c.Addr)
	a := name.Addr()
	foreign := c.Addr.Family != spec.AFInet
	switch c.Addr.Family {
	case spec.AFUnspec:
		foreign = !l.p.UnspecTranslated && !(l.p.BindUnspec && a.IsUnspecified())
	case spec.AFInet6:
		foreign = !l.p.ForeignFirst || s.typ == spec.SockStream // udp_bind lets it pass
	}
	forbidden := a.IsMulticast() && s.typ == spec.SockStream && l.p.BindGroup != spec.ENONE
	named := l.state(s) != tcp.StateClosed || s.associated || s.port != 0 || s.dead
	if l.p.ForeignFirst {
		switch {
		case s.dead && !l.inTimeWait(s):
			return spec.EINVAL
		case foreign:
			return spec.EAFNOSUPPORT
		case forbidden:
			return l.p.BindGroup
		}
	}
	if e := l.lengthError(c.AddrLen); e != spec.ENONE {
		return e
	}
	switch {
	case l.p.BindBound && named:
		return spec.EINVAL
	case foreign:
		return spec.EAFNOSUPPORT
	case forbidden:
		return l.p.BindGroup
	case !a.IsUnspecified() && !l.group(a) && !l.routes.Owns(a):
		return spec.EADDRNOTAVAIL
	case named:
		return spec.EINVAL
	}
	return l.bindTo(i, s, name)
}

// group says whether a is a multicast or broadcast address, which bind takes
// to receive at but not to send from.
func (l *Layer) group(a netip.Addr) bool { return a.IsMulticast() || l.routes.IsBroadcast(a) }

// bindTo takes the name, with an ephemeral port if it has none.
func (l *Layer) bindTo(i int32, s *Socket, name netip.AddrPort) spec.Errno {
	a, port := name.Addr(), name.Port()
	b := ports.Binding{Addr: a, Port: port, Reuse: s.reuse}
	if port == 0 {
		var ok bool
		if b.Port, ok = l.pickPort(s, a); !ok {
			s.bound, s.source = any4, any4
			return l.p.PortsBind
		}
	} else if l.portsOf(s).Conflict(b, 0) {
		s.bound, s.source = any4, any4
		return spec.EADDRINUSE
	}
	s.bound, s.source = a, a
	if l.group(a) {
		s.source = any4
	}
	s.addrLocked = s.addrLocked || !a.IsUnspecified() // sk_userlocks is never taken back
	s.portLocked = port != 0
	l.claim(i, s, b)
	s.peer = netip.AddrPort{}
	return spec.ENONE
}

func (l *Layer) getsockname(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	return nameCall(c, l.socks.at(i).local())
}

// getpeername tells the peer of a socket that has one. A peer with port 0
// counts as none (inet_getname).
func (l *Layer) getpeername(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s := l.socks.at(i)
	connected := s.associated
	if s.typ == spec.SockStream {
		st := l.state(s)
		connected = st.Synchronized() || st == tcp.StateSynReceived && l.p.PeerEarly
		if l.p.PeerlessInvalid && s.shut == shutBoth {
			return spec.Fail(spec.EINVAL)
		}
	}
	if !connected || s.peer.Port() == 0 {
		return spec.Fail(spec.ENOTCONN)
	}
	return nameCall(c, s.peer)
}

// inTimeWait says whether the socket's connection is in TIME-WAIT: its PCB is not
// yet dead (XNU add_to_time_wait).
func (l *Layer) inTimeWait(s *Socket) bool {
	return s.conn != 0 && l.conns.at(s.conn).tcp.State() == tcp.StateTimeWait
}
