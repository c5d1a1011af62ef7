package model

// SO_REUSEPORT: several sockets have one name, and share what comes for it. Linux
// goes by a hash that nobody outside knows (reuseport_select_sock); the others do
// not say.

// sharedListening is looked at before the other rules of a listener.
var sharedListening = []Rule{
	{Name: "listen/reuseport/left-out", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux | forSockets,
		Title: "Which of several listeners gets a SYN of the host itself, and of more than two any SYN, is not modelled.",
		needs: withSYN, when: func(m *move) bool { n := m.callees(); return n > 1 || n == 1 && m.inner }, then: leaves(LeftReusePort)},
	{Name: "listen/reuseport", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux | forSockets, also: true, Evidence: "Linux 6.18, inet_lookup_reuseport; the pages do not say",
		Title: "Of two listeners that have one name by SO_REUSEPORT either gets the SYN.",
		needs: withSYN, when: func(m *move) bool { return m.callees() == 1 }, then: calledElsewhere},
}

// callees is how many other listeners a SYN could be for.
func (m *move) callees() int {
	if !m.s.has(ReusePort) || m.f.Bits&(SYN|ACK|RST|FIN) != SYN {
		return 0
	}
	_, n := m.fellows()
	return n
}

// calledElsewhere has the other listener take the SYN.
func calledElsewhere(m *move) {
	slot, _ := m.fellows()
	m.lookup(slot)
	switch _, requests := m.w.queue(m.slot); {
	case m.crowded():
	case requests <= m.s.Backlog:
		beginChild(m, 0)
	case m.under(forLinux):
		beginChild(m, Cookie)
	default:
		m.leave(LeftSynCookies)
	}
}

// sharedDatagrams is looked at when a datagram comes to a socket.
var sharedDatagrams = []Rule{
	{Name: "datagram/reuseport/left-out", Class: Deliver, on: onDatagram, For: forLinux | forSockets,
		Title: "Which of several sockets gets a datagram of the host itself, and of more than two any datagram, is not modelled; nor is it with a peer of port 0 among them.",
		when:  func(m *move) bool { n := m.addressees(); return n > 1 || n == 1 && m.inner || m.halfKnown() }, then: leaves(LeftReusePort)},
	{Name: "datagram/reuseport", Class: Deliver, on: onDatagram, For: forLinux | forSockets, also: true, Evidence: "Linux 6.18, udp4_lib_lookup2; the pages do not say",
		Title: "Of two sockets that have one name by SO_REUSEPORT, and no peer, either gets the datagram.",
		when:  func(m *move) bool { return m.addressees() == 1 }, then: addressedElsewhere},
}

// addressees is how many other sockets a datagram could be for.
func (m *move) addressees() int {
	if m.s == nil || !m.s.has(ReusePort) || m.s.has(Raw) || m.s.TCP == Established {
		return 0
	}
	_, n := m.fellows()
	return n
}

// halfKnown: the peer of the socket has port 0, so Linux does not find it by all
// four names (udp4_lib_lookup4), and by two names it depends on which of the
// sockets that share them was there first.
func (m *move) halfKnown() bool {
	if m.s == nil || !m.s.has(ReusePort) || m.s.TCP != Established || m.s.RPort != PortZero {
		return false
	}
	for i := range m.w.Sockets {
		if s := &m.w.Sockets[i]; s.shares(m.s) && s.has(ReusePort) && s.udpScore(&m.f) != 0 {
			return true
		}
	}
	return false
}

// addressedElsewhere has the other socket take the datagram.
func addressedElsewhere(m *move) {
	slot, _ := m.fellows()
	m.lookup(slot)
	if m.s.Queued == QueueMax {
		m.leave(LeftScope)
		return
	}
	m.queueDatagram()
}

// fellows are the other sockets that share, by SO_REUSEPORT, what has come for
// m.s: the first of them, and how many there are.
func (m *move) fellows() (slot, n int) {
	fits := func(s *Socket) int { return s.udpScore(&m.f) }
	if m.s.Kind == KindStream {
		fits = func(s *Socket) int { return s.listenScore(&m.f) }
	}
	score := fits(m.s)
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if s != m.s && s.has(ReusePort) && s.has(HasPort) && s.Kind == m.s.Kind && s.TCP == m.s.TCP && s.LPort == m.s.LPort && !s.has(AnyState|Raw) && fits(s) == score {
			if n++; n == 1 {
				slot = i
			}
		}
	}
	return slot, n
}
