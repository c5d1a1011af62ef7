package model

import "github.com/connspec/connspec/spec"

// connectxCall is a call that only macOS has.
func (w *walker) connectxCall() Call {
	d := w.draw
	c := w.call()
	c.Op = pick(d, spec.OpConnectx, spec.OpConnectx, spec.OpDisconnectx)
	c.MsgFlags, c.Len = 0, 0
	x := &c.X
	x.Association = pick(d, spec.AssociationAny, spec.AssociationAny, spec.AssociationAll, 7)
	if c.Op == spec.OpDisconnectx {
		return c
	}
	x.From.Pointer = spec.PointerNull
	if d.IntN(4) == 0 {
		x.From = w.sockaddr()
	}
	x.Endpoints = pick(d, 0, 0, 0, 0, 0, 0, spec.PointerNull, spec.PointerUnreadable)
	x.Interface = pick(d, 0, 0, 0, 0, spec.DeviceAbsent, spec.DeviceEth0)
	x.Flags = spec.ConnectFlags(d.IntN(4))
	x.Vector = pick(d, spec.PointerNull, spec.PointerNull, 0, spec.PointerUnreadable)
	if x.Vector != spec.PointerNull {
		x.Vectors, x.NoLength = pick(d, int32(1), 1, 1, 0, 2), d.IntN(6) == 0
		c.Len = pick(d, int32(5), 5, 0)
	}
	return c
}

// connectxOpening leads to a write that waits for the SYN it has sent, and one
// that is answered.
func connectxOpening() []Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	none := Sockaddr{Pointer: spec.PointerNull}
	resume := Connectx{From: none, Vector: spec.PointerNull, Flags: spec.ConnectResumeOnReadWrite}
	return []Label{
		call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}),
		call(Call{Op: spec.OpConnectx, FD: 3, To: to, X: resume}), call(Call{Op: spec.OpSend, FD: 3, Len: 5}),
		{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: SYN | ACK, Src: AddrRemote1, SPort: 1, Dst: AddrOwn, DPort: PortSeen, Ack: 1, MSS: 1460}},
	}
}
