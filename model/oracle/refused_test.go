package oracle

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// refused is a non-blocking connect that is refused, looked at with SO_ERROR
// and tried again: ten events.
func refused() []model.Label {
	to := model.Sockaddr{Family: spec.AFInet, Addr: model.AddrRemote1, Port: 1, Len: spec.SizeofSockaddrIn}
	syn := model.Frame{Proto: model.ProtoTCP, Bits: model.SYN, Src: model.AddrOwn, SPort: model.PortSeen, Dst: model.AddrRemote1, DPort: 1}
	rst := model.Frame{Proto: model.ProtoTCP, Bits: model.RST | model.ACK, Src: model.AddrRemote1, SPort: 1, Dst: model.AddrOwn, DPort: model.PortSeen, Ack: 1}
	call := func(c model.Call) model.Label { return model.Label{Kind: model.LabelCall, Call: c} }
	ret := func(v int32, e spec.Errno) model.Label {
		return model.Label{Kind: model.LabelReturn, Ret: model.Return{Ret: v, Errno: e}}
	}
	settle := model.Label{Kind: model.LabelSettle}
	connect := call(model.Call{Op: spec.OpConnect, FD: 3, To: to})
	poll := call(model.Call{Op: spec.OpPoll, Polls: 1, Poll: [model.PollMax]model.PollFD{{FD: 3, Events: spec.PollPri}}})
	return []model.Label{
		call(model.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true}), ret(3, 0), settle,
		connect, {Kind: model.LabelOut, Frame: syn}, ret(-1, spec.EINPROGRESS), settle,
		poll, ret(0, 0), settle,
		connect, ret(-1, spec.EALREADY), settle,
		call(model.Call{Op: spec.OpGetpeername, FD: 3}), ret(-1, spec.ENOTCONN), settle,
		poll, ret(0, 0), settle,
		call(model.Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoError}), ret(0, 0), settle,
		connect, ret(-1, spec.EALREADY), settle,
		{Kind: model.LabelIn, Frame: rst}, settle,
		call(model.Call{Op: spec.OpClose, FD: 3}), ret(0, 0), settle,
	}
}
