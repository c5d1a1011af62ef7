package model

// TIME-WAIT, and what Linux lets come after it between the same four names.

// reuseLife is how long a connection has to lie in TIME-WAIT before connect chooses
// its port again for the same peer, in units of [Tick] (tcp_tw_reuse_delay of Linux).
const reuseLife = 1000 / Tick

// reuseSoon: that time is up just now, or soon.
const reuseSoon uint8 = 255

// lapse takes time that has passed from it; 0 is that it is over.
func lapse(left, passed uint8) uint8 {
	switch {
	case left == reuseSoon || passed == 0:
		return reuseSoon
	case uint16(left)+2*tardy <= uint16(passed):
		return 0
	case left <= passed+2*tardy:
		return reuseSoon
	}
	return left - passed
}

// stamped: the connection in the way had timestamps, as all within the host have, and
// none with the far hosts.
func stamped(m *move) bool { return m.destination().Local() }

// reusable says whether connect may choose a port over what lies in TIME-WAIT (Linux
// 6.18, tcp_twsk_unique).
func (m *move) reusable(o *Socket) bool {
	if o.TCP != TimeWait || o.Life != 0 || !o.Remote.Local() || m.w.Env.lacks(NoReuse) {
		return false
	}
	return m.w.Env.lacks(AnyReuse) || o.Remote.Loops() || o.Local.Loops()
}

// sweep takes away what lies in TIME-WAIT between the names of a new connection.
func (m *move) sweep(s *Socket) {
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o != s && o.TCP == TimeWait && o.has(Orphan) && o.LPort == s.LPort && o.RPort == s.RPort && o.Local == s.Local && o.Remote == s.Remote {
			*o = Socket{}
		}
	}
}

// renews: the segment is a SYN that may begin a new connection. The numbers that the
// host itself chooses rise with the clock.
func renews(m *move) bool {
	if m.f.Bits&(SYN|ACK|RST|FIN) != SYN || !m.inner && (!before(m.s.RcvNxt, m.f.Seq) || m.f.Seq >= SeqAway) {
		return false
	}
	for i := range m.w.Sockets {
		if l := &m.w.Sockets[i]; l.Kind == KindStream && l.TCP == Listen && l.LPort == m.f.DPort && l.listenScore(&m.f) > 0 {
			return true
		}
	}
	return false
}

// uncounted: the socket within the host that sent the SYN has no number of the clock's.
func (m *move) uncounted() bool {
	s := m.sender(&m.f)
	return s != nil && s.has(Uncounted)
}

func renew(m *move) {
	*m.s = Socket{}
	m.first(m.receiver())
}
