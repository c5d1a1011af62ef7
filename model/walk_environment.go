package model

import "github.com/connspec/connspec/spec"

// change is a change of the environment: mostly of a route that matters to a
// socket of the world.
func (w *walker) change() Label {
	d := w.draw
	l := Label{Kind: LabelEnv, Change: Change(d.IntN(int(FastOpenOff))), Addr: AddrRemote1 + Addr(d.IntN(int(AddrUnknown-AddrRemote1)))}
	if l.Change == ChangeUnknown && d.IntN(20) != 0 {
		l.Change = RouteGone
	}
	if s := &w.world.Sockets[d.IntN(SocketsMax)]; s.Family == spec.AFInet6 && d.IntN(3) != 0 {
		w.change6(&l)
		return l
	}
	if s := &w.world.Sockets[d.IntN(SocketsMax)]; s.Remote >= AddrRemote1 {
		l.Addr = s.Remote
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
