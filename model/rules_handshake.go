package model

import "github.com/connspec/connspec/spec"

// Segments that arrive, by the state of their receiver: RFC 9293, section
// 3.10.7, and where Linux has more to say, net/ipv4/tcp_input.c of 6.18.

var noSocketRules = []Rule{
	{Name: "closed/rst", Class: Deliver, on: onNoSocket, For: forAll, Evidence: "RFC 9293, 3.10.7.1",
		Title: "An RST for no connection is ignored, and so is what is not for this host.",
		needs: withRST | elsewhere, when: func(m *move) bool { return m.f.Bits&RST != 0 || !m.f.Dst.Local() || m.martian() }, then: func(m *move) { m.forget(&m.f) }},
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

var handshakeRules = []Rule{
	// LISTEN
	{Name: "listen/rst", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener ignores RST.", needs: withRST, when: hasBits(RST), then: nothing},
	{Name: "listen/ack", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener answers a segment with ACK by RST.", needs: withACK, when: hasBits(ACK), then: func(m *move) { m.refuse(&m.f) }},
	{Name: "listen/no-syn", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2; Linux 6.18, tcp_rcv_state_process",
		Title: "A listener ignores a segment without SYN, and one with FIN.",
		needs: oddly, when: func(m *move) bool { return m.f.Bits&SYN == 0 || m.f.Bits&FIN != 0 }, then: nothing},
	{Name: "listen/macos/crowded", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forMacOS, Evidence: "XNU 11417, tcp_dropdropablreq",
		Title: "A listener whose queue is full with handshakes drops one of them at random: not modelled.",
		needs: pressed, when: func(m *move) bool { _, r := m.w.queue(m.slot); return r != 0 && m.crowded() }, then: leaves(LeftSynCookies)},
	{Name: "listen/full", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "Linux 6.18, tcp_conn_request (sk_acceptq_is_full); XNU and FreeBSD, sonewconn",
		Title: "A listener whose accept queue is full drops the SYN.",
		needs: pressed, when: (*move).crowded, then: nothing},
	{Name: "listen/cookie", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forLinux, Evidence: "RFC 4987, 3.6; Linux 6.18, tcp_conn_request (tcp_syncookies)",
		Title: "A listener with too many handshakes under way answers SYN by SYN|ACK with a cookie and remembers nothing.",
		needs: pressed, when: func(m *move) bool { _, r := m.w.queue(m.slot); return r > m.s.Backlog }, then: func(m *move) { beginChild(m, Cookie) }},
	{Name: "listen/cookies", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forOSX,
		Title: "A listener with too many handshakes under way may answer with cookies: not modelled.",
		needs: pressed, when: func(m *move) bool { _, r := m.w.queue(m.slot); return r > m.s.Backlog }, then: leaves(LeftSynCookies)},
	{Name: "listen/crowded", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, listen() (the backlog is a hint)",
		Title: "A listener with too many handshakes under way may drop the SYN; a socket in any state may be one of them.",
		needs: pressed | vaguely, when: func(m *move) bool {
			ready, requests := m.w.queue(m.slot)
			return requests > m.s.Backlog || m.w.anything(KindStream) && ready+requests >= m.s.Backlog
		}, then: nothing},
	{Name: "listen/syn", Class: Deliver, on: onSegment, in: []TCP{Listen}, For: forAll, Evidence: "RFC 9293, 3.10.7.2",
		Title: "A listener answers SYN by SYN|ACK and remembers the handshake.", then: func(m *move) { beginChild(m, 0) }},

	// SYN-SENT, with Fast Open
	{Name: "syn-sent/fast-open/deferred", Class: Deliver, on: onSegment, in: opening, For: forLinux | forMacOS,
		Title: "A segment that comes before the SYN was sent is not modelled.",
		needs: quickly, when: func(m *move) bool { return m.s.Flags&(Deferred|FastBusy) == Deferred }, then: leaves(LeftFastOpen)},

	// SYN-SENT
	{Name: "syn-sent/bad-ack-rst", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "An RST that acknowledges something not sent is ignored.",
		needs: badACK, when: func(m *move) bool { return badAck(m) && m.f.Bits&RST != 0 }, then: rushed},
	{Name: "syn-sent/bad-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "A segment that acknowledges something not sent is answered by RST, and the attempt goes on.",
		needs: badACK, when: badAck, then: func(m *move) { m.refuse(&m.f); rushed(m) }},
	{Name: "syn-sent/rst", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3; tcp_reset, tcp_drop",
		Title: "An RST that acknowledges the SYN ends the attempt: refused.",
		needs: withRST, when: func(m *move) bool { return m.f.Bits&(RST|ACK) == RST|ACK }, then: func(m *move) { m.done(m.slot, spec.ECONNREFUSED) }},
	{Name: "syn-sent/rst-no-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "An RST without ACK is ignored.", needs: withRST, when: hasBits(RST), then: nothing},
	{Name: "syn-sent/fast-open/odd", Class: Deliver, on: onSegment, in: opening, For: forLinux,
		Title: "A peer that opens too, an end with SYN|ACK, data of which a part is acknowledged, and a SYN with data that was lost are not modelled.",
		needs: quickly, when: fastOdd, then: leaves(LeftFastOpen)},
	{Name: "syn-sent/macos/cookie", Class: Deliver, on: onSegment, in: opening, For: forMacOS,
		Title: "What macOS does with a Fast Open cookie, and with data on SYN|ACK, is not modelled.",
		needs: quickly, when: func(m *move) bool { return m.s.has(FastOption) && (m.f.FastOpen != FastOpenNone || m.f.Len != 0) }, then: leaves(LeftFastOpen)},
	{Name: "syn-sent/fast-open/data-lost", Class: Deliver, on: onSegment, in: opening, For: forLinux, Evidence: "RFC 7413, 4.2.2; Linux 6.18, tcp_rcv_fastopen_synack",
		Title: "Data on the SYN that SYN|ACK does not acknowledge is sent again at once.",
		needs: quickly, when: func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN|ACK && m.s.has(FastData) && m.f.Ack == 1 }, then: fastLost},
	{Name: "syn-sent/fast-open/syn-ack", Class: Deliver, on: onSegment, in: opening, For: forLinux, Evidence: "RFC 7413, 4.1.3 and 4.2.2; Linux 6.18, tcp_rcv_fastopen_synack",
		Title: "SYN|ACK completes a Fast Open; its cookie is kept, its data is taken.",
		needs: quickly, when: func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN|ACK && m.s.has(FastOption) }, then: fastCompleted},
	{Name: "syn-sent/odd", Class: Deliver, on: onSegment, in: opening, For: forAll,
		Title: "A SYN with FIN or with data is not modelled.",
		needs: withSYN, when: func(m *move) bool { return m.f.Bits&SYN != 0 && (m.f.Bits&FIN != 0 || m.f.Len != 0) }, then: leaves(LeftSegment)},
	{Name: "syn-sent/syn-ack", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Cites: cites("posix/description/einprogress-async", "posix/errors/EINPROGRESS-async", "posix/description/eintr-async", "posix/errors/EINTR-async", "linux/errors/EINTR-async"),
		Title: "SYN|ACK completes the handshake; it is acknowledged, at once or by data that waits.",
		needs: withSYN, when: func(m *move) bool { return m.f.Bits&(SYN|ACK) == SYN|ACK }, then: completed},
	{Name: "syn-sent/syn", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3 (simultaneous open)",
		Title: "A SYN from the peer is answered by SYN|ACK: both sides open.",
		needs: withSYN, when: hasBits(SYN), then: crossed},
	{Name: "syn-sent/other", Class: Deliver, on: onSegment, in: opening, For: forAll, Evidence: "RFC 9293, 3.10.7.3",
		Title: "A segment without SYN and RST is ignored.", then: nothing},

	// SYN-RECEIVED, in a listener's handshake
	{Name: "request/inet6/device", Class: Deliver, on: onSegment, in: received, For: forLinux,
		Title: "A handshake over IPv6 whose listener was bound to another interface since is not modelled: its answers leave by that one.",
		when: func(m *move) bool {
			return m.s.has(Request) && m.s.Remote.Six() && m.w.Sockets[m.s.Parent-1].shutOut(&m.f)
		}, then: leaves(LeftAddress)},
	{Name: "request/cookie-full", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "Linux 6.18, tcp_get_cookie_sock",
		Title: "A cookie that comes back while the accept queue is full is dropped.",
		when:  func(m *move) bool { return m.s.has(Cookie) && m.queuedFor() > m.backlogFor() }, then: nothing},
	{Name: "request/cookie", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "RFC 4987, 3.6; Linux 6.18, cookie_v4_check",
		Title: "A cookie that comes back completes its handshake; the connection waits to be accepted.",
		when:  func(m *move) bool { return m.s.has(Cookie) }, then: childDone},
	{Name: "request/syn", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "Linux 6.18, tcp_check_req; RFC 9293, 3.8.1",
		Title: "A SYN that comes again gets its SYN|ACK again.",
		needs: withSYN, when: func(m *move) bool { return m.s.has(Request) && m.f.Bits == SYN && m.f.Seq+1 == m.s.RcvNxt },
		then: func(m *move) { m.resend(m.s, SYN|ACK) }},
	{Name: "request/rst", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4; RFC 5961, 3.2; Linux 6.18, tcp_check_req",
		Title: "RST with exactly the next number ends the handshake, whatever it acknowledges; nobody is told.",
		needs: withRST, when: func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 && m.f.Seq == m.s.RcvNxt },
		then: func(m *move) { *m.s = Socket{} }},
	{Name: "request/rst-outside", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "An RST outside the window is ignored.",
		needs: withRST, when: func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 && outside(m) }, then: nothing},
	{Name: "request/rst-challenge", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 5961, 3.2; Linux 6.18, tcp_check_req",
		Title: "RST elsewhere in the window is answered by ACK.",
		needs: withRST, when: func(m *move) bool { return m.s.has(Request) && m.f.Bits&RST != 0 }, then: func(m *move) { m.ack(m.s) }},
	{Name: "request/bad-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4 (SYN-RECEIVED)",
		Title: "A wrong acknowledgement of the SYN|ACK is answered by RST, and the handshake goes on.",
		needs: withACK, when: func(m *move) bool { return m.s.has(Request) && m.f.Bits&ACK != 0 && m.f.Ack != m.s.SndNxt },
		then: func(m *move) { m.refuse(&m.f) }},
	{Name: "request/outside", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4; Linux 6.18, tcp_check_req",
		Title: "A segment outside the window is answered by ACK.",
		when:  func(m *move) bool { return m.s.has(Request) && outside(m) }, then: func(m *move) { m.ack(m.s) }},
	{Name: "request/odd", Class: Deliver, on: onSegment, in: received, For: forAll,
		Title: "A SYN in the window during the handshake is not modelled.",
		when:  func(m *move) bool { return m.s.has(Request) && m.f.Bits&SYN != 0 }, then: leaves(LeftSegment)},
	{Name: "crossed/outside", Class: Deliver, on: onSegment, in: received, For: forAll &^ forLinux, Evidence: "RFC 9293, 3.10.7.4",
		Title: "During a simultaneous open too a segment outside the window, without ACK, is answered by ACK.",
		when:  func(m *move) bool { return !m.s.has(Request) && m.f.Bits&(SYN|RST|ACK) == 0 && old(m) }, then: func(m *move) { m.ack(m.s) }},
	{Name: "request/no-ack", Class: Deliver, on: onSegment, in: received, For: forAll, Evidence: "RFC 9293, 3.10.7.4",
		Title: "A segment without ACK is dropped.",
		when:  func(m *move) bool { return m.f.Bits&(ACK|RST|SYN) == 0 }, then: nothing},
	{Name: "request/hole", Class: Deliver, on: onSegment, in: received, For: forAll,
		Title: "Data beyond a hole is not modelled.", when: beyondHole, then: leaves(LeftOutOfOrder)},
	{Name: "request/full", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "Linux 6.18, tcp_check_req (listen_overflow)",
		Title: "A handshake that ends while the accept queue is full does not end: the segment is dropped.",
		when:  queueOverflows, then: nothing},
	{Name: "request/crowded", Class: Deliver, on: onSegment, in: received, For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, listen() (the backlog is a hint)",
		Title: "The end of a handshake may be dropped where a socket in any state may be one of those that wait to be accepted.",
		when: func(m *move) bool {
			return m.s.has(Request) && m.w.anything(KindStream) && m.queuedFor() >= m.backlogFor()
		}, then: nothing},
	{Name: "request/full-elsewhere", Class: Deliver, on: onSegment, in: received, For: forAll &^ (forLinux | forMacOS),
		Title: "Outside Linux and macOS a handshake that ends while the accept queue is full is not modelled.",
		when:  queueOverflows, then: leaves(LeftSynCookies)},
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
			if m.under(forLinux) {
				m.done(m.slot, spec.ECONNRESET)
			} else {
				m.done(m.slot, spec.ECONNREFUSED)
			}
		}},
	{Name: "crossed/old-ack", Class: Deliver, on: onSegment, in: received, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_state_process (tcp_ack takes SND.UNA for acceptable)",
		Title: "An acknowledgement of nothing, not of our SYN either, completes a simultaneous open all the same.",
		when: func(m *move) bool {
			return m.f.Bits&(ACK|RST|SYN) == ACK && m.f.Ack == m.s.SndUna && m.f.Seq == m.s.RcvNxt && !m.s.has(Request)
		},
		then: crossedDone},
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
}

