package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scopes of the Internet families beyond two streams, and of what surrounds the host.

// listener is one listener and the handshakes that it is in.
func listener(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("listener", 2,
		opens(spec.SockStream)[1:], binds(at(model.AddrAny, 1)), listens(0), shutdowns()[1:2],
		[]stimulus{closes, timers}, callers(1, 2), toListener(model.RST, model.ACK, model.FIN, model.SYN|model.FIN, 0),
		where(child, join(segments[:1], segments[3:4], segments[5:6], segments[9:13], oddSegments[:3], oddSegments[4:5], oddSegments[8:9], messages[1:2])),
		[]stimulus{change(model.Label{Change: model.RouteGone, Addr: model.AddrRemote1})},
	).says("One listener with a queue of one and two callers: the queue gets full, and a handshake is met while it is.")
}

// backlog is one listener whose queue takes one, and three callers that only answer.
func backlog(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("backlog", 3,
		opens(spec.SockStream)[1:], binds(at(model.AddrAny, 1)), listens(0, 1), callers(1, 2, 3), where(child, segments[3:4]), []stimulus{closes},
	).says("Three handshakes and room for one or two: that is as full as a queue gets.")
}

// child: a connection that has not been accepted.
func child(_ *Scope, _ *model.World, s *model.Socket) bool { return has(s, model.Child) }

// peculiar is one connection and segments that no sound peer sends.
func peculiar(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("peculiar", 0,
		opens(spec.SockStream)[1:], connects(at(model.AddrRemote1, 1)), shutdowns(), []stimulus{sends, recvs, receives, closes},
		segments[:4], segments[6:8], segments[9:10], oddSegments,
	).says("One connection, by the class of the segment: whom else the host talks to does not matter to it.")
}

// surroundings is one socket of either type while interfaces and routes change.
func surroundings(z Size) *Scope {
	z.Sockets = 1
	return z.scope("surroundings", 0,
		opens(spec.SockStream, spec.SockDgram), connects(at(model.AddrRemote1, 1), at(model.AddrOwn, 1), unspec), binds(at(model.AddrOwn, 1)),
		[]stimulus{sends, sendTo(at(model.AddrRemote1, 1)), sendTo(noAddress), ownName, takeError, closes, timers}, segments[1:2], segments[10:11], datagrams[:1], changes(), silences(model.NeighborGone, model.NeighborBack),
	).says("One socket and all changes in any order: a change touches each socket by itself.")
}

// filtered is one socket behind a firewall.
func filtered(z Size) *Scope {
	z.Sockets = 1
	return z.scope("firewall", 0,
		opens(spec.SockStream, spec.SockDgram), connects(at(model.AddrRemote1, 1), at(model.AddrLoopback, 1), unspec), binds(at(model.AddrLoopback, 1)),
		[]stimulus{sends, sendTo(at(model.AddrRemote1, 1)), takeError, closes, timers}, segments[1:2], segments[10:11], messages[1:2],
		filters(model.ProtoNone, model.ProtoTCP),
	).says("One socket and one rule: a packet meets the rule by itself.")
}

// reuse is one connection that has ended, and what may come after it between the same names.
func reuse(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("time-wait", 1,
		opens(spec.SockStream)[1:], binds(at(model.AddrOwn, 1)), connects(at(model.AddrRemote1, 1)), listens(0), shutdowns()[1:2], []stimulus{closes, timers},
		values(spec.SoReuseaddr, spec.SolSocket, 1), where(idle, values(spec.TCPFastopenConnect, spec.SolTCP, 1)), segments[1:2], segments[3:4], segments[7:8],
		[]stimulus{ahead(1000), ahead(model.SeqAway)},
	).says("One connection in TIME-WAIT and one after it.")
}

// ahead is a SYN between the names of a connection that has ended, with a number
// far ahead of it. It is the same however far the connection came: what follows
// begins with it.
func ahead(seq uint16) stimulus {
	return segment("SYN ahead", func(sc *Scope, w *model.World, s *model.Socket) bool {
		return attached(sc, w, s) && s.TCP == model.TimeWait
	},
		func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq = model.SYN, seq })
}

// deluge is one datagram socket that nobody reads from, until its queue is full.
func deluge(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("deluge", 0,
		opens(spec.SockDgram)[1:], binds(at(model.AddrAny, 1)), connects(at(model.AddrRemote1, 1), at(model.AddrSubnetBroadcast, 1)), []stimulus{datagrams6[1], pours, recvs, sends, closes, option(spec.SoBroadcast, spec.SolSocket, 1)},
	).says("One socket and as many datagrams as its queue has room for in a world, and one more.")
}

