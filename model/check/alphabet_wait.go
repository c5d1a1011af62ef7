package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stimuli of waiting: signals, select, poll and epoll, the options of time.

// some is the time that a wait with a limit has, in milliseconds. Time that
// passes in a scope has no length, so one will do.
const some = 200

// handlers say what SIGUSR1 does, once.
func handlers(all ...spec.Disposition) []stimulus {
	var list []stimulus
	for _, h := range all {
		c := model.Call{Op: spec.OpSigaction, Signal: spec.SIGUSR1, Handler: h}
		list = append(list, onHost("rt_sigaction("+h.String()+")", c).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
			return w.Signals[spec.SIGUSR1] == spec.SigDefault
		}))
	}
	return list
}

// deliveries are signals for a thread that waits, and for one that does not.
func deliveries() []stimulus {
	l := model.Label{Kind: model.LabelSignal, Signal: spec.SIGUSR1}
	handled := func(_ *Scope, w *model.World, _ *model.Socket) bool {
		return w.Signals[spec.SIGUSR1] != spec.SigDefault
	}
	return []stimulus{
		{name: "SIGUSR1", about: aWaiter, env: &l, when: handled},
		{name: "SIGUSR1 between calls", about: aHost, env: &l, when: func(sc *Scope, w *model.World, s *model.Socket) bool {
			return handled(sc, w, s) && w.Threads[0].Wait == model.Running
		}},
	}
}

// limits set an option of time, on a socket that has none.
func limits(options ...spec.SockOption) []stimulus {
	var all []stimulus
	for _, o := range options {
		level := spec.SolSocket
		if o == spec.TCPUserTimeout {
			level = spec.SolTCP
		}
		all = append(all, option(o, level, some).only(unlimited))
	}
	return all
}

func unlimited(_ *Scope, _ *model.World, s *model.Socket) bool {
	return s.SndTimeo == 0 && s.RcvTimeo == 0 && s.UserTimeout == 0 && s.SynCount == 0
}

// polling makes poll or select about one socket.
func polling(op spec.Op, events spec.PollEvents, timeout int32) stimulus {
	return onSocket(op.String(), model.Call{Op: op, Value: timeout, Polls: 1, Poll: [model.PollMax]model.PollFD{{Events: events}}})
}

// pollCalls are the calls that wait for a socket to be ready, or look whether it is.
func pollCalls() []stimulus {
	var all []stimulus
	for _, timeout := range []int32{0, some, -1} {
		all = append(all, polling(spec.OpPoll, spec.PollIn|spec.PollOut, timeout), polling(spec.OpSelect, spec.PollIn|spec.PollOut|spec.PollPri, timeout))
	}
	return all
}

// oddPolls ask about numbers that are no descriptors, and for what the model does not count.
func oddPolls() []stimulus {
	var all []stimulus
	for _, op := range []spec.Op{spec.OpPoll, spec.OpSelect} {
		c := model.Call{Op: op, Polls: 1, Poll: [model.PollMax]model.PollFD{{FD: badFD, Events: spec.PollIn}}}
		all = append(all, onHost(op.String()+"(no descriptor)", c))
		c.Polls = model.PollMax + 1
		all = append(all, onHost(op.String()+"(many)", c))
		c.Polls, c.Poll = 0, [model.PollMax]model.PollFD{}
		all = append(all, onHost(op.String()+"(nothing)", c))
	}
	return all
}

// epolls are the calls of epoll: about a socket, about the instance and about what
// is neither.
func epolls() []stimulus {
	create := onHost("epoll_create1", model.Call{Op: spec.OpEpollCreate}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
		_, have := descriptorOf(w, model.FileEpoll)
		return !have
	})
	all := []stimulus{create}
	watch := func(cmd spec.EpollCmd, flags spec.EpollFlags, events spec.PollEvents) model.Call {
		return model.Call{Op: spec.OpEpollCtl, Epoll: cmd, Flags: flags, Polls: 1, Poll: [model.PollMax]model.PollFD{{Events: events}}}
	}
	for _, flags := range []spec.EpollFlags{0, spec.EpollET, spec.EpollOneshot} {
		all = append(all, onSocket("epoll_ctl", watch(spec.EpollAdd, flags, spec.PollIn|spec.PollOut)), onSocket("epoll_ctl", watch(spec.EpollMod, flags, spec.PollIn|spec.PollOut)))
	}
	all = append(all, onSocket("epoll_ctl", watch(spec.EpollDel, 0, 0)))
	for _, timeout := range []int32{0, some, -1} {
		all = append(all, stimulus{name: "epoll_wait", about: anEpoll, call: model.Call{Op: spec.OpEpollWait, Len: model.InterestsMax, Value: timeout}})
	}
	return all
}

// oddEpolls are the same with what is no epoll instance, and no socket.
func oddEpolls() []stimulus {
	add := model.Call{Op: spec.OpEpollCtl, Epoll: spec.EpollAdd, Polls: 1, Poll: [model.PollMax]model.PollFD{{FD: badFD}}}
	wait := model.Call{Op: spec.OpEpollWait, Len: model.InterestsMax}
	short := wait
	short.Len = 0
	few := wait
	few.Len = 1
	itself, null := add, add
	itself.Poll[0].FD, null.Poll[0].FD = model.FDFirst, model.FDFirst+1 // files come behind sockets, and the instance before /dev/null
	bad := wait
	bad.FD = badFD
	none := add
	none.FD, none.Poll[0].FD = model.FDFirst, model.FDFirst
	return []stimulus{
		{name: "epoll_create1 again", about: anEpoll, call: model.Call{Op: spec.OpEpollCreate}},
		{name: "epoll_ctl(no descriptor)", about: anEpoll, call: add},
		{name: "epoll_ctl(lowest)", about: anEpoll, call: itself},
		{name: "epoll_ctl(second)", about: anEpoll, call: null},
		{name: "epoll_ctl(no instance)", about: aHost, call: none, when: func(_ *Scope, w *model.World, _ *model.Socket) bool { return slots(w) > 0 }},
		{name: "epoll_wait(no descriptor)", about: aHost, call: bad},
		{name: "epoll_wait(no room)", about: anEpoll, call: short},
		{name: "epoll_wait(little room)", about: anEpoll, call: few},
		{name: "open", about: aHost, call: model.Call{Op: spec.OpOpen}, when: func(_ *Scope, w *model.World, _ *model.Socket) bool {
			_, have := descriptorOf(w, model.FileNull)
			return !have && slots(w) == 0
		}},
	}
}
