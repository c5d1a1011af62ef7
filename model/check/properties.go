package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Properties lists all properties. They say of the whole graph what the rules
// say of one step each, from another side, so that a wrong rule contradicts one.
func Properties() []Property {
	var all []Property
	for _, part := range [][]Property{worldsAreSound, connectSays, callsKeep, framesDo, timeDoes, waitingIs, shouldBeMet} {
		all = append(all, part...)
	}
	return all
}

// everySocket makes a property of worlds of one of sockets.
func everySocket(holds func(w *model.World, s *model.Socket) bool) func(spec.Dialect, *model.World) bool {
	return func(_ spec.Dialect, w *model.World) bool {
		for i := range w.Sockets {
			if s := &w.Sockets[i]; s.Kind != model.KindNone && !holds(w, s) {
				return false
			}
		}
		return true
	}
}

func everyStream(holds func(w *model.World, s *model.Socket) bool) func(spec.Dialect, *model.World) bool {
	return everySocket(func(w *model.World, s *model.Socket) bool { return s.Kind != model.KindStream || holds(w, s) })
}

func everyWaiting(holds func(w *model.World, t *model.Thread, s *model.Socket) bool) func(spec.Dialect, *model.World) bool {
	return func(_ spec.Dialect, w *model.World) bool {
		for i := range w.Threads {
			if t := &w.Threads[i]; t.Wait == model.Blocked && t.Socket != 0 && !holds(w, t, &w.Sockets[t.Socket-1]) {
				return false
			}
		}
		return true
	}
}

func has(s *model.Socket, f model.Flags) bool { return s.Flags&f != 0 }

// hasTCP: TCP has one, or is making or ending one.
func hasTCP(s *model.Socket) bool {
	return s.Kind == model.KindStream && s.TCP > model.Listen && !has(s, model.Cookie|model.HalfOpen)
}

// worldsAreSound: of every world.
var worldsAreSound = []Property{
	{Name: "listener-is-not-connected", For: ofAll, Source: "posix/errors/may/EOPNOTSUPP; RFC 9293, 3.10.1",
		Says: "A listening socket is not connected and not connecting.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			return s.TCP != model.Listen || s.Layer == model.Unconnected
		})},
	{Name: "free-slot-is-empty", For: ofAll, Source: "model/world.go", Says: "What is not in use holds nothing.",
		World: func(_ spec.Dialect, w *model.World) bool {
			for i := range w.Sockets {
				if s := &w.Sockets[i]; s.Kind == model.KindNone && *s != (model.Socket{}) {
					return false
				}
			}
			return true
		}},
	{Name: "one-tuple-one-connection", For: ofAll, Source: "RFC 9293, 3.1; posix/errors/EADDRINUSE",
		Says: "No two connections have the same four names.", World: tuplesDiffer},
	{Name: "one-name-one-listener", For: ofAll, Source: "POSIX.1-2008, listen() (EADDRINUSE)",
		Says: "No two Internet sockets listen on the same name, but those that share it by SO_REUSEPORT. (What SO_REUSEADDR allows, and which ports the host chooses, POSIX and TargetTCP do not say.)", World: listenersDiffer},
	{Name: "attempt-has-names", For: ofAll, Source: "RFC 9293, 3.10.1",
		Says: "A socket that is connecting or connected has both names and holds its port.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			return !hasTCP(s) || s.Local != model.AddrAny && s.Remote != model.AddrAny && has(s, model.HasPort)
		})},
	{Name: "held-port-is-named", For: ofAll, Source: "posix/description/unbound-address",
		Says:  "A socket that holds a port holds one that is not 0.",
		World: everySocket(func(_ *model.World, s *model.Socket) bool { return !has(s, model.HasPort) || s.LPort != model.PortZero })},
	{Name: "listener-holds-a-port", For: ofAll, Source: "POSIX.1-2008, listen()",
		Says:  "A listener has a port.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool { return s.TCP != model.Listen || has(s, model.HasPort) })},
	{Name: "address-lock-has-address", For: ofAll &^ ofLinux, Source: "POSIX.1-2008, bind()", Says: "A socket that bind gave an address has one. (In Linux a bind that fails takes it away and leaves the lock.)",
		World: everySocket(func(_ *model.World, s *model.Socket) bool {
			return !has(s, model.AddrLock) || s.Local != model.AddrAny || s.Family == spec.AFUnix
		})},
	{Name: "datagram-has-no-handshake", For: ofAll, Source: "RFC 768; posix/description/dgram-destination",
		Says: "A datagram socket is never connecting: it has a peer or none.",
		World: everySocket(func(_ *model.World, s *model.Socket) bool {
			return s.Kind != model.KindDgram || (s.TCP == model.Closed || s.TCP == model.Established) && s.Layer == model.Unconnected
		})},
	{Name: "attempt-has-no-error", For: ofAll, Source: "linux/errors/EINPROGRESS-so-error",
		Says: "An attempt under way has no pending error: an error ends it. (With IP_RECVERR one that ends nothing is pending too, and one from the error queue may be.)",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			return s.TCP != model.SynSent || s.Err == 0 || has(s, model.HalfOpen|model.Deferred|model.RecvErr|model.ErrQueued|model.ErrsQueued)
		})},
	{Name: "waiter-holds-its-socket", For: ofAll, Source: "POSIX.1-2008, XSH 2.9.7",
		Says:  "A thread that waits in a call waits on a socket that exists.",
		World: everyWaiting(func(_ *model.World, _ *model.Thread, s *model.Socket) bool { return s.Kind != model.KindNone })},
	{Name: "connect-waits-for-an-attempt", For: ofAll, Source: "posix/description/blocking",
		Says: "A thread waits in connect only while the attempt is under way.",
		World: everyWaiting(func(_ *model.World, t *model.Thread, s *model.Socket) bool {
			return t.Op != spec.OpConnect || s.Family == spec.AFUnix || s.TCP == model.SynSent || s.TCP == model.SynReceived
		})},
	{Name: "accept-waits-for-nobody", For: ofAll, Source: "POSIX.1-2008, accept()",
		Says: "No thread waits in accept while a connection waits to be accepted.",
		World: everyWaiting(func(w *model.World, t *model.Thread, _ *model.Socket) bool {
			if t.Op != spec.OpAccept {
				return true
			}
			for i := range w.Sockets {
				if c := &w.Sockets[i]; c.Parent == t.Socket && c.Turn == 1 {
					return false
				}
			}
			return true
		})},
	{Name: "recv-waits-for-nothing", For: ofAll, Source: "POSIX.1-2008, recv()", Says: "No thread waits in recv while there is something to read.",
		World: everyWaiting(func(_ *model.World, t *model.Thread, s *model.Socket) bool {
			return t.Op != spec.OpRecv && t.Op != spec.OpRecvfrom || s.Unread == 0 && s.Queued == 0
		})},
	{Name: "descriptor-refers", For: ofAll, Source: "POSIX.1-2008, XBD 3.258", Says: "A descriptor refers to a socket that exists.", World: descriptorsRefer},
	{Name: "left-behind-is-marked", For: ofAll, Source: "POSIX.1-2008, close(); RFC 9293, 3.10.4",
		Says:  "A socket that nothing refers to is what a close left to TCP, or waits to be accepted.",
		World: strayIsMarked},
	{Name: "child-has-its-listener", For: ofAll, Source: "POSIX.1-2008, accept()", Says: "A connection that waits to be accepted waits at a listener.",
		World: everyStream(func(w *model.World, s *model.Socket) bool {
			return !has(s, model.Child) || has(s, model.Request) || s.Parent != 0 && w.Sockets[s.Parent-1].TCP == model.Listen
		})},
	{Name: "acknowledged-was-sent", For: ofAll, Source: "RFC 9293, 3.3.1", Says: "What is acknowledged was sent, either way.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			return int16(s.SndNxt-s.SndUna) >= 0 && int16(s.RcvNxt-s.RcvWup) >= 0
		})},
	{Name: "end-was-sent", For: ofAll, Source: "RFC 9293, 3.3.2", Says: "In FIN-WAIT, CLOSING and LAST-ACK our FIN is out.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			switch s.TCP {
			case model.FinWait1, model.FinWait2, model.Closing, model.LastAck:
				return has(s, model.FINSent)
			}
			return true
		})},
	{Name: "end-was-received", For: ofAll, Source: "RFC 9293, 3.3.2", Says: "In CLOSE-WAIT, LAST-ACK and CLOSING the peer's FIN was received.",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			switch s.TCP {
			case model.CloseWait, model.LastAck, model.Closing:
				return has(s, model.GotFIN)
			}
			return true
		})},
	{Name: "retries-are-bounded", For: ofAll, Source: "RFC 9293, 3.8.3", Says: "No segment is retransmitted without end. (TCP_SYNCNT and TCP_USER_TIMEOUT may ask for more, which take time that a scope does not count.)",
		World: everyStream(func(_ *model.World, s *model.Socket) bool {
			return s.Retries <= 6 || s.SynCount != 0 || s.UserTimeout != 0
		})},
}

