package model

import "github.com/connspec/connspec/spec"

// otherOpenings lead to threads that Landlock holds, to descriptors that are
// no sockets or none of the model's, to sockets that ask for credentials
// or have a source route, and to surroundings that wandering seldom gets to.
func otherOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true})
	hold := func(a spec.LandlockAccess) []Label {
		return []Label{call(Call{Op: spec.OpLandlockCreate, Value: int32(a)}), call(Call{Op: spec.OpLandlockRestrict, FD: 3})}
	}
	netlink := call(Call{Op: spec.OpSocket, Family: spec.AFNetlink, Type: spec.SockRaw})
	mptcp := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Protocol: spec.ProtocolMPTCP})
	to := func(f spec.Family, n int32) Label {
		return call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: f, Len: n}})
	}
	far6 := Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: AddrRemote61, Port: 1}
	abstract := func(n Name) Sockaddr {
		return Sockaddr{Family: spec.AFUnix, Len: 4, Unix: UnixAddr{Kind: UnixAbstract, Name: NameFirst + n}}
	}
	unix := func(t spec.SockType) Label {
		return call(Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: t, Nonblock: true})
	}
	option := func(o spec.SockOption, l spec.SockLevel, fd int32) []Label {
		return []Label{
			call(Call{Op: spec.OpSetsockopt, FD: fd, Level: l, Option: o, Value: 1}),
			call(Call{Op: spec.OpGetsockopt, FD: fd, Level: l, Option: o}),
		}
	}
	scoped := []Label{call(Call{Op: spec.OpLandlockCreate, Value: int32(spec.LandlockScopeAbstract)}), unix(spec.SockStream),
		call(Call{Op: spec.OpBind, FD: 4, To: abstract(1)}), call(Call{Op: spec.OpListen, FD: 4, Value: 5}), unix(spec.SockDgram),
		call(Call{Op: spec.OpBind, FD: 5, To: abstract(2)}),
		call(Call{Op: spec.OpLandlockRestrict, FD: 3}), call(Call{Op: spec.OpLandlockRestrict, FD: 3}),
	}
	asks := []Label{unix(spec.SockStream), unix(spec.SockDgram), stream}
	for fd := int32(3); fd < 6; fd++ {
		asks = append(append(asks, option(spec.SoPasscred, spec.SolSocket, fd)...), option(spec.SoPasspidfd, spec.SolSocket, fd)...)
	}
	kept := append(scoped[:7:7], unix(spec.SockStream), call(Call{Op: spec.OpConnect, FD: 6, To: abstract(1)}),
		unix(spec.SockDgram), call(Call{Op: spec.OpSendto, FD: 7, Len: 5, To: abstract(2)}))
	return [][]Label{
		append(hold(spec.LandlockConnectTCP|spec.LandlockBindTCP), stream, call(Call{Op: spec.OpConnect, FD: 4, To: Sockaddr{Family: spec.AFInet, Len: 8}}),
			call(Call{Op: spec.OpBind, FD: 4, To: Sockaddr{Family: spec.AFInet, Len: 8}}), call(Call{Op: spec.OpBind, FD: 4, To: Sockaddr{Len: 16}})),
		scoped, kept, asks,
		{stream, option(spec.IPOptions, spec.SolIP, 3)[0], call(Call{Op: spec.OpListen, FD: 3, Value: 1})},
		{netlink, to(spec.AFNetlink, 12), to(spec.AFUnspec, 12), to(spec.AFNetlink, 11), to(spec.AFNetlink, 1)},
		{call(Call{Op: spec.OpSocket, Family: spec.AFPacket, Type: spec.SockRaw}), to(spec.AFInet, 16)},
		{stream, option(spec.IPOptions, spec.SolIP, 3)[0], to(spec.AFInet, 16)},
		{call(Call{Op: spec.OpOpen, Value: spec.OPath}), stream},
		{stream, call(Call{Op: spec.OpShutdown, FD: 3, How: spec.ShutRdwr + 1})},
		{stream, call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoBindtodevice, Value: int32(spec.DeviceEth0)}),
			{Kind: LabelEnv, Change: LinkDown}, to(spec.AFInet, 16)},
		{{Kind: LabelEnv, Change: RouteProhibit, Addr: AddrRemote61}, {Kind: LabelEnv, Change: AddrGone6},
			{Kind: LabelIn, Frame: Frame{Proto: ProtoUDP, Src: AddrRemote61, SPort: 1, Dst: AddrOwn6, DPort: 1, Len: 5}}},
		{{Kind: LabelEnv, Change: PingOn}, call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, Protocol: spec.ProtocolICMP}),
			to(spec.AFUnspec, 16), to(spec.AFInet, 1), to(spec.AFInet, 8), to(spec.AFUnknown, 16),
			call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: spec.AFInet, Len: 16, Addr: AddrRemote1, Port: 1}}), to(spec.AFInet, 16)},
		{{Kind: LabelEnv, Change: LinkDown}, {Kind: LabelEnv, Change: LoopbackDown},
			call(Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: spec.SockDgram}), call(Call{Op: spec.OpConnect, FD: 3, To: far6}),
			call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: far6})},
		{mptcp, to(spec.AFUnspec, 16), to(spec.AFUnspec, 1)},
	}
}

// otherCall is a call about what [otherOpenings] are for.
func (w *walker) otherCall() Call {
	d := w.draw
	fd := FDFirst + int32(d.IntN(4))
	switch d.IntN(6) {
	case 0:
		c := Call{Op: spec.OpSocket, Type: spec.SockRaw}
		c.Family = pick(d, spec.AFNetlink, spec.AFPacket, spec.AFInet)
		if c.Family == spec.AFInet {
			c.Type, c.Protocol = spec.SockStream, spec.ProtocolMPTCP
		} else if d.IntN(4) == 0 {
			c.Protocol = spec.ProtocolUDP
		}
		return c
	case 1:
		return Call{Op: pick(d, spec.OpEventfd, spec.OpPipe)}
	case 2:
		return Call{Op: spec.OpOpen, Value: spec.OPath}
	case 3:
		return Call{Op: pick(d, spec.OpLandlockCreate, spec.OpLandlockRestrict), FD: fd, Value: int32(1 + d.IntN(spec.LandlockAll))}
	case 4:
		return Call{Op: spec.OpFcntl, FD: fd, Cmd: pick(d, spec.FGetfl, spec.FSetfl), Value: spec.ORdwr}
	}
	c := Call{Op: pick(d, spec.OpConnect, spec.OpConnect, spec.OpConnect, spec.OpBind), FD: fd, To: w.sockaddr()}
	switch d.IntN(4) {
	case 0:
		c.To = Sockaddr{Family: pick(d, spec.AFNetlink, spec.AFUnspec, spec.AFInet), Len: pick(d, int32(12), 16, 11, 1)}
	case 1:
		c.To = Sockaddr{Family: spec.AFInet6, Len: pick(d, int32(28), 23), Addr: AddrRemote61, Port: 1}
	}
	return c
}
