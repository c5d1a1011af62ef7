package model

import "github.com/connspec/connspec/spec"

// What the walker draws of signals, waits and the options of time.

// waiting makes c, now and then, a call of this kind.
func (w *walker) waiting(c *Call) {
	d := w.draw
	c.Epoll, c.Flags = spec.EpollCmd(1+d.IntN(3)), pick(d, 0, spec.EpollET, spec.EpollOneshot)
	switch c.Op {
	case spec.OpSigaction, spec.OpSelect, spec.OpEpollCreate, spec.OpEpollCtl, spec.OpEpollWait:
		if d.IntN(6) != 0 { // there is less to find in them
			c.Op = spec.OpBind
			return
		}
		c.Value = pick(d, int32(0), -1, 500)
		c.Signal = spec.SIGUSR1
		c.Handler = pick(d, spec.SigIgnore, spec.SigCatch, spec.SigRestart)
	case spec.OpPoll:
		c.Value = pick(d, int32(0), 0, -1, 500)
	case spec.OpGetsockopt, spec.OpSetsockopt:
		if d.IntN(4) == 0 {
			w.option(c)
		}
	}
}

func (w *walker) option(c *Call) {
	d := w.draw
	c.Level = spec.SolSocket
	c.Value = int32(d.IntN(2))
	switch d.IntN(9) {
	case 0, 1:
		c.Option, c.Value = pick(d, spec.SoSndtimeo, spec.SoRcvtimeo), pick(d, int32(200), 0, 7)
	case 2:
		c.Option, c.Value = spec.SoLinger, pick(d, int32(-1), 0, 1, 300)
	case 3:
		c.Option, c.Value = spec.SoBindtodevice, int32(d.IntN(int(spec.DeviceCount)))
	case 4:
		c.Option = pick(d, spec.SoReuseport, spec.SoKeepalive)
	case 5:
		c.Level, c.Option = spec.SolIP, spec.IPBindAddressNoPort
	case 6:
		c.Level, c.Option, c.Value = spec.SolTCP, spec.TCPSyncnt, pick(d, int32(0), 1, 2)
	case 7:
		c.Level, c.Option, c.Value = spec.SolTCP, spec.TCPUserTimeout, pick(d, int32(0), 1000, 1500, 33)
	}
}

// signal is a signal for a thread that waits, if there is one.
func (w *walker) signal() (l Label, ok bool) {
	if w.draw.IntN(25) != 0 {
		return l, false
	}
	for n := range w.world.Threads {
		i := (n + w.draw.IntN(ThreadsMax)) % ThreadsMax
		if w.world.Threads[i].Wait == Blocked || i == 0 && w.draw.IntN(20) == 0 {
			return Label{Kind: LabelSignal, Thread: uint8(i), Signal: spec.SIGUSR1}, true
		}
	}
	return l, false
}

// waitingOpenings lead to calls that a signal or time can end.
func waitingOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	by := func(l Label, thread uint8) Label { l.Thread = thread; return l }
	to := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrRemote1, Port: 1}
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	connect := call(Call{Op: spec.OpConnect, FD: 3, To: to})
	set := func(o spec.SockOption, value int32) Label {
		return call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolSocket, Option: o, Value: value})
	}
	synAck := Label{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: SYN | ACK, Src: AddrRemote1, SPort: 1, Dst: AddrOwn, DPort: PortSeen, Ack: 1, MSS: 1460}}
	wait := func(op spec.Op, fd, timeout int32) Label {
		return call(Call{Op: op, Value: timeout, Polls: 1, Poll: [PollMax]PollFD{{FD: fd, Events: spec.PollIn}}})
	}
	watch := func(fd int32, cmd spec.EpollCmd) Label {
		return call(Call{Op: spec.OpEpollCtl, FD: 3, Epoll: cmd, Polls: 1, Poll: [PollMax]PollFD{{FD: fd, Events: spec.PollIn | spec.PollOut}}})
	}
	away := to
	away.Addr = AddrNoRoute
	caught := call(Call{Op: spec.OpSigaction, Signal: spec.SIGUSR1, Handler: spec.SigCatch})
	narrow := call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPLocalPortRange, Value: RangeOne})
	upside := narrow
	upside.Call.Value = RangeReversed
	asks := call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPRecverr, Value: 1})
	unreachable := Label{Kind: LabelIn, Frame: Frame{Proto: ProtoICMP, Type: icmpUnreachable, Src: AddrRemote1, Dst: AddrOwn,
		Quote: Quote{Proto: ProtoUDP, Src: AddrOwn, SPort: 1, Dst: AddrRemote1, DPort: 1}}}
	stopped := unreachable
	stopped.Frame.Seq, stopped.Frame.Quote = 1, Quote{Proto: ProtoTCP, Src: AddrOwn, SPort: PortSeen, Dst: AddrRemote1, DPort: 1}
	several := narrow
	several.Call.Value = RangeMany
	return [][]Label{
		{call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}), asks, call(Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolIP, Option: spec.IPRecverr}),
			call(Call{Op: spec.OpBind, FD: 3, To: Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: AddrOwn, Port: 1}}), connect, unreachable, unreachable},
		{stream, asks, connect, synAck, stopped},
		{stream, upside, narrow, connect, stream}, {stream, several},
		{stream, call(Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolTCP, Option: spec.TCPSyncnt, Value: 2}),
			call(Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolTCP, Option: spec.TCPSyncnt})},
		{caught, stream, by(wait(spec.OpSelect, 3, 200), 1)},
		{stream, set(spec.SoBindtodevice, int32(spec.DeviceEth0)), call(Call{Op: spec.OpConnect, FD: 3, To: away})},
		{call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}), set(spec.SoBindtodevice, int32(spec.DeviceLo)),
			call(Call{Op: spec.OpConnect, FD: 3, To: away}), call(Call{Op: spec.OpSend, FD: 3, Len: 5}), call(Call{Op: spec.OpSendto, FD: 3, To: away, Len: 5})},
		{call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true}), set(spec.SoBindtodevice, int32(spec.DeviceEth0)),
			call(Call{Op: spec.OpConnect, FD: 3, To: away})},
		{call(Call{Op: spec.OpEpollCreate}), stream, watch(4, spec.EpollAdd), watch(4, spec.EpollAdd), watch(4, spec.EpollMod), watch(4, spec.EpollDel)},
		{call(Call{Op: spec.OpEpollCreate}), stream, stream, stream, stream, watch(4, spec.EpollAdd), watch(5, spec.EpollAdd), watch(6, spec.EpollAdd), watch(7, spec.EpollAdd)},
		{caught, call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}), set(spec.SoRcvtimeo, 200), by(call(Call{Op: spec.OpRecv, FD: 3, Len: 5}), 1)},
		{stream, set(spec.SoSndtimeo, 200), connect, by(connect, 1)},
		{stream, connect, synAck, set(spec.SoLinger, 1), call(Call{Op: spec.OpClose, FD: 3})},
		{stream, stream, connect, synAck, set(spec.SoLinger, 1), call(Call{Op: spec.OpDup2, FD: 4, Value: 3})},
		{caught, stream, connect, by(wait(spec.OpSelect, 3, 200), 1), synAck, by(wait(spec.OpSelect, 3, -1), 1)},
	}
}
