package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// HandleICMP takes an ICMP error about a packet that this host sent
// (tcp_v4_err, __udp4_lib_err; tcp_ctlinput, udp_ctlinput).
func (l *Layer) HandleICMP(now time.Duration, m *wire.ICMPv4, q *wire.Quote) {
	l.now = now
	local := netip.AddrPortFrom(netip.AddrFrom4(q.IP.Src), q.SrcPort)
	remote := netip.AddrPortFrom(netip.AddrFrom4(q.IP.Dst), q.DstPort)
	switch q.IP.Protocol {
	case wire.ProtocolTCP:
		if n := l.named(local, remote); n > 0 { // a remnant has nobody to tell
			l.icmpStream(n, m, q.Seq)
		}
	case wire.ProtocolUDP:
		if i := l.datagramSocket(remote, local); i != 0 {
			l.icmpDatagram(i, m)
		}
	}
}

// reaction picks the entry of the personality's tables for a message.
func (l *Layer) reaction(m *wire.ICMPv4, unreachable *[16]personality.Reaction, exceeded, problem personality.Reaction) personality.Reaction {
	switch m.Type {
	case wire.ICMPUnreachable:
		if int(m.Code) < len(unreachable) {
			return unreachable[m.Code]
		}
	case wire.ICMPTimeExceeded:
		if m.Code == 0 {
			return exceeded
		}
	case wire.ICMPParameterError:
		if l.p.ProblemCodes == 0 || m.Code < l.p.ProblemCodes {
			return problem
		}
	}
	return personality.Reaction{}
}

// icmpStream: a message counts only if it quotes a sequence number in flight
// (RFC 5927 section 4). It ends a handshake if the personality calls it hard;
// on a connection it is remembered (RFC 1122 section 4.2.3.9).
func (l *Layer) icmpStream(n int32, m *wire.ICMPv4, seq uint32) {
	c := l.conns.at(n)
	if !c.tcp.Quotes(seq) {
		return
	}
	if m.Type == wire.ICMPUnreachable && m.Code == wire.ICMPCodeFragNeeded {
		if l.offRoute(c) {
			if int(m.MTU()) < l.cfg.MTU {
				l.socks.at(c.owner).soft = spec.EMSGSIZE
			}
			return
		}
		c.tcp.SetMTU(l.now, int(m.MTU()))
		if c.owner != 0 && l.socks.at(c.owner).fast&fastData != 0 {
			c.tcp.ResendSyn(int(m.MTU()))
		}
		l.touch(n, c)
		return
	}
	l.icmpConnection(n, seq, report{
		reaction: l.reaction(m, &l.p.Unreachable, l.p.TimeExceeded, l.p.ParameterProblem),
		dooms:    embryoDies(m),
		reverts:  m.Type == wire.ICMPUnreachable && m.Code <= wire.ICMPCodeHost,
		queues:   l.p.ErrorQueue,
	})
}

// report is what a message of either family says of a connection.
type report struct {
	reaction personality.Reaction
	dooms    bool // it ends a passive handshake
	reverts  bool // it takes a backoff back (RFC 6069)
	queues   bool // it stays in the error queue
}

// icmpConnection takes a message about a segment in flight.
func (l *Layer) icmpConnection(n int32, seq uint32, m report) {
	c, r := l.conns.at(n), m.reaction
	if r.Errno == spec.ENONE {
		return
	}
	if c.listener == 0 && m.reverts {
		ev := c.tcp.Unreachable(l.now, seq)
		l.touch(n, c)
		if i := c.owner; ev != 0 { // it is no attempt any more
			l.happened(n, c, ev)
			if i != 0 {
				l.socks.at(i).soft = r.Errno
			}
			return
		}
		var again wire.TCP
		if opening(c.tcp.State()) && c.tcp.NextSyn(l.now, &again) { // before the message ends the attempt
			again.SrcPort, again.DstPort = c.local.Port(), c.remote.Port()
			l.sendSegment(c.path(), &again)
		}
	}
	st := c.tcp.State()
	switch {
	case c.listener != 0:
		if m.dooms && !c.tcp.Quotes(seq-1) { // only the SYN|ACK counts
			c.tcp.Drop()
			l.happened(n, c, tcp.Closed)
		}
	case c.owner == 0 || st == tcp.StateTimeWait || st == tcp.StateClosed:
	case opening(st):
		l.icmpOpening(n, c, m)
	default:
		l.socks.at(c.owner).soft = r.Errno
	}
}

// embryoDies says which messages end a passive handshake (tcp_req_err).
func embryoDies(m *wire.ICMPv4) bool {
	return m.Type != wire.ICMPUnreachable || m.Code == wire.ICMPCodeNet || m.Code == wire.ICMPCodeHost
}

// icmpOpening is a message about a SYN.
func (l *Layer) icmpOpening(n int32, c *connection, m report) {
	s, r := l.socks.at(c.owner), m.reaction
	if r.Soft || c.tcp.State() == tcp.StateSynReceived && !l.p.HardInSynReceived {
		drop := l.p.SoftDrops && s.soft != spec.ENONE && c.tcp.Retransmits() > 3
		s.soft = r.Errno
		if !drop {
			return
		}
	}
	if m.queues {
		s.errorQueue = true
	}
	c.tcp.Drop()
	l.unhash(n, c)
	l.touch(n, c)
	l.broke(c.owner, s, r.Errno)
}

// icmpDatagram: hard errors wait for the next call on an associated socket.
func (l *Layer) icmpDatagram(i int32, m *wire.ICMPv4) {
	l.icmpAssociated(i, l.reaction(m, &l.p.DatagramICMP, l.p.DatagramExceeded, l.p.DatagramProblem))
}

func (l *Layer) icmpAssociated(i int32, r personality.Reaction) {
	s := l.socks.at(i)
	if r.Errno == spec.ENONE || r.Soft || !s.associated {
		return
	}
	s.err = r.Errno
	l.wakeFor(i, spec.PollErr)
}
