package generate

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// unixActions are the actions of AF_UNIX scripts with their weights.
var unixActions = [...]struct {
	weight int
	act    func(*unixWorld, *unixSocket)
}{
	{8, func(u *unixWorld, _ *unixSocket) { u.socket() }},
	{2, func(u *unixWorld, _ *unixSocket) { u.pair() }},
	{8, (*unixWorld).bind},
	{5, (*unixWorld).listen},
	{18, (*unixWorld).connect},
	{3, (*unixWorld).dissolve},
	{8, (*unixWorld).accept},
	{8, func(u *unixWorld, s *unixSocket) { u.send(s, false) }},
	{5, func(u *unixWorld, s *unixSocket) { u.send(s, true) }},
	{5, func(u *unixWorld, s *unixSocket) { u.recv(s, false) }},
	{4, func(u *unixWorld, s *unixSocket) { u.recv(s, true) }},
	{10, func(u *unixWorld, _ *unixSocket) { u.change() }},
	{5, (*unixWorld).shutdown},
	{4, (*unixWorld).query},
	{4, (*unixWorld).pollUnix},
	{4, (*unixWorld).closeUnix},
	{2, (*unixWorld).duplicate},
	{2, (*unixWorld).setNonblock},
}

var unixWeights = func() (sum int) {
	for i := range unixActions {
		sum += unixActions[i].weight
	}
	return sum
}()

func (u *unixWorld) step() {
	n := u.below(unixWeights)
	for i := range unixActions {
		if n -= unixActions[i].weight; n < 0 {
			s := u.any()
			if u.percent(30) {
				s = u.last()
			}
			unixActions[i].act(u, s)
			return
		}
	}
}

func (u *unixWorld) shutdown(s *unixSocket) {
	u.call(nil, false, spec.Call{Op: spec.OpShutdown, FD: u.fdOf(s), How: spec.ShutHow(u.below(3))})
}

func (u *unixWorld) query(s *unixSocket) {
	c := spec.Call{FD: u.fdOf(s)}
	switch u.below(8) {
	case 0, 1:
		c.Op = spec.OpGetsockname
	case 2, 3:
		c.Op = spec.OpGetpeername
	case 4, 5:
		c.Op, c.Level, c.Option = spec.OpGetsockopt, spec.SolSocket, spec.SoError
	case 6:
		c.Op, c.Level, c.Option = spec.OpGetsockopt, spec.SolSocket, [...]spec.SockOption{spec.SoType, spec.SoAcceptconn, spec.SoReuseaddr, spec.SoBroadcast}[u.below(4)]
	case 7:
		c.Op, c.Level, c.Option = spec.OpGetsockopt, spec.SolTCP, spec.TCPNodelay
		if u.percent(50) {
			c.Op, c.Value = spec.OpSetsockopt, 1
		}
	}
	u.call(nil, false, c)
}

func (u *unixWorld) pollUnix(s *unixSocket) {
	fds := []spec.PollFD{{FD: u.fdOf(s), Events: spec.PollIn | spec.PollOut | spec.PollPri | spec.PollRdhup}}
	if o := u.any(); o != nil && u.percent(20) {
		fds = append(fds, spec.PollFD{FD: o.fd, Events: spec.PollIn | spec.PollOut})
	}
	u.call(nil, false, spec.Call{Op: spec.OpPoll, Poll: fds})
}

func (u *unixWorld) closeUnix(s *unixSocket) {
	fd := u.fdOf(s)
	u.call(nil, false, spec.Call{Op: spec.OpClose, FD: fd})
	if s == nil || s.fd != fd || u.percent(10) { // and is used again now and then
		return
	}
	u.taken[fd-fdFirst] = false
	u.sockets = slices.DeleteFunc(u.sockets, func(o unixSocket) bool { return o.fd == fd })
}

func (u *unixWorld) duplicate(s *unixSocket) {
	if s == nil {
		return
	}
	if o := u.any(); u.percent(50) {
		u.call(nil, false, spec.Call{Op: spec.OpDup2, FD: s.fd, Arg: o.fd})
		if o.nonblock && !s.nonblock {
			o.nonblock = false
		}
		return
	}
	u.call(nil, false, spec.Call{Op: spec.OpDup, FD: s.fd})
	u.add(*s)
}

func (u *unixWorld) setNonblock(s *unixSocket) {
	if s == nil {
		return
	}
	c := spec.Call{Op: spec.OpFcntl, FD: s.fd, Fcntl: spec.FSetfl, Arg: spec.ORdwr}
	if u.percent(60) {
		c.Arg |= spec.ONonblock
	} else {
		s.nonblock = false
	}
	u.call(nil, false, c)
}
