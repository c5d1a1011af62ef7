package model

import "github.com/connspec/connspec/spec"

// Segments that arrive, by the state of their receiver: RFC 9293, section
// 3.10.7, and where Linux has more to say, net/ipv4/tcp_input.c of 6.18.

var noSocketRules = []Rule{
	{Name: "closed/rst", Class: Deliver, on: onNoSocket, For: forAll, Evidence: "RFC 9293, 3.10.7.1",
		Title: "An RST for no connection is ignored, and so is what is not for this host.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 || !m.f.Dst.Local() || m.martian() }, then: func(m *move) { m.forget(&m.f) }},
	{Name: "closed/segment", Class: Deliver, on: onNoSocket, For: forAll, Evidence: "RFC 9293, 3.10.7.1",
		Title: "Any other segment for no connection is answered by RST.",
		then:  func(m *move) { m.refuse(&m.f) }},
}

func hasBits(b Bits) func(*move) bool { return func(m *move) bool { return m.f.Bits&b != 0 } }

var (
	opening  = []TCP{SynSent}
	synced   = []TCP{Established, FinWait1, FinWait2, CloseWait, Closing, LastAck}
	received = []TCP{SynReceived}
)

var segmentRules = []Rule{
	// LISTEN
	{Name: "listen/rst", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener ignores RST.", when: hasBits(RST), then: nothing},
	{Name: "listen/ack", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener answers a segment with ACK by RST.", when: hasBits(ACK), then: func(m *move) { m.refuse(&m.f) }},
	{Name: "listen/no-syn", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2; Linux 6.18, tcp_rcv_state_process",
		Title: "A listener ignores a segment without SYN, and one with FIN.",
		when:  func(m *move) bool { return m.f.Bits&SYN == 0 || m.f.Bits&FIN != 0 }, then: nothing},
	{Name: "listen/macos/crowded", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forMacOS, Evidence: "XNU 11417, tcp_dropdropablreq",
		Title: "A listener whose queue is full with handshakes drops one of them at random: not modelled.",
		when:  func(m *move) bool { _, r := m.w.queue(m.slot); return r != 0 && m.crowded() }, then: leaves(LeftSynCookies)},
	{Name: "listen/full", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "Linux 6.18, tcp_conn_request (sk_acceptq_is_full); XNU and FreeBSD, sonewconn",
		Title: "A listener whose accept queue is full drops the SYN.",
		when:  (*move).crowded, then: nothing},
	{Name: "listen/cookie", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux, Evidence: "RFC 4987, 3.6; Linux 6.18, tcp_conn_request (tcp_syncookies)",
		Title: "A listener with too many handshakes under way answers SYN by SYN|ACK with a cookie and remembers nothing.",
		when:  func(m *move) bool { _, r := m.w.queue(m.slot); return r > m.s.Backlog }, then: func(m *move) { beginChild(m, Cookie) }},
	{Name: "listen/cookies", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forOSX,
		Title: "A listener with too many handshakes under way may answer with cookies: not modelled.",
		when:  func(m *move) bool { _, r := m.w.queue(m.slot); return r > m.s.Backlog }, then: leaves(LeftSynCookies)},
	{Name: "listen/crowded", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, listen() (the backlog is a hint)",
		Title: "A listener with too many handshakes under way may drop the SYN.",
		when:  func(m *move) bool { _, r := m.w.queue(m.slot); return r > m.s.Backlog }, then: nothing},
	{Name: "listen/syn", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener answers SYN by SYN|ACK and remembers the handshake.", then: func(m *move) { beginChild(m, 0) }},

	// SYN-SENT
	{Name: "syn-sent/bad-ack-rst", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "An RST that acknowledges something not sent is ignored.",
		when:  func(m *move) bool { return badAck(m) && m.f.Bits&RST != 0 }, then: rushed},
	{Name: "syn-sent/bad-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "A segment that acknowledges something not sent is answered by RST, and the attempt goes on.",
		when:  badAck, then: func(m *move) { m.refuse(&m.f); rushed(m) }},
	{Name: "syn-sent/rst", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3; tcp_reset, tcp_drop",
		Title: "An RST that acknowledges the SYN ends the attempt: refused.",
		when:  func(m *move) bool { return m.f.Bits&(RST|ACK) == RST|ACK }, then: func(m *move) { m.done(m.slot, spec.ECONNREFUSED) }},
	{Name: "syn-sent/rst-no-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "An RST without ACK is ignored.", when: hasBits(RST), then: nothing},
	{Name: "syn-sent/odd", Class: Deliver, on: onSegment, in: opening, For: forAll,
		Title: "A SYN with FIN or with data is not modelled.",
		when:  func(m *move) bool { return m.f.Bits&SYN != 0 && (m.f.Bits&FIN != 0 || m.f.Len != 0) }, then: leaves(LeftSegment)},
	{Name: "syn-sent/syn-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "SYN|ACK completes the handshake; it is acknowledged, at once or by data that waits.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN|ACK }, then: completed},
	{Name: "syn-sent/syn", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3 (simultaneous open)",
		Title: "A SYN from the peer is answered by SYN|ACK: both sides open.",
		when:  hasBits(SYN), then: crossed},
	{Name: "syn-sent/other", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "A segment without SYN and RST is ignored.", then: nothing},

	// SYN-RECEIVED, in a listener's handshake
	{Name: "request/cookie-full", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "Linux 6.18, tcp_get_cookie_sock",
		Title: "A cookie that comes back while the accept queue is full is dropped.",
		when: func(m *move) bool {
			if !m.s.has(Cookie) {
				return false
			}
			q, _ := m.w.queue(m.s.Parent - 1)
			return q > m.w.Sockets[m.s.Parent-1].Backlog
		}, then: nothing},
	{Name: "request/cookie", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "RFC 4987, 3.6; Linux 6.18, cookie_v4_check",
		Title: "A cookie that comes back completes its handshake; the connection waits to be accepted.",
		when:  func(m *move) bool { return m.s.has(Cookie) }, then: childDone},
	{Name: "request/syn", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "Linux 6.18, tcp_check_req; RFC 9293, 3.8.1",
		Title: "A SYN that comes again gets its SYN|ACK again.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits == SYN && m.f.Seq == 0 },
		then:  func(m *move) { m.resend(m.s, SYN|ACK) }},
	{Name: "request/rst", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4; RFC 5961, 3.2; Linux 6.18, tcp_check_req",
		Title: "RST with exactly the next number ends the handshake, whatever it acknowledges; nobody is told.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt },
		then:  func(m *move) { *m.s = Socket{} }},
	{Name: "request/rst-outside", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "An RST outside the window is ignored.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 && outside(m) }, then: nothing},
	{Name: "request/rst-challenge", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 5961, 3.2; Linux 6.18, tcp_check_req",
		Title: "RST elsewhere in the window is answered by ACK.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 }, then: func(m *move) { m.ack(m.s) }},
	{Name: "request/bad-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4 (SYN-RECEIVED)",
		Title: "A wrong acknowledgement of the SYN|ACK is answered by RST, and the handshake goes on.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&ACK != 0 && m.f.Ack != m.s.SndNxt },
		then:  func(m *move) { m.refuse(&m.f) }},
	{Name: "request/outside", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4; Linux 6.18, tcp_check_req",
		Title: "A segment outside the window is answered by ACK.",
		when:  func(m *move) bool { return m.s.has(Request) && outside(m) }, then: func(m *move) { m.ack(m.s) }},
	{Name: "request/odd", Class: Deliver, on: onSegment, in: received, For: forAll,
		Title: "A SYN in the window during the handshake is not modelled.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&SYN != 0 }, then: leaves(LeftSegment)},
	{Name: "request/no-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment without ACK is dropped.",
		when:  func(m *move) bool { return m.f.Bits&(ACK|RST|SYN) == 0 }, then: nothing},
	{Name: "request/hole", Class: Deliver, on: onSegment, in: received, For: forAll,
		Title: "Data beyond a hole is not modelled.", when: beyondHole, then: leaves(LeftOutOfOrder)},
	{Name: "request/full", Class: Deliver, on: onSegment, in: received, For: forAll &^ forMacOS,
		Title: "A handshake that ends while the accept queue is full is not modelled.",
		when: func(m *move) bool {
			if !m.s.has(Request) {
				return false
			}
			q, _ := m.w.queue(m.s.Parent - 1)
			return q > m.w.Sockets[m.s.Parent-1].Backlog
		}, then: leaves(LeftSynCookies)},
	{Name: "request/ack-and-delay", Class: Deliver, late: true, on: onSegment, in: received, For: forPOSIX | forBerkeley, also: true, Evidence: "RFC 9293, 3.8.6.3",
		Title: "Data that comes with the acknowledgement of SYN|ACK may be acknowledged later.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.space() != 0 }, then: func(m *move) { m.later = true; childDone(m) }},
	{Name: "request/ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4 (SYN-RECEIVED)",
		Title: "The acknowledgement of SYN|ACK completes the handshake; the connection waits to be accepted.",
		when:  func(m *move) bool { return m.s.has(Request) }, then: childDone},

	// SYN-RECEIVED, in a simultaneous open
	{Name: "crossed/rst-reset", Class: Deliver, on: onSegment, in: received, For: forPOSIX | forTargetTCP, also: true, Evidence: "RFC 9293, 3.10.7.4; the pages do not say",
		Title: "RST may end a simultaneous open as a reset.", Cites: cites("posix/errors/may/ECONNRESET"),
		when: func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt && !m.s.has(Request) }, then: func(m *move) { m.done(m.slot, spec.ECONNRESET) }},
	{Name: "crossed/rst", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "Linux 6.18, tcp_reset; XNU and FreeBSD, tcp_input (ECONNREFUSED in SYN_RECEIVED)",
		Title: "RST ends a simultaneous open: reset in Linux, refused elsewhere.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt },
		then: func(m *move) {
			if m.d == spec.Linux {
				m.done(m.slot, spec.ECONNRESET)
			} else {
				m.done(m.slot, spec.ECONNREFUSED)
			}
		}},
	{Name: "crossed/bad-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A wrong acknowledgement is answered by RST.",
		when: func(m *move) bool {
			return m.f.Bits&(ACK|RST|SYN) == ACK && m.f.Ack != m.s.SndNxt && m.f.Seq == m.s.RcvNxt
		},
		then: func(m *move) { m.refuse(&m.f) }},
	{Name: "crossed/syn-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "Linux 6.18, tcp_validate_incoming; RFC 9293, figure 8",
		Title: "The peer's SYN|ACK completes a simultaneous open and is acknowledged.",
		when:  func(m *move) bool { return m.f.Bits == SYN|ACK && m.f.end() == m.s.RcvNxt && m.f.Ack == m.s.SndNxt },
		then:  func(m *move) { m.established(m.s); m.s.set(Paced); m.finishShut(); m.ack(m.s) }},
	{Name: "crossed/syn", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 5961, 4.2",
		Title: "Another SYN is answered by ACK.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|RST) == SYN }, then: func(m *move) { m.ack(m.s) }},
	{Name: "crossed/ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "The acknowledgement of our SYN completes a simultaneous open.",
		when: func(m *move) bool {
			return m.f.Bits&(ACK|RST|SYN) == ACK && m.f.Ack == m.s.SndNxt && m.f.Seq == m.s.RcvNxt
		},
		then: crossedDone},
	{Name: "crossed/odd", Class: Deliver, on: onSegment, in: received, For: forAll,
		Title: "Other segments during a simultaneous open are not modelled.", then: leaves(LeftSegment)},

	// Linux: FIN-WAIT-2 without a descriptor is a remnant of its own
	{Name: "fin-wait-2-remnant/outside", Class: Deliver, on: onSegment, in: []TCP{FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_timewait_state_process",
		Title: "A closed connection in FIN-WAIT-2 answers a segment outside its window by ACK.",
		when:  func(m *move) bool { return m.s.has(Orphan) && outside(m) },
		then: func(m *move) {
			if m.f.Bits&RST == 0 {
				m.ack(m.s)
			}
		}},
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
		when:  func(m *move) bool { return m.s.has(Orphan) && m.f.Ack != m.s.SndNxt },
		then:  func(m *move) { m.f.Ack = m.s.SndNxt; m.take(false) }},

	// synchronised states: is the segment acceptable
	{Name: "synced/old-rst-after-fin", Class: Deliver, on: onSegment, in: []TCP{CloseWait, LastAck, Closing}, For: forLinux, Evidence: "Linux 6.18, tcp_reset_check",
		Title: "An RST that repeats the number of the peer's FIN counts.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt-1 }, then: reset},
	{Name: "synced/old-rst", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "An RST outside the window is ignored.",
		when:  func(m *move) bool { return m.f.Bits&RST != 0 && old(m) }, then: nothing},
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
	{Name: "synced/no-ack", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment without ACK is dropped.",
		when:  func(m *move) bool { return m.f.Bits&ACK == 0 }, then: nothing},
	{Name: "synced/unsent", Class: Deliver, on: onSegment, in: synced, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment that acknowledges what was not sent is answered by ACK.",
		when:  unsent, then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/too-old-ack", Class: Deliver, on: onSegment, in: synced, For: forLinux, Evidence: "Linux 6.18, tcp_ack (bytes_acked); RFC 5961, 5.2",
		Title: "A segment that acknowledges less than the first acknowledgement did is answered by ACK.",
		when:  tooOldAck, then: func(m *move) { m.ack(m.s) }},
	{Name: "synced/hole", Class: Deliver, on: onSegment, in: []TCP{Established, FinWait1, FinWait2}, For: forAll,
		Title: "Data beyond a hole is not modelled.", when: beyondHole, then: leaves(LeftOutOfOrder)},
	{Name: "synced/nobody-reads", Class: Deliver, on: onSegment, in: []TCP{FinWait1, FinWait2}, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_state_process; RFC 1122, 4.2.2.13",
		Title: "Data for a socket shut in both directions resets the connection.",
		when:  func(m *move) bool { return m.s.has(ShutRead) && m.f.Len != 0 && before(m.s.RcvNxt, m.f.Seq+m.f.Len) },
		then:  func(m *move) { m.refuse(&m.f); m.done(m.slot, spec.ECONNRESET) }},
	{Name: "synced/straddles-fin", Class: Deliver, on: onSegment, in: []TCP{CloseWait, Closing, LastAck}, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_state_process",
		Title: "Data from before the peer's FIN to beyond it resets the connection.",
		when:  func(m *move) bool { return before(m.f.Seq, m.s.RcvNxt) && before(m.s.RcvNxt, m.f.Seq+m.f.Len) },
		then:  func(m *move) { m.refuse(&m.f); reset(m) }},
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
	{Name: "time-wait/syn", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll,
		Title: "A new connection over TIME-WAIT is not modelled.",
		when:  func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN }, then: leaves(LeftTupleReuse)},
	{Name: "time-wait/again", Class: Deliver, on: onSegment, in: []TCP{TimeWait}, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "Anything else is acknowledged once more.", then: func(m *move) { m.ack(m.s) }},
}

func badAck(m *move) bool {
	return m.f.Bits&ACK != 0 && (!before(m.s.SndUna, m.f.Ack) || before(m.s.SndNxt, m.f.Ack))
}

// rushed: Linux retransmits the SYN within two jiffies of a bad answer, since
// the peer may have been in an older connection's LAST-ACK (RFC 9293, figure 9).
func rushed(m *move) {
	if m.d == spec.Linux && m.s.Retries == 0 {
		m.s.set(Hurry)
	}
}

// old: the segment lies before the window, or beyond. In Linux the window
// begins at the last number acknowledged, and with it rather than after it
// (tcp_sequence).
func old(m *move) bool {
	switch {
	case far(m.f.Seq):
		return true
	case m.d == spec.Linux:
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
func tooOldAck(m *move) bool {
	first := uint16(0)
	if m.s.has(Passive) {
		first = 1
	}
	return before(m.f.Ack, first)
}

func beyondHole(m *move) bool { return m.f.space() != 0 && before(m.s.RcvNxt, m.f.Seq) }

// reset ends a connection by the peer's RST.
func reset(m *move) {
	e := spec.ECONNRESET
	if m.s.TCP == CloseWait && m.d == spec.Linux {
		e = spec.EPIPE
	}
	if m.d != spec.Linux && m.s.TCP.in(Closing, LastAck) {
		e = spec.ENONE
	}
	m.done(m.slot, e)
}

// crowded: the listener takes no more connections. The BSDs let half as many
// again wait as listen asked for; macOS counts the handshakes with them, and
// stops at that number rather than beyond it (sonewconn).
func (m *move) crowded() bool {
	ready, requests := m.w.queue(m.slot)
	half := int(m.s.Backlog) * 3 / 2
	switch m.d {
	case spec.MacOS:
		return int(ready)+int(requests) >= half
	case spec.OSX:
		return int(ready) > half
	}
	return ready > m.s.Backlog
}

// queue counts what waits at a listener: connections, and handshakes.
func (w *World) queue(slot uint8) (ready, requests uint8) {
	for i := range w.Sockets {
		s := &w.Sockets[i]
		switch {
		case s.Parent != slot+1:
		case s.has(Cookie):
		case s.has(Request):
			requests++
		default:
			ready++
		}
	}
	return ready, requests
}

func beginChild(m *move, cookie Flags) {
	f, parent := m.f, m.slot
	for i := range m.w.Sockets { // an earlier cookie for the same handshake
		if c := &m.w.Sockets[i]; c.has(Cookie) && c.Remote == f.Src && c.RPort == f.SPort && c.Local == f.Dst && c.LPort == f.DPort {
			*c = Socket{}
		}
	}
	slot, ok := m.open(KindStream)
	if !ok {
		return
	}
	l, c := &m.w.Sockets[parent], &m.w.Sockets[slot]
	*c = Socket{
		Flags: cookie | Child | Request | Passive | HasPort | l.Flags&(inherited|AddrLock), Kind: KindStream, TCP: SynReceived,
		Local: f.Dst, LPort: f.DPort, Remote: f.Src, RPort: f.SPort, RcvNxt: f.Seq + 1, Parent: parent + 1, MSS: f.MSS,
	}
	m.segment(c, SYN|ACK, 0)
}

// inherited is what a connection has of its listener: as it is when the
// handshake ends (Linux, sk_clone_lock; FreeBSD, syncache_socket), in macOS
// when it begins (XNU, sonewconn in tcp_input).
const inherited = Reuse | Nodelay | CanBcast

func childDone(m *move) {
	if m.s.has(Cookie) {
		cookie := *m.s
		slot, ok := m.open(KindStream)
		if !ok {
			return
		}
		m.slot, m.s = slot, &m.w.Sockets[slot]
		*m.s = cookie
		m.s.SndUna, m.s.SndNxt, m.s.RcvNxt, m.s.RcvWup = m.f.Ack, m.f.Ack, m.f.Seq, m.f.Seq
		m.s.MSS = cookieMSS[cookie.cookieIndex()+int(int16(m.f.Ack-m.f.Seq))]
	}
	turn := uint8(0)
	for i := range m.w.Sockets {
		if s := &m.w.Sockets[i]; s.Parent == m.s.Parent {
			turn = max(turn, s.Turn)
		}
	}
	m.s.Turn = turn + 1
	m.s.clear(Request | Cookie)
	m.established(m.s)
	m.s.Layer = Connected
	if m.d != spec.MacOS {
		m.s.Flags = m.s.Flags&^inherited | m.w.Sockets[m.s.Parent-1].Flags&inherited
	}
	if m.d == spec.Linux { // the child is a copy of the listener, and that may have been shut
		m.s.Flags |= m.w.Sockets[m.s.Parent-1].Flags & (ShutRead | ShutWrite)
		m.finishShut()
	}
	m.takeRest(m.later)
}

// takeRest takes what the segment that completes a handshake holds beyond that.
func (m *move) takeRest(later bool) {
	switch {
	case m.f.space() == 0:
	case m.d == spec.Linux && m.s.TCP == FinWait1 && m.s.has(ShutRead) && m.f.Len != 0: // as synced/nobody-reads
		m.refuse(&m.f)
		m.done(m.slot, spec.ECONNRESET)
	default:
		m.take(later)
	}
}

func completed(m *move) {
	s := m.s
	s.RcvNxt = m.f.Seq + 1
	s.MSS = m.f.MSS
	m.established(s)
	if m.d == spec.Linux && m.w.waiting(m.slot, spec.OpSend) {
		s.set(AckDue | Paced)
		s.RcvWup = s.RcvNxt
		return
	}
	m.ack(s)
}

func crossed(m *move) {
	s := m.s
	s.TCP = SynReceived
	s.set(Crossed)
	s.RcvNxt = m.f.Seq + 1
	s.MSS = m.f.MSS
	s.SndNxt = 0
	s.Segs = 0
	m.segment(s, SYN|ACK, 0)
}

// finishShut sends the FIN that a shutdown before the end of the handshake
// asked for (Linux 6.18, tcp_rcv_state_process, TCP_SYN_RECV).
func (m *move) finishShut() {
	if m.s.has(ShutWrite) && m.d == spec.Linux {
		m.s.TCP = FinWait1
		m.sendFIN(m.s)
	}
}

func crossedDone(m *move) {
	s := m.s
	m.established(s)
	m.finishShut()
	m.takeRest(false)
}
