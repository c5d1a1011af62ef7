package check

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// result is what the call of a transition returned; ok is false if the
// transition is no call of op, or the call did not return.
func (s *Step) result(op spec.Op) (ret model.Return, ok bool) {
	if s.Label.Kind != model.LabelCall || s.Label.Call.Op != op {
		return model.Return{}, false
	}
	return s.Seen.Result(s.Stimulus.Thread)
}

// was and is are the socket that the transition is about, before and after.
func (s *Step) was() *model.Socket { return &s.Before.Sockets[s.Stimulus.socket()] }
func (s *Step) is() *model.Socket  { return &s.After.Sockets[s.Stimulus.socket()] }

// socket is the slot; what is about no socket has the first.
func (id Stimulus) socket() uint8 { return id.Slot % model.NoSlot }

func (s *Step) aboutSocket() bool { return s.Scope.stimuli[s.Stimulus.Index].about == aSocket }

// connectsSo makes a property of a call of connect on a socket that returned.
func connectsSo(holds func(s *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool) func(*Step) bool {
	return func(s *Step) bool {
		r, ok := s.result(spec.OpConnect)
		if !ok || !s.aboutSocket() {
			return true
		}
		return holds(s, s.was(), s.is(), &s.Label.Call.To, r)
	}
}

// proper: an address that leads somewhere, for the socket's family.
func proper(to *model.Sockaddr) bool {
	return to.Family == spec.AFInet && to.Len == spec.SizeofSockaddrIn && to.Pointer == spec.PointerValid
}

var connectSays = []Property{
	{Name: "zero-means-connected", For: ofAll, Source: "posix/return-value/success",
		Says: "When connect with an address of a peer returns 0, the socket is connected.",
		Step: connectsSo(func(_ *Step, _, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			if r.Ret != 0 || !proper(to) {
				return true
			}
			// The connection may be over already, and connect says so later.
			deferred := has(is, model.Deferred) // Fast Open: the first send connects
			return is.Layer == model.Connected || is.TCP == model.Established || is.TCP == model.Closed && is.Remote != model.AddrAny || deferred
		})},
	{Name: "zero-once", For: ofAll, Source: "posix/errors/EISCONN; ground truth: 0 once, then EISCONN",
		Says: "connect returns 0 at most once for an attempt: on a stream that is known to be connected it never does.",
		Step: connectsSo(func(_ *Step, was, _ *model.Socket, to *model.Sockaddr, r model.Return) bool {
			return was.Kind != model.KindStream || !proper(to) || was.Layer != model.Connected || r.Ret != 0
		})},
	{Name: "EISCONN-means-connected", For: ofAll, Source: "posix/errors/EISCONN, linux/errors/EISCONN",
		Says: "EISCONN is for a socket that has, or had, a connection or a peer.",
		Step: connectsSo(func(s *Step, was, _ *model.Socket, _ *model.Sockaddr, r model.Return) bool {
			if r.Errno != spec.EISCONN {
				return true
			}
			listens := was.TCP == model.Listen && (s.Dialect == spec.Linux || s.Dialect == spec.TargetTCP || s.Dialect == spec.POSIX)
			return was.Layer == model.Connected || was.TCP > model.Listen || was.Layer != model.Unconnected || listens
		})},
	{Name: "EALREADY-means-connecting", For: ofAll, Source: "posix/errors/EALREADY, linux/errors/EALREADY",
		Says: "EALREADY is for a socket whose attempt is under way.",
		Step: connectsSo(func(_ *Step, was, _ *model.Socket, _ *model.Sockaddr, r model.Return) bool {
			return r.Errno != spec.EALREADY || was.Layer == model.Connecting || was.Layer == model.Disconnecting || was.TCP == model.SynSent
		})},
	{Name: "EINPROGRESS-starts", For: ofAll, Source: "posix/errors/EINPROGRESS, linux/errors/EINPROGRESS",
		Says: "EINPROGRESS is for a non-blocking socket, and begins an attempt.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, _ *model.Sockaddr, r model.Return) bool {
			return r.Errno != spec.EINPROGRESS || is.Remote != model.AddrAny && (is.TCP != model.Closed || is.Err != 0 || is.Remote.Local())
		})},
	{Name: "EINPROGRESS-not-blocking", For: ofAll, Source: "posix/description/blocking",
		Says: "A blocking connect that nothing interrupts does not return EINPROGRESS.",
		Step: connectsSo(func(_ *Step, was, _ *model.Socket, _ *model.Sockaddr, r model.Return) bool {
			return r.Errno != spec.EINPROGRESS || has(was, model.Nonblock)
		})},
	{Name: "listener-stays", For: ofAll, Source: "posix/errors/may/EOPNOTSUPP, linux/errors/EISCONN",
		Says: "connect to a peer on a listener fails and leaves it listening.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			return was.TCP != model.Listen || !proper(to) || r.Ret == -1 && is.TCP == model.Listen
		})},
	{Name: "unspec-dissolves", For: ofLinux, Source: "linux/description/dissolve-stream, linux/description/dissolve-dgram",
		Says: "When connect with AF_UNSPEC returns 0, the socket has no peer.",
		Step: connectsSo(func(_ *Step, _, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			return to.Family != spec.AFUnspec || is.Family != spec.AFInet || r.Ret != 0 || is.Remote == model.AddrAny && is.RPort == model.PortZero && is.Layer == model.Unconnected
		})},
	{Name: "unspec-keeps-what-bind-named", For: ofLinux, Source: "Linux 6.18, __tcp_disconnect, __udp_disconnect (SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK)",
		Says: "connect with AF_UNSPEC leaves an address and a port that bind named.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			if to.Family != spec.AFUnspec || r.Ret != 0 {
				return true
			}
			return (!has(was, model.AddrLock) || is.Local == was.Local) && (!has(was, model.PortLock) || is.LPort == was.LPort && has(is, model.HasPort))
		})},
	{Name: "unspec-frees-what-the-host-chose", For: ofLinux, Source: "Linux 6.18, inet_reset_saddr",
		Says: "connect with AF_UNSPEC takes away an address that bind did not name.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			return to.Family != spec.AFUnspec || r.Ret != 0 || has(was, model.AddrLock) || is.Local == model.AddrAny
		})},
	{Name: "failed-reconnect-keeps-peer", For: ofLinux, Source: "Linux 6.18, __ip4_datagram_connect (no change before the route)",
		Says: "A connect to a peer that fails leaves a datagram socket the peer it had.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			return was.Kind != model.KindDgram || r.Ret != -1 || was.Remote == is.Remote && was.RPort == is.RPort && was.TCP == is.TCP
		})},
	{Name: "failed-reconnect-drops-peer", For: ofMacOS | ofOSX, Source: "XNU 11417, soconnectlock (sodisconnect comes first); macos/description/dgram-dissolve",
		Says: "A reconnect to a proper address that the protocol refuses leaves a datagram socket without a peer.",
		Step: connectsSo(func(s *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			if was.Kind != model.KindDgram || was.TCP != model.Established || r.Ret != -1 || !proper(to) || is.TCP != model.Established {
				return true
			}
			pending := was.Err != 0 && r.Errno == was.Err // an error from before is told first, and nothing is done
			return pending || r.Errno != spec.ENETUNREACH && r.Errno != spec.EHOSTUNREACH
		})},
	{Name: "peer-is-what-was-asked", For: ofAll, Source: "posix/description/peer-set",
		Says: "When connect sets a peer, it is the one asked for, or the host itself for the wildcard.",
		Step: connectsSo(func(_ *Step, was, is *model.Socket, to *model.Sockaddr, r model.Return) bool {
			if r.Ret != 0 || !proper(to) || was.Kind != model.KindDgram || to.Addr == model.AddrAny || to.Addr == model.AddrBroadcast {
				return true
			}
			return is.Remote == to.Addr && is.RPort == to.Port
		})},
	{Name: "refused-says-so", For: ofLinux | ofMacOS | ofOSX, Source: "linux/errors/ECONNREFUSED; macos/errors/ECONNREFUSED-rejected",
		Says: "When RST answers the SYN, a connect that waits returns ECONNREFUSED.", Step: refusedSaysSo},
	{Name: "names-are-kept-by-connect", For: ofAll, Source: "posix/description/unbound-address",
		Says: "connect does not change a name that bind gave, but for the address of a datagram socket on BSD.",
		Step: connectsSo(func(s *Step, was, is *model.Socket, to *model.Sockaddr, _ model.Return) bool {
			if !proper(to) || !has(was, model.PortLock) || !has(was, model.HasPort) || !has(is, model.HasPort) {
				return true
			}
			if s.Dialect != spec.Linux && was.Kind == model.KindDgram { // the BSDs disconnect first, and that takes the address (udp_disconnect)
				return is.LPort == was.LPort
			}
			return is.LPort == was.LPort && (!has(was, model.AddrLock) || was.Local == model.AddrAny || is.Local == was.Local)
		})},
}

