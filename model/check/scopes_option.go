package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scopes of options and waits.

// options is every option with every value, and its effect on one connect.
func options(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	six := opensOf(spec.AFInet6, spec.SockStream, spec.SockDgram)
	set, get := everyOption()
	return z.scope("options", 0,
		opens(spec.SockStream, spec.SockDgram), six, where(unset, set), get,
		connects(at(model.AddrRemote1, 1)), binds(at(model.AddrAny, 0)), listens(0), segments[1:2], []stimulus{closes},
	).says("One socket with one option at a time: options are looked at one by one, and those that touch others have scopes of their own.")
}

// linger is the end of a connection, with every kind of SO_LINGER.
func linger(z Size) *Scope {
	return z.scope("linger", 0,
		opens(spec.SockStream)[:1], opens(spec.SockDgram)[:1], where(unset, values(spec.SoLinger, spec.SolSocket, 0, 1)),
		connects(at(model.AddrRemote1, 1)), handlers(spec.SigCatch), deliveries(), ends(),
		[]stimulus{sends, timers}, segments[1:2], segments[3:4], segments[6:7], segments[9:10],
	).says("One connection and the ways to end it; the datagram socket is there to be put in its place. SO_LINGER is looked at when the last descriptor goes, and nowhere else.")
}

// names is who may have which name: two sockets and the options about it.
func sharing(z Size) *Scope {
	z.Threads = 1
	set := join(values(spec.SoReuseaddr, spec.SolSocket, 1), values(spec.SoReuseport, spec.SolSocket, 1))
	return z.scope("sharing", 0,
		opens(spec.SockStream)[1:], opens(spec.SockDgram)[1:], where(idle, where(unset, set)),
		binds(at(model.AddrOwn, 1), at(model.AddrAny, 1), at(model.AddrLoopback, 1)), connects(at(model.AddrRemote1, 1), unspec),
		listens(0), []stimulus{closes}, segments[1:2], segments[9:10],
	).says("Two sockets that want one port, by the options that let them: names are compared in pairs.")
}

// together is sockets that have one name by SO_REUSEPORT.
func together(z Size) *Scope {
	z.Sockets, z.Threads = 3, 1
	return z.scope("together", 1,
		opens(spec.SockStream)[1:], opens(spec.SockDgram)[1:], where(idle, where(unset, values(spec.SoReuseport, spec.SolSocket, 1))),
		binds(at(model.AddrOwn, 1)), listens(0), callers(1), datagrams[:1], []stimulus{closes},
	).says("Two sockets that share what comes for them, and a third with which the model says no more.")
}

// ports is a host with one port to choose.
func ports(z Size) *Scope {
	z.Threads = 1
	return z.scope("ports", 0,
		opens(spec.SockStream)[1:], opens(spec.SockDgram)[1:], ranges(),
		where(idle, where(unset, join(values(spec.IPBindAddressNoPort, spec.SolIP, 1), values(spec.SoReuseaddr, spec.SolSocket, 1)))),
		binds(at(model.AddrAny, 0), at(model.AddrOwn, 0)), connects(at(model.AddrRemote1, 1), at(model.AddrRemote2, 1), unspec),
		listens(0), []stimulus{sendTo(at(model.AddrRemote1, 1)), sends, closes}, segments[1:2], opensOf(spec.AFInet6, spec.SockStream)[:1],
	).says("Two sockets and one port to choose: that is exhaustion, whatever the range.")
}

// device is one socket that is bound to an interface.
func device(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	bound := values(spec.SoBindtodevice, spec.SolSocket, int32(spec.DeviceNone), int32(spec.DeviceLo), int32(spec.DeviceEth0))
	return z.scope("device", 0,
		opens(spec.SockStream, spec.SockDgram), bound,
		connects(at(model.AddrRemote1, 1), at(model.AddrNoRoute, 1), at(model.AddrOwn, 1), at(model.AddrUnreachable, 1), at(model.AddrSubnetBroadcast, 1), unspec),
		binds(at(model.AddrOwn, 1)), []stimulus{sends, sendTo(at(model.AddrNoRoute, 1)), closes, timers, takeError, change(model.Label{Change: model.AddrGone}), change(model.Label{Change: model.LinkDown})}, segments[1:2], segments[10:11], messages[1:2], messages[4:5],
	).says("An interface takes part in the choice of a route, by the class of the destination.")
}

// waits is one stream socket, and all that can wait for it.
func waits(z Size) *Scope {
	z.Sockets = 1
	return z.scope("waits", 1,
		opens(spec.SockStream)[1:], pollCalls(), epolls(), handlers(spec.SigRestart), deliveries(),
		connects(at(model.AddrRemote1, 1), unspec), []stimulus{takeError, closes, timers},
		segments[1:2], segments[6:7], segments[10:11],
	).says("One socket: a wait for several ends with the first of them, and what it shows of each is as for one.")
}

// oddWaits is select, poll and epoll with arguments that fail.
func oddWaits(z Size) *Scope {
	z.Sockets, z.Threads = 2, 1
	sc := z.scope("odd-waits", 2,
		opens(spec.SockStream)[:1], opensOf(spec.AFUnix, spec.SockDgram), oddPolls(), epolls()[:4], epolls()[7:], oddEpolls(), []stimulus{closes},
	).says("The arguments of the calls that wait, tried on what there is.")
	sc.FDs = 5
	return sc
}

// signalled is a connection whose calls are interrupted, or end by themselves.
func signalled(z Size) *Scope {
	z.Sockets = 1
	return z.scope("signals", 0,
		opens(spec.SockStream)[:1], handlers(spec.SigIgnore, spec.SigCatch, spec.SigRestart), deliveries(), limits(spec.SoSndtimeo, spec.SoRcvtimeo),
		connects(at(model.AddrRemote1, 1)), []stimulus{sends, recvs, blockNot, closes, timers}, segments[1:2], segments[6:7], segments[10:11],
	).says("One socket and two threads: a signal and a limit end the wait of one thread, and the other may have changed what it waits for.")
}

// accepting is a listener whose accept is interrupted, or ends by itself.
func accepting(z Size) *Scope {
	z.Sockets = 1
	return z.scope("accepting", 1,
		opens(spec.SockStream)[:1], handlers(spec.SigCatch, spec.SigRestart), deliveries(), limits(spec.SoRcvtimeo),
		binds(at(model.AddrOwn, 1)), listens(0), pollCalls()[2:], []stimulus{acceptsWaiting, blockNot, closes, timers}, segments[3:4], segments[9:10], callers(1),
	).says("One listener and one caller: accept waits for the first.")
}

// acceptsWaiting is accept where there is room for what it may bring later.
var acceptsWaiting = onSocket("accept", model.Call{Op: spec.OpAccept})

// impatient is an attempt with a limit of its own.
func impatient(z Size) *Scope {
	z.Sockets = 1
	return z.scope("patience", 0,
		opens(spec.SockStream), limits(spec.TCPUserTimeout, spec.SoSndtimeo), where(unlimited, values(spec.TCPSyncnt, spec.SolTCP, 1, 2)),
		connects(at(model.AddrRemote1, 1), unspec), []stimulus{timers, takeError, closes, sends}, segments[:2], segments[10:11], messages[1:2],
	).says("How long an attempt lives is up to its socket alone.")
}
