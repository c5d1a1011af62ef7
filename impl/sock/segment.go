package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// HandleTCP takes a segment that arrived for this host (tcp_v4_rcv). kind is
// how the host was addressed: a segment to a group is nobody's.
func (l *Layer) HandleTCP(now time.Duration, h *wire.IPv4, kind ip.Kind, segment []byte) {
	l.now = now
	if kind != ip.Local {
		return
	}
	seg, payload, err := wire.ParseTCP(segment, wire.PseudoIPv4(h.Src, h.Dst, wire.ProtocolTCP))
	if err != nil {
		return
	}
	src := netip.AddrPortFrom(netip.AddrFrom4(h.Src), seg.SrcPort)
	dst := netip.AddrPortFrom(netip.AddrFrom4(h.Dst), seg.DstPort)
	n, known := l.tuples[tupleOf(dst, src)]
	if !known {
		l.strangerSegment(src, dst, &seg, payload, 0, false)
		return
	}
	c := l.conns.at(n)
	if c.listener != 0 && l.abandoned(n, c) {
		l.strangerSegment(src, dst, &seg, payload, 0, false)
		return
	}
	if c.listener != 0 && !l.p.BacklogCountsAll && l.full(l.socks.at(c.listener)) && seg.Flags&(wire.SYN|wire.RST) == 0 {
		return // tcp_check_req: the ACK counts as lost while the queue is full
	}
	before := c.tcp.State()
	if seg.Flags&wire.SYN != 0 && opening(before) {
		c.stamped = seg.Options.Has&wire.OptionTimestamps != 0
	}
	l.forgive(c, &seg, len(payload))
	ev := c.tcp.Handle(now, &seg, payload)
	if before == tcp.StateSynReceived && c.owner != 0 && l.socks.at(c.owner).shut&shutWrite != 0 {
		c.tcp.CloseWrite(now) // shut before it was connected (tcp_rcv_state_process)
	}
	if ev&tcp.Superseded != 0 && l.listenerFor(dst) != 0 {
		iss := c.tcp.SuccessorISS()
		c.tcp.Drop()
		l.happened(n, c, tcp.Closed)
		l.strangerSegment(src, dst, &seg, payload, iss, true)
		return
	}
	l.happened(n, c, ev)
}

// forgive clears the soft error of a connection whose peer acknowledges what
// was sent: the way is good again (tcp_ack). Data that acknowledges nothing new
// takes the fast path, where that is not looked at (tcp_rcv_established), if
// memory is set aside for it because other data waits to be read.
func (l *Layer) forgive(c *connection, seg *wire.TCP, payload int) {
	const relevant = wire.ACK | wire.RST | wire.SYN
	if c.owner == 0 || seg.Flags&relevant != wire.ACK || !c.tcp.State().Synchronized() || !c.tcp.Quotes(seg.Ack) {
		return
	}
	if fast := payload > 0 && seg.Flags&wire.FIN == 0 && !c.tcp.Quotes(seg.Ack-1) && c.tcp.Readable() > 0; !fast {
		l.socks.at(c.owner).soft = spec.ENONE
	}
}

// strangerSegment takes a segment of no connection: a listener's, or one to
// be reset (RFC 9293 section 3.10.7.1).
func (l *Layer) strangerSegment(src, dst netip.AddrPort, seg *wire.TCP, payload []byte, successor uint32, hasSuccessor bool) {
	path, why := l.routes.Find(src.Addr(), dst.Addr())
	if why != ip.Reachable || path.Kind == ip.Broadcast && !l.p.AnswersBroadcast {
		return
	}
	verdict := tcp.ListenReset
	i := l.listenerFor(dst)
	if i != 0 {
		if l.p.Cookies && l.cookieReturned(i, path, src, dst, seg, payload) {
			return
		}
		verdict = tcp.Listen(seg)
	}
	switch verdict {
	case tcp.ListenAccept:
		l.synArrived(i, path, src, dst, seg, successor, hasSuccessor)
	case tcp.ListenReset:
		if rst, ok := tcp.ResetFor(seg, len(payload)); ok {
			l.sendSegment(path, &rst)
		}
	}
}