func refusedSaysSo(s *Step) bool {
	f := &s.Label.Frame
	if s.Label.Kind != model.LabelIn || s.Before.Env != (model.Surroundings{}) || s.was().Dev != spec.DeviceNone || f.Proto != model.ProtoTCP || f.Bits != model.RST|model.ACK || s.was().TCP != model.SynSent || f.Ack != s.was().SndNxt {
		return true
	}
	waiting, thread := 0, uint8(0)
	for i := range s.Before.Threads {
		if t := &s.Before.Threads[i]; t.Wait == model.Blocked && t.Socket == s.Stimulus.Slot+1 {
			waiting++ // of several the first to run takes the error
			thread = uint8(i)
		}
	}
	if waiting != 1 || s.Before.Threads[thread].Op != spec.OpConnect {
		return true
	}
	r, ok := s.Seen.Result(thread)
	return ok && r.Errno == spec.ECONNREFUSED
}

// keeping are calls that only look.
var keeping = []spec.Op{spec.OpGetsockname, spec.OpGetpeername, spec.OpPoll}

var callsKeep = []Property{
	{Name: "failure-changes-nothing", For: ofAll, Source: "POSIX.1-2008, XSH 2.3; the exceptions in model/check/exceptions.go",
		Says: "A call that fails at once, with all interfaces and routes in place, leaves everything as it was, but where one of its rules says otherwise.", Step: failureKeeps},
	{Name: "looking-changes-nothing", For: ofAll, Source: "POSIX.1-2008, getsockname(), getpeername(), poll()",
		Says: "getsockname, getpeername and poll change nothing but what was seen.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelCall || !slices.Contains(keeping, s.Label.Call.Op) || s.After.Threads[s.Stimulus.Thread].Wait == model.Blocked || same(s.Before, s.After)
		}},
	{Name: "so-error-clears", For: ofAll, Source: "POSIX.1-2008, getsockopt() (SO_ERROR); linux/errors/EINPROGRESS-so-error",
		Says: "After SO_ERROR was taken none is pending.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpGetsockopt)
			return !ok || r.Ret != 0 || s.Label.Call.Option != spec.SoError || s.is().Err == 0
		}},
	{Name: "so-error-tells", For: ofLinux, Source: "POSIX.1-2008, getsockopt() (SO_ERROR)",
		Says: "SO_ERROR is the error that was pending.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpGetsockopt)
			return !ok || r.Ret != 0 || s.Label.Call.Option != spec.SoError || s.was().Err == 0 || spec.Errno(r.Value) == s.was().Err
		}},
	{Name: "non-blocking-does-not-wait", For: ofAll, Source: "posix/description/einprogress; POSIX.1-2008, accept(), recv()",
		Says: "No call on a non-blocking socket waits.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelCall || !s.aboutSocket() || patient(s) || !has(s.was(), model.Nonblock) || s.After.Threads[s.Stimulus.Thread].Wait == model.Running
		}},
	{Name: "dup-shares", For: ofAll, Source: "POSIX.1-2008, dup()", Says: "dup changes no socket.",
		Step: func(s *Step) bool {
			_, ok := s.result(spec.OpDup)
			return !ok || s.Before.Sockets == s.After.Sockets
		}},
	{Name: "close-of-one-keeps-the-other", For: ofAll, Source: "POSIX.1-2008, close()",
		Says: "close of a descriptor leaves a socket alone that has another one.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpClose)
			if !ok || r.Ret != 0 || !s.aboutSocket() {
				return true
			}
			_, still := descriptor(s.After, int(s.Stimulus.Slot))
			return !still || s.Before.Sockets == s.After.Sockets
		}},
	{Name: "close-succeeds", For: ofAll, Source: "POSIX.1-2008, close()", Says: "close of a descriptor succeeds and takes it away.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelCall || s.Label.Call.Op != spec.OpClose || !s.aboutSocket() {
				return true
			}
			r, ok := s.result(spec.OpClose)
			if !ok && s.was().Linger > 1 { // it waits for its data to be taken, without the descriptor
				return s.After.FDs[s.Label.Call.FD-model.FDFirst] != model.File(s.Stimulus.Slot+1)
			}
			return ok && r.Ret == 0 && s.After.FDs[s.Label.Call.FD-model.FDFirst] == model.FileNone
		}},
	{Name: "lowest-descriptor", For: ofAll, Source: "POSIX.1-2008, XSH 2.14", Says: "A new descriptor is the lowest that was free.",
		Step: func(s *Step) bool {
			for _, op := range []spec.Op{spec.OpSocket, spec.OpDup} {
				if r, ok := s.result(op); ok && r.Ret >= 0 && r.Ret != firstFree(s.Before) {
					return false
				}
			}
			return true
		}},
	{Name: "new-socket-is-fresh", For: ofAll, Source: "POSIX.1-2008, socket()", Says: "A new socket has no name, no peer and no error.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpSocket)
			if !ok || r.Ret < 0 {
				return true
			}
			file := s.After.FDs[r.Ret-model.FDFirst]
			if file >= model.FileOther { // of a family that the model has no sockets of
				return true
			}
			n := &s.After.Sockets[file-1]
			return n.State() == model.StateUnbound && n.Err == 0 && n.Remote == model.AddrAny && (n.LPort == model.PortZero || has(n, model.Raw))
		}},
	{Name: "others-are-left-alone", For: ofAll, Source: "POSIX.1-2008, XSH 2.10",
		Says: "A call about an address on the wire changes no socket but its own.", Step: othersKept},
	{Name: "bind-names", For: ofAll, Source: "POSIX.1-2008, bind()", Says: "After bind the socket has the name that was asked for.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpBind)
			to := &s.Label.Call.To
			if ok && has(s.is(), model.Raw) { // whose port is its protocol, and which reads any address as one of AF_INET
				return r.Ret != 0 || s.is().LPort == s.was().LPort
			}
			if ok && has(s.is(), model.LatePort) && to.Port == model.PortZero { // left to connect
				return r.Ret != 0 || s.is().Local == to.Addr
			}
			return !ok || r.Ret != 0 || s.is().Local == to.Addr && (to.Port == model.PortZero && s.is().LPort != model.PortZero || s.is().LPort == to.Port)
		}},
	{Name: "bind-once", For: ofAll, Source: "POSIX.1-2008, bind() (EINVAL)", Says: "bind does not move a stream socket that has a port.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpBind)
			return !ok || s.was().Kind != model.KindStream || !has(s.was(), model.HasPort) || r.Ret == -1
		}},
	{Name: "accepted-is-connected", For: ofAll, Source: "POSIX.1-2008, accept()",
		Says: "What accept gives has a peer, and the listener listens on.",
		Step: func(s *Step) bool {
			r, ok := s.result(spec.OpAccept)
			if !ok || r.Ret < 0 {
				return true
			}
			n := &s.After.Sockets[s.After.FDs[r.Ret-model.FDFirst]-1]
			return n.Family == spec.AFUnix || n.Remote != model.AddrAny && n.TCP != model.Listen && s.is().TCP == model.Listen
		}},
	{Name: "shutdown-opens-nothing", For: ofAll, Source: "POSIX.1-2008, shutdown()", Says: "shutdown connects nothing.",
		Step: func(s *Step) bool {
			_, ok := s.result(spec.OpShutdown)
			return !ok || s.is().TCP != model.Established || s.was().TCP == model.Established
		}},
}

