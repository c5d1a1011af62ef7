package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// bind names a socket (__inet_bind).
func (l *Layer) bind(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e == spec.ENONE {
		e = l.importAddress(argumentOf(c))
	}
	if e == spec.ENONE {
		e = l.lengthError(c.AddrLen)
	}
	if e == spec.ENONE {
		e = l.bindTo(i, c.Addr.Family, inetName(&c.Addr))
	}
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	return spec.Result{}
}

func (l *Layer) bindTo(i int32, family spec.Family, name netip.AddrPort) spec.Errno {
	s, a := l.socks.at(i), name.Addr()
	named := l.state(s) != tcp.StateClosed || s.associated || s.port != 0 || s.dead
	if named && l.p.BindBound {
		return spec.EINVAL
	}
	if family != spec.AFInet && !(l.p.BindUnspec && family == spec.AFUnspec && a.IsUnspecified()) {
		return spec.EAFNOSUPPORT
	}
	group := a.IsMulticast() || l.routes.IsBroadcast(a)
	if !a.IsUnspecified() && !group && !l.routes.Owns(a) {
		return spec.EADDRNOTAVAIL
	}
	if named {
		return spec.EINVAL
	}
	port := name.Port()
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
	if group {
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
