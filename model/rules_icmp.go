package model

import "github.com/connspec/connspec/spec"

// ICMP messages about packets that the host sent, as in RFC 5927 and, by
// system, in the tables of ground truth: Linux icmp_err_convert, BSD
// inetctlerrmap with tcp_notify and udp_notify.

// ICMP types.
const (
	icmpUnreachable  = 3
	icmpQuench       = 4
	icmpRedirect     = 5
	icmpTimeExceeded = 11
	icmpParameter    = 12
	icmpNeedFrag     = 4 // code of icmpUnreachable
)

// unreach is what a destination unreachable means to Linux.
type unreach struct {
	errno spec.Errno
	hard  bool
}

// unreachLinux is icmp_err_convert of Linux, by code of icmpUnreachable; hard
// errors are reported on a connected datagram socket.
var unreachLinux = [16]unreach{
	0: {spec.ENETUNREACH, false}, 1: {spec.EHOSTUNREACH, false}, 2: {spec.ENOPROTOOPT, true}, 3: {spec.ECONNREFUSED, true},
	4: {spec.EMSGSIZE, true}, 5: {spec.EOPNOTSUPP, false}, 6: {spec.ENETUNREACH, true}, 7: {spec.EHOSTDOWN, true},
	8: {spec.ENONET, true}, 9: {spec.ENETUNREACH, true}, 10: {spec.EHOSTUNREACH, true}, 11: {spec.ENETUNREACH, false},
	12: {spec.EHOSTUNREACH, false}, 13: {spec.EHOSTUNREACH, true}, 14: {spec.EHOSTUNREACH, true}, 15: {spec.EHOSTUNREACH, true},
}

// icmpLinux maps a message to an error; ok is false for one that means none.
func icmpLinux(f *Frame) (e spec.Errno, hard, ok bool) {
	if f.Proto == ProtoICMP6 {
		return icmp6Linux(f)
	}
	switch f.Type {
	case icmpUnreachable:
		if int(f.Code) < len(unreachLinux) {
			u := unreachLinux[f.Code]
			return u.errno, u.hard, true
		}
	case icmpTimeExceeded:
		return spec.EHOSTUNREACH, false, f.Code == 0
	case icmpParameter:
		return spec.EPROTO, true, true
	}
	return spec.ENONE, false, false
}

// icmpTargetTCP maps a message to an error as the page does, which knows one
// consequence of "destination unreachable": EHOSTUNREACH when the attempt times
// out. From the host itself (codes 2 and 3, RFC 1122, 4.2.3.9) it may be the
// refusal. Time exceeded and parameter problem count as net unreachable does
// (RFC 1122, 4.2.3.9).
func icmpTargetTCP(f *Frame) (e spec.Errno, refuses, ok bool) {
	switch f.Type {
	case icmpUnreachable:
		return spec.EHOSTUNREACH, f.Code == 2 || f.Code == 3, f.Code < 16
	case icmpTimeExceeded:
		return spec.EHOSTUNREACH, false, f.Code == 0
	case icmpParameter:
		return spec.EHOSTUNREACH, false, true
	}
	return spec.ENONE, false, false
}

func ownHost(m *move) bool {
	_, refuses, _ := icmpTargetTCP(&m.f)
	return refuses
}

// icmpBSD maps a message to an error as XNU and FreeBSD do: refusing messages
// end an attempt, the others are remembered.
func icmpBSD(m *move) (e spec.Errno, refuses, ok bool) {
	f := &m.f
	if f.Proto == ProtoICMP6 {
		return icmp6BSD(m)
	}
	soft := spec.EHOSTUNREACH
	if m.under(forMacOS) {
		soft = spec.ENETUNREACH
	}
	switch f.Type {
	case icmpUnreachable:
		switch f.Code {
		case 0, 1, 5, 6, 7, 8, 11, 12, 14, 15:
			return soft, false, true
		case 2, 3, 9, 10, 13:
			return spec.ECONNREFUSED, true, true
		case icmpNeedFrag:
			return spec.EMSGSIZE, false, true
		}
	case icmpRedirect: // macOS drops it (icmp_input, drop_redirect)
		return spec.EHOSTDOWN, false, f.Code < 4 && m.under(forOSX)
	case icmpTimeExceeded:
		return spec.EHOSTUNREACH, true, f.Code == 0
	case icmpParameter:
		return spec.ENOPROTOOPT, false, f.Code < 2
	}
	return spec.ENONE, false, false
}

