package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// timeWaitOpenings lead to TIME-WAIT, and to what comes after it.
func timeWaitOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	bind := func(fd int32, a Addr, p Port) Label {
		return call(Call{Op: spec.OpBind, FD: fd, To: Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: a, Port: p}})
	}
	reuse := func(fd int32) Label {
		return call(Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolSocket, Option: spec.SoReuseaddr, Value: 1})
	}
	to := func(fd int32) Label {
		return call(Call{Op: spec.OpConnect, FD: fd, To: Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrLoopback, Port: 1}})
	}
	listen, accept := call(Call{Op: spec.OpListen, FD: 3, Value: 5}), call(Call{Op: spec.OpAccept, FD: 3, Nonblock: true})
	closes := func(fd int32) Label { return call(Call{Op: spec.OpClose, FD: fd}) }
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true})
	waiting := stream
	waiting.Call.Nonblock = false
	from := func(bits Bits, seq, ack uint16) Label {
		return Label{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: bits, Src: AddrRemote1, SPort: 2, Dst: AddrOwn, DPort: 1, Seq: seq, Ack: ack, MSS: 1460}}
	}
	near := []Label{stream, bind(3, AddrLoopback, 1), listen, stream, reuse(4), bind(4, AddrLoopback, 2), to(4), accept, closes(4), closes(5)}
	quick := call(Call{Op: spec.OpSetsockopt, FD: 4, Level: spec.SolTCP, Option: spec.TCPFastopenConnect, Value: 1})
	return [][]Label{
		slices.Concat(near, []Label{waiting, reuse(4), bind(4, AddrLoopback, 2), to(4)}),
		slices.Concat(near, []Label{stream, reuse(4), bind(4, AddrLoopback, 2), to(4)}),
		{stream, bind(3, AddrOwn, 1), listen, from(SYN, 0, 0), from(ACK, 1, 1), accept, closes(4), from(FIN|ACK, 1, 2), from(SYN, 100, 0)},
		slices.Concat(near, []Label{stream, quick, reuse(4), bind(4, AddrLoopback, 2), to(4)}),
	}
}
