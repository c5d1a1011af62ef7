package model

import "github.com/connspec/connspec/spec"

// What ends a wait, and what time brings.

func connectWait(m *move) bool { return m.t.Op == spec.OpConnect }

var wakeRules = []Rule{
	{Name: "wake/close", Class: Wake, on: onWake, For: forLinux, Evidence: "Linux 6.18, sk_stream_wait_close (sk_stream_closing)",
		Title: "A close that lingers returns 0 when the FIN is acknowledged, or the connection is gone.",
		needs: inClose, when: func(m *move) bool { return m.t.Op == spec.OpClose && !closing(m.s) }, then: succeeds},
	{Name: "wake/cut-send", Class: Wake, on: onWake, For: forLinux, Evidence: "Linux 6.18, sk_stream_error",
		Title: "A send that waits on a socket that another thread disconnected ends with the error which that left.",
		needs: cutOff, when: func(m *move) bool {
			return m.t.has(Cut) && pending(m) && (m.t.Op == spec.OpSend || m.t.Op == spec.OpSendto)
		}, then: collectOnce},
	{Name: "wake/cut", Class: Wake, on: onWake, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect and sk_wait_event (sk_disconnects)",
		Title: "A wait on a socket that another thread disconnected ends with EPIPE.",
		needs: cutOff, when: func(m *move) bool { return m.t.has(Cut) }, then: fails(spec.EPIPE)},
	{Name: "connect/wait/established", Class: Wake, on: onWake, For: forAll,
		Title: "A waiting connect returns 0 when the handshake is complete.",
		Cites: cites("posix/description/blocking", "posix/return-value/success", "linux/description/connect", "linux/return-value/success", "macos/return-values/success",
			"osx/return-values/success", "targettcp/description/tcp-blocking"),
		needs: attemptDone, when: func(m *move) bool { return connectWait(m) && m.s.TCP != Closed && !m.s.TCP.in(SynSent, SynReceived) },
		then: func(m *move) { m.s.Layer = Connected; m.ret(0) }},
	{Name: "connect/wait/refused", Class: Wake, on: onWake, For: forAll,
		Title: "A waiting connect returns ECONNREFUSED when the peer refuses.",
		Cites: cites("posix/errors/ECONNREFUSED-not-listening", "macos/errors/ECONNREFUSED-not-listening", "osx/errors/ECONNREFUSED-not-listening", "posix/errors/ECONNREFUSED-refused", "linux/errors/ECONNREFUSED", "macos/errors/ECONNREFUSED-rejected",
			"osx/errors/ECONNREFUSED-rejected", "targettcp/errors/ECONNREFUSED"),
		needs: attemptFailed, when: func(m *move) bool { return connectWait(m) && m.s.TCP == Closed && m.s.Err == spec.ECONNREFUSED }, then: attemptOver},
	{Name: "connect/wait/timed-out", Class: Wake, on: onWake, For: forAll,
		Title: "A waiting connect returns ETIMEDOUT when nobody answers.",
		Cites: cites("posix/errors/ETIMEDOUT", "posix/description/timeout-bound", "posix/description/timeout-fails", "linux/errors/ETIMEDOUT", "macos/errors/ETIMEDOUT", "osx/errors/ETIMEDOUT", "targettcp/errors/ETIMEDOUT"),
		needs: attemptFailed, when: func(m *move) bool { return connectWait(m) && m.s.TCP == Closed && m.s.Err == spec.ETIMEDOUT }, then: attemptOver},
	{Name: "connect/wait/unreachable", Class: Wake, on: onWake, For: forAll,
		Title: "A waiting connect returns what an ICMP message said: host or net unreachable.",
		Cites: cites("posix/errors/may/EHOSTUNREACH", "posix/errors/ENETUNREACH", "linux/errors/ENETUNREACH", "macos/errors/EHOSTUNREACH", "osx/errors/EHOSTUNREACH",
			"targettcp/errors/EHOSTUNREACH"),
		needs: attemptFailed, when: func(m *move) bool {
			return connectWait(m) && m.s.TCP == Closed && (m.s.Err == spec.EHOSTUNREACH || m.s.Err == spec.ENETUNREACH)
		}, then: attemptOver},
	{Name: "connect/wait/failed", Class: Wake, on: onWake, For: forAll, Evidence: "Linux 6.18, __inet_stream_connect (sock_error); XNU and FreeBSD, soconnect (so_error)",
		Cites: cites("linux/errors/other-codes"),
		Title: "A waiting connect returns any other error that ended the attempt.",
		needs: attemptFailed, when: func(m *move) bool { return connectWait(m) && m.s.TCP == Closed }, then: attemptOver},
	{Name: "fast-open/wait/connected", Class: Wake, on: onWake, For: forLinux | forMacOS, Evidence: "Linux 6.18, tcp_sendmsg_fastopen, __inet_stream_connect; XNU 11417, sosend (SOF1_PRECONNECT_DATA)",
		Title: "A call that waits for its Fast Open goes on when the handshake is complete: it returns what the SYN took, or sends now.",
		needs: inFastOpen, when: func(m *move) bool {
			return m.t.Fast != FastIdle && m.s.TCP != Closed && !m.s.TCP.in(SynSent, SynReceived)
		}, then: fastOver},
	{Name: "fast-open/wait/failed", Class: Wake, on: onWake, For: forLinux | forMacOS, Evidence: "Linux 6.18, __inet_stream_connect (sock_error); XNU 11417, sosend (so_error)",
		Title: "A call that waits for its Fast Open returns the error that ended the attempt; in Linux the socket can be used again.",
		needs: inFastOpen, when: func(m *move) bool { return m.t.Fast != FastIdle && m.s.TCP == Closed }, then: attemptOver},
	{Name: "wake/goes-on", Class: Wake, on: onWake, For: forAll, Evidence: "POSIX.1-2008, accept(), recv(), send()",
		Title: "A call that waited goes on as soon as it need not wait.",
		needs: inOther, when: func(m *move) bool {
			return m.t.Op != spec.OpConnect && m.t.Op != spec.OpClose && m.t.Fast == FastIdle && m.resumable()
		}, then: (*move).resume},
}

