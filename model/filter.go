package model

import "github.com/connspec/connspec/spec"

// The firewall of the host: at most one rule for what the host sends and one for
// what it receives.

// Filter is a rule of the firewall. The zero Filter is none.
type Filter struct {
	Six   bool  // it is for IPv6; else for IPv4
	Addr  Addr  // the far end's; AddrAny is any
	Proto Proto // ProtoNone is any
	Does  Does
}

// Does is what a filter does with a packet.
type Does uint8

const (
	DoesPass     Does = iota // there is no filter
	DoesDrop                 // nobody is told
	DoesReset                // the sender is told by RST
	DoesReject0              // by ICMP or ICMPv6 destination unreachable of code 0; further codes follow
	doesRejectTo = DoesReject0 + 16
)

// matches says whether the filter is for frames with that far end.
func (t *Filter) matches(far Addr, p Proto) bool {
	return t.Does != DoesPass && far.Six() == t.Six && (t.Addr == AddrAny || t.Addr == far) && (t.Proto == ProtoNone || t.Proto == p)
}

// stopped takes a frame to the firewall on its way out, and says whether it goes
// no further.
func (m *move) stopped(f *Frame) bool {
	t := &m.w.Env.Out
	if !t.matches(f.Dst, f.Proto) {
		return false
	}
	if !m.under(forLinux) {
		m.leave(LeftEnv)
		return true
	}
	if f.Bits&SYN != 0 {
		m.hide(f)
	}
	m.tell(t.Does, f, m.c != nil && !m.inner)
	return true
}

// tell tells the sender, which is the host itself, of a frame that a filter has
// stopped (nf_send_unreach, nf_send_reset). owned says that the socket which
// sent it is in a call: an ICMP message waits for nobody (tcp_v4_err,
// sock_owned_by_user), a RST does.
func (m *move) tell(does Does, f *Frame, owned bool) {
	switch {
	case does >= DoesReject0 && !f.control():
		t := does.rejection(f)
		t.Src, t.Dst, t.Seq = f.Src, f.Src, f.Seq
		if owned {
			t.Loose |= LooseOwned
		}
		m.loop(t)
	case does == DoesReset && f.Bits&RST == 0:
		m.loop(answerReset(f))
	}
}

// loop queues a frame of the host to itself, if the firewall lets it out and in.
func (m *move) loop(f Frame) {
	if m.w.Env.Out.matches(f.Dst, f.Proto) || m.w.Env.lacks(NoLoopback) {
		return
	}
	if m.inboxLen == inboxMax {
		m.leave(LeftScope)
		return
	}
	m.inbox[m.inboxLen] = f
	m.inboxLen++
}

// barred takes a frame that has arrived to the firewall, and says whether it goes
// no further.
func (m *move) barred() bool {
	t, f := &m.w.Env.In, m.f
	if !t.matches(f.Src, f.Proto) {
		return false
	}
	if !m.under(forLinux) {
		m.leave(LeftEnv)
		return true
	}
	switch {
	case m.inner:
		m.tell(t.Does, &f, m.c != nil)
	case t.Does >= DoesReject0 && !f.control() && m.answerable(&f):
		r := t.Does.rejection(&f)
		r.Src, r.Dst, r.Loose = f.Dst, f.Src, LooseQuote
		m.emit(r)
	case t.Does == DoesReset && f.Bits&RST == 0 && m.answerable(&f):
		m.emit(answerReset(&f))
	}
	return true
}

// control: a message of ICMP or ICMPv6.
func (f *Frame) control() bool { return f.Proto == ProtoICMP || f.Proto == ProtoICMP6 }

// rejection is the message that tells of a frame which a filter has rejected.
func (does Does) rejection(f *Frame) Frame {
	r := Frame{Proto: ProtoICMP, Type: icmpUnreachable, Code: uint8(does - DoesReject0),
		Quote: Quote{Proto: f.Proto, Src: f.Src, SPort: f.SPort, Dst: f.Dst, DPort: f.DPort}}
	if f.Dst.Six() {
		r.Proto, r.Type = ProtoICMP6, icmp6Unreachable
	}
	return r
}

