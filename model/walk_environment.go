package model

// change is a change of the environment: mostly of a route that matters to a
// socket of the world.
func (w *walker) change() Label {
	d := w.draw
	l := Label{Kind: LabelEnv, Change: Change(d.IntN(int(FastOpenOff))), Addr: AddrRemote1 + Addr(d.IntN(int(AddrUnknown-AddrRemote1)))}
	if l.Change == ChangeUnknown && d.IntN(20) != 0 {
		l.Change = RouteGone
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
