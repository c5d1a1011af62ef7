package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// What a recipe states of its outcomes, taken into the world.

// called notes what a call has come to.
func (w *world) called(e *script.Event) {
	c, s := &e.Call, w.at(e.Call.FD)
	switch {
	case e.Want == nil:
	case e.Want.Blocks:
		w.blocked[e.Thread] = true
		if s == nil {
			return
		}
		s.waiting, s.waitsAccept = e.Thread+1, c.Op == spec.OpAccept
		if c.Op == spec.OpConnect && s.state != StateConnecting {
			w.started(c, s)
		}
	case c.Op == spec.OpConnect:
		w.concluded(c, s, e.Want.Result.Errno)
	case !e.Want.Result.Failed():
		w.succeeded(c, s, e.Want.Result.Ret)
	}
}

// started notes that an attempt is under way.
func (w *world) started(c *spec.Call, s *socket) {
	host, puppet := onHost(c.Addr.Addr)
	s.loop, s.bytes, s.peerDone = host, 0, false
	s.state = StateConnecting
	if puppet {
		w.switchTo(wire{sock: w.index(c.FD), ack: 1})
	} else if host { // which answers at once
		s.state = StateConnected
		if w.listener(c.Addr.Port) < 0 {
			s.state = StateFailed
		}
	}
}

// concluded notes how connect ended.
func (w *world) concluded(c *spec.Call, s *socket, errno spec.Errno) {
	dissolves := c.Addr.Family == spec.AFUnspec && errno == spec.ENONE
	switch {
	case s == nil:
	case dissolves && s.stream:
		w.wake(s)
		s.state, s.queue = StateFresh, 0
	case dissolves:
		s.state = StateDatagram
	case !s.stream && errno == spec.ENONE:
		host, puppet := onHost(c.Addr.Addr)
		s.state, s.loop = StateAssociated, host
		if puppet {
			w.switchTo(wire{sock: w.index(c.FD)})
		}
	case errno == spec.EINPROGRESS:
		w.started(c, s)
	case errno == spec.ENONE:
		s.state = StateConnected
	case s.state == StateConnecting && errno != spec.EALREADY:
		s.state = StateFailed
	}
}

// succeeded notes what a call other than connect has done.
func (w *world) succeeded(c *spec.Call, s *socket, ret int32) {
	switch c.Op {
	case spec.OpSocket:
		made := socket{state: StateDatagram, nonblock: c.SockFlags&spec.SockNonblock != 0}
		if c.Type == spec.SockStream {
			made.state, made.stream = StateFresh, true
		}
		w.made(ret, made)
	case spec.OpAccept:
		if s != nil {
			s.queue = max(s.queue-1, 0)
			w.made(ret, socket{state: StateConnected, stream: true, port: s.port, loop: !w.wire.open || w.wire.sock >= 0})
		}
	case spec.OpOpen:
		w.place(ret, -1)
	case spec.OpDup, spec.OpDup2:
		w.place(ret, w.what(c.FD))
	case spec.OpClose:
		w.place(c.FD, 0)
	case spec.OpBind:
		w.bound(c.FD, c.Addr.Port)
	case spec.OpListen:
		if s != nil {
			s.state, s.backlog = StateListening, int(c.Backlog)
		}
	case spec.OpFcntl:
		if s != nil && c.Fcntl == spec.FSetfl {
			s.nonblock = c.Arg&spec.ONonblock != 0
		}
	case spec.OpSend, spec.OpShutdown:
		w.noisy = w.noisy || s != nil && s.state == StateConnected
	case spec.OpRecv, spec.OpRecvfrom:
		if s != nil {
			s.bytes = 0
		}
	}
}

// made gives a new socket the descriptor that a recipe states.
func (w *world) made(fd int32, s socket) {
	if w.used == socketsMax || fd < fdFirst || fd >= fdFirst+fdCount {
		return
	}
	w.sockets[w.used] = s
	w.used++
	w.place(fd, int8(w.used))
	w.focus = fd
	if s.state == StateConnected && w.wire.open && w.wire.sock < 0 {
		w.wire.sock = w.index(fd)
	}
}

func (w *world) place(fd int32, what int8) {
	if fd >= fdFirst && fd < fdFirst+fdCount {
		w.fds[fd-fdFirst] = what
	}
}

// returned notes that a call that waited has ended.
func (w *world) returned(e *script.Event) {
	w.blocked[e.Thread] = false
	for i := range w.used {
		s := &w.sockets[i]
		if s.waiting != e.Thread+1 {
			continue
		}
		s.waiting = 0
		switch failed := e.Want.Result.Failed(); {
		case e.Call.Op == spec.OpConnect && failed:
			s.state = StateFailed
		case e.Call.Op == spec.OpConnect:
			s.state = StateConnected
		case e.Call.Op == spec.OpAccept && !failed:
			w.made(e.Want.Result.Ret, socket{state: StateConnected, stream: true, port: s.port})
		}
	}
}

// injected notes what a frame of the puppet has done.
func (w *world) injected(f *script.Frame) {
	if f.Proto != script.ProtoTCP {
		return
	}
	s := w.connecting()
	switch syn, ack := f.Flags&script.SYN != 0, f.Flags&script.ACK != 0; {
	case f.Flags&script.RST != 0 && s != nil:
		if ack && f.Ack == 1 {
			w.over(s)
		}
	case f.Flags&script.RST != 0:
		w.over(w.connected())
	case syn && ack:
		if s != nil && f.Ack == 1 {
			w.established(s)
		}
	case syn && s != nil:
		w.wire.seq = 1
	case syn:
		port := uint16(script.LocalPort)
		if !f.Implied {
			port = f.Dst.Port()
		}
		w.peer++
		w.switchTo(wire{sock: -1, server: w.listener(port), seq: 1, ack: 1})
	default:
		w.continued(f, s)
	}
}

// continued notes what a segment of a connection has done.
func (w *world) continued(f *script.Frame, s *socket) {
	switch {
	case s != nil && w.wire.seq == 1 && f.Ack == 1:
		w.established(s)
	case w.wire.sock < 0 && !w.wire.done && w.wire.server >= 0:
		w.wire.done = true
		w.arrived(&w.sockets[w.wire.server])
	}
	w.wire.seq += uint32(f.Len)
	if f.Flags&script.FIN != 0 {
		w.wire.seq++
	}
	if s := w.connected(); s != nil {
		if f.Len > 0 {
			s.bytes++
		}
		s.peerDone = s.peerDone || f.Flags&script.FIN != 0
	}
	if w.wire.open && f.Ack >= w.wire.ack {
		w.wire.ack, w.wire.pending = f.Ack, false
	}
}
