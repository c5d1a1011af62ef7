package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scopes of what one system has for itself: Fast Open and raw sockets of Linux,
// connectx of macOS.

// fastOpen is one stream socket whose SYN may carry data.
func fastOpen(z Size) *Scope {
	z.Sockets = 1
	return z.scope("fast-open", 0,
		opens(spec.SockStream), where(unset, values(spec.TCPFastopenConnect, spec.SolTCP, 1)), handlers(spec.SigCatch, spec.SigRestart), deliveries(),
		limits(spec.SoSndtimeo), connects(at(model.AddrRemote1, 1), unspec), starts(), fastAnswers(), switchesFast(),
		[]stimulus{closes, timers}, segments[1:2], segments[10:11], messages[4:5],
	).says("One socket and one far host: what is remembered of a host does not touch the others. What leads to a second connection is a fresh socket or AF_UNSPEC.")
}

// fastEarly is one stream socket whose SYN is put off, while what it would meet changes.
func fastEarly(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("fast-open-early", 0,
		opens(spec.SockStream)[1:], where(unset, values(spec.TCPFastopenConnect, spec.SolTCP, 1)), binds(at(model.AddrOwn, 1)), connects(at(model.AddrRemote1, 1)),
		starts(), sendsTo(1, at(model.AddrAny, 0)), where(empty, fastOdd()), connectxs()[:8], fastAnswers(), []stimulus{closes}, segments[1:2], segments[10:11], messages[3:5], filters(model.ProtoNone)[:1],
		[]stimulus{change(model.Label{Change: model.RouteGone, Addr: model.AddrRemote1})},
	).says("One socket with a name that the far end knows before its SYN: what comes by then, and what becomes of the way there.")
}

// fastOdd are Fast Opens to an address without a family.
func fastOdd() []stimulus {
	return []stimulus{odd(model.Call{Op: spec.OpSendto, Len: 1, MsgFlags: spec.MsgFastopen, To: unspec})}
}

// raw is raw sockets of both families, as far as connect touches them.
func raw(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	var open []stimulus
	for _, f := range []spec.Family{spec.AFInet, spec.AFInet6} {
		for _, p := range []spec.Protocol{spec.ProtocolDefault, spec.ProtocolTCP, spec.ProtocolICMP, spec.ProtocolTest, spec.ProtocolRaw} {
			open = append(open, onHost("socket("+f.String()+", SOCK_RAW)", model.Call{Op: spec.OpSocket, Family: f, Type: spec.SockRaw, Protocol: p, To: model.Sockaddr{Port: 3}}).only(room))
		}
		open = append(open, onHost("socket("+f.String()+", ping)", model.Call{Op: spec.OpSocket, Family: f, Type: spec.SockDgram, Protocol: spec.ProtocolICMP}).only(room))
	}
	to := []model.Sockaddr{at(model.AddrRemote1, 1), at(model.AddrSubnetBroadcast, 1), at(model.AddrNoRoute, 1), at6(model.AddrRemote61, 1), at6(model.AddrRemote1, 1), unspec}
	names := []model.Sockaddr{at(model.AddrOwn, 1), at(model.AddrRemote1, 1), at(model.AddrSubnetBroadcast, 1), at6(model.AddrOwn6, 1), at6(model.AddrRemote61, 1), at6(model.AddrOwn, 1), at6(model.AddrLinkPeer, 1)}
	return z.scope("raw", 0,
		open, connects(to...), binds(append(append(names, at(model.AddrUnknown, 1), model.Sockaddr{Family: spec.AFUnix, Len: 16}), oddAddresses()...)...), sendsTo(1, append(to, oddAddresses()...)...), sendsTo(32, to[0]), settings(),
		[]stimulus{closes, onSocket("send", model.Call{Op: spec.OpSend, Len: 32}), onSocket("send", model.Call{Op: spec.OpSend, Len: 1})}, shutdowns(), listens(0), filters(model.ProtoNone)[:2],
	).says("One raw socket of either family: it shares names with nobody, and what it receives is not modelled.")
}

// allDown is one socket of AF_INET6 on a host whose interfaces go down.
func allDown(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("all-down", 0,
		opensOf(spec.AFInet6, spec.SockStream, spec.SockDgram), binds(at6(model.AddrOwn6, 1)), connects(at6(model.AddrRemote61, 1), unspec), sendsTo(1, at6(model.AddrRemote62, 1)), []stimulus{sends, closes},
		[]stimulus{change(model.Label{Change: model.LinkDown}), change(model.Label{Change: model.LinkUp}), change(model.Label{Change: model.LoopbackDown}), change(model.Label{Change: model.LoopbackUp})},
	).says("One socket and one far host: it is about whether there is an address to leave from.")
}

// connectx is the calls that macOS alone has.
func connectx(z Size) *Scope {
	z.Sockets, z.Threads = 1, 2
	return z.scope("connectx", 0,
		opens(spec.SockStream, spec.SockDgram), opensOf(spec.AFUnix, spec.SockStream), connectxs(), connects(at(model.AddrRemote1, 1)), binds(at(model.AddrOwn, 1)), listens(0),
		[]stimulus{sends, recvs, sendTo(noAddress), onSocket("recvfrom", model.Call{Op: spec.OpRecvfrom, Len: 8}), closes, timers},
		segments[1:2], segments[9:11], fastAnswers(),
	).says("One socket of each kind: connectx is connect with a bind before it and a send after it, each of which has scopes of its own.")
}
