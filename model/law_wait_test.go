package model

import (
	"fmt"
	"testing"

	"github.com/connspec/connspec/spec"
)

// asked is what a call that only looks returns in a world, with the world it
// leaves; ok is false if the model does not say.
func asked(w *World, c Call) (r Return, after World, ok bool) {
	var nexts Nexts
	idle := uint8(ThreadsMax)
	for i := range w.Threads {
		if w.Threads[i].Wait == Running {
			idle = uint8(i)
		}
	}
	if idle == ThreadsMax {
		return r, after, false
	}
	Step(spec.Linux, w, &Label{Kind: LabelCall, Thread: idle, Call: c}, &nexts)
	if nexts.Len == 0 || nexts.Buf[0].World.Left != Inside || nexts.Buf[0].World.Threads[idle].Wait != Returning {
		return r, after, false
	}
	after = nexts.Buf[0].World
	r = after.Threads[idle].Ret
	after.Threads[idle] = Thread{}
	return r, after, true
}

const everything = spec.PollIn | spec.PollPri | spec.PollOut | spec.PollRdhup

// poll, select and level triggered epoll say the same of one socket: select
// has its three sets of what poll shows, and epoll shows what poll shows.
func TestReadinessAgrees(t *testing.T) {
	look := func(op spec.Op, fd int32) Call {
		return Call{Op: op, Polls: 1, Poll: [PollMax]PollFD{{FD: fd, Events: everything}}}
	}
	check(t, "poll, select and epoll agree", func(_ spec.Dialect, seed uint64) string {
		w := newWalker(spec.Linux, seed, func(*World, *Label, *Next) {})
		for range 60 {
			w.walk(1)
			fd := int32(FDFirst)
			s := w.world.socket(fd)
			if s == nil || s.unix() || w.world.Interests[0].Slot != 0 || w.world.descriptorOf(FileEpoll) >= 0 {
				continue
			}
			polled, _, ok := asked(&w.world, look(spec.OpPoll, fd))
			selected, _, ok2 := asked(&w.world, look(spec.OpSelect, fd))
			if !ok || !ok2 {
				continue
			}
			if want := asSets(polled.Revents[0]); selected.Revents[0] != want {
				return fmt.Sprintf("poll shows %v and select %v, want %v", polled.Revents[0], selected.Revents[0], want)
			}
			if complaint := epollAgrees(&w.world, fd, polled.Revents[0]); complaint != "" {
				return complaint
			}
		}
		return ""
	})
}

// epollAgrees watches the socket in a copy of the world and asks twice.
func epollAgrees(w *World, fd int32, want spec.PollEvents) string {
	made, with, ok := asked(w, Call{Op: spec.OpEpollCreate})
	if !ok {
		return ""
	}
	_, with, ok = asked(&with, Call{Op: spec.OpEpollCtl, FD: made.Ret, Epoll: spec.EpollAdd, Polls: 1, Poll: [PollMax]PollFD{{FD: fd, Events: everything}}})
	if !ok {
		return "a socket cannot be watched"
	}
	for range 2 { // level triggered: the second look shows the same
		r, after, ok := asked(&with, Call{Op: spec.OpEpollWait, FD: made.Ret, Len: 8})
		if !ok {
			return "epoll_wait does not return"
		}
		if r.Revents[0] != want {
			return fmt.Sprintf("poll shows %v and epoll %v", want, r.Revents[0])
		}
		with = after
	}
	return ""
}