// reverts: the message takes back a backoff of the retransmission timer, which may
// then be due.
func reverts(m *move) bool {
	return m.s.Kind == KindStream && m.s.Retries != 0 && m.f.Seq == m.s.SndUna && m.s.Segs <= 1 && outstanding(m) && m.farAway()
}

// revertsCrossed: so it does of the SYN|ACK of a simultaneous open.
func revertsCrossed(m *move) bool {
	return m.s.Kind == KindStream && m.s.TCP == SynReceived && m.s.Retries != 0 && !m.s.has(Request) && m.f.Seq == m.s.SndUna && m.farAway()
}

// farAway: net or host unreachable.
func (m *move) farAway() bool {
	return (m.f.Proto == ProtoICMP && m.f.Type == icmpUnreachable && m.f.Code < 2 || m.f.Proto == ProtoICMP6 && m.f.Type == icmp6Unreachable && m.f.Code == 0)
}

func tcpQuote(m *move) bool { return m.s.Kind == KindStream }

// quoteOutside: the quoted segment is none that is outstanding (RFC 5927, 4).
func quoteOutside(m *move) bool {
	if m.s.has(MappedOps) && m.s.Remote.Six() { // nothing of it went out that could be quoted, see misdirect
		return true
	}
	return tcpQuote(m) && (before(m.f.Seq, m.s.SndUna) || before(m.s.SndNxt, m.f.Seq))
}

func attempting(m *move) bool {
	return tcpQuote(m) && m.s.TCP.in(SynSent, SynReceived) && !m.s.has(Request)
}

// unreached ends an attempt by the message.
func unreached(m *move) {
	e, _, _ := icmpLinux(&m.f)
	if m.f.Proto == ProtoICMP {
		m.s.enqueueError(e)
	}
	m.done(m.slot, e)
}

// overlong ends an attempt because its time is over, and has it remember the message.
func overlong(m *move) {
	e := m.s.Soft
	if e == spec.ENONE {
		e = spec.ETIMEDOUT
	}
	m.done(m.slot, e)
	if m.s.Kind == KindStream {
		m.s.Soft, _, _ = icmpLinux(&m.f)
	}
}

