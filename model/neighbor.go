package model

// Neighbours: the gateway that all routes of a family lead through may be unknown to
// the host and not answer when it asks (RFC 826, RFC 4861). What the host sends waits
// meanwhile, and when it gives up it tells itself: host unreachable (Linux 6.18,
// ipv4_link_failure, ndisc_error_report).

// neighborLife is how long Linux asks for a neighbour, in units of [Tick]: 3 times, and
// in the lab it waits 60 ms for each answer. Its own pause is a second.
const neighborLife = 180 / Tick

// What is known of how long the host goes on asking.
const (
	askingSoon uint8 = 254 // at most neighborLife
	askingNow  uint8 = 255 // it began in this very stretch of time
)

// asking is how long the host goes on asking for the neighbour of a family, in units
// of [Tick]; 0 if it does not ask.
func (e *Surroundings) asking(six bool) *uint8 {
	if six {
		return &e.Asking6
	}
	return &e.Asking
}

// behind says whether a frame to dst goes by way of a neighbour that does not answer.
func (e *Surroundings) behind(dst Addr) bool {
	if dst.Six() {
		return e.lacks(NoNeighbor6) && !dst.scoped() && dst.route6() != routeMulticast
	}
	return e.lacks(NoNeighbor) && !dst.many()
}

// awaits keeps a frame on its way to the wire back while its neighbour is not known,
// and says whether it did.
func (m *move) awaits(f *Frame) bool {
	if m.w.Env == (Surroundings{}) || !m.w.Env.behind(f.Dst) {
		return false
	}
	if !m.under(forLinux) {
		m.leave(LeftEnv)
		return true
	}
	if left := m.w.Env.asking(f.Dst.Six()); *left == 0 {
		*left = neighborLife
		if m.w.Timers {
			*left = askingNow
		}
	}
	if f.Proto != ProtoTCP {
		return true
	}
	s := m.sender(f)
	if s == nil && f.Bits&RST != 0 {
		return true
	}
	if s == nil || s.TCP != SynSent || f.Bits != SYN || f.Len != 0 || f.FastOpen != 0 {
		m.leave(LeftEnv)
		return true
	}
	s.set(Unresolved)
	m.hide(f)
	return true
}

// sender is the stream socket that sends a segment, or nil.
func (m *move) sender(f *Frame) *Socket {
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if s.Kind == KindStream && s.TCP != Closed && s.TCP != Listen && s.Local == f.Src && s.LPort == f.SPort && s.Remote == f.Dst && s.RPort == f.DPort {
			return s
		}
	}
	return nil
}

// unanswered says whether the host may have given up the neighbour of a family by now.
func (w *World) unanswered(six bool) bool {
	left := *w.Env.asking(six)
	return w.Timers && left != 0 && (w.Passing == 0 || left >= askingSoon || uint16(left) <= uint16(w.Passing)+tardy)
}

// unansweredLong says whether it must have.
func (w *World) unansweredLong(six bool) bool {
	left := *w.Env.asking(six)
	if left == askingSoon {
		left = neighborLife
	}
	return left != 0 && left != askingNow && w.Passing != 0 && uint16(left)+2*tardy <= uint16(w.Passing)
}

// waitsFor says whether an attempt waits for the neighbour of a family.
func (w *World) waitsFor(six bool) bool {
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.has(Unresolved) && s.Remote.Six() == six {
			return true
		}
	}
	return false
}

// ask takes the time that has passed from what the host goes on asking.
func (w *World) ask() {
	for _, six := range [...]bool{false, true} {
		left := w.Env.asking(six)
		switch {
		case *left == 0:
		case w.unansweredLong(six) && !w.waitsFor(six): // only datagrams waited, and nobody was told
			*left = 0
		case *left >= askingSoon, w.Passing == 0, *left <= w.Passing+tardy:
			*left = askingSoon
		default:
			*left -= w.Passing
		}
	}
}

// giveUpNeighbor ends the asking: the sender of each segment that waited is told.
func (m *move) giveUpNeighbor(six bool) {
	*m.w.Env.asking(six) = 0
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if !s.has(Unresolved) || s.Remote.Six() != six {
			continue
		}
		s.clear(Unresolved)
		f := Frame{Proto: ProtoTCP, Src: s.Local, SPort: s.LPort, Dst: s.Remote, DPort: s.RPort}
		t := (DoesReject0 + 1).rejection(&f) // host unreachable
		if six {
			t.Code = 3 // address unreachable
		}
		t.Src, t.Dst = f.Src, f.Src
		m.loop(t)
	}
}

var neighborRules = []Rule{
	{Name: "timer/neighbor", Class: Timer, on: onTimer, For: forLinux, Evidence: "Linux 6.18, neigh_timer_handler, ipv4_link_failure, ndisc_error_report",
		Title: "When nobody answers for the next hop the host gives up after three questions and tells the attempts that wait: EHOSTUNREACH.",
		when:  func(m *move) bool { return m.s.has(Unresolved) && m.w.unanswered(m.s.Remote.Six()) },
		then:  func(m *move) { m.giveUpNeighbor(m.s.Remote.Six()) }},
}

// neighbors is what a change of the environment means for the neighbours: what waits
// for one is sent when it is known, or lost with the interface, which is beyond the
// model.
func (w *World) neighbors(c Change) {
	switch c {
	case NeighborGone, NeighborBack, NeighborGone6, NeighborBack6, LinkDown, LinkUp, AddrGone, AddrBack, AddrGone6, AddrBack6:
		if w.Env.Asking|w.Env.Asking6 != 0 {
			w.Left = LeftEnv
		}
	}
}
