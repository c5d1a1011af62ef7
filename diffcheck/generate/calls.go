package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// open makes a socket, on which the script then looks first.
func (w *world) open(stream bool) {
	c := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}
	s := socket{state: StateDatagram, stream: stream, nonblock: w.percent(65)}
	if w.six && w.percent(80) {
		c.Family, s.six = spec.AFInet6, true
	}
	if stream {
		c.Type = spec.SockStream
		s.state = StateFresh
	}
	if s.nonblock {
		c.SockFlags = spec.SockNonblock
	}
	if w.percent(30) {
		c.Protocol = spec.ProtocolUDP
		if stream {
			c.Protocol = spec.ProtocolTCP
		}
	}
	if !w.call(c) {
		return
	}
	if fd, ok := w.newSocket(s); ok {
		w.focus = fd
	}
}

// oddSocket asks for one that there is not.
func (w *world) oddSocket() {
	c := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Protocol: spec.ProtocolUDP}
	switch w.below(4) {
	case 0:
		c.Type, c.Protocol = spec.SockDgram, spec.ProtocolTCP
	case 1:
		c.Type, c.Protocol = spec.SockSeqpacket, spec.ProtocolDefault
	case 2:
		c.Family, c.Protocol = spec.AFUnknown, spec.ProtocolDefault
	}
	w.call(c)
}

func (w *world) bind(fd int32) {
	c := spec.Call{Op: spec.OpBind, FD: fd}
	to := w.inet6(fd, w.local())
	plain := w.named(&c, to)
	if w.call(c) && plain {
		w.bound(fd, to.Port())
	}
}

// bindTo binds the socket in focus to a port that the puppet knows.
func (w *world) bindTo(port uint16) {
	addr := script.Any
	switch {
	case w.at(w.focus) != nil && w.at(w.focus).six:
		addr = w.bindAddr6()
	case w.percent(50):
	case w.loopback:
		addr = script.Loopback
	default:
		addr = script.Own
	}
	length := int32(spec.SizeofSockaddrIn)
	if addr.Is6() {
		length = spec.SizeofSockaddrIn6
	}
	if w.call(spec.Call{Op: spec.OpBind, FD: w.focus, Addr: spec.SockaddrInet(from(addr, port)), AddrLen: length}) {
		w.bound(w.focus, port)
	}
}

func (w *world) bound(fd int32, port uint16) {
	if s := w.at(fd); s != nil && s.port == 0 && (s.state == StateFresh || s.state == StateDatagram) {
		s.port = port
	}
}

func (w *world) listen(fd int32) {
	backlog := [...]int32{1, 5, 5, 128, 0, -1}[w.below(6)]
	s := w.at(fd)
	if w.call(spec.Call{Op: spec.OpListen, FD: fd, Backlog: backlog}) && s != nil && s.state == StateFresh {
		s.state = StateListening
		s.backlog = int(backlog)
	}
}

func (w *world) connect(fd int32) {
	c := spec.Call{Op: spec.OpConnect, FD: fd}
	to := w.inet6(fd, w.remote())
	plain := w.named(&c, to)
	s := w.at(fd)
	if s != nil && s.six && s.stream && to.Addr().Is4() {
		plain = false
	}
	if s == nil || !plain {
		w.connectBlindly(s, c)
		return
	}
	host, puppet := onHost(to.Addr())
	switch {
	case !s.stream:
		if w.call(c) && (host || puppet) {
			s.state, s.loop = StateAssociated, host
			if puppet && !s.raw {
				w.switchTo(wire{sock: w.index(fd), six: s.six && !to.Addr().Unmap().Is4()})
			}
		}
	case s.state == StateConnecting && !s.nonblock:
		w.wait(s, c)
	case s.state != StateFresh && s.state != StateFailed:
		w.call(c)
	case puppet:
		w.connectOut(fd, s, c)
		s.attempts6(to.Addr())
	case host:
		s.attempts6(to.Addr())
		w.connectHere(s, c, to.Port())
	default:
		w.call(c)
	}
}

// connectBlindly makes a call whose arguments are not right. It still waits
// where the state of the socket is looked at first.
func (w *world) connectBlindly(s *socket, c spec.Call) {
	if s != nil && s.stream && s.state == StateConnecting && !s.nonblock {
		w.wait(s, c)
		return
	}
	w.call(c)
}

// connectOut starts a connection that only the puppet can answer.
func (w *world) connectOut(fd int32, s *socket, c spec.Call) {
	deferred := w.fast && s.fast && w.cookie
	if s.nonblock || deferred {
		if !w.call(c) {
			return
		}
	} else {
		if s.waiting != 0 {
			return
		}
		w.wait(s, c)
		if s.waiting == 0 {
			return
		}
	}
	s.state, s.loop, s.bytes, s.peerDone, s.deferred = StateConnecting, false, 0, false, deferred
	if !deferred {
		w.switchTo(wire{sock: w.index(fd), ack: 1, six: s.six && !c.Addr.Addr.Unmap().Is4()})
	}
}

// connectHere starts a connection to this host, which answers at once.
func (w *world) connectHere(s *socket, c spec.Call, port uint16) {
	i := w.listener(port)
	if i >= 0 && w.sockets[i].queue > w.sockets[i].backlog {
		return // the SYN would be lost, and how often it is sent again takes time
	}
	if !w.call(c) {
		return
	}
	s.loop, s.bytes, s.peerDone = true, 0, false
	switch {
	case port == s.port && port != 0: // to itself
		s.state = StateConnected
	case i < 0:
		s.state = StateFailed
	default:
		s.state = StateConnected
		w.arrived(&w.sockets[i])
	}
}

