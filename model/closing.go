package model

import "github.com/connspec/connspec/spec"

// How sockets are let go of.

// release lets go of a socket that nothing refers to any more.
func (m *move) release(slot uint8) {
	s := &m.w.Sockets[slot]
	switch {
	case s.unix():
		m.releaseUnix(slot)
		return
	case s.has(AnyState): // what it has done may show yet
		s.set(Orphan)
		return
	case s.TCP == Listen:
		m.unlisten(slot)
		*s = Socket{}
		return
	case s.Kind == KindDgram, s.TCP == Closed, s.TCP == SynSent:
		*s = Socket{}
		return
	case s.Unread != 0 && !m.gentle && s.TCP != TimeWait:
		m.abort(s)
		*s = Socket{}
		return
	case s.Linger == lingerAbort && s.TCP != TimeWait:
		m.abandon(s)
		return
	}
	s.set(Orphan | ShutRead | ShutWrite)
	s.clear(ErrQueued | ErrsQueued)
	s.Err, s.NextErr, s.Unread, s.Layer = spec.ENONE, spec.ENONE, 0, Unconnected
	m.closeTCP(s)
}

// closeTCP sends FIN if the state still allows one (RFC 9293, section 3.10.4).
func (m *move) closeTCP(s *Socket) {
	switch s.TCP {
	case SynReceived:
		if !m.under(forLinux) { // the BSDs finish the handshake first
			m.leave(LeftShutdown)
			return
		}
		if s.Retries != 0 { // a window of one segment, and SYN|ACK fills it
			m.leave(LeftOutstanding)
			return
		}
		s.TCP = FinWait1
		m.sendFIN(s)
	case Established:
		s.TCP = FinWait1
		m.sendFIN(s)
	case CloseWait:
		s.TCP = LastAck
		m.sendFIN(s)
	}
}

// unlisten resets the connections that were not accepted. Handshakes that were
// not finished go with the listener; in Linux they wait whether it listens
// again.
func (m *move) unlisten(slot uint8) {
	m.crowd(slot)
	for turn := uint8(1); turn <= SocketsMax+1; turn++ {
		for i := range m.w.Sockets {
			c := &m.w.Sockets[i]
			if c.Parent != slot+1 || c.Turn != turn {
				continue
			}
			if c.TCP.in(Established, CloseWait, FinWait1, FinWait2, SynReceived) {
				m.abort(c)
			}
			*c = Socket{}
		}
	}
	for i := range m.w.Sockets {
		if c := &m.w.Sockets[i]; c.Parent == slot+1 && (c.has(Cookie) || !m.w.held(slot) || !m.under(forLinux)) {
			*c = Socket{}
		}
	}
}