// sendSegment queues a segment without payload that is no connection's.
func (l *Layer) sendSegment(path ip.Path, seg *wire.TCP) {
	n := seg.Len()
	b := l.queueFor(path).Push(path, wire.IPv4Len+n)
	if b == nil {
		return
	}
	src, dst := path.Src.As4(), path.Dst.As4()
	seg.Put(b[wire.IPv4Len:], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	h := wire.IPv4{DontFragment: true, TTL: ttl, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	h.Put(b)
}

// ttl is the time to live of every packet sent (RFC 1700).
const ttl = 64

func (l *Layer) queueFor(path ip.Path) *ip.Queue {
	if path.Loops {
		return &l.Loop
	}
	return &l.Out
}

// NextID is an identification for the next IP packet that may be fragmented.
func (l *Layer) NextID() uint16 {
	l.identifier++
	return l.identifier
}

// SegmentRoom is the room that NextSegment wants in front of a payload, and
// behind it for the largest one.
const (
	headersMax    = wire.IPv4Len + wire.TCPLenMax
	SegmentOffset = ip.Headroom + headersMax
	LoopBuffer    = SegmentOffset + loopbackMTU
)

// LoopReady says whether NextLoop may have something.
func (l *Layer) LoopReady() bool { return !l.readyLoop.empty() }

// NextWire makes the next segment of a connection over the NIC: the packet
// begins at buf[start] and has room for a link header in front. buf holds at
// least SegmentOffset and an MTU of bytes.
func (l *Layer) NextWire(now time.Duration, buf []byte) (start, end int, path *ip.Path, ok bool) {
	l.now = now
	return l.nextSegment(&l.readyWire, buf)
}

// NextLoop is NextWire for segments to the host itself.
func (l *Layer) NextLoop(now time.Duration, buf []byte) (start, end int, path *ip.Path, ok bool) {
	l.now = now
	return l.nextSegment(&l.readyLoop, buf)
}

func (l *Layer) nextSegment(q *fifo, buf []byte) (start, end int, path *ip.Path, ok bool) {
	for {
		n, some := q.pop()
		if !some {
			return 0, 0, nil, false
		}
		c := l.conns.at(n)
		var seg wire.TCP
		payload, more := c.tcp.Next(l.now, &seg, buf[SegmentOffset:])
		if !more {
			l.rest(n, c)
			continue
		}
		q.unpop(n)
		seg.SrcPort, seg.DstPort = c.local.Port(), c.remote.Port()
		src, dst := c.local.Addr().As4(), c.remote.Addr().As4()
		end = SegmentOffset + payload
		start = SegmentOffset - seg.Len()
		seg.Put(buf[start:end], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
		start -= wire.IPv4Len
		h := wire.IPv4{ID: l.NextID(), DontFragment: true, TTL: ttl, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
		h.Put(buf[start:end])
		return start, end, &c.path, true
	}
}

// Deadline is when Expire is next due.
func (l *Layer) Deadline() (at time.Duration, ok bool) {
	at, ok = l.timers.Deadline()
	if l.deadlines > 0 {
		if p, some := l.pollDeadline(); some && (!ok || p < at) {
			at, ok = p, true
		}
	}
	return at, ok
}

// Expire runs the timers that are due.
func (l *Layer) Expire(now time.Duration) {
	l.now = now
	for {
		id, ok := l.timers.Expired(now)
		if !ok {
			break
		}
		n := int32(id)
		if c := l.conns.at(n); !l.abandoned(n, c) {
			l.happened(n, c, c.tcp.Expire(now))
		}
	}
	if l.deadlines > 0 {
		l.expirePolls()
	}
}
