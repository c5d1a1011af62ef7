package model

import "github.com/connspec/connspec/spec"

// SO_LINGER.

// lingerAbort is the Linger of a socket whose last close gives the connection
// up: l_onoff 1, l_linger 0.
const lingerAbort = 1

// abandon ends the connection of a socket that is closed with l_linger 0. A
// peer that has acknowledged everything but our FIN is sent nothing (Linux
// 6.18, tcp_disconnect, tcp_need_reset).
func (m *move) abandon(s *Socket) {
	if s.TCP.in(Established, CloseWait, FinWait1, FinWait2, SynReceived) {
		m.abort(s)
	}
	*s = Socket{}
}

// closing: FIN is out and not acknowledged (sk_stream_closing).
func closing(s *Socket) bool {
	return s.Kind == KindStream && s.TCP.in(FinWait1, Closing, LastAck)
}

// lingers: the close would wait. The descriptor is the socket's last, and its
// connection ends with a FIN.
func (m *move) lingers() bool {
	if !stream(m) || m.s.Linger <= lingerAbort || m.s.Unread != 0 {
		return false
	}
	holders := 0
	for _, f := range m.w.FDs {
		if f == m.file {
			holders++
		}
	}
	for i := range m.w.Threads {
		if t := &m.w.Threads[i]; t.Wait == Blocked && t.Socket == m.slot+1 {
			return false
		}
	}
	return holders == 1 && m.s.TCP.in(SynReceived, Established, CloseWait, FinWait1, Closing, LastAck)
}

// closeLingers closes, and waits for the FIN to be acknowledged.
func closeLingers(m *move) {
	m.closeFD(m.c.FD)
	if m.w.Left != Inside {
		return
	}
	m.block()
}

// inherit copies what a connection has of its listener beyond flags.
func (s *Socket) inherit(l *Socket) {
	s.SndTimeo, s.RcvTimeo, s.UserTimeout, s.Linger, s.SynCount = l.SndTimeo, l.RcvTimeo, l.UserTimeout, l.Linger, l.SynCount
}

// options says whether there is nothing for the socket to inherit from l.
func (s *Socket) options(l *Socket) bool {
	same := *s
	same.inherit(l)
	return same == *s
}

// crowd leaves the model where several threads wait in accept on a listener that
// ends: Linux wakes one of them (prepare_to_wait_exclusive), and the others wait
// for nothing.
func (m *move) crowd(slot uint8) {
	n := 0
	for i := range m.w.Threads {
		if t := &m.w.Threads[i]; t.Wait == Blocked && t.Socket == slot+1 && t.Op == spec.OpAccept {
			n++
		}
	}
	if n > 1 {
		m.leave(LeftSimultaneous)
	}
}
