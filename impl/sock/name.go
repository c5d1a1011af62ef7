package sock

import (
	"net/netip"

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
	s := l.socks.at(i)
	if s.six() && l.p.Inet6.ScopeBinds {
		return l.bindScoped(i, s, c)
	}
	name := s.endpoint(&c.Addr)
	a := name.Addr()
	foreign := c.Addr.Family != s.family
	switch {
	case s.six():
	case c.Addr.Family == spec.AFUnspec:
		foreign = !l.p.UnspecTranslated && !(l.p.BindUnspec && a.IsUnspecified())
	case c.Addr.Family == spec.AFInet6:
		foreign = !l.p.ForeignFirst || s.typ == spec.SockStream // udp_bind lets it pass
	}
	forbidden := a.IsMulticast() && s.typ == spec.SockStream && l.p.BindGroup != spec.ENONE
	named := l.state(s) != tcp.StateClosed || s.associated || s.port != 0 || s.dead
	if l.p.ForeignFirst {
		switch {
		case s.dead && !l.inTimeWait(s):
			return spec.EINVAL
		case foreign && !(s.six() && c.Addr.Family == spec.AFUnspec):
			return spec.EAFNOSUPPORT
		case forbidden && a.Is4():
			return l.p.BindGroup
		}
	}
	if e := l.lengthOf(s, s.family, c.AddrLen); e != spec.ENONE {
		return e
	}
	switch {
	case l.p.BindBound && named:
		return spec.EINVAL
	case foreign:
		return spec.EAFNOSUPPORT
	case forbidden:
		return l.p.BindGroup
	case !a.IsUnspecified() && !l.group(a) && !l.owns(a):
		return spec.EADDRNOTAVAIL
	case named:
		return spec.EINVAL
	}
	return l.bindTo(i, s, name)
}

// group says whether a is a multicast or broadcast address, which bind takes
// to receive at but not to send from.
func (l *Layer) group(a netip.Addr) bool {
	return a.IsMulticast() || a.Is4() && l.routes.IsBroadcast(a)
}

// bindTo takes the name, with an ephemeral port if it has none.
func (l *Layer) bindTo(i int32, s *Socket, name netip.AddrPort) spec.Errno {
	a, port := name.Addr(), name.Port()
	b := s.like(a, port)
	late := port == 0 && s.latePort // connect will choose it (__inet_bind)
	switch {
	case late:
	case port == 0:
		var ok bool
		if b.Port, ok = l.pickPort(s, a); !ok {
			s.bound, s.source = s.wildcard(), s.wildcard()
			return l.p.PortsBind
		}
	case l.portsOf(s).Conflict(b, 0):
		s.bound, s.source = s.wildcard(), s.wildcard()
		return spec.EADDRINUSE
	}
	s.bound, s.source = a, a
	if l.group(a) && !(s.six() && a.Is4()) { // a v4-mapped group stays
		s.source = s.wildcard()
	}
	s.addrLocked = s.addrLocked || a != s.wildcard() // sk_userlocks is never taken back
	s.portLocked = port != 0
	if late {
		s.shown = 0
	} else {
		l.claim(i, s, b)
	}
	if l.p.Inet6.KeepsPeer && s.six() && s.typ == spec.SockDgram { // __inet6_bind leaves sk_v6_daddr
		s.peer = netip.AddrPortFrom(s.peer.Addr(), 0)
	} else {
		s.peer = netip.AddrPort{}
	}
	return spec.ENONE
}

func (l *Layer) getsockname(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s := l.socks.at(i)
	return nameCall(c, s, s.local(), l.scopeOf(s))
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
	return nameCall(c, s, s.peer, l.scopeOf(s))
}

// inTimeWait says whether the socket's connection is in TIME-WAIT: its PCB is not
// yet dead (XNU add_to_time_wait).
func (l *Layer) inTimeWait(s *Socket) bool {
	return s.conn != 0 && l.conns.at(s.conn).tcp.State() == tcp.StateTimeWait
}