// queueOverflows: the listener of a handshake has more connections than it will
// hold (sk_acceptq_is_full).
func queueOverflows(m *move) bool { return m.s.has(Request) && m.queuedFor() > m.backlogFor() }

// queuedFor is how many connections the listener of a handshake holds ready.
func (m *move) queuedFor() uint8 {
	ready, _ := m.w.queue(m.s.Parent - 1)
	return ready
}

func (m *move) backlogFor() uint8 { return m.w.Sockets[m.s.Parent-1].Backlog }

func badAck(m *move) bool {
	return m.f.Bits&ACK != 0 && (!before(m.s.SndUna, m.f.Ack) || before(m.s.SndNxt, m.f.Ack))
}

// rushed: Linux retransmits the SYN within two jiffies of a bad answer, since
// the peer may have been in an older connection's LAST-ACK (RFC 9293, figure 9).
func rushed(m *move) {
	if m.s.Retries == 0 && m.under(forLinux) {
		m.s.set(Hurry)
	}
}

// crowded: the listener takes no more connections. The BSDs let half as many
// again wait as listen asked for; macOS counts the handshakes with them, and
// stops at that number rather than beyond it (sonewconn).
func (m *move) crowded() bool {
	ready, requests := m.w.queue(m.slot)
	half := int(m.s.Backlog) * 3 / 2
	switch n := int(ready) + int(requests); {
	case n < half && ready <= m.s.Backlog:
		return false
	case m.under(forMacOS):
		return n >= half
	case m.under(forOSX):
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
		Flags: cookie | Child | Request | Passive | HasPort | l.Flags&(inherited|AddrLock), Family: l.Family, Kind: KindStream, TCP: SynReceived, Dev: l.Dev,
		Local: f.Dst, LPort: f.DPort, Remote: f.Src, RPort: f.SPort, RcvNxt: f.Seq + 1, Parent: parent + 1, MSS: f.MSS,
	}
	if f.Src.scoped() { // tcp_v6_init_req
		c.Dev = f.entrance()
	}
	if l.Family == spec.AFInet6 && !f.Dst.Six() && m.under(forLinux) {
		c.set(MappedOps)
		c.Flow = f.Src
	}
	c.assign(V6Only, l.has(V6Only))
	c.assign(Uncounted, m.inner && m.uncounted())
	if !c.options(l) && m.under(forMacOS) {
		c.inherit(l)
	}
	m.segment(c, SYN|ACK, 0)
}