// attemptOver reports the failure of a blocking attempt.
func attemptOver(m *move) {
	e := m.s.error()
	switch {
	case m.under(forLinux):
		if e == spec.ENONE {
			e = spec.ECONNABORTED
		}
		m.s.Layer = Unconnected
		m.cut()
		m.disconnect(m.slot)
	case m.under(forPOSIX | forTargetTCP):
		m.s.set(AnyState)
	}
	if e == spec.ENONE {
		m.ret(0)
		return
	}
	m.fail(e)
}

// restate restates the call of a waiting thread.
func (m *move) restate() {
	t := m.t
	*m.again = Call{Op: t.Op, Len: int32(t.Len), Nonblock: t.has(NonblockFD)}
	if t.has(Peek) {
		m.again.MsgFlags = spec.MsgPeek
	}
	if t.has(NoAddr) {
		m.again.To.Pointer = spec.PointerNull
	}
	if m.s != nil && m.s.unix() { // the address was found good; where it leads is in Other
		m.again.To = Sockaddr{Family: spec.AFUnix, Len: spec.OffsetofSunPath + 1, Pointer: m.again.To.Pointer}
		m.found, m.looked = found{kind: NodeSocket}, true
	}
	if waitsForMany(t.Op) {
		m.again.Value, m.again.Polls = -1, PollMax
	}
	if t.Op == spec.OpEpollWait {
		m.c, m.file, m.rerun = m.again, FileEpoll, true
		return
	}
	for i, f := range t.Files {
		m.again.Poll[i] = PollFD{FD: m.w.descriptorOf(f), Events: t.Ret.Revents[i]}
	}
	m.c, m.file, m.rerun = m.again, File(m.slot+1), true
}

// resumable says whether the call of a waiting thread would not wait now.
func (m *move) resumable() bool {
	c, file, looked, found := m.c, m.file, m.looked, m.found
	m.restate()
	r := m.find(m.trigger(m.t.Op))
	m.rerun = false
	m.c, m.file, m.looked, m.found = c, file, looked, found
	return r != nil && r.Class != Block
}

func (m *move) resume() {
	m.restate()
	m.first(m.trigger(m.t.Op))
	m.rerun = false
}

func timer(when func(*move) bool) func(*move) bool {
	return func(m *move) bool { return m.w.Timers && when(m) }
}

