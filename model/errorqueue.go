package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// The error queue of Linux (ip(7), IP_RECVERR): an ICMP message that meets an
// attempt is put there unasked, and one that meets a datagram socket if it asked;
// poll shows POLLERR until it is read.

// enqueueError puts an ICMP message on the error queue of a socket.
func (s *Socket) enqueueError(e spec.Errno) {
	switch {
	case !s.has(ErrQueued):
		s.set(ErrQueued)
	case s.NextErr == spec.ENONE:
		s.NextErr = e
	default:
		s.set(ErrsQueued)
	}
}

// dequeueError takes the first error off; what is behind it becomes the pending
// error (sock_dequeue_err_skb).
func dequeueError(m *move) {
	s := m.s
	if s.Err, s.NextErr = s.NextErr, spec.ENONE; s.Err == spec.ENONE {
		s.clear(ErrQueued)
	} else {
		m.poke(s, spec.PollErr)
	}
	m.ret(m.c.Len)
}

// quotes is how much of what was sent is sure to lie on the queue with an error.
func (s *Socket) quotes() int32 {
	if s.Kind == KindDgram { // which is of the data, behind the header of UDP
		return 0
	}
	return quotedMin
}

func fromErrors(m *move) bool { return isSocket(m) && m.c.MsgFlags&spec.MsgErrqueue != 0 }

// quotedMin is how much of a segment an ICMP message quotes at least (RFC 792).
const quotedMin = 8

var errorQueueRules = slices.DeleteFunc(onRecv([]Rule{
	{Name: "/error-queue/elsewhere", Class: Succeed, For: forAll &^ forLinux,
		Title: "MSG_ERRQUEUE is of Linux, and not modelled elsewhere.", when: fromErrors, then: leaves(LeftOption)},
	{Name: "/error-queue/left-out", Class: Succeed, For: forLinux,
		Title: "More than two errors, more than the least that ICMP quotes, or where it is from, are not modelled.",
		when: func(m *move) bool {
			return fromErrors(m) && m.s.has(ErrQueued) && (m.s.has(ErrsQueued) || m.c.Len > m.s.quotes() || m.c.Op == spec.OpRecvfrom || inet6(m) || peeking(m))
		}, then: leaves(LeftOption)},
	{Name: "/error-queue/error", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, ip_recv_error, sock_dequeue_err_skb",
		Title: "An error is taken from the queue with the beginning of the data that it is about; the one behind it becomes the pending error, or none.",
		when:  func(m *move) bool { return fromErrors(m) && m.s.has(ErrQueued) }, then: dequeueError},
	{Name: "/error-queue/EAGAIN", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip_recv_error",
		Title: "With no error on the queue recv fails, blocking or not.", when: fromErrors, then: fails(spec.EAGAIN)},
}), func(r Rule) bool { return r.Name == "recvfrom/error-queue/error" }) // left out: recvfrom also says where it is from

func recvErr(m *move) bool {
	return option(spec.SolIP, spec.IPRecverr)(m) && m.s.Family == spec.AFInet && !m.s.has(Raw)
}

var recvErrRules = []Rule{
	{Name: "setsockopt/IP_RECVERR", Class: Succeed, on: on(spec.OpSetsockopt), For: forLinux, Evidence: "ip(7); Linux 6.18, do_ip_setsockopt",
		Title: "IP_RECVERR has every ICMP error put on the error queue; without it the queue is emptied.", when: recvErr,
		then: func(m *move) {
			if m.s.assign(RecvErr, m.c.Value != 0); m.c.Value == 0 {
				m.s.clear(ErrQueued | ErrsQueued)
				m.s.NextErr = spec.ENONE
			}
			m.ret(0)
		}},
	{Name: "getsockopt/IP_RECVERR", Class: Succeed, on: on(spec.OpGetsockopt), For: forLinux, Evidence: "ip(7)",
		Title: "IP_RECVERR can be read back.", when: recvErr, then: func(m *move) { m.boolean(m.s.has(RecvErr)) }},
}

var connectionRecvErr = Rule{
	Name: "icmp/connection-recverr", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, tcp_v4_err (RECVERR)",
	Title: "With IP_RECVERR an ICMP error on a connection is its pending error.",
	when: func(m *move) bool {
		return m.s.has(RecvErr) && tcpQuote(m) && !attempting(m) && !m.s.has(Orphan|Request) && m.s.TCP != TimeWait && m.f.Loose&LooseOwned == 0
	},
	then: func(m *move) { m.s.Err, _, _ = icmpLinux(&m.f); m.poke(m.s, spec.PollErr) },
}

var datagramRecvErr = Rule{
	Name: "icmp/datagram-recverr", Class: Deliver, on: onICMP, For: forLinux, Evidence: "Linux 6.18, __udp4_lib_err (RECVERR), ip_icmp_error",
	Title: "With IP_RECVERR every ICMP error becomes the pending error of the datagram socket, with a peer or without, and lies on its error queue.",
	when:  func(m *move) bool { return m.s.has(RecvErr) && m.s.Kind == KindDgram },
	then: func(m *move) {
		m.learnPath()
		e, _, _ := icmpLinux(&m.f)
		m.s.enqueueError(e)
		m.s.Err = e
		m.poke(m.s, spec.PollErr)
	},
}