// inherited is what a connection has of its listener: as it is when the
// handshake ends (Linux, sk_clone_lock; FreeBSD, syncache_socket), in macOS
// when it begins (XNU, sonewconn in tcp_input).
const inherited = Reuse | Nodelay | CanBcast | Keepalive | ReusePort | LatePort | RecvErr

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
		m.s.Rank = uint8(m.f.Ack - 1) // what counts as the first acknowledgement
		m.s.MSS = cookie.cookieSizes()[cookie.cookieSays(&m.f)]
	}
	turn := uint8(0)
	for i := range m.w.Sockets {
		if s := &m.w.Sockets[i]; s.Parent == m.s.Parent {
			turn = max(turn, s.Turn)
		}
	}
	m.s.Turn = turn + 1
	m.poke(&m.w.Sockets[m.s.Parent-1], arrived)
	m.s.clear(Request | Cookie)
	m.established(m.s)
	m.s.Layer = Connected
	l := &m.w.Sockets[m.s.Parent-1]
	if flags := m.s.Flags&^inherited | l.Flags&inherited; (flags != m.s.Flags || !m.s.options(l)) && !m.under(forMacOS) {
		m.s.Flags = flags
		m.s.inherit(l)
	}
	if l.has(ShutRead|ShutWrite) && m.under(forLinux) { // the child is a copy of the listener, and that may have been shut
		m.s.Flags |= l.Flags & (ShutRead | ShutWrite)
		m.finishShut()
	}
	m.takeRest(m.later)
}

