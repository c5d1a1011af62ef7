package check

import (
	"math/bits"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Calls with arguments that fail, or that only say something: every class that
// a rule tells apart.

// usual: a socket that an argument is tried on: one whose names and options are
// not themselves the result of such a trial. So trials do not multiply.
func usual(_ *Scope, w *model.World, s *model.Socket) bool {
	const tried = model.CanBcast | model.Reuse | model.Nodelay | model.ShutRead | model.ShutWrite | model.V6Only
	files, _ := holds(w)
	named := s.Local == model.AddrAny || s.Local == model.AddrOwn
	peered := s.Remote == model.AddrAny || s.Remote == model.AddrRemote1 && s.RPort == 1
	return files == 1 && named && peered && bits.OnesCount64(uint64(s.Flags&tried)) <= 1 && s.Flow == model.AddrAny && s.Soft == 0 &&
		s.Queued == 0 && s.Family == spec.AFInet && s.Retries <= 1
}

// tried gives stimuli the condition that the socket is usual.
func tried(all []stimulus) []stimulus { return where(usual, all) }

// fresh: a usual socket that has no connection, no attempt and no option.
func fresh(sc *Scope, w *model.World, s *model.Socket) bool {
	const options = model.CanBcast | model.Reuse | model.Nodelay | model.ShutRead | model.ShutWrite | model.V6Only
	return usual(sc, w, s) && s.Flags&(options|model.Nonblock) == 0 && (s.TCP == model.Closed || s.Kind == model.KindDgram)
}

// first gives stimuli the condition that the socket is fresh.
func first(all []stimulus) []stimulus { return where(fresh, all) }

func where(holds func(*Scope, *model.World, *model.Socket) bool, all []stimulus) []stimulus {
	for i := range all {
		when := all[i].when
		all[i].when = func(sc *Scope, w *model.World, s *model.Socket) bool {
			return holds(sc, w, s) && (when == nil || when(sc, w, s))
		}
	}
	return all
}

// everywhere lists an address of every class of IPv4.
func everywhere(p model.Port) []model.Sockaddr {
	var all []model.Sockaddr
	for a := model.AddrAny; a < model.AddrNetwork; a++ { // those from there on are hosts like AddrGateway and AddrNoRoute
		all = append(all, at(a, p))
	}
	return all
}

// oddAddresses are arguments that are no address of the family: by length, by
// pointer, by family, by port.
func oddAddresses() []model.Sockaddr {
	var all []model.Sockaddr
	for _, n := range []int32{-1, 0, 1, 2, 8, 15, 17, 28, 128, 129, 256} {
		a := at(model.AddrRemote1, 1)
		a.Len = n
		all = append(all, a, model.Sockaddr{Pointer: spec.PointerNull, Len: n})
	}
	for _, p := range []spec.Pointer{spec.PointerNull, spec.PointerUnreadable} {
		for _, n := range []int32{0, 16, 200} {
			all = append(all, model.Sockaddr{Pointer: p, Len: n})
		}
	}
	for _, f := range []spec.Family{spec.AFUnspec, spec.AFUnknown, spec.AFInet6} {
		for _, n := range []int32{2, 8, 15, 16, 28} {
			all = append(all, model.Sockaddr{Family: f, Len: n})
		}
	}
	return append(all, at(model.AddrRemote1, 0), at(model.AddrOwn, 0), at(model.AddrAny, 0), at(model.AddrLoopback, 0))
}

// naming are connect, bind and sendto with every address.
func naming(to ...model.Sockaddr) []stimulus {
	var all []stimulus
	for _, op := range []spec.Op{spec.OpConnect, spec.OpBind, spec.OpSendto} {
		for _, a := range to {
			c := model.Call{Op: op, To: a}
			st := onSocket(op.String(), c)
			if op == spec.OpSendto {
				st.call.Len, st.when = 1, sends.when
			}
			all = append(all, st)
		}
	}
	return all
}

// odd is a call about a socket with rare arguments.
func odd(c model.Call) stimulus { return onSocket(c.Op.String(), c) }

// rareCalls look, or ask for what is not there.
func rareCalls() []stimulus {
	var all []stimulus
	for o := spec.SockOption(1); o < spec.SockOptionCount; o++ {
		for _, l := range []spec.SockLevel{spec.SolSocket, spec.SolTCP} {
			all = append(all, odd(model.Call{Op: spec.OpGetsockopt, Level: l, Option: o}))
		}
	}
	return append(all, looks()...)
}

// settings are calls that set an option or a flag.
func settings() []stimulus {
	var all []stimulus
	for _, v := range []int32{0, 1} {
		all = append(all, option(spec.SoReuseaddr, spec.SolSocket, v), option(spec.SoBroadcast, spec.SolSocket, v), option(spec.TCPNodelay, spec.SolTCP, v),
			option(spec.TCPNodelay, spec.SolSocket, v), option(spec.SoError, spec.SolSocket, v), option(spec.SoType, spec.SolSocket, v))
	}
	for _, v := range []int32{spec.ORdwr, spec.ORdwr | spec.ONonblock, 1 << 20} {
		all = append(all, odd(model.Call{Op: spec.OpFcntl, Cmd: spec.FSetfl, Value: v}))
	}
	return all
}

// looks only look, or move a byte.
func looks() []stimulus {
	all := []stimulus{odd(model.Call{Op: spec.OpFcntl, Cmd: spec.FGetfl}), ownName, peerName, look}
	none, two := look.call, look.call
	none.Polls, none.Poll = 0, [model.PollMax]model.PollFD{}
	two.Polls, two.Poll[1] = 2, model.PollFD{FD: badFD, Events: spec.PollIn}
	all = append(all, odd(none), odd(two))
	waits := look.call
	waits.Value = -1
	all = append(all, odd(waits))
	for _, v := range []int32{-1, toItself, toFree, 100} {
		all = append(all, odd(model.Call{Op: spec.OpDup2, Value: v}).only(roomForFile))
	}
	for _, flags := range []spec.MsgFlags{0, spec.MsgDontwait, spec.MsgPeek} {
		for _, n := range []int32{0, 1, 1473} {
			all = append(all, odd(model.Call{Op: spec.OpSend, Len: n, MsgFlags: flags &^ spec.MsgPeek}).only(sends.when),
				odd(model.Call{Op: spec.OpRecv, Len: n, MsgFlags: flags}), odd(model.Call{Op: spec.OpRecvfrom, Len: n, MsgFlags: flags}))
		}
	}
	null := model.Sockaddr{Pointer: spec.PointerNull}
	return append(all, odd(model.Call{Op: spec.OpSendto, Len: 1, To: null}).only(sends.when), odd(model.Call{Op: spec.OpRecvfrom, Len: 1, To: null}),
		odd(model.Call{Op: spec.OpAccept, To: null}).only(accepts.when), odd(model.Call{Op: spec.OpAccept}), odd(model.Call{Op: spec.OpShutdown, How: spec.ShutRdwr + 1}),
		odd(model.Call{Op: spec.OpSendto, Len: 1473, To: null}), odd(model.Call{Op: spec.OpSendto, Len: 1473, To: at(model.AddrRemote1, 1)}), odd(model.Call{Op: spec.OpConnect, To: at(model.AddrUnknown, 1)}))
}

// sockets are calls of socket with every kind of argument.
func sockets() []stimulus {
	var all []stimulus
	for _, f := range []spec.Family{spec.AFUnspec, spec.AFUnix, spec.AFInet, spec.AFInet6, spec.AFUnknown} {
		for _, t := range []spec.SockType{spec.SockStream, spec.SockDgram, spec.SockSeqpacket} {
			for _, p := range []spec.Protocol{spec.ProtocolDefault, spec.ProtocolTCP, spec.ProtocolUDP} {
				plain := f == spec.AFInet && t <= spec.SockDgram && p == spec.ProtocolDefault
				if !plain {
					all = append(all, onHost("socket", model.Call{Op: spec.OpSocket, Family: f, Type: t, Protocol: p}).only(room))
				}
			}
		}
	}
	return all
}

// onNothing are all calls on a number that is no descriptor, and on a file that is no socket.
func onNothing() []stimulus {
	all := []stimulus{onHost("open", model.Call{Op: spec.OpOpen}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { files, _ := holds(w); return files == 0 })}
	for op := spec.OpBind; op < spec.OpCount; op++ {
		if !op.TakesDescriptor() || op == spec.OpLandlockRestrict {
			continue
		}
		c := model.Call{Op: op}
		switch op {
		case spec.OpEpollCtl, spec.OpEpollWait:
			continue
		case spec.OpBind, spec.OpConnect:
			c.To = at(model.AddrRemote1, 1)
			short, bad := c, c
			short.To.Len, bad.To = 0, model.Sockaddr{Pointer: spec.PointerUnreadable, Len: spec.SizeofSockaddrIn}
			all = append(all, stimulus{name: op.String(), about: aFile, call: short}, stimulus{name: op.String(), about: aFile, call: bad})
		case spec.OpSendto:
			c.To, c.Len = at(model.AddrRemote1, 1), 1
		case spec.OpSend, spec.OpRecv, spec.OpRecvfrom:
			c.Len = 1
		case spec.OpGetsockopt:
			c.Level, c.Option = spec.SolSocket, spec.SoError
		case spec.OpSetsockopt:
			c.Level, c.Option, c.Value = spec.SolSocket, spec.SoReuseaddr, 1
		case spec.OpFcntl:
			c.Cmd = spec.FGetfl
		case spec.OpDup2:
			c.Value = model.FDFirst
		}
		all = append(all, stimulus{name: op.String(), about: aBadFD, call: c}, stimulus{name: op.String(), about: aFile, call: c})
	}
	return all
}

// sendsTo are sends of so many bytes to an address.
func sendsTo(n int32, to ...model.Sockaddr) []stimulus {
	var all []stimulus
	for _, a := range to {
		all = append(all, onSocket("sendto", model.Call{Op: spec.OpSendto, Len: n, To: a}).only(sends.when))
	}
	return all
}

func sendTo(to model.Sockaddr) stimulus { return sendsTo(1, to)[0] }
