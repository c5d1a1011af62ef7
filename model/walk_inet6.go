package model

import "github.com/connspec/connspec/spec"

// sixth is the IPv6 class beside an IPv4 one.
var sixth = map[Addr]Addr{
	AddrOwn: AddrOwn6, AddrLoopback: AddrLoopback6, AddrRemote1: AddrRemote61, AddrRemote2: AddrRemote62,
	AddrGateway: AddrGateway6, AddrMulticast: AddrGroupSite, AddrNoRoute: AddrNoRoute6, AddrUnreachable: AddrUnreachable6,
	AddrProhibit: AddrProhibit6, AddrBlackhole: AddrBlackhole6, AddrThrow: AddrThrow6, AddrLoopback2: AddrLink,
	AddrBroadcast: AddrGroupLink, AddrSubnetBroadcast: AddrLinkPeer, AddrLoopbackBroadcast: AddrCompatible,
}

// inet6 makes a call on an AF_INET6 socket one of that family.
func (w *walker) inet6(c *Call) {
	d := w.draw
	if (c.Op == spec.OpSetsockopt || c.Op == spec.OpGetsockopt) && d.IntN(8) == 0 {
		c.Level, c.Option = spec.SolIPv6, spec.IPv6V6only
	}
	s := w.world.socket(c.FD)
	if s == nil || s.Family != spec.AFInet6 {
		return
	}
	a := &c.To
	if a.Family == spec.AFInet && d.IntN(8) != 0 {
		a.Family = spec.AFInet6
	}
	if a.Len == spec.SizeofSockaddrIn && d.IntN(8) != 0 {
		a.Len = pick(d, int32(spec.SizeofSockaddrIn6), spec.SizeofSockaddrIn6, spec.SizeofSockaddrIn6, spec.SizeofSockaddrIn6Short)
	}
	if a.Family != spec.AFInet6 || d.IntN(4) == 0 {
		return
	}
	if six, ok := sixth[a.Addr]; ok {
		a.Addr = six
	}
	if d.IntN(6) == 0 {
		a.Addr = pick(d, AddrLinkPeer, AddrLink, AddrGroupLink)
	}
	if d.IntN(3) == 0 || a.Addr.scoped() && d.IntN(3) != 0 {
		a.Scope = pick(d, spec.DeviceEth0, spec.DeviceEth0, spec.DeviceEth0, spec.DeviceLo, spec.DeviceAbsent)
	}
}

// frame6 makes a frame one for an IPv6 name of the socket, if it has one.
func (w *walker) frame6(s *Socket, f *Frame) {
	d := w.draw
	switch {
	case s.Family != spec.AFInet6 || s.Local.Four() || s.Local == AddrLoopback6:
		return
	case f.Proto == ProtoICMP && f.Quote.Dst.Six():
		f.Proto, f.Type, f.Code = ProtoICMP6, pick(d, uint8(1), 1, 1, 2, 3, 4), uint8(d.IntN(9))
		return
	case f.Proto == ProtoICMP, s.Local == AddrAny && d.IntN(4) == 0:
		return
	case s.Remote.Six() && !s.Remote.Local() && s.Local.Six() && d.IntN(10) != 0:
		f.Src, f.SPort, f.Dst, f.DPort = s.Remote, s.RPort, s.Local, s.LPort
		return
	}
	f.Src, f.Dst = pick(d, AddrRemote61, AddrRemote61, AddrRemote62), AddrOwn6
	if s.Local == AddrLink || d.IntN(8) == 0 {
		f.Src, f.Dst = AddrLinkPeer, AddrLink
	}
	if s.has(HasPort) {
		f.DPort = s.LPort
	}
}

// openings6 lead to sockets of both families.
func openings6() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	at := func(a Addr, p Port) Sockaddr {
		return Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: a, Port: p}
	}
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: spec.SockStream, Nonblock: true})
	dgram := call(Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: spec.SockDgram})
	connect := func(a Addr) Label { return call(Call{Op: spec.OpConnect, FD: 3, To: at(a, 1)}) }
	bind := func(a Addr) Label { return call(Call{Op: spec.OpBind, FD: 3, To: at(a, 1)}) }
	waiting := call(Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: spec.SockStream})
	refusal := Label{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: RST | ACK, Src: AddrRemote1, SPort: 1, Dst: AddrOwn, DPort: PortSeen, Ack: 1}}
	astray := call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: AddrLinkPeer, Port: 1, Scope: spec.DeviceLo}})
	send := call(Call{Op: spec.OpSend, FD: 3, Len: 5})
	sendto := call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: Sockaddr{Pointer: spec.PointerNull}})
	return [][]Label{
		{dgram, connect(AddrRemote61), astray, send, sendto}, {dgram, connect(AddrRemote1), astray, send, sendto},
		{dgram, call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrRemote1, PortZero)}), send, sendto},
		{waiting, connect(AddrRemote1), refusal, connect(AddrRemote61)},
		{stream, connect(AddrRemote61)}, {stream, connect(AddrRemote1)}, {stream, bind(AddrAny), call(Call{Op: spec.OpListen, FD: 3, Value: 5})},
		{
			dgram, connect(AddrRemote1), {Kind: LabelEnv, Change: RouteGone, Addr: AddrRemote1},
			call(Call{Op: spec.OpSend, FD: 3, Len: 1}), call(Call{Op: spec.OpSendto, FD: 3, Len: 1, To: Sockaddr{Pointer: spec.PointerNull}}),
		},
		{dgram, bind(AddrMulticast)}, {dgram, connect(AddrOwn6), call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: AddrLinkPeer, Port: 1, Scope: spec.DeviceLo}})},
		{stream, call(Call{Op: spec.OpBind, FD: 3, To: at(AddrOwn6, PortZero)}), connect(AddrRemote61),
			call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Len: spec.SizeofSockaddrIn6}}), call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolIPv6, Option: spec.IPv6V6only}), connect(AddrLoopback)},
		{stream, bind(AddrLoopback6)}, {stream, bind(AddrAnyMapped)}, {dgram, connect(AddrRemote61)}, {dgram, connect(AddrRemote1)},
		{dgram, bind(AddrAny), call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: AddrLinkPeer, Port: 1, Scope: spec.DeviceEth0}})},
	}
}
