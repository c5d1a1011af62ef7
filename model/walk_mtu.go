package model

import "github.com/connspec/connspec/spec"

// mtuOpenings lead to what is known of the MTU of a path.
func mtuOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	dgram := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram})
	connect := call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}})
	mtu := call(Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPMtu})
	get := call(Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPMtuDiscover})
	discover := func(v int32) Label {
		return call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPMtuDiscover, Value: v})
	}
	narrow := Label{Kind: LabelIn, Frame: Frame{Proto: ProtoICMP, Type: icmpUnreachable, Code: icmpNeedFrag, Src: AddrRemote1, Dst: AddrOwn, MSS: 1400,
		Quote: Quote{Proto: ProtoUDP, Src: AddrOwn, SPort: PortSeen, Dst: AddrRemote1, DPort: 1}}}
	send := call(Call{Op: spec.OpSend, FD: 3, Len: 5})
	long := call(Call{Op: spec.OpSend, FD: 3, Len: 1473})
	longer := call(Call{Op: spec.OpSendto, FD: 3, Len: 1473, To: Sockaddr{Pointer: spec.PointerNull}})
	return [][]Label{
		{dgram, mtu, connect, mtu, send, narrow, mtu},
		{dgram, discover(0), connect, send, narrow, get},
		{dgram, discover(2), connect, long, longer, get},
		{dgram, discover(9), call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPMtu, Value: 1})},
	}
}
