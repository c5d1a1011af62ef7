package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stimuli of TCP Fast Open, and of connectx.

// starts are sends that may begin a connection, where none has data under way.
func starts() []stimulus {
	to := at(model.AddrRemote1, 1)
	bad := to
	bad.Len = 1
	null := model.Sockaddr{Pointer: spec.PointerNull}
	var all []stimulus
	for _, n := range []int32{0, 1, 600} {
		for _, flags := range []spec.MsgFlags{0, spec.MsgFastopen, spec.MsgFastopen | spec.MsgDontwait} {
			all = append(all, odd(model.Call{Op: spec.OpSend, Len: n, MsgFlags: flags}), odd(model.Call{Op: spec.OpSendto, Len: n, MsgFlags: flags, To: to}))
		}
	}
	for _, a := range []model.Sockaddr{bad, null, at(model.AddrNoRoute, 1), at(model.AddrAny, 0)} {
		all = append(all, odd(model.Call{Op: spec.OpSendto, Len: 1, MsgFlags: spec.MsgFastopen, To: a}), odd(model.Call{Op: spec.OpSendto, Len: 1, To: a}))
	}
	return where(empty, all)
}

// empty: a stream socket without data on its way, one way or the other.
func empty(_ *Scope, _ *model.World, s *model.Socket) bool {
	return s.Kind == model.KindStream && s.Unsent == 0 && s.Unread == 0 && (s.TCP < model.Established || s.SndUna == s.SndNxt)
}

// fastAnswers are the ways to answer a SYN with a Fast Open option.
func fastAnswers() []stimulus {
	var all []stimulus
	asked := func(sc *Scope, w *model.World, s *model.Socket) bool {
		return opening(sc, w, s) && has(s, model.FastOption)
	}
	for _, o := range []model.FastOpen{model.FastOpenNone, model.FastOpenRequest, model.FastOpenCookie, model.FastOpenCookie | model.FastOpenExperimental} {
		for _, whole := range []bool{true, false} {
			all = append(all, segment("SYN|ACK", asked, func(_ *model.Socket, f *model.Frame) {
				f.Bits, f.Seq, f.FastOpen = model.SYN|model.ACK, 0, o
				if !whole { // the SYN, and not its data
					f.Ack = 1
				}
			}))
		}
	}
	return append(all, segment("SYN|ACK with data", asked, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq, f.Len = model.SYN|model.ACK, 0, 1 }))
}

// switchesFast are the changes of net.ipv4.tcp_fastopen.
func switchesFast() []stimulus {
	on := func(w *model.World) bool { return w.Env.Lacks&model.NoFastOpen == 0 }
	return []stimulus{
		change(model.Label{Change: model.FastOpenOff}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { return slots(w) > 0 && on(w) }),
		change(model.Label{Change: model.FastOpenOn}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { return !on(w) }),
	}
}

// connectxs are the calls of connectx by their arguments, and of disconnectx.
func connectxs() []stimulus {
	call := func(to model.Sockaddr, n int32, x model.Connectx) stimulus {
		return odd(model.Call{Op: spec.OpConnectx, To: to, Len: n, X: x})
	}
	to, none := at(model.AddrRemote1, 1), model.Sockaddr{Pointer: spec.PointerNull}
	plain := model.Connectx{From: none, Vector: spec.PointerNull}
	data := plain
	data.Vector, data.Vectors = spec.PointerValid, 1
	var all []stimulus
	for _, flags := range []spec.ConnectFlags{0, spec.ConnectResumeOnReadWrite, spec.ConnectDataIdempotent, spec.ConnectResumeOnReadWrite | spec.ConnectDataIdempotent} {
		p, d := plain, data
		p.Flags, d.Flags = flags, flags
		all = append(all, call(to, 0, p), call(to, 1, d))
	}
	change := func(from model.Connectx, how func(*model.Connectx)) stimulus {
		how(&from)
		return call(to, 1, from)
	}
	own := at(model.AddrOwn, 1)
	for _, from := range []model.Sockaddr{own, at(model.AddrRemote2, 1), {Family: spec.AFInet, Len: 256}, {Family: spec.AFInet, Len: 1}, {Family: spec.AFInet, Len: 16, Pointer: spec.PointerUnreadable}} {
		all = append(all, change(plain, func(x *model.Connectx) { x.From = from }))
	}
	for _, how := range []func(*model.Connectx){
		func(x *model.Connectx) { x.Endpoints = spec.PointerNull }, func(x *model.Connectx) { x.Endpoints = spec.PointerUnreadable },
		func(x *model.Connectx) { x.Interface = spec.DeviceAbsent }, func(x *model.Connectx) { x.Interface = spec.DeviceEth0 },
		func(x *model.Connectx) { x.Vectors = 0 }, func(x *model.Connectx) { x.Vectors = 2 }, func(x *model.Connectx) { x.NoLength = true },
		func(x *model.Connectx) { x.Vector = spec.PointerUnreadable },
		func(x *model.Connectx) { x.Association = 7 }, func(x *model.Connectx) { x.Association = spec.AssociationAll },
	} {
		all = append(all, change(data, how))
	}
	for _, a := range []model.Sockaddr{none, unspec, at(model.AddrNoRoute, 1), at(model.AddrAny, 0), {Family: spec.AFInet, Len: 256}, {Family: spec.AFInet, Len: 1},
		{Family: spec.AFInet, Len: 16, Pointer: spec.PointerUnreadable}, {Family: spec.AFUnknown, Len: 16}} {
		all = append(all, call(a, 0, plain))
	}
	for _, a := range []spec.Association{spec.AssociationAny, spec.AssociationAll, 7} {
		all = append(all, odd(model.Call{Op: spec.OpDisconnectx, X: model.Connectx{Association: a}}))
	}
	return all
}
