package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scopes of descriptors and sockets that have little to do with connect, and of
// what keeps a thread from it.

// onOther is a call about a descriptor of another kind.
func onOther(c model.Call) stimulus { return stimulus{name: c.Op.String(), about: anOther, call: c} }

// others is one descriptor that is no socket of the modelled families, and every call on it.
func others(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	bare := func(_ *Scope, w *model.World, _ *model.Socket) bool { files, _ := holds(w); return files == 0 }
	all := []stimulus{
		onHost("eventfd2", model.Call{Op: spec.OpEventfd}), onHost("pipe2", model.Call{Op: spec.OpPipe}), onHost("open(O_PATH)", model.Call{Op: spec.OpOpen, Value: spec.OPath}),
		onHost("socket(AF_NETLINK)", model.Call{Op: spec.OpSocket, Family: spec.AFNetlink, Type: spec.SockRaw}),
		onHost("socket(AF_PACKET)", model.Call{Op: spec.OpSocket, Family: spec.AFPacket, Type: spec.SockRaw}),
		onHost("socket(MPTCP)", model.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Protocol: spec.ProtocolMPTCP}),
		onHost("socket(ping)", model.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, Protocol: spec.ProtocolICMP}),
		onHost("socket(AF_NETLINK, UDP)", model.Call{Op: spec.OpSocket, Family: spec.AFNetlink, Type: spec.SockRaw, Protocol: spec.ProtocolUDP}),
	}
	all = where(bare, all)
	for op := spec.OpBind; op < spec.OpCount; op++ {
		switch op {
		case spec.OpSocket, spec.OpOpen, spec.OpPoll, spec.OpSelect, spec.OpSigaction, spec.OpEpollCreate, spec.OpEpollCtl, spec.OpSocketpair, spec.OpDup2:
		default:
			all = append(all, onOther(model.Call{Op: op, Cmd: spec.FGetfl, Len: 1}))
		}
	}
	all = append(all, onOther(model.Call{Op: spec.OpFcntl, Cmd: spec.FSetfl, Value: spec.ORdwr}))
	for _, a := range []model.Sockaddr{
		{Family: spec.AFNetlink, Len: 12}, {Family: spec.AFNetlink, Len: 11}, {Family: spec.AFNetlink, Len: 1}, {Len: 12}, {Len: 16}, {Len: 1},
		at(model.AddrRemote1, 1), at(model.AddrLoopback, 1), at6(model.AddrRemote61, 1), {Family: spec.AFInet, Len: 8},
	} {
		all = append(all, onOther(model.Call{Op: spec.OpConnect, To: a}))
	}
	watch := onHost("epoll_ctl", model.Call{Op: spec.OpEpollCtl, FD: model.FDFirst + 1, Epoll: spec.EpollAdd, Polls: 1, Poll: [model.PollMax]model.PollFD{{FD: model.FDFirst, Events: spec.PollIn}}})
	pings := []stimulus{switched(model.PingOn), switched(model.PingOff)}
	return z.scope("others", 0, all, []stimulus{epolls()[0], watch}, pings).
		says("One descriptor at a time: none of them has to do with another.")
}

// switched is a change of the surroundings, whether or not there is a socket that may notice.
func switched(c model.Change) stimulus {
	return change(model.Label{Change: c}).only(func(*Scope, *model.World, *model.Socket) bool { return true })
}

// landlock is a thread that rules keep from binding, connecting and abstract names, and
// options that ask for credentials or name a source route.
func landlock(z Size) *Scope {
	z.Sockets, z.Threads = 2, 1
	var rules []stimulus
	for _, a := range []spec.LandlockAccess{spec.LandlockBindTCP | spec.LandlockConnectTCP, spec.LandlockScopeAbstract} {
		c := model.Call{Op: spec.OpLandlockCreate, Value: int32(a)}
		rules = append(rules, onHost("landlock_create_ruleset", c).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
			_, have := descriptorOther(w)
			return !have
		}))
	}
	asks := join(values(spec.SoPasscred, spec.SolSocket, 1), values(spec.SoPasspidfd, spec.SolSocket, 1), values(spec.IPOptions, spec.SolIP, 1))
	short, none := at(model.AddrRemote1, 1), at(model.AddrAny, 1)
	short.Len, none.Family = 8, spec.AFUnspec
	idle := func(_ *Scope, w *model.World, _ *model.Socket) bool { return unread(w) == 0 }
	sc := z.scope("landlock", 1,
		rules, []stimulus{onOther(model.Call{Op: spec.OpLandlockRestrict}), onHost("landlock_restrict_self", model.Call{Op: spec.OpLandlockRestrict, FD: badFD}), closes},
		opens(spec.SockStream)[1:], opensOf(spec.AFUnix, spec.SockStream, spec.SockDgram), where(unset, asks),
		connects(at(model.AddrRemote1, 1), at(model.AddrAny, 1), short, unspec, abstractAt()), binds(at(model.AddrOwn, 1), short, none, abstractAt()), listens(0),
		where(idle, join(sendsTo(1, abstractAt(), at(model.AddrRemote1, 1)), []stimulus{sends})),
	).says("Two sockets and one ruleset of each kind: it is the thread that is held, whatever the socket.")
	sc.FDs = 3
	return sc
}
