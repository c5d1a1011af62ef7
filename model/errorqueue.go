package model

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// The error queue of Linux (ip(7), IP_RECVERR): an ICMP message that meets an
// attempt is put there unasked, and poll shows POLLERR until it is read.

// enqueueError puts an ICMP message on the error queue of a stream socket.
func (s *Socket) enqueueError() {
	s.assign(ErrsQueued, s.has(ErrQueued))
	s.set(ErrQueued)
}

func fromErrors(m *move) bool { return isSocket(m) && m.c.MsgFlags&spec.MsgErrqueue != 0 }

// quotedMin is how much of a segment an ICMP message quotes at least (RFC 792).
const quotedMin = 8

var errorQueueRules = slices.DeleteFunc(onRecv([]Rule{
	{Name: "/error-queue/elsewhere", Class: Succeed, For: forAll &^ forLinux,
		Title: "MSG_ERRQUEUE is of Linux, and not modelled elsewhere.", when: fromErrors, then: leaves(LeftOption)},
	{Name: "/error-queue/left-out", Class: Succeed, For: forLinux,
		Title: "Several errors, more than the least that ICMP quotes, or where it is from, are not modelled.",
		when: func(m *move) bool {
			return fromErrors(m) && m.s.has(ErrQueued) && (m.s.has(ErrsQueued) || m.c.Len > quotedMin || m.c.Op == spec.OpRecvfrom || inet6(m) || peeking(m))
		}, then: leaves(LeftOption)},
	{Name: "/error-queue/error", Class: Succeed, For: forLinux, Evidence: "Linux 6.18, ip_recv_error, sock_dequeue_err_skb",
		Title: "The error is taken from the queue with the beginning of the segment that it is about; the pending error goes with it.",
		when:  func(m *move) bool { return fromErrors(m) && m.s.has(ErrQueued) },
		then: func(m *move) {
			m.s.clear(ErrQueued)
			m.s.Err = spec.ENONE
			m.ret(m.c.Len)
		}},
	{Name: "/error-queue/EAGAIN", Class: Shall, For: forLinux, Evidence: "Linux 6.18, ip_recv_error",
		Title: "With no error on the queue recv fails, blocking or not.", when: fromErrors, then: fails(spec.EAGAIN)},
}), func(r Rule) bool { return r.Name == "recvfrom/error-queue/error" }) // left out: recvfrom also says where it is from
