package model

import "github.com/connspec/connspec/spec"

// change is a change of the environment: mostly of a route that matters to a
// socket of the world.
func (w *walker) change() Label {
	d := w.draw
	l := Label{Kind: LabelEnv, Change: Change(d.IntN(int(FastOpenOff))), Addr: AddrRemote1 + Addr(d.IntN(int(AddrUnknown-AddrRemote1)))}
	if d.IntN(40) == 0 {
		l.Change = NeighborGone
	}
	if l.Change == ChangeUnknown && d.IntN(20) != 0 {
		l.Change = RouteGone
	}
	if s := &w.world.Sockets[d.IntN(SocketsMax)]; s.Family == spec.AFInet6 && d.IntN(2) != 0 {
		w.change6(&l)
		return l
	}
	if s := &w.world.Sockets[d.IntN(SocketsMax)]; s.Remote >= AddrRemote1 {
		l.Addr = s.Remote
		if s.Kind == KindDgram && d.IntN(2) == 0 { // which meets the change when it next sends
			l.Change = pick(d, RouteGone, RouteUnreachable, FilterOut, FilterOut)
		}
	}
	if l.Change == PortsMany && d.IntN(3) != 0 {
		l.Change = PortsOne
	}
	if l.Change == FilterOut || l.Change == FilterIn {
		if l.Addr = pick(d, AddrAny, AddrOwn, AddrLoopback, AddrRemote1, l.Addr); l.Addr >= AddrUnknown {
			l.Addr = AddrAny
		}
		l.Filter = Filter{Addr: l.Addr, Proto: pick(d, ProtoNone, ProtoTCP, ProtoUDP), Does: pick(d, DoesDrop, DoesReset, DoesReject0, DoesReject0+3, DoesReject0+1)}
	}
	return l
}

// change6 makes l a change that IPv6 notices.
func (w *walker) change6(l *Label) {
	d := w.draw
	l.Addr = pick(d, AddrRemote61, AddrRemote61, AddrRemote62, AddrNoRoute6, AddrGateway6, AddrProhibit6)
	l.Change = pick(d, RouteGone, RouteUnicast, RouteUnreachable, RouteProhibit, RouteBlackhole, RoutePlanned, AddrGone6, AddrGone6, AddrBack6, FilterOut, FilterIn, FilterGone)
	if l.Change == FilterOut || l.Change == FilterIn {
		l.Addr = pick(d, AddrAny, AddrOwn6, AddrLoopback6, AddrRemote61)
		l.Filter = Filter{Six: true, Addr: l.Addr, Proto: pick(d, ProtoNone, ProtoTCP, ProtoUDP), Does: pick(d, DoesDrop, DoesReset, DoesReject0+1, DoesReject0+4)}
	}
}

// changedOpenings lead to what only a change of the environment brings about.
func changedOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	change := func(c Change, a Addr) Label { return Label{Kind: LabelEnv, Change: c, Addr: a} }
	open := func(f spec.Family, t spec.SockType) Label {
		return call(Call{Op: spec.OpSocket, Family: f, Type: t, Nonblock: true})
	}
	at := func(f spec.Family, a Addr, dev spec.Device) Sockaddr {
		if f == spec.AFInet6 {
			return Sockaddr{Family: f, Len: spec.SizeofSockaddrIn6, Addr: a, Port: 1, Scope: dev}
		}
		return Sockaddr{Family: f, Len: spec.SizeofSockaddrIn, Addr: a, Port: 1}
	}
	connect := func(f spec.Family, a Addr) Label {
		dev := spec.DeviceNone
		if a.scoped() {
			dev = spec.DeviceEth0
		}
		return call(Call{Op: spec.OpConnect, FD: 3, To: at(f, a, dev)})
	}
	send := call(Call{Op: spec.OpSend, FD: 3, Len: 5})
	sendto := call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: Sockaddr{Pointer: spec.PointerNull}})
	in := func(p Proto, bits Bits) Label {
		return Label{Kind: LabelIn, Frame: Frame{Proto: p, Bits: bits, Src: AddrRemote61, SPort: 2, Dst: AddrOwn6, DPort: 1, MSS: 1440}}
	}
	drop := Label{Kind: LabelEnv, Change: FilterOut, Addr: AddrRemote1, Filter: Filter{Addr: AddrRemote1, Does: DoesDrop}}
	return [][]Label{
		{change(RouteGone, AddrRemote62), open(spec.AFInet6, spec.SockDgram), connect(spec.AFInet6, AddrLinkPeer), send},
		{open(spec.AFInet6, spec.SockDgram), connect(spec.AFInet6, AddrLinkPeer), change(RouteGone, AddrRemote62), sendto},
		{change(AddrGone6, 0), in(ProtoTCP, SYN), in(ProtoUDP, 0)},
		{change(AddrGone6, 0), change(RouteGone, AddrRemote61), in(ProtoTCP, SYN)},
		{change(AddrGone6, 0), change(RouteGone, AddrRemote61), in(ProtoUDP, 0)},
		{open(spec.AFInet, spec.SockStream), change(NeighborGone, 0), connect(spec.AFInet, AddrRemote1)},
		{open(spec.AFInet6, spec.SockStream), change(NeighborGone6, 0), connect(spec.AFInet6, AddrRemote61)},
		{open(spec.AFInet, spec.SockDgram), connect(spec.AFInet, AddrRemote1), drop, send, sendto},
		{open(spec.AFInet, spec.SockDgram), connect(spec.AFInet, AddrRemote1), change(RouteGone, AddrRemote1), send, sendto},
	}
}
