package model

import "github.com/connspec/connspec/spec"

// fastCall is a call that has to do with Fast Open.
func (w *walker) fastCall() Call {
	d := w.draw
	c := w.call()
	c.FD = FDFirst + int32(d.IntN(2))
	c.To = Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	if d.IntN(4) == 0 {
		c.To = w.sockaddr()
	}
	c.Len = pick(d, int32(5), 5, 0, 600)
	c.MsgFlags = pick(d, spec.MsgFastopen, spec.MsgFastopen, spec.MsgFastopen|spec.MsgDontwait, 0)
	switch c.Op = pick(d, spec.OpSetsockopt, spec.OpSetsockopt, spec.OpConnect, spec.OpConnect, spec.OpSend, spec.OpSendto, spec.OpSendto, spec.OpGetsockopt); c.Op {
	case spec.OpSetsockopt, spec.OpGetsockopt:
		c.Level, c.Option = spec.SolTCP, pick(d, spec.TCPFastopenConnect, spec.TCPFastopenConnect, spec.TCPFastopen, spec.TCPFastopenNoCookie)
		c.Value = pick(d, int32(1), 1, 1, 0, 2, -1)
	case spec.OpSendto:
		if d.IntN(6) == 0 {
			c.To.Len = pick(d, int32(1), 8)
		}
	}
	return c
}

// fastAnswer makes SYN|ACK one to a Fast Open.
func (w *walker) fastAnswer(f *Frame) {
	d := w.draw
	f.FastOpen = pick(d, FastOpenNone, FastOpenNone, FastOpenRequest, FastOpenCookie, FastOpenCookie, FastOpenCookie+1, FastOpenCookie|FastOpenExperimental)
	if d.IntN(2) == 0 {
		f.Ack = 1
	}
	if d.IntN(6) == 0 {
		f.Len = 3
	}
}

// fastOpening leads to a socket whose connect can leave the SYN to send.
func fastOpening() []Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	fast := call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolTCP, Option: spec.TCPFastopenConnect, Value: 1})
	return []Label{
		stream, call(Call{Op: spec.OpSendto, FD: 3, To: to, Len: 5, MsgFlags: spec.MsgFastopen | spec.MsgDontwait}),
		{Kind: LabelIn, Frame: Frame{
			Proto: ProtoTCP, Bits: SYN | ACK, Src: AddrRemote1, SPort: 1, Dst: AddrOwn, DPort: PortSeen, Ack: 1, MSS: 1460,
			FastOpen: FastOpenCookie,
		}},
		call(Call{Op: spec.OpClose, FD: 3}), stream, fast, call(Call{Op: spec.OpConnect, FD: 3, To: to}),
		call(Call{Op: spec.OpSend, FD: 3, Len: 5}),
		{Kind: LabelIn, Frame: Frame{
			Proto: ProtoICMP, Type: icmpUnreachable, Code: icmpNeedFrag,
			Quote: Quote{Proto: ProtoTCP, Src: AddrOwn, SPort: PortSeen + 1, Dst: AddrRemote1, DPort: 1},
		}},
	}
}

// fastEnds are the ways in which a send ends a deferral.
func fastEnds() (all [][]Label) {
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	short := to
	short.Len = 1
	send := Call{Op: spec.OpSend, FD: 3, Len: 5, MsgFlags: spec.MsgDontwait}
	sendto, empty, emptyTo, bad := send, send, send, send
	sendto.Op, sendto.To = spec.OpSendto, to
	empty.Len = 0
	emptyTo.Op, emptyTo.To, emptyTo.Len = spec.OpSendto, to, 0
	bad.Op, bad.To = spec.OpSendto, short
	off := Label{Kind: LabelEnv, Change: FastOpenOff}
	for _, c := range []Call{send, sendto, empty, emptyTo, bad} {
		end := Label{Kind: LabelCall, Call: c}
		all = append(all, append(fastOpening()[:7], end), append(fastOpening()[:7], off, end))
	}
	return all
}

// fastWaits lead to sends that wait for a Fast Open, and to what ends the wait.
func fastWaits() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	fast := call(Call{Op: spec.OpSendto, FD: 3, To: to, Len: 5, MsgFlags: spec.MsgFastopen})
	handler := func(d spec.Disposition) Label {
		return call(Call{Op: spec.OpSigaction, Signal: spec.SIGUSR1, Handler: d})
	}
	signal := Label{Kind: LabelSignal, Signal: spec.SIGUSR1}
	limit := call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoSndtimeo, Value: 200})
	started := call(Call{Op: spec.OpConnect, FD: 3, To: to})
	started.Thread = 1
	again := fastOpening()[:3]
	apart := call(Call{Op: spec.OpConnect, FD: 3, To: Sockaddr{Len: spec.SizeofSockaddrIn}})
	return [][]Label{
		{handler(spec.SigCatch), stream, fast, signal},
		{handler(spec.SigRestart), stream, fast, signal},
		{stream, limit, fast},
		append(again, apart, limit, fast),
		{stream, started, limit, call(Call{Op: spec.OpSend, FD: 3, Len: 5, MsgFlags: spec.MsgFastopen})},
	}
}
