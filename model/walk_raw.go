package model

import "github.com/connspec/connspec/spec"

// rawCall makes a raw socket, or one that is refused.
func (w *walker) rawCall() Call {
	d := w.draw
	c := Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockRaw, Nonblock: d.IntN(2) == 0}
	c.Protocol = pick(d, spec.ProtocolTest, spec.ProtocolTest, spec.ProtocolRaw, spec.ProtocolDefault, spec.ProtocolTCP)
	c.To.Port = 3
	if d.IntN(3) == 0 {
		c.Family = spec.AFInet6
	}
	if d.IntN(8) == 0 {
		c.Type, c.Protocol = spec.SockDgram, spec.ProtocolICMP
	}
	return c
}

// raw6Opening leads to raw sockets of AF_INET6, with a peer and without.
func raw6Opening() []Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	open := call(Call{Op: spec.OpSocket, Family: spec.AFInet6, Type: spec.SockRaw, Protocol: spec.ProtocolTest, To: Sockaddr{Port: 3}})
	at := func(a Addr) Sockaddr {
		return Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: a, Port: 1}
	}
	return []Label{
		open, call(Call{Op: spec.OpBind, FD: 3, To: at(AddrRemote61)}), call(Call{Op: spec.OpBind, FD: 3, To: at(AddrOwn)}),
		call(Call{Op: spec.OpBind, FD: 3, To: at(AddrOwn6)}), open, call(Call{Op: spec.OpConnect, FD: 4, To: at(AddrRemote61)}),
		call(Call{Op: spec.OpBind, FD: 4, To: at(AddrOwn6)}), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrRemote1)}),
	}
}

// rawOpening leads to raw sockets of both kinds, and to one whose peer it may
// not send to any more.
func rawOpening() []Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	many := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrSubnetBroadcast, Port: 1}
	broadcast := func(on int32) Label {
		return call(Call{Op: spec.OpSetsockopt, FD: 5, Level: spec.SolSocket, Option: spec.SoBroadcast, Value: on})
	}
	return []Label{
		call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockRaw, Protocol: spec.ProtocolTest, To: Sockaddr{Port: 3}}),
		call(Call{Op: spec.OpConnect, FD: 3, To: to}),
		call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockRaw, Protocol: spec.ProtocolRaw, To: Sockaddr{Port: 3}}),
		call(Call{Op: spec.OpConnect, FD: 4, To: to}),
		call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockRaw, Protocol: spec.ProtocolTest, To: Sockaddr{Port: 3}}),
		broadcast(1), call(Call{Op: spec.OpConnect, FD: 5, To: many}), broadcast(0), call(Call{Op: spec.OpSend, FD: 5, Len: 5}),
		call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: Sockaddr{Family: spec.AFInet, Len: 200}}),
		call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: Sockaddr{Pointer: spec.PointerUnreadable, Len: spec.SizeofSockaddrIn}}),
	}
}

// linuxCall is a call that has to do with Fast Open or raw sockets.
func (w *walker) linuxCall() Call {
	if w.draw.IntN(5) == 0 {
		return w.rawCall()
	}
	return w.fastCall()
}