// patient: a call that waits whatever O_NONBLOCK says.
func patient(s *Step) bool {
	switch s.Label.Call.Op {
	case spec.OpPoll, spec.OpSelect, spec.OpEpollWait, spec.OpClose:
		return true
	}
	return false
}

func firstFree(w *model.World) int32 {
	for i, f := range w.FDs {
		if f == model.FileNone {
			return int32(i) + model.FDFirst
		}
	}
	return -1
}

// same compares two worlds but for which chosen ports were seen.
func same(a, b *model.World) bool {
	if *a == *b {
		return true
	}
	x, y := *a, *b
	numberAll(&x)
	numberAll(&y)
	return x == y
}

// numberAll numbers chosen ports whether they were seen or not.
func numberAll(w *model.World) {
	eachPort(w, func(p *model.Port) {
		if *p >= model.PortSeen {
			*p = model.PortSeen
		}
	})
	eachName(w, func(n *model.Name) {
		if *n >= model.NameSeen {
			*n = model.NameSeen
		}
	})
	w.Seen, w.Unseen, w.NamesSeen, w.NamesUnseen = 0, 0, 0, 0
}

func failureKeeps(s *Step) bool {
	if s.Label.Kind != model.LabelCall {
		return true
	}
	if _, failed := s.Seen.Failed(s.Stimulus.Thread); !failed || s.Before.Env != (model.Surroundings{}) || same(s.Before, s.After) {
		return true
	}
	if s.Dialect != spec.Linux && s.aboutSocket() && s.was().Kind == model.KindUnixDgram && s.Label.Call.Op == spec.OpConnect {
		return true // the BSDs disconnect first, whatever the path leads to (soconnect, unp_connect)
	}
	if s.aboutSocket() && has(s.was(), model.PassCred|model.PassPidfd) && s.was().Name == model.NameNone && s.is().Name != model.NameNone {
		return true // what asks for credentials has a name by then (unix_autobind), whatever the call comes to
	}
	for _, id := range s.Rules {
		if excepted(id) {
			return true
		}
	}
	return false
}

func othersKept(s *Step) bool {
	if s.Label.Kind != model.LabelCall || !s.aboutSocket() || s.was().Family == spec.AFUnix || s.was().Remote.Local() || s.was().TCP == model.Listen || s.is().Remote.Local() {
		return true
	}
	switch s.Label.Call.Op {
	case spec.OpConnect, spec.OpBind, spec.OpSend, spec.OpRecv, spec.OpGetsockopt:
	default:
		return true
	}
	if s.Label.Call.To.Addr.Local() && s.Label.Call.Op != spec.OpBind {
		return true
	}
	for i := range s.Before.Sockets {
		was, is := s.Before.Sockets[i], s.After.Sockets[i]
		was.Rank, is.Rank = 0, 0                                       // which of several with one name is asked first
		if was.LPort >= model.PortSeen && is.LPort >= model.PortSeen { // two may have one that is seen with the one
			is.LPort = was.LPort
		}
		if i != int(s.Stimulus.Slot) && was != is && was.Kind != model.KindNone {
			return false
		}
	}
	return true
}