// takeRest takes what the segment that completes a handshake holds beyond that.
func (m *move) takeRest(later bool) {
	switch {
	case m.f.space() == 0:
	case m.s.TCP == FinWait1 && m.s.has(ShutRead) && m.f.Len != 0 && m.under(forLinux): // as synced/nobody-reads
		m.refuse(&m.f)
		m.done(m.slot, spec.ECONNRESET)
	default:
		soft := m.s.Soft // the acknowledgement was taken before the connection began
		m.take(later)
		if soft != spec.ENONE && m.s.TCP > SynReceived {
			m.s.Soft = soft
		}
	}
}

func completed(m *move) {
	s := m.s
	s.RcvNxt = m.f.end()
	s.Unread += m.f.Len // there is none without Fast Open
	s.MSS = m.f.MSS
	m.established(s)
	s.assign(Unpredicted, m.f.Scaled && m.under(forLinux)) // the window of the SYN|ACK itself is not (tcp_finish_connect)
	if m.w.writesPending(m.slot) && m.under(forLinux) {
		s.set(AckDue | Paced)
		s.RcvWup = s.RcvNxt
		return
	}
	if s.Unsent != 0 { // of connectx
		m.flush(s)
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
	if m.s.has(ShutWrite) && m.under(forLinux) {
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