func tuplesDiffer(_ spec.Dialect, w *model.World) bool {
	for i := range w.Sockets {
		a := &w.Sockets[i]
		if !hasTCP(a) || a.TCP == model.TimeWait {
			continue
		}
		for j := range i {
			b := &w.Sockets[j]
			if hasTCP(b) && b.TCP != model.TimeWait && a.Local == b.Local && a.LPort == b.LPort && a.Remote == b.Remote && a.RPort == b.RPort && a.Family == b.Family {
				return false
			}
		}
	}
	return true
}

func listenersDiffer(d spec.Dialect, w *model.World) bool {
	sharing, said := model.ReusePort, true
	if (ofPOSIX | ofTargetTCP).Has(d) {
		sharing, said = sharing|model.Reuse, false
	}
	for i := range w.Sockets {
		for j := range i {
			a, b := &w.Sockets[i], &w.Sockets[j]
			if a.TCP == model.Listen && b.TCP == model.Listen && a.Family != spec.AFUnix && a.Local == b.Local && a.LPort == b.LPort && a.Family == b.Family && a.Flags&b.Flags&sharing == 0 && (said || a.LPort < model.PortSeen) {
				return false
			}
		}
	}
	return true
}

func descriptorsRefer(_ spec.Dialect, w *model.World) bool {
	for _, f := range w.FDs {
		if f != model.FileNone && f < model.FileOther && (int(f) > len(w.Sockets) || w.Sockets[f-1].Kind == model.KindNone) {
			return false
		}
	}
	return true
}

func strayIsMarked(_ spec.Dialect, w *model.World) bool {
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind == model.KindNone || has(s, model.Orphan|model.Child|model.AnyState) {
			continue
		}
		_, held := descriptor(w, i)
		for t := range w.Threads {
			held = held || w.Threads[t].Wait == model.Blocked && w.Threads[t].Socket == uint8(i+1)
		}
		if !held {
			return false
		}
	}
	return true
}