// arrived adds a connection to the queue of a listening socket, or hands it to
// the thread that waits for it.
func (w *world) arrived(l *socket) {
	if l.waiting == 0 || !l.waitsAccept {
		l.queue++
		return
	}
	w.wake(l)
	w.accepted(l)
}

// accepted makes the socket that accept returns.
func (w *world) accepted(l *socket) {
	six := l.six
	child := socket{six: six, mapped: six && !w.wire.six, state: StateConnected, stream: true, port: l.port, loop: !w.wire.open || w.wire.sock >= 0}
	fd, ok := w.newSocket(child)
	if !ok {
		return
	}
	if w.wire.open && w.wire.sock < 0 {
		w.wire.sock = w.index(fd)
	}
	if w.percent(70) {
		w.focus = fd
	}
}

func (w *world) dissolve(fd int32) {
	c := spec.Call{Op: spec.OpConnect, FD: fd, AddrLen: spec.SizeofSockaddrIn}
	if w.percent(20) {
		c.AddrLen = oddLengths[w.below(len(oddLengths))]
	}
	s := w.at(fd)
	if !w.call(c) || s == nil || c.AddrLen < 2 || c.AddrLen > 128 {
		return
	}
	if s.stream {
		w.wake(s)
		s.state, s.queue = StateFresh, 0
	} else {
		s.state = StateDatagram
	}
}

func (w *world) accept(fd int32) {
	c := spec.Call{Op: spec.OpAccept, FD: fd}
	if w.percent(15) {
		c.Pointer = spec.PointerNull
	}
	s := w.at(fd)
	switch {
	case s == nil || s.state != StateListening || s.nonblock && s.queue == 0:
		w.call(c)
	case s.queue == 0:
		w.wait(s, c)
	case w.call(c):
		s.queue--
		w.accepted(s)
	}
}

func (w *world) nonblock(fd int32) {
	flags := spec.ORdwr
	on := w.percent(50)
	if on {
		flags |= spec.ONonblock
	}
	if w.call(spec.Call{Op: spec.OpFcntl, FD: fd, Fcntl: spec.FSetfl, Arg: flags}) {
		if s := w.at(fd); s != nil {
			s.nonblock = on
		}
	}
}

func (w *world) poll(fd int32) {
	fds := []spec.PollFD{{FD: fd, Events: spec.PollIn | spec.PollOut | spec.PollPri | spec.PollRdhup}}
	if w.percent(15) {
		fds[0].Events = [...]spec.PollEvents{0, spec.PollIn, spec.PollOut}[w.below(3)]
	}
	if w.percent(10) {
		fds = append(fds, spec.PollFD{FD: w.anyFD(), Events: spec.PollIn | spec.PollOut})
	}
	w.call(spec.Call{Op: spec.OpPoll, Poll: fds})
}

func (w *world) shutdown(fd int32) {
	how := spec.ShutHow(w.below(3))
	s := w.at(fd)
	if !w.call(spec.Call{Op: spec.OpShutdown, FD: fd, How: how}) || s == nil {
		return
	}
	switch s.state {
	case StateConnecting:
		w.wake(s)
		s.state = StateFailed
	case StateListening:
		if how != spec.ShutWr {
			w.wake(s)
			s.state = StateFresh
		}
	case StateConnected:
		if how != spec.ShutRd {
			w.hostSends(fd, 1)
			s.out = true
		}
		if how != spec.ShutWr {
			w.wake(s)
			s.peerDone = true
		}
	default:
		if how != spec.ShutWr {
			w.wake(s)
			s.peerDone = true
		}
	}
}

// sockopt sets one of the options that matter to connect.
func (w *world) sockopt(fd int32) {
	if w.fast && w.percent(50) {
		w.fastSockopt(fd)
		return
	}
	if w.six && w.percent(40) {
		w.only6(fd)
		return
	}
	option := spec.SoBroadcast
	if w.percent(30) {
		option = spec.SoReuseaddr
	}
	w.call(spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolSocket, Option: option, Value: int32(w.below(2))})
}

func (w *world) getsockopt(fd int32, option spec.SockOption) {
	w.call(spec.Call{Op: spec.OpGetsockopt, FD: fd, Level: spec.SolSocket, Option: option})
}

func (w *world) dup(fd int32) {
	if !w.call(spec.Call{Op: spec.OpDup, FD: fd}) {
		return
	}
	if i := w.what(fd); i != 0 {
		w.newFD(i)
	}
}

// what is the entry of a descriptor in the table.
func (w *world) what(fd int32) int8 {
	if fd < fdFirst || fd >= fdFirst+fdCount {
		return 0
	}
	return w.fds[fd-fdFirst]
}

func (w *world) dup2(fd int32) {
	to := fdFirst + int32(w.below(5))
	if w.call(spec.Call{Op: spec.OpDup2, FD: fd, Arg: to}) && w.what(fd) != 0 {
		w.fds[to-fdFirst] = w.what(fd)
	}
}

func (w *world) close(fd int32) {
	thread, ok := w.callBy(spec.Call{Op: spec.OpClose, FD: fd})
	if !ok || w.what(fd) == 0 {
		return
	}
	if s := w.at(fd); s != nil && s.lingers && s.state == StateConnected {
		w.blocked[thread] = true
	}
	if w.state(fd) == StateConnected {
		w.hostSends(fd, 1)
	}
	w.fds[fd-fdFirst] = 0
}