var timerRules = []Rule{
	{Name: "timer/hurried-syn", Class: Timer, on: onTimer, For: forLinux, Evidence: "Linux 6.18, tcp_rcv_synsent_state_process (TCP_TIMEOUT_MIN)",
		Title: "After a bad answer to a first SYN, the SYN is retransmitted within two jiffies.",
		when:  func(m *move) bool { return m.s.has(Hurry) && m.s.TCP == SynSent },
		then:  func(m *move) { m.s.clear(Hurry); m.s.Retries++; m.resendSYN() }},
	{Name: "timer/half-open", Class: Timer, on: onTimer, For: forSockets,
		Title: "When a SYN that the host would not send times out is not modelled.",
		when:  timer(func(m *move) bool { return m.s.has(HalfOpen) }), then: leaves(LeftHalfOpen)},
	{Name: "timer/syn", Class: Timer, on: onTimer, For: forAll, Evidence: "RFC 6298; Linux 6.18, tcp_write_timeout",
		Cites: cites("posix/description/einprogress-not-aborted", "posix/description/eintr-not-aborted"),
		Title: "A SYN without an answer is retransmitted.",
		when: timer(func(m *move) bool {
			return m.s.TCP == SynSent && !m.s.has(HalfOpen) && m.s.SndNxt != 0 && m.s.Retries < m.synRetries()
		}),
		then: func(m *move) { m.s.clear(Hurry); m.s.Retries++; m.resendSYN() }},
	{Name: "timer/syn-ack", Class: Timer, on: onTimer, For: forAll, Evidence: "RFC 6298; Linux 6.18, reqsk_timer_handler",
		Title: "A SYN|ACK without an answer is retransmitted.",
		when: timer(func(m *move) bool {
			return m.s.TCP == SynReceived && !m.s.has(Cookie) && m.s.Retries < 5 && !m.w.stray(m.s)
		}),
		then: func(m *move) { m.s.Retries++; m.resend(m.s, SYN|ACK) }},
	{Name: "timer/request-over", Class: Timer, on: onTimer, For: forAll, Evidence: "Linux 6.18, reqsk_timer_handler (tcp_synack_retries)",
		Title: "A listener's handshake is given up.",
		when:  timer(func(m *move) bool { return m.s.has(Request) && (m.s.Retries == 5 || m.w.stray(m.s)) }),
		then:  func(m *move) { *m.s = Socket{} }},
	{Name: "timer/attempt-over", Class: Timer, on: onTimer, For: forAll, Evidence: "Linux 6.18, tcp_write_err; XNU and FreeBSD, tcp_timer_rexmt, tcp_timer_keep",
		Cites: cites("posix/description/timeout-aborts"),
		Title: "An attempt that nobody answers ends with ETIMEDOUT, or with the error an ICMP message left.",
		when: timer(func(m *move) bool {
			return m.s.TCP.in(SynSent, SynReceived) && !m.s.has(Request|HalfOpen) && m.s.SndNxt != 0 && m.s.Retries >= m.synRetriesMin() && m.mayGiveUp()
		}),
		then: func(m *move) {
			e := m.s.Soft
			if e == spec.ENONE {
				e = spec.ETIMEDOUT
			}
			if e != spec.ETIMEDOUT && m.under(forTargetTCP) {
				e = spec.EHOSTUNREACH
			}
			m.done(m.slot, e)
		}},
	{Name: "timer/many", Class: Timer, on: onTimer, For: forAll,
		Title: "Retransmission with several segments outstanding is not modelled.",
		when:  timer(func(m *move) bool { return outstanding(m) && m.s.Segs > 1 }), then: leaves(LeftOutstanding)},
	{Name: "timer/data", Class: Timer, on: onTimer, For: forAll, Evidence: "RFC 6298; RFC 8985, 7",
		Title: "A segment that is not acknowledged is retransmitted.",
		when:  timer(func(m *move) bool { return outstanding(m) && m.s.Segs <= 1 }), then: retransmit},
	{Name: "timer/delayed-ack", Class: Timer, on: onTimer, For: forAll, Evidence: "RFC 9293, 3.8.6.3",
		Title: "A delayed acknowledgement is sent.",
		when:  func(m *move) bool { return m.s.has(AckDue) && (m.w.Timers || m.ackSoon(m.s)) },
		then:  func(m *move) { m.s.clear(PingPong); m.ack(m.s) }},
	{Name: "timer/pause", Class: Timer, on: onTimer, For: forLinux, Evidence: "Linux 6.18, tcp_event_data_sent (icsk_ack.ato)",
		Title: "What the host sends long after the peer's data is no answer to it: the two do not take turns.",
		when: timer(func(m *move) bool {
			return m.s.TCP == Established && m.s.Flags&(Paced|PingPong|ShutWrite|Orphan) == Paced && m.w.Passing != 1
		}), then: func(m *move) { m.s.set(Crossed) }},
	{Name: "timer/time-wait-over", Class: Timer, on: onTimer, For: forAll, Evidence: "RFC 9293, 3.6.1; Linux 6.18, TCP_TIMEWAIT_LEN",
		Title: "TIME-WAIT, and FIN-WAIT-2 without a descriptor, come to an end.",
		when: timer(func(m *move) bool {
			brief := m.w.Passing != 0 && m.w.Passing < PassedMax // it takes half a minute at least
			return !brief && (m.s.TCP == TimeWait || m.s.TCP == FinWait2 && m.s.has(Orphan))
		}),
		then: func(m *move) { m.done(m.slot, spec.ENONE) }},
}

// synRetries bounds how often a SYN is retransmitted, synRetriesMin says when
// an attempt may be given up. With tcp_syn_retries at 1, as in the lab, Linux
// gives up after 3 s (tcp_model_timeout) and retransmits every second until
// then (tcp_syn_linear_timeouts); a hurried one comes on top.
func (m *move) synRetries() uint8 {
	if m.s.SynCount > 1 || m.s.UserTimeout != 0 {
		return 15
	}
	return 3
}

func (m *move) synRetriesMin() uint8 {
	if m.s.UserTimeout != 0 {
		return 1
	}
	if m.s.TCP == SynSent && m.under(forLinux) {
		return 2
	}
	return 1
}

func outstanding(m *move) bool { return m.s.TCP > SynReceived && m.s.SndUna != m.s.SndNxt }

func retransmit(m *move) {
	s := m.s
	bits := ACK
	n := s.SndNxt - s.SndUna
	if s.has(FINSent) {
		bits |= FIN
		n--
	}
	if n != 0 {
		bits |= PSH
	}
	m.resend(s, bits)
	s.Retries = 1
}