// answerReset is the RST that answers a segment which nobody takes (RFC 9293,
// section 3.10.7.1).
func answerReset(f *Frame) Frame {
	r := Frame{Proto: ProtoTCP, Bits: RST, Src: f.Dst, Dst: f.Src, SPort: f.DPort, DPort: f.SPort}
	if f.Bits&ACK != 0 {
		r.Seq = f.Ack
	} else {
		r.Bits |= ACK
		r.Ack = f.end()
		r.Loose = LooseSeq
	}
	return r
}

// show notes that the SYN or SYN|ACK has been seen after all.
func (m *move) show(f *Frame) {
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if s.has(Hidden) && s.Local == f.Src && s.LPort == f.SPort && s.Remote == f.Dst && s.RPort == f.DPort {
			s.clear(Hidden)
		}
	}
}

// hide notes that the SYN or SYN|ACK of a connection has not been seen outside:
// nobody there knows its numbers.
func (m *move) hide(f *Frame) {
	for i := range m.w.Sockets {
		s := &m.w.Sockets[i]
		if s.Kind == KindStream && s.Local == f.Src && s.LPort == f.SPort && s.Remote == f.Dst && s.RPort == f.DPort && s.TCP.in(SynSent, SynReceived) {
			s.set(Hidden)
		}
	}
}

var filterRules = []Rule{
	{Name: "filter/hidden", Class: Deliver, on: onSegment, in: []TCP{SynSent, SynReceived}, For: forLinux,
		Title: "A segment for a connection whose numbers nobody could see is not modelled.",
		needs: secretly, when: func(m *move) bool { return !m.inner && m.s.has(Hidden) }, then: leaves(LeftEnv)},
	{Name: "filter/hidden-icmp", Class: Deliver, on: onICMP, For: forLinux,
		Title: "An ICMP message for a connection whose numbers nobody could see is not modelled.",
		when:  func(m *move) bool { return !m.inner && m.s != nil && m.s.has(Hidden) }, then: leaves(LeftEnv)},
	{Name: "filter/owned", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_v4_err, tcp_v6_err (sock_owned_by_user)",
		Title: "An ICMP message that comes while the attempt is in a call, as the local firewall's does, is a soft error; of ICMP, not ICMPv6, it lies on the error queue.",
		when:  func(m *move) bool { return m.f.Loose&LooseOwned != 0 && m.s != nil && attempting(m) },
		then: func(m *move) {
			m.s.Soft, _, _ = icmpLinux(&m.f)
			if m.f.Proto == ProtoICMP {
				m.s.enqueueError(m.s.Soft)
			}
		}},
}

var filterConnect = needing(changed, []Rule{
	{Name: "connect/linux/filtered", Class: Succeed, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_connect (the result of tcp_transmit_skb is not looked at)",
		Against: cites("linux/errors/EPERM-firewall", "linux/errors/EACCES-firewall"),
		Title:   "The host's own firewall stops the SYN of a non-blocking connect, which returns EINPROGRESS all the same.",
		when:    all(stream, nonblocking, filtered), then: func(m *move) { m.fail(spec.EINPROGRESS); startAttempt(m) }},
	{Name: "connect/linux/filtered-wait", Class: Block, on: on(spec.OpConnect), For: forLinux, Evidence: "Linux 6.18, tcp_connect (the result of tcp_transmit_skb is not looked at)",
		Against: cites("linux/errors/EPERM-firewall", "linux/errors/EACCES-firewall"),
		Title:   "The host's own firewall stops the SYN of a blocking connect, which waits all the same.",
		when:    all(stream, filtered), then: startWaiting},
})

// filtered: the firewall stops the SYN.
func filtered(m *move) bool {
	return m.w.Env.Out.matches(m.destination(), ProtoTCP) && !toItself(m) && m.c.To.Addr != AddrUnknown
}

var filterDatagram = Rule{
	Name: "/dgram/EPERM", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip_local_out (NF_DROP)",
	Title: "A datagram that the host's own firewall stops fails; a rejection is told besides.",
	when:  func(m *move) bool { return dgram(m) && m.w.Env.Out.matches(m.target(), ProtoUDP) },
	then:  func(m *move) { sendDatagram(m); m.fail(spec.EPERM) },
}
