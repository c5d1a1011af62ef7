package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// associate sets the peer of a datagram socket (__ip4_datagram_connect). A
// failure leaves what was there before.
func (l *Layer) associate(a *attempt) spec.Result {
	if e := l.resolve6(a); a.sock.six() && e != spec.ENONE {
		return spec.Fail(e)
	}
	s, dst := a.sock, a.dst
	path, why := l.way(s, dst.Addr())
	s.flow.aim(s.source, dst, &path)
	if e := l.p.Route[why]; e != spec.ENONE {
		return spec.Fail(e)
	}
	if path.Kind == ip.Broadcast && !s.broadcast && !l.p.BroadcastPeer {
		return spec.Fail(spec.EACCES)
	}
	dst = netip.AddrPortFrom(path.Dst, dst.Port())
	if l.p.SharedDgram != spec.ENONE && l.peerTaken(s, netip.AddrPortFrom(path.Src, s.port), dst) {
		return spec.Fail(l.p.SharedDgram)
	}
	if s.port == 0 && !l.autobind(a.sockNum, s) {
		return spec.Fail(l.p.PortsDgram)
	}
	l.discharge(s)
	s.peer, s.associated = dst, true
	s.flow.route(l.routes, &path)
	if s.source.IsUnspecified() {
		s.source = path.Src
	}
	switch {
	case l.p.Inet6.LastsFamily:
		s.via = familyOf(path.Src)
	case path.Src.Is4() && s.via == via{}:
		s.via = viaOf(path.Src)
	}
	if s.bound.IsUnspecified() {
		s.bound = path.Src
		l.udpPorts.Readdress(s.binding, s.bound)
	}
	if l.p.StaleError && s.err != spec.ENONE {
		return spec.Fail(s.takeError())
	}
	return spec.Result{}
}

// find is the way to dst, as the system looks for it.
func (l *Layer) find(dst, src netip.Addr) (ip.Path, ip.Reason) {
	switch {
	case dst == limitedBroadcast && l.p.DirectedLimited:
		dst = l.routes.Broadcast()
	case dst == limitedBroadcast && l.p.LimitedOnLink && src.IsUnspecified():
		src = l.routes.Primary()
	case dst.IsUnspecified() && l.p.AnyIsPrimary:
		dst = l.routes.Primary()
	}
	return l.routes.Find(dst, src)
}

// peerTaken says whether another datagram socket has exactly these names.
func (l *Layer) peerTaken(s *Socket, local, remote netip.AddrPort) bool {
	for h := l.udpPorts.First(local.Port()); h != 0; h = l.udpPorts.Next(h) {
		o := l.socks.at(int32(l.udpPorts.Get(h).Owner))
		if o != s && o.associated && o.local() == local && o.peer == remote {
			return true
		}
	}
	return false
}

// dissociate takes the peer of a datagram socket away. On Linux what bind
// chose stays and the rest goes (__udp_disconnect); on BSD the address goes
// and the port stays (in_pcbdisconnect, udp_disconnect).
func (l *Layer) dissociate(s *Socket) {
	old := s.peer.Addr()
	s.peer, s.associated, s.flow.routed = netip.AddrPort{}, false, false
	if l.p.Inet6.KeepsPeer && s.six() {
		s.peer = netip.AddrPortFrom(old, 0)
	}
	l.bindDevice(s, 0)
	if l.p.ZeroSource || !s.addrLocked {
		s.source, s.bound = s.wildcard(), s.wildcard()
		if s.binding != 0 {
			l.udpPorts.Readdress(s.binding, s.bound)
		}
		if !l.p.Inet6.LastsFamily {
			s.via = via{}
		}
	}
	if !l.p.ZeroSource && !s.portLocked {
		l.releasePort(s)
		s.shown = 0
	}
}

// autobind gives a datagram socket an ephemeral port, and says whether there
// was one (inet_autobind).
func (l *Layer) autobind(i int32, s *Socket) bool {
	port, ok := l.pickPort(s, s.bound)
	if ok {
		l.claim(i, s, s.like(s.bound, port))
	}
	return ok
}

// pickPort finds an ephemeral port at which the socket could be bound to a.
func (l *Layer) pickPort(s *Socket, a netip.Addr) (uint16, bool) {
	table := l.portsOf(s)
	dgram := s.typ == spec.SockDgram // inet_csk_find_open_port shares no port, udp_lib_get_port does
	return l.choose(s, l.portOffset(a, netip.AddrPortFrom(any4, 0)), func(p uint16) bool {
		b := s.like(a, p)
		b.Reuse, b.Share = b.Reuse && dgram, b.Share && dgram
		return !table.Conflict(b, 0)
	})
}