var icmpRules = []Rule{
	{Name: "icmp/nobody", Class: Deliver, on: onICMP, For: forAll, Evidence: "RFC 1122, 3.2.2.1",
		Title: "An ICMP message about a packet of nobody's is ignored.",
		when:  func(m *move) bool { return m.s == nil || m.f.Quote.Src == AddrLoopback6 && !m.inner }, then: (*move).learnPathUnconnected},
	{Name: "icmp/fast-open/deferred", Class: Deliver, on: onICMP, For: forLinux,
		Title: "An ICMP message about a packet between the names of a Fast Open that has not begun is not modelled.",
		when:  func(m *move) bool { return m.s != nil && m.s.Flags&(Deferred|FastBusy) == Deferred }, then: leaves(LeftFastOpen)},
	{Name: "icmp/outside", Class: Deliver, on: onICMP, For: forAll, Evidence: "RFC 5927, 4; tcp_v4_err of Linux, tcp_ctlinput of XNU and FreeBSD",
		Title: "An ICMP message about a segment that is not outstanding is ignored.", when: quoteOutside, then: nothing},
	{Name: "icmp/no-error", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, icmp_unreach, tcp_v4_err",
		Title: "Redirect, source quench, unknown codes, and reassembly timeouts mean no error.",
		when:  func(m *move) bool { _, _, ok := icmpLinux(&m.f); return !ok }, then: nothing},
	{Name: "icmp/fast-open/fragmentation", Class: Deliver, on: onICMP, For: forLinux, also: true, Evidence: "Linux 6.18, tcp_v4_mtu_reduced, tcp_simple_retransmit (syn_data)",
		Title: "Fragmentation needed for a SYN, once a SYN of the socket had data: it is sent again by itself, unless the path was known to be that narrow.",
		when: func(m *move) bool {
			return m.f.Type == 3 && m.f.Code == 4 && m.s != nil && m.s.TCP == SynSent && m.s.has(SynData)
		}, then: func(m *move) { m.learnPath(); m.s.Retries = min(m.s.Retries+1, m.synRetries()); m.resendSYN() }}, // tcp_simple_retransmit counts none, and there is no end to them
	{Name: "icmp/fragmentation/off-route", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_v4_mtu_reduced (sk_err_soft), __ip_rt_update_pmtu",
		Title: "Fragmentation needed where only the socket's device leads to the peer: there is no route to take note of it, and it is a soft error.",
		when: func(m *move) bool {
			return tcpQuote(m) && onDevice(m) && m.f.Proto == ProtoICMP && tooBig(m) && m.f.MSS < m.w.Env.linkMTU() && m.s.TCP > Listen && !m.s.has(Request) && m.lacksRoute(m.s.Remote)
		}, then: func(m *move) { m.s.Soft = spec.EMSGSIZE }},
	{Name: "icmp/fragmentation", Class: Deliver, on: onICMP, For: forAll, Evidence: "Linux 6.18, tcp_v4_err (ICMP_FRAG_NEEDED); RFC 1191",
		Title: "Fragmentation needed, and packet too big, change no state of TCP; Linux takes note of the path.",
		when:  all(tcpQuote, tooBig), then: (*move).learnPath},
	{Name: "icmp/request", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_req_err",
		Title: "Net or host unreachable, time exceeded and parameter problem end a listener's handshake; of ICMPv6 those that are hard.",
		when:  func(m *move) bool { return m.s.has(Request) },
		then: func(m *move) {
			if m.f.Seq == 0 && endsRequest(&m.f) {
				*m.s = Socket{}
			}
		}},
	{Name: "icmp/crossed/rto-revert", Class: Deliver, on: onICMP, For: forLinux, also: true, Evidence: "RFC 6069; Linux 6.18, tcp_ld_RTO_revert",
		Title: "Before net or host unreachable ends a simultaneous open that was waiting longer and longer its SYN|ACK may be sent once more.",
		when:  func(m *move) bool { return revertsCrossed(m) && (m.s.SynCount > 1 || m.s.UserTimeout != 0) },
		then:  func(m *move) { m.s.Retries++; m.resend(m.s, SYN|ACK); unreached(m) }},
	{Name: "icmp/crossed/rto-revert-over", Class: Deliver, on: onICMP, For: forLinux, also: true, Evidence: "RFC 6069; Linux 6.18, tcp_ld_RTO_revert, tcp_write_timeout",
		Title: "Net or host unreachable may end it with ETIMEDOUT: the wait was too long already, and the message is a soft error then.",
		when:  func(m *move) bool { return revertsCrossed(m) && m.s.Retries >= m.synRetriesMin() }, then: overlong},
	{Name: "icmp/attempt", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_v4_err",
		Title: "An ICMP error ends an attempt; of ICMP, not ICMPv6, it stays on the error queue for poll to show.", when: attempting, then: unreached},
	{Name: "icmp/datagram-untold", Class: Deliver, on: onICMP, For: forLinux, Evidence: "ip(7); Linux 6.18, __udp4_lib_err (IP_PMTUDISC_DONT)",
		Title: "A datagram socket with IP_PMTUDISC_DONT is not told that fragmentation is needed; the host takes note of the path.",
		when:  untold, then: (*move).learnPath},
	connectionRecvErr, datagramRecvErr,
	{Name: "icmp/rto-revert", Class: Deliver, on: onICMP, For: forLinux, also: true, Evidence: "RFC 6069; Linux 6.18, tcp_ld_RTO_revert",
		Title: "Net or host unreachable about a segment that was retransmitted before may have it retransmitted at once.",
		when:  reverts, then: func(m *move) { m.s.Soft, _, _ = icmpLinux(&m.f); retransmit(m) }},
	{Name: "icmp/connection", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_v4_err (sk_err_soft)",
		Title: "An ICMP error on a connection is remembered as a soft error.", when: tcpQuote,
		then: func(m *move) {
			if e, _, _ := icmpLinux(&m.f); m.s.TCP != TimeWait && !(m.s.TCP == FinWait2 && m.s.has(Orphan)) {
				m.s.Soft = e
			}
		}},
	{Name: "icmp/datagram-soft", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, __udp4_lib_err",
		Title: "Net and host unreachable and time exceeded are not reported to a datagram socket.",
		when:  func(m *move) bool { _, hard, _ := icmpLinux(&m.f); return !hard }, then: nothing},
	{Name: "icmp/datagram", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, __udp4_lib_err",
		Title: "Other ICMP errors become the pending error of the connected datagram socket.",
		then:  func(m *move) { m.learnPath(); m.s.Err, _, _ = icmpLinux(&m.f); m.poke(m.s, spec.PollErr) }},

	{Name: "icmp/bsd/no-error", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, icmp_input",
		Title: "Messages that the error map does not hold mean no error.",
		when:  func(m *move) bool { _, _, ok := icmpBSD(m); return !ok }, then: nothing},
	{Name: "icmp/bsd/request", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "FreeBSD 13, syncache_unreach",
		Title: "An ICMP error about a listener's handshake may end it or not.", also: true,
		when: func(m *move) bool { return m.s.has(Request) }, then: func(m *move) { *m.s = Socket{} }},
	{Name: "icmp/bsd/refused", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, tcp_ctlinput (icmp_may_rst), tcp_drop_syn_sent",
		Title: "Port, protocol and administrative unreachable refuse an attempt.",
		when: func(m *move) bool {
			_, refuses, _ := icmpBSD(m)
			return refuses && tcpQuote(m) && m.s.TCP == SynSent
		},
		then: func(m *move) { e, _, _ := icmpBSD(m); m.done(m.slot, e) }},
	{Name: "icmp/bsd/refused-late", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, tcp_drop_syn_sent (TCPS_SYN_SENT)",
		Title: "Once the peer has answered they mean nothing.",
		when:  func(m *move) bool { _, refuses, _ := icmpBSD(m); return refuses && tcpQuote(m) }, then: nothing},
	{Name: "icmp/osx/redirect", Class: Deliver, on: onICMP, For: forOSX, also: true, Evidence: "FreeBSD 13, icmp_input (pfctlinput names no connection)",
		Title: "A redirect may mean no error.", when: func(m *move) bool { return m.f.Proto == ProtoICMP && m.f.Type == icmpRedirect }, then: nothing},
	{Name: "icmp/bsd/soft", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, tcp_notify",
		Title: "Other ICMP errors are remembered, and reported if the attempt times out.", when: tcpQuote,
		then: func(m *move) {
			if !m.s.has(Request) {
				m.s.Soft, _, _ = icmpBSD(m)
			}
		}},
	{Name: "icmp/bsd/datagram", Class: Deliver, on: onICMP, For: forMacOS | forOSX, Evidence: "XNU 11417 and FreeBSD 13, udp_notify",
		Title: "Every ICMP error becomes the pending error of the connected datagram socket.",
		then: func(m *move) {
			if e, _, _ := icmpBSD(m); m.f.Proto == ProtoICMP6 || m.f.Type != icmpRedirect {
				m.s.Err = e
			}
		}},

	{Name: "icmp/targettcp/no-error", Class: Deliver, on: onICMP, For: forTargetTCP, Evidence: "the page speaks of one kind of message only; RFC 1122, 3.2.2",
		Title: "Source quench, redirect and unknown messages mean no error.",
		when:  func(m *move) bool { _, _, ok := icmpTargetTCP(&m.f); return !ok }, then: nothing},
	{Name: "icmp/targettcp/request", Class: Deliver, on: onICMP, For: forTargetTCP, also: true, Unsaid: forTargetTCP,
		Title: "An ICMP error about a listener's handshake may end it.",
		when:  func(m *move) bool { return m.s.has(Request) }, then: func(m *move) { *m.s = Socket{} }},
	{Name: "icmp/targettcp/refused", Class: Deliver, on: onICMP, For: forTargetTCP, also: true, Cites: cites("targettcp/errors/ECONNREFUSED"), Evidence: "RFC 1122, 4.2.3.9",
		Title: "Protocol or port unreachable, from the remote host itself, may be its refusal.",
		when:  all(attempting, ownHost), then: func(m *move) { m.done(m.slot, spec.ECONNREFUSED) }},
	{Name: "icmp/targettcp/soft", Class: Deliver, on: onICMP, For: forTargetTCP, Cites: cites("targettcp/errors/EHOSTUNREACH"),
		Title: "Destination unreachable is remembered for when the attempt times out.",
		when:  func(m *move) bool { return attempting(m) && m.f.Type == icmpUnreachable }, then: func(m *move) { m.s.Soft = spec.EHOSTUNREACH }},
	{Name: "icmp/targettcp/soft-other", Class: Deliver, on: onICMP, For: forTargetTCP, also: true, Evidence: "RFC 1122, 4.2.3.9; the page does not say",
		Title: "Time exceeded and parameter problem may be remembered in the same way.",
		when:  attempting, then: func(m *move) { m.s.Soft = spec.EHOSTUNREACH }},
	{Name: "icmp/targettcp/datagram", Class: Deliver, on: onICMP, For: forTargetTCP, also: true, Unsaid: forTargetTCP, Evidence: "RFC 1122, 4.1.3.3",
		Title: "An ICMP error may become the pending error of a datagram socket.",
		when:  not(tcpQuote), then: func(m *move) { m.s.Err, _, _ = icmpTargetTCP(&m.f) }},
	{Name: "icmp/targettcp/datagram-refused", Class: Deliver, on: onICMP, For: forTargetTCP, also: true, Unsaid: forTargetTCP, Evidence: "RFC 1122, 4.1.3.3",
		Title: "Protocol or port unreachable may become ECONNREFUSED on a datagram socket.",
		when:  all(not(tcpQuote), ownHost), then: func(m *move) { m.s.Err = spec.ECONNREFUSED }},
	{Name: "icmp/targettcp/ignored", Class: Deliver, on: onICMP, For: forTargetTCP, Evidence: "RFC 1122, 4.2.3.9; the page does not say",
		Title: "Other ICMP errors have no effect.", then: nothing},

	{Name: "icmp/posix/attempt", Class: Deliver, on: onICMP, For: forPOSIX, Evidence: "POSIX does not speak of ICMP",
		Cites: []spec.ClauseID{"posix/errors/may/EHOSTUNREACH"},
		Title: "An ICMP error may end an attempt.", also: true,
		when: func(m *move) bool { _, _, ok := icmpLinux(&m.f); return ok && attempting(m) },
		then: func(m *move) { e, _, _ := icmpLinux(&m.f); m.done(m.slot, e) }},
	{Name: "icmp/posix/datagram", Class: Deliver, on: onICMP, For: forPOSIX, Evidence: "POSIX does not speak of ICMP; RFC 1122, 4.1.3.3",
		Title: "An ICMP error may become the pending error of a datagram socket.", also: true,
		when: func(m *move) bool { _, _, ok := icmpLinux(&m.f); return ok && m.s.Kind == KindDgram },
		then: func(m *move) { m.s.Err, _, _ = icmpLinux(&m.f) }},
	{Name: "icmp/posix/ignored", Class: Deliver, on: onICMP, For: forPOSIX, Evidence: "POSIX does not speak of ICMP; RFC 1122, 4.2.3.9",
		Title: "An ICMP message may have no effect.", also: true, then: nothing},
	{Name: "icmp/posix/soft", Class: Deliver, on: onICMP, For: forPOSIX, Evidence: "POSIX does not speak of ICMP; RFC 1122, 4.2.3.9",
		Title: "An ICMP message may be remembered for when the attempt times out.", also: true,
		when: func(m *move) bool { _, _, ok := icmpLinux(&m.f); return ok && tcpQuote(m) },
		then: func(m *move) { m.s.Soft, _, _ = icmpLinux(&m.f) }},
	{Name: "icmp/posix/request", Class: Deliver, on: onICMP, For: forPOSIX, Evidence: "POSIX does not speak of ICMP; RFC 5927",
		Title: "An ICMP message may end a listener's handshake.", also: true,
		when: func(m *move) bool { return m.s.has(Request) }, then: func(m *move) { *m.s = Socket{} }},
}
