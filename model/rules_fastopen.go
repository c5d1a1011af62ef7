package model

import "github.com/connspec/connspec/spec"

// fastInterrupted: what ends the wait of a send for its Fast Open before the
// handshake does. They stand before the rules for other waits.
var fastInterrupted = []Rule{
	{Name: "signal/linux/fast-open/EINTR", Class: Wake, on: onSignal, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen (the result of __inet_stream_connect)",
		Title: "A caught signal ends the wait of a Fast Open with EINTR, though the SYN may have taken the data.",
		when:  func(m *move) bool { return fastCaught(m) && (timed(m) || !restarting(m)) }, then: func(m *move) { m.fastFree(); m.fail(spec.EINTR) }},
	{Name: "signal/linux/fast-open/restart", Class: Wake, on: onSignal, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_fastopen (-ERESTARTSYS)",
		Title: "With SA_RESTART the send is made again and sends its data again after the handshake, whether or not the SYN took it.",
		when:  fastCaught, then: fastRestart},
	{Name: "timeout/linux/fast-open/sent", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, tcp_sendmsg_locked (copied_syn)",
		Title: "When its time is up a send whose data the SYN took returns how much that was.",
		when:  func(m *move) bool { return m.t.Fast == FastSent && m.t.Len != 0 }, then: func(m *move) { m.fastFree(); m.ret(int32(m.t.Len)) }},
	{Name: "timeout/linux/fast-open/EALREADY", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect (SS_CONNECTING)",
		Title: "When its time is up a send that joined an attempt by MSG_FASTOPEN fails with EALREADY.",
		when:  func(m *move) bool { return m.t.Fast == FastJoined }, then: func(m *move) { m.fastFree(); m.fail(spec.EALREADY) }},
	{Name: "timeout/linux/fast-open/EINPROGRESS", Class: Timer, on: onTimeout, For: forLinux, Evidence: "Linux 6.18, __inet_stream_connect",
		Title: "When its time is up a send that began an attempt, and of whose data the SYN took nothing, fails with EINPROGRESS.",
		when:  func(m *move) bool { return m.t.Fast != FastIdle }, then: func(m *move) { m.fastFree(); m.fail(spec.EINPROGRESS) }},
}

// fastCaught: a signal is caught by a thread that waits for its Fast Open.
func fastCaught(m *move) bool {
	return m.t.Wait == Blocked && m.t.Fast != FastIdle && m.handler != spec.SigIgnore
}

// fastFree frees what Linux keeps of a Fast Open while a send waits for it.
func (m *move) fastFree() { m.s.clear(Deferred | FastBusy) }

func fastRestart(m *move) {
	deferred := m.s.has(Deferred)
	m.fastFree()
	switch {
	case m.t.has(Unsure):
		m.leave(LeftSimultaneous)
	case m.t.has(Lost):
		m.fail(spec.EBADF)
	case deferred && m.s.has(Nonblock):
		m.fail(spec.EAGAIN)
	case deferred: // a plain send, which waits for the attempt like any other
		m.t.Fast = FastIdle
	case m.s.has(Nonblock): // __inet_stream_connect in SS_CONNECTING
		m.fail(spec.EALREADY)
	default:
		m.fastWait(FastJoined)
	}
}

func noCookie(m *move) bool {
	return stream(m) && m.c.Level == spec.SolTCP && m.c.Option == spec.TCPFastopenNoCookie
}

var noCookieRules = []Rule{
	{Name: "setsockopt/TCP_FASTOPEN_NO_COOKIE-EINVAL", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt",
		Title: "TCP_FASTOPEN_NO_COOKIE takes 0 and 1, for a listener or a socket without a connection.",
		when: func(m *move) bool {
			return noCookie(m) && (m.c.Value < 0 || m.c.Value > 1 || !m.s.TCP.in(Closed, Listen))
		}, then: fails(spec.EINVAL)},
	{Name: "setsockopt/TCP_FASTOPEN_NO_COOKIE", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_setsockopt, tcp_fastopen_no_cookie",
		Title: "TCP_FASTOPEN_NO_COOKIE has a Fast Open send its data with the SYN without asking for a cookie.", when: noCookie, then: sets(NoCookie)},
	{Name: "getsockopt/TCP_FASTOPEN_NO_COOKIE", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "Linux 6.18, do_tcp_getsockopt",
		Title: "TCP_FASTOPEN_NO_COOKIE can be read back.", when: noCookie, then: func(m *move) { m.boolean(m.s.has(NoCookie)) }},
}