// errorQueue is what lies on the error queue of one socket.
func errorQueue(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("error-queue", 0,
		opens(spec.SockStream, spec.SockDgram), connects(at(model.AddrRemote1, 1), unspec), binds(at(model.AddrOwn, 1)),
		where(idle, values(spec.IPRecverr, spec.SolIP, 1)), []stimulus{errorOf(spec.OpRecv), errorOf(spec.OpRecvfrom), sends, takeError, closes}, segments[1:2], messages[1:4],
	).says("One socket and the messages about it: each socket has a queue of its own.")
}

// inet6Surroundings is one socket of AF_INET6 while what IPv6 needs changes.
func inet6Surroundings(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	to := []model.Sockaddr{at6(model.AddrRemote61, 1), at6(model.AddrAny, 1), on(at6(model.AddrLinkPeer, 1), spec.DeviceEth0), at6(model.AddrRemote1, 1), at6(model.AddrOwn6, 1)}
	return z.scope("inet6-surroundings", 0,
		opensBoth(spec.AFInet6, spec.SockStream, spec.SockDgram), connects(append(to, unspec)...), sendsTo(1, to...), binds(at6(model.AddrOwn6, 1)),
		[]stimulus{sends, sendTo(noAddress), takeError, closes, strays6[0], strays6[1]}, segments[1:2], segments[10:11], datagrams6[:1], changes6(), []stimulus{timers}, silences(model.NeighborGone6, model.NeighborBack6),
	).says("One socket and the changes of IPv6 in any order; those of IPv4 do not touch it.")
}

// inet6 is two sockets of either Internet family that may meet.
func inet6(z Size) *Scope {
	z.Threads = 1
	return z.scope("inet6", 0,
		opensOf(spec.AFInet6, spec.SockStream, spec.SockDgram), opensOf(spec.AFInet, spec.SockStream, spec.SockDgram),
		connects(at6(model.AddrRemote61, 1), at6(model.AddrRemote1, 1), at(model.AddrRemote1, 1), unspec),
		binds(at6(model.AddrAny, 1), at6(model.AddrOwn6, 1), at(model.AddrAny, 1)),
		[]stimulus{option(spec.IPv6V6only, spec.SolIPv6, 1).only(unbound), takeError, closes, timers, callers6}, listens(0), segments[1:2], segments[10:11],
	).says("Two sockets that may want one port in both families: that is where the families meet.")
}

func unbound(_ *Scope, _ *model.World, s *model.Socket) bool {
	return s.Family == spec.AFInet6 && s.State() == model.StateUnbound
}

// inet6Connection is one stream socket of AF_INET6 and its peers of either kind.
func inet6Connection(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("inet6-connection", 0,
		opensBoth(spec.AFInet6, spec.SockStream), connects(at6(model.AddrRemote61, 1), at6(model.AddrRemote1, 1), unspec),
		[]stimulus{sends, takeError, ownName, peerName, closes, timers}, segments[1:2], segments[3:4], segments[10:11], messages6, messages[1:4],
	).says("One connection over IPv6 or with a v4-mapped peer, and messages of both kinds: TCP above them is that of the other scopes.")
}

// inet6Dgram is one datagram socket of AF_INET6 and its peers of either kind.
func inet6Dgram(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	to := []model.Sockaddr{at6(model.AddrRemote61, 1), at6(model.AddrRemote1, 1), at6(model.AddrLinkPeer, 1), on(at6(model.AddrLinkPeer, 1), spec.DeviceEth0), on(at6(model.AddrLinkPeer, 1), spec.DeviceLo), at6(model.AddrRemote1, 0), at6(model.AddrMulticast, 1), unspec}
	return z.scope("inet6-dgram", 0,
		opensOf(spec.AFInet6, spec.SockDgram), connects(to...), sendsTo(1, to...), sendsTo(1, model.Sockaddr{Pointer: spec.PointerNull}),
		binds(at6(model.AddrAny, 1), at6(model.AddrOwn6, 1), on(at6(model.AddrLink, 1), spec.DeviceEth0), at6(model.AddrOwn, 1)),
		[]stimulus{sends, recvs, takeError, ownName, peerName, closes, option(spec.IPv6V6only, spec.SolIPv6, 0)}, datagrams6[:1], messages6[:4], messages[3:4],
		[]stimulus{change(model.Label{Change: model.RouteGone, Addr: model.AddrRemote1})},
	).says("One socket: datagrams come one by one, and the scope of an address is a matter of the call.")
}

