package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scopes of AF_UNIX. Nothing in them touches the Internet families: the names are
// of another space, and no frame, route or port takes part.

// unixStream is two connecting sockets of AF_UNIX, with a child besides.
func unixStream(z Size) *Scope {
	return z.scope("unix-stream", 1,
		opensOf(spec.AFUnix, spec.SockStream), []stimulus{pairOf(spec.SockStream)},
		connects(pathAt(0), unspec), binds(pathAt(0)), listens(0),
		shutdowns()[2:], []stimulus{accepts, blockNot, takeError, closes, peerName, timers}, limits(spec.SoSndtimeo), files(),
	).says("A listener, a client and the connection between them; sockets beyond these wait for the same queue.")
}

// unixOpen goes on from where POSIX leaves open what state a socket of AF_UNIX is in.
func unixOpen(z Size) *Scope {
	z.Threads = 1
	sc := z.scope("unix-left-open", 1,
		opensOf(spec.AFUnix, spec.SockStream, spec.SockDgram), binds(pathAt(0)), connects(pathAt(0), pathAt(1), unspec), listens(0), []stimulus{sends.only(none), recvs, accepts, closes},
	).says("As left-open, of AF_UNIX.")
	sc.open = true
	return sc
}

// unixDgram is two datagram sockets of AF_UNIX.
func unixDgram(z Size) *Scope {
	return z.scope("unix-dgram", 0,
		opensOf(spec.AFUnix, spec.SockDgram), []stimulus{pairOf(spec.SockDgram)},
		connects(pathAt(0), abstractAt(), unspec), binds(pathAt(0), abstractAt(), noName),
		[]stimulus{ownName, takeError, closes, blockNot}, files(),
	).says("Two sockets: the peer of one is the other, itself or gone.")
}

// unixData is what the two ends of a connection do to each other.
func unixData(z Size) *Scope {
	null := model.Sockaddr{Pointer: spec.PointerNull}
	return z.scope("unix-data", 1,
		opensOf(spec.AFUnix, spec.SockStream, spec.SockSeqpacket), []stimulus{pairOf(spec.SockStream), pairOf(spec.SockSeqpacket)},
		binds(pathAt(0)), connects(pathAt(0)), listens(1), transfers(none, pathAt(0), null), shutdowns(), limits(spec.SoSndtimeo), []stimulus{timers},
		[]stimulus{blockNot, accepts, takeError, closes}, handlers(spec.SigCatch), deliveries(),
	).says("A pair with at most one byte on its way: what happens to more of them is what happens to one.")
}

// unixMessages is what two datagram sockets send each other, until a queue is full.
func unixMessages(z Size) *Scope {
	null := model.Sockaddr{Pointer: spec.PointerNull}
	return z.scope("unix-messages", 0,
		opensOf(spec.AFUnix, spec.SockDgram), []stimulus{pairOf(spec.SockDgram)}, binds(pathAt(0)), connects(pathAt(0), unspec),
		transfers(little, pathAt(0), pathAt(1), null), shutdowns()[:2], limits(spec.SoSndtimeo), []stimulus{blockNot, closes, timers},
	).says("Two sockets and a queue that gets full.")
}

// unixPaths is one socket, and the ways in which a path leads to it or elsewhere.
func unixPaths(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("unix-paths", 0,
		opensOf(spec.AFUnix, spec.SockStream, spec.SockDgram), binds(append(wayward(), pathAt(1))...), connects(append(wayward(), pathAt(1))...),
		listens(0), sendsTo(1, pathAt(0)), []stimulus{closes}, rearrange(),
	).says("Two files, of which one may be below the other or lead to it: a longer path is one step after the other.")
}

// unixArguments is every call on a socket of AF_UNIX, with every class of arguments.
func unixArguments(z Size) *Scope {
	z.Sockets, z.Threads = 2, 1
	var odds []stimulus
	for _, f := range []spec.Family{spec.AFUnix, spec.AFInet, spec.AFInet6, spec.AFUnknown} {
		for _, t := range []spec.SockType{spec.SockStream, spec.SockDgram, spec.SockRaw, spec.SockSeqpacket} {
			for _, p := range []spec.Protocol{0, 1, spec.ProtocolTCP} {
				c := model.Call{Op: spec.OpSocketpair, Family: f, Type: t, Protocol: p}
				odds = append(odds, onHost("socketpair", c).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { return slots(w) == 0 }))
			}
		}
	}
	wrong := onSocket("shutdown", model.Call{Op: spec.OpShutdown, How: spec.ShutRdwr + 1})
	every := join(binds(oddUnix()...), connects(oddUnix()...), sendsTo(1, oddUnix()...), rareCalls(), settings(), listens(0), shutdowns(), limits(spec.SoSndtimeo, spec.SoRcvtimeo),
		[]stimulus{wrong, accepts, recvs, onSocket("recvfrom", model.Call{Op: spec.OpRecvfrom, Len: 0}), onSocket("recv", model.Call{Op: spec.OpRecv, Len: 0}),
			option(spec.SoLinger, spec.SolSocket, 1), onSocket("connectx", model.Call{Op: spec.OpConnectx})})
	return z.scope("unix-arguments", 0,
		opensOf(spec.AFUnix, spec.SockStream, spec.SockSeqpacket, spec.SockDgram), odds, where(untried, every), binds(pathAt(0)), connects(pathAt(0)),
		[]stimulus{sends.only(none), closes, peerName}, rearrange()[4:7], connects(unspec),
	).says("One argument at a time, on a socket that none was tried on before, beside another one.")
}

// untried: no option is set on any socket, and little lies unread.
func untried(sc *Scope, w *model.World, s *model.Socket) bool {
	for i := range w.Sockets {
		if o := &w.Sockets[i]; o.Kind != model.KindNone && (!unset(sc, w, o) || has(o, model.ShutRead|model.ShutWrite|model.Nonblock)) {
			return false
		}
	}
	return none(sc, w, s)
}
