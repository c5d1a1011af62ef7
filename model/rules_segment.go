package model

import "github.com/connspec/connspec/spec"

var segmentRules = []Rule{
	// Linux: FIN-WAIT-2 without a descriptor is a remnant of its own
	{Name: "fin-wait-2-remnant/outside", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "A closed connection in FIN-WAIT-2 answers any segment outside its window by ACK.",
		when:  func(m *move) bool { return m.s.has(Orphan) && outside(m) }, then: func(m *move) { m.ack(m.s) }},
	{Name: "fin-wait-2-remnant/rst", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "RST ends a closed connection in FIN-WAIT-2.",
		when:  func(m *move) bool { return m.s.has(Orphan) && m.f.Bits&RST != 0 }, then: func(m *move) { *m.s = Socket{} }},
	{Name: "fin-wait-2-remnant/syn", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "SYN ends a closed connection in FIN-WAIT-2 with RST.",
		when:  func(m *move) bool { return m.s.has(Orphan) && m.f.Bits&SYN != 0 },
		then:  func(m *move) { m.refuse(&m.f); *m.s = Socket{} }},
	{Name: "fin-wait-2-remnant/nothing-new", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "A segment without ACK or without news is dropped.",
		when:  func(m *move) bool { return m.s.has(Orphan) && (m.f.Bits&ACK == 0 || m.f.space() == 0) }, then: nothing},
	{Name: "fin-wait-2-remnant/data", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process; RFC 1122, 4.2.2.13",
		Title: "Data for a closed connection in FIN-WAIT-2 is answered by RST.",
		when:  func(m *move) bool { return m.s.has(Orphan) && (m.f.Bits&FIN == 0 || m.f.end() != m.s.RcvNxt+1) },
		then:  func(m *move) { m.refuse(&m.f); *m.s = Socket{} }},
	{Name: "fin-wait-2-remnant/fin", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "FIN for a closed connection in FIN-WAIT-2 counts, whatever it acknowledges.",
		when:  func(m *move) bool { return m.s.has(Orphan) },
		then:  func(m *move) { m.f.Ack = m.s.SndNxt; m.take(false) }},

	// synchronised states: is the segment acceptable
	{Name: "synced/old-rst-after-fin", Class: Deliver, on: onSegment, in: []TCP{CloseWait, LastAck, Closing}, For: forLinux, Evidence: "Linux 6.18, tcp_reset_check",
		Title: "An RST that repeats the number of the peer's FIN counts.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt-1 }, then: reset},
	{Name: "synced/old-rst", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "An RST outside the window is ignored.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && old(m) }, then: nothing},
	{Name: "synced/linux/no-ack", Class: Deliver, on: onSegment, in: synced, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_established, tcp_rcv_state_process",
		Title: "A segment without ACK, SYN and RST is dropped, outside the window too.",
		when:  func(m *move) bool { return m.f.Bits&(ACK|SYN|RST) == 0 }, then: nothing},
	{Name: "synced/old", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment outside the window is answered by ACK.",
		when:  old, then: repeated},
	{Name: "synced/macos/rst-queued", Class: Deliver, on: onSegment, in: synced, For: forMacOS, Evidence: "XNU 11417, sofreelastref (SS_COMP)",
		Title: "A connection that is reset before it is accepted stays in the queue.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt && m.s.has(Child) },
		then:  func(m *move) { m.kept = true; reset(m) }},
	{Name: "synced/rst-queued", Class: Deliver, on: onSegment, in: synced, For: forPOSIX | forOSX | forTargetTCP, also: true, Evidence: "FreeBSD 13, sonewconn (so_comp); the pages do not say",
		Title: "A connection that is reset before it is accepted may stay in the queue.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt && m.s.has(Child) },
		then:  func(m *move) { m.kept = true; reset(m) }},
	{Name: "synced/rst-flush", Class: Deliver, on: onSegment, in: synced, For: forPOSIX | forTargetTCP, also: true, Evidence: "RFC 9293, 3.10.7.4 (all segment queues should be flushed)",
		Title: "A reset may take with it what was not read.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt && m.s.Unread != 0 },
		then:  func(m *move) { m.s.Unread = 0; m.kept = true; reset(m) }},
	{Name: "synced/rst", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4; RFC 5961, 3.2",
		Title: "RST with exactly the next number resets the connection.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt }, then: reset},
	{Name: "synced/rst-challenge", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 5961, 3.2",
		Title: "RST elsewhere in the window is answered by ACK.",
		when:  hasBits(RST), then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/syn-challenge", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 5961, 4.2",
		Title: "SYN on a connection is answered by ACK.",
		when:  hasBits(SYN), then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/no-ack", Class: Deliver, on: onSegment, in: synced, For: forAll &^ forLinux, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment without ACK is dropped.",
		when:  func(m *move) bool { return m.f.Bits&ACK == 0 }, then: nothing},
	{Name: "synced/unsent", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment that acknowledges what was not sent is answered by ACK.",
		when:  unsent, then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/too-old-ack-predicted", Class: Deliver, on: onSegment, in: []TCP{Established}, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_established (what tcp_ack returns is not looked at)",
		Title: "The next data is taken even if it acknowledges less than the first acknowledgement did; the ACK that answers it is the data's.",
		when:  func(m *move) bool { return tooOldAck(m) && m.foreseen(m.s, &m.f) },
		then:  func(m *move) { m.takeData(m.s, &m.f); m.ack(m.s) }},
	{Name: "synced/too-old-ack", Class: Deliver, on: onSegment, in: synced, For: forLinux, Evidence: "Linux 6.18, tcp_ack (bytes_acked); RFC 5961, 5.2",
		Title: "A segment that acknowledges less than the first acknowledgement did is answered by ACK.",
		when:  tooOldAck, then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/hole", Class: Deliver, on: onSegment, in: []TCP{Established, FinWait1, FinWait2}, For: forAll,
		Title: "Data beyond a hole is not modelled.", when: beyondHole, then: leaves(LeftOutOfOrder)},
	{Name: "synced/nobody-reads", Class: Deliver, on: onSegment, in: []TCP{FinWait1, FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_state_process; RFC 1122, 4.2.2.13",
		Title: "Data for a socket shut in both directions resets the connection.",
		when:  func(m *move) bool { return m.s.has(ShutRead) && m.f.Len != 0 && before(m.s.RcvNxt, m.f.Seq+m.f.Len) },
		then:  func(m *move) { m.heard(); m.refuse(&m.f); m.done(m.slot, spec.ECONNRESET) }},
	{Name: "synced/straddles-fin", Class: Deliver, on: onSegment, in: []TCP{CloseWait, Closing, LastAck}, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_state_process",
		Title: "Data from before the peer's FIN to beyond it resets the connection.",
		when: func(m *move) bool {
			return before(m.f.Seq, m.s.RcvNxt) && before(m.s.RcvNxt, m.f.Seq+m.f.Len) && !finAcked(m)
		},
		then: func(m *move) { m.heard(); m.refuse(&m.f); reset(m) }},
	{Name: "synced/nobody-reads-bsd", Class: Deliver, on: onSegment, in: []TCP{FinWait1, FinWait2}, For: forPOSIX | forBerkeley, also: true, Evidence: "RFC 1122, 4.2.2.13",
		Title: "Data for a socket shut in both directions may reset the connection.",
		when: func(m *move) bool {
			return m.s.has(ShutRead) && !m.s.has(Orphan) && m.f.Len != 0 && before(m.s.RcvNxt, m.f.Seq+m.f.Len)
		}, then: func(m *move) { m.refuse(&m.f); m.done(m.slot, spec.ECONNRESET) }},
	{Name: "synced/nobody-left", Class: Deliver, on: onSegment, in: []TCP{FinWait1, FinWait2}, For: forPOSIX | forBerkeley, Evidence: "RFC 1122, 4.2.2.13",
		Title: "Data for a connection without a descriptor resets it.",
		when:  func(m *move) bool { return m.s.has(Orphan) && m.f.Len != 0 && before(m.s.RcvNxt, m.f.Seq+m.f.Len) },
		then:  func(m *move) { m.refuse(&m.f); m.done(m.slot, spec.ECONNRESET) }},

	// synchronised states: the segment counts
	{Name: "synced/take", Class: Deliver, on: onSegment, in: synced, For: forLinux, Evidence: "RFC 9293, 3.10.7.4; Linux 6.18, __tcp_ack_snd_check",
		Title: "Acknowledgement, data and FIN are taken in; data is acknowledged at once unless the connection is in ping-pong mode.",
		then:  func(m *move) { m.take(false) }},
	{Name: "synced/discard-and-ack", Class: Deliver, on: onSegment, in: []TCP{Established, FinWait1, FinWait2}, For: forPOSIX | forTargetTCP, also: true,
		Evidence: "POSIX.1-2008, shutdown() (disables further receive operations)",
		Title:    "Data for a socket shut for reading may be thrown away and acknowledged at once.",
		when:     unwanted, then: func(m *move) { n := m.s.Unread; m.take(false); m.s.Unread = n }},
	{Name: "synced/discard-and-delay", Class: Deliver, late: true, on: onSegment, in: []TCP{Established, FinWait1, FinWait2}, For: forPOSIX | forTargetTCP, also: true,
		Evidence: "POSIX.1-2008, shutdown() (disables further receive operations); RFC 9293, 3.8.6.3",
		Title:    "Data for a socket shut for reading may be thrown away and acknowledged later.",
		when:     unwanted, then: func(m *move) { n := m.s.Unread; m.take(true); m.s.Unread = n }},
	{Name: "synced/text-after-fin", Class: Deliver, on: onSegment, in: []TCP{CloseWait, Closing, LastAck}, For: forPOSIX | forTargetTCP, also: true,
		Evidence: "RFC 9293, 3.10.7.4 (the text is ignored; an acknowledgement is not ruled out)",
		Title:    "Data beyond the peer's FIN may be answered by ACK.",
		when:     func(m *move) bool { return m.f.Len != 0 }, then: func(m *move) { m.take(false); m.ack(m.s) }},
	{Name: "synced/take-and-ack", Class: Deliver, on: onSegment, in: synced, For: forPOSIX | forBerkeley, Evidence: "RFC 9293, 3.10.7.4",
		Title: "Acknowledgement, data and FIN are taken in and acknowledged at once.", also: true,
		then: func(m *move) { m.take(false) }},
	{Name: "synced/take-and-delay", Class: Deliver, late: true, on: onSegment, in: synced, For: forPOSIX | forBerkeley, Evidence: "RFC 9293, 3.8.6.3 (delayed acknowledgement)",
		Title: "Data and FIN are taken in and acknowledged later.",
		when:  func(m *move) bool { return m.f.space() != 0 }, then: func(m *move) { m.take(true) }},

	// TIME-WAIT
	{Name: "time-wait/rst", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll, Evidence: "RFC 9293, 3.10.7.4; Linux 6.18, tcp_timewait_state_process",
		Title: "RST with the next number ends TIME-WAIT.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt },
		then:  func(m *move) { m.done(m.slot, spec.ENONE) }},
	{Name: "time-wait/ignored", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll, Evidence: "RFC 9293, 3.10.7.4; Linux 6.18, tcp_timewait_state_process",
		Title: "Another RST, and an acknowledgement without news, is ignored.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 || m.f.space() == 0 && m.f.Seq == m.s.RcvNxt }, then: nothing},
	{Name: "time-wait/syn-uncounted", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forLinux,
		Title: "Within the host, which of two connections has the higher numbers is not modelled where one began after AF_UNSPEC or a failed attempt: its number is not the clock's then, but 2 or near its last.",
		when:  func(m *move) bool { return m.inner && renews(m) && (m.s.has(Uncounted) || m.uncounted()) }, then: leaves(LeftTupleReuse)},
	{Name: "time-wait/syn-new", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forLinux, Evidence: "RFC 1122, 4.2.2.13; Linux 6.18, tcp_timewait_state_process (TCP_TW_SYN)",
		Title: "A SYN beyond the numbers of the old connection begins a new one, if somebody listens.", when: renews, then: renew},
	{Name: "time-wait/syn", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll,
		Title: "Outside Linux a new connection over TIME-WAIT is not modelled, nor a SYN half the sequence space ahead.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN && (m.f.Seq >= SeqAway || !m.under(forLinux)) }, then: leaves(LeftTupleReuse)},
	{Name: "time-wait/again", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "Anything else is acknowledged once more.", then: func(m *move) { m.ack(m.s) }},
}

// old: the segment lies before the window, or beyond. In Linux the window
// begins at the last number acknowledged, and with it rather than after it
// (tcp_sequence).
func old(m *move) bool {
	switch {
	case far(m.f.Seq):
		return true
	case m.under(forLinux):
		return before(m.f.end(), m.s.RcvWup)
	case m.f.space() == 0:
		return before(m.f.Seq, m.s.RcvNxt)
	}
	return !before(m.s.RcvNxt, m.f.end())
}

// unwanted: new data comes for a socket that was shut for reading.
func unwanted(m *move) bool {
	return m.s.has(ShutRead) && !m.s.has(Orphan) && m.f.Len != 0 && before(m.s.RcvNxt, m.f.Seq+m.f.Len)
}

// outside: no part of the segment lies in the window, or just at its start.
func outside(m *move) bool {
	return far(m.f.Seq) || m.f.Seq != m.s.RcvNxt && !before(m.s.RcvNxt, m.f.end())
}

// repeated answers a segment that was seen before; Linux leaves its ping-pong
// mode when that has data (tcp_send_dupack).
func repeated(m *move) {
	if m.f.Bits&SYN == 0 && m.f.space() != 0 && before(m.f.Seq, m.s.RcvNxt) {
		m.s.set(Paced)
		m.s.clear(PingPong)
	}
	m.ack(m.s)
}

func unsent(m *move) bool { return before(m.s.SndNxt, m.f.Ack) }

// tooOldAck: an acknowledgement is from before all that was acknowledged; the
// SYN|ACK of a passive open does not count.
func tooOldAck(m *move) bool { return before(m.f.Ack, m.s.firstAck()) }

// firstAck is where the count of what the peer acknowledged begins (SND.UNA less
// bytes_acked). Of a passive open that is after its SYN|ACK, unless a cookie came
// back with another number: a stream has no rank, so how far off it was, modulo
// 256, is there.
func (s *Socket) firstAck() uint16 {
	if !s.has(Passive) {
		return 0
	}
	return 1 + uint16(int8(s.Rank))
}

// finAcked: the segment acknowledges our FIN after the peer's came, which ends
// the connection whatever else it holds.
func finAcked(m *move) bool {
	return m.s.TCP.in(Closing, LastAck) && m.s.has(FINSent) && m.f.Ack == m.s.SndNxt
}

func beyondHole(m *move) bool { return m.f.space() != 0 && before(m.s.RcvNxt, m.f.Seq) }

// reset ends a connection by the peer's RST.
func reset(m *move) {
	e := spec.ECONNRESET
	if m.s.TCP == CloseWait && m.under(forLinux) {
		e = spec.EPIPE
	}
	if m.s.TCP.in(Closing, LastAck) && !m.under(forLinux) {
		e = spec.ENONE
	}
	m.done(m.slot, e)
}
