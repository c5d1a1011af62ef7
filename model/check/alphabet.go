package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// The stimuli that scopes are made of: calls by the classes of their arguments
// that rules tell apart, frames by where they stand to a connection's numbers.

func onHost(name string, c model.Call) stimulus { return stimulus{name: name, about: aHost, call: c} }

func onSocket(name string, c model.Call) stimulus {
	return stimulus{name: name, about: aSocket, call: c}
}

// only adds a condition: what keeps a scope finite, or free of what is idle.
func (s stimulus) only(when func(sc *Scope, w *model.World, s *model.Socket) bool) stimulus {
	s.when = when
	return s
}

// room says whether one more socket with a descriptor fits.
func room(sc *Scope, w *model.World, _ *model.Socket) bool {
	files, sockets := holds(w)
	return files < sc.FDs && sockets < sc.Sockets && slots(w) < sc.Slots
}

func roomForFile(sc *Scope, w *model.World, _ *model.Socket) bool {
	files, _ := holds(w)
	return files < sc.FDs
}

func opens(types ...spec.SockType) []stimulus {
	var all []stimulus
	for _, t := range types {
		c := model.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: t}
		all = append(all, onHost("socket("+t.String()+")", c).only(room))
		c.Nonblock = true
		all = append(all, onHost("socket("+t.String()+", SOCK_NONBLOCK)", c).only(room))
	}
	return all
}

func connects(to ...model.Sockaddr) []stimulus {
	var all []stimulus
	for _, a := range to {
		all = append(all, onSocket("connect", model.Call{Op: spec.OpConnect, To: a}))
	}
	return all
}

func binds(to ...model.Sockaddr) []stimulus {
	var all []stimulus
	for _, a := range to {
		all = append(all, onSocket("bind", model.Call{Op: spec.OpBind, To: a}))
	}
	return all
}

var unspec = model.Sockaddr{Family: spec.AFUnspec, Len: spec.SizeofSockaddrIn}

// switches are the calls that change how a socket behaves, or ask it.
var (
	blockNot  = onSocket("fcntl(O_NONBLOCK)", model.Call{Op: spec.OpFcntl, Cmd: spec.FSetfl, Value: spec.ORdwr | spec.ONonblock})
	blockAll  = onSocket("fcntl(0)", model.Call{Op: spec.OpFcntl, Cmd: spec.FSetfl, Value: spec.ORdwr})
	takeError = onSocket("getsockopt(SO_ERROR)", model.Call{Op: spec.OpGetsockopt, Level: spec.SolSocket, Option: spec.SoError})
	ownName   = onSocket("getsockname", model.Call{Op: spec.OpGetsockname})
	peerName  = onSocket("getpeername", model.Call{Op: spec.OpGetpeername})
	look      = onSocket("poll", model.Call{Op: spec.OpPoll, Polls: 1, Poll: [model.PollMax]model.PollFD{{Events: spec.PollIn | spec.PollOut}}})
	closes    = onSocket("close", model.Call{Op: spec.OpClose})
	dups      = onSocket("dup", model.Call{Op: spec.OpDup}).only(roomForFile)
	timers    = stimulus{name: "time", about: aTimer}
	instants  = stimulus{name: "a moment", about: aInstant}
)

func option(o spec.SockOption, level spec.SockLevel, value int32) stimulus {
	return onSocket("setsockopt", model.Call{Op: spec.OpSetsockopt, Level: level, Option: o, Value: value})
}

func listens(backlogs ...int32) []stimulus {
	var all []stimulus
	for _, n := range backlogs {
		all = append(all, onSocket("listen", model.Call{Op: spec.OpListen, Value: n}))
	}
	return all
}

func shutdowns() []stimulus {
	var all []stimulus
	for _, how := range []spec.ShutHow{spec.ShutRd, spec.ShutWr, spec.ShutRdwr} {
		all = append(all, onSocket("shutdown", model.Call{Op: spec.OpShutdown, How: how}))
	}
	return all
}

// accepts takes connections, where that leaves room in the scope.
var accepts = onSocket("accept", model.Call{Op: spec.OpAccept}).
	only(func(sc *Scope, w *model.World, s *model.Socket) bool {
		files, sockets := holds(w)
		return files < sc.FDs && sockets < sc.Sockets
	})

// sends: one byte at a time, and none while one is under way, so that numbers stay small.
var sends = onSocket("send", model.Call{Op: spec.OpSend, Len: 1}).
	only(func(_ *Scope, w *model.World, s *model.Socket) bool {
		if s.Remote.Local() { // which may be another socket of the host, or the same
			for i := range w.Sockets {
				if o := &w.Sockets[i]; o.Unread != 0 || o.Queued != 0 {
					return false
				}
			}
		}
		return s.Unsent == 0 && (s.TCP < model.Established || s.SndUna == s.SndNxt)
	})

// noAddress is the address argument of a sendto that has none.
var noAddress = model.Sockaddr{Pointer: spec.PointerNull}

// receives is recvfrom, which has rules of its own beside those of recv.
var receives = onSocket("recvfrom", model.Call{Op: spec.OpRecvfrom, Len: 8})

// errorOf reads from the error queue.
func errorOf(op spec.Op) stimulus {
	return onSocket(op.String()+"(MSG_ERRQUEUE)", model.Call{Op: op, Len: 8, MsgFlags: spec.MsgErrqueue})
}

var recvs = onSocket("recv", model.Call{Op: spec.OpRecv, Len: 8})

func join(parts ...[]stimulus) []stimulus {
	var all []stimulus
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