// on gives an address a scope id.
func on(a model.Sockaddr, d spec.Device) model.Sockaddr {
	a.Scope = d
	return a
}

// inet6Arguments is every call on a socket of AF_INET6 that takes an address, with every class of them.
func inet6Arguments(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	var all []model.Sockaddr
	for a := model.AddrAny; a < model.AddrCount; a++ {
		if a != model.AddrUnknown {
			all = append(all, at6(a, 1))
		}
	}
	for _, a := range []model.Addr{model.AddrLink, model.AddrLinkPeer, model.AddrGroupLink, model.AddrOwn6, model.AddrRemote61} {
		for _, d := range []spec.Device{spec.DeviceEth0, spec.DeviceLo, spec.DeviceAbsent} {
			all = append(all, on(at6(a, 1), d))
		}
	}
	all = append(all, at6(model.AddrAny, 0))
	for _, n := range []int32{0, 1, 2, 16, 23, 24, 27, 29, 128, 129} {
		a := at6(model.AddrRemote61, 1)
		a.Len = n
		all = append(all, a)
	}
	all = append(all, at(model.AddrRemote1, 1), at(model.AddrAny, 1), unspec, at6(model.AddrUnknown, 1))
	for _, f := range []spec.Family{spec.AFUnspec, spec.AFUnknown, spec.AFUnix} {
		all = append(all, model.Sockaddr{Family: f, Len: spec.SizeofSockaddrIn6}, model.Sockaddr{Family: f, Len: 2})
	}
	return z.scope("inet6-arguments", 0,
		opensBoth(spec.AFInet6, spec.SockStream, spec.SockDgram), sockets(), values(spec.IPv6V6only, spec.SolIPv6, 0, 1), where(few, naming(all...)),
		connects(at6(model.AddrRemote61, 1), at6(model.AddrRemote1, 1)), binds(at6(model.AddrOwn6, 0), at6(model.AddrLoopback6, 1), at6(model.AddrLoopback, 1), on(at6(model.AddrLink, 1), spec.DeviceEth0)),
		where(few, rareCalls()), listens(0), []stimulus{closes}, segments[1:2], segments[10:11],
	).says("One argument at a time, on a socket in the states that the calls tell apart.")
}

// few: a socket of AF_INET6 whose names are those of few classes, so that trials of addresses do not multiply.
func few(_ *Scope, _ *model.World, s *model.Socket) bool {
	named := s.Local == model.AddrAny || s.Local == model.AddrOwn6 || s.Local == model.AddrOwn || s.Local == model.AddrLoopback6 || s.Local == model.AddrLoopback || s.Local == model.AddrLink
	peered := s.Remote == model.AddrAny || s.Remote == model.AddrRemote61 || s.Remote == model.AddrRemote1
	return s.Family == spec.AFInet6 && named && peered && s.RPort <= 1 && s.Flow == model.AddrAny && s.Soft == 0 && s.Queued == 0 && unset(nil, nil, s)
}

// unsure: a document leaves open what state some socket is in.
func unsure(_ *Scope, w *model.World, _ *model.Socket) bool {
	for i := range w.Sockets {
		if has(&w.Sockets[i], model.AnyState) {
			return true
		}
	}
	return false
}

// leftOpen goes on from where a document leaves open what state a socket is in.
func leftOpen(z Size) *Scope {
	z.Sockets, z.Threads = 2, 1
	sc := z.scope("left-open", 0,
		opens(spec.SockStream, spec.SockDgram)[:3], connects(at(model.AddrRemote1, 1), at(model.AddrAny, 1)), listens(0), segments[1:2], segments[10:11], messages[1:2],
		ranges()[:1], connects(at(model.AddrOwn, 2)),
		where(unsure, join(connects(at(model.AddrOwn, 3)), sendsTo(1, at(model.AddrOwn, 2)))),
		where(unsure, join(binds(at(model.AddrOwn, 1)), shutdowns()[2:], segments[9:10], datagrams[:1],
			[]stimulus{sends, recvs, sendTo(at(model.AddrRemote1, 1)), onSocket("recvfrom", model.Call{Op: spec.OpRecvfrom, Len: 8}), takeError, ownName, peerName, look, blockNot,
				polling(spec.OpSelect, spec.PollIn|spec.PollOut, 0), option(spec.SoReuseaddr, spec.SolSocket, 1), closes})),
	).says("What the other scopes leave at a state that its document leaves open is gone on from here: whatever a call on it answers is allowed, and that is all there is to see.")
	sc.open = true
	return sc
}
