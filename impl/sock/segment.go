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
	seg, payload, err := l.parseTCP(segment, wire.PseudoIPv4(h.Src, h.Dst, wire.ProtocolTCP))
	if err != nil {
		return
	}
	seg.ECN = wire.ECN(h.TOS) & wire.ECNMask
	src := netip.AddrPortFrom(netip.AddrFrom4(h.Src), seg.SrcPort)
	dst := netip.AddrPortFrom(netip.AddrFrom4(h.Dst), seg.DstPort)
	l.handleSegment(src, dst, &seg, payload)
}

// handleSegment takes a segment of either family.
func (l *Layer) handleSegment(src, dst netip.AddrPort, seg *wire.TCP, payload []byte) {
	n := l.named(dst, src)
	if n == 0 {
		l.strangerSegment(src, dst, seg, payload, 0, false)
		return
	}
	if n < 0 {
		n, _ = l.revive(-n)
	}
	c := l.conns.at(n)
	if l.strays(c) || c.listener != 0 && l.abandoned(n, c) {
		l.strangerSegment(src, dst, seg, payload, 0, false)
		return
	}
	if c.listener != 0 && !l.p.BacklogCountsAll {
		c.tcp.Hold(l.full(l.socks.at(c.listener)))
	}
	before := c.tcp.State()
	if seg.Flags&wire.SYN != 0 && opening(before) {
		c.stamped = seg.Options.Has&wire.OptionTimestamps != 0
	}
	l.shutEarly(c)
	// An acknowledgement clears the soft error (tcp_ack), but not on the fast
	// path of tcp_rcv_established, for which memory must be set aside already:
	// because other data waits to be read or to be acknowledged.
	fast := c.tcp.Readable()+c.tcp.Unacked() > 0 && c.tcp.Predicted(seg, len(payload))
	ev := c.tcp.Handle(l.now, seg, payload)
	if before == tcp.StateSynSent && ev&tcp.Established != 0 && c.owner != 0 {
		l.learn(l.socks.at(c.owner), c, seg)
	}
	if ev&tcp.AckTaken != 0 && c.owner != 0 && !fast {
		l.socks.at(c.owner).soft = spec.ENONE
	}
	ev &^= tcp.AckTaken
	if ev&tcp.Superseded != 0 && l.listenerFor(src, dst) != 0 {
		iss := c.tcp.SuccessorISS()
		c.tcp.Drop()
		l.happened(n, c, tcp.Closed)
		l.strangerSegment(src, dst, seg, payload, iss, true)
		return
	}
	l.happened(n, c, ev)
}

// shutEarly closes a connection whose socket was shut before it was connected,
// or whose listener was before it listened (tcp_rcv_state_process;
// sk_clone_lock).
func (l *Layer) shutEarly(c *connection) {
	i := c.owner | c.listener // one of them is 0
	if i == 0 || c.tcp.State() != tcp.StateSynReceived {
		return
	}
	shut := l.socks.at(i).shut
	if shut&shutRead != 0 && !l.p.ChildFromSYN {
		c.tcp.CloseRead()
	}
	if shut&shutWrite != 0 {
		c.tcp.CloseWrite(l.now)
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
	i := l.listenerFor(src, dst)
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
		if rst, ok := tcp.ResetFor(seg, len(payload)); ok && l.answers6(src, dst) {
			l.sendSegment(path, &rst)
		}
	}
}

// sendSegment queues a segment without payload that is no connection's.
func (l *Layer) sendSegment(path ip.Path, seg *wire.TCP) {
	if path.Dst.Is6() {
		l.sendSegment6(path, seg)
		return
	}
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

// SegmentRoom is the room that NextSegment wants in front of a payload, and
// behind it for the largest one.
const (
	headersMax    = wire.IPv6Len + wire.TCPLenMax
	SegmentOffset = ip.Headroom + headersMax
	LoopBuffer    = SegmentOffset + loopbackMTU
)

// LoopReady says whether NextLoop may have something.
func (l *Layer) LoopReady() bool { return !l.readyLoop.empty() }

// NextWire makes the next segment of a connection over the NIC: the packet
// begins at buf[start] and has room for a link header in front. buf holds at
// least SegmentOffset and an MTU of bytes, or Config.Offload if that is set; then
// work says what the NIC is to do to the frame that begins ip.Headroom earlier.
func (l *Layer) NextWire(now time.Duration, buf []byte) (start, end int, path *ip.Path, work wire.Virtio, ok bool) {
	l.now = now
	return l.nextSegment(&l.readyWire, buf, l.cfg.Offload > 0)
}

// NextLoop is NextWire for segments to the host itself.
func (l *Layer) NextLoop(now time.Duration, buf []byte) (start, end int, path *ip.Path, ok bool) {
	l.now = now
	start, end, path, _, ok = l.nextSegment(&l.readyLoop, buf, false)
	return start, end, path, ok
}

func (l *Layer) nextSegment(q *fifo, buf []byte, offload bool) (start, end int, path *ip.Path, work wire.Virtio, ok bool) {
	for {
		n, some := q.pop()
		if !some {
			return 0, 0, nil, work, false
		}
		c := l.conns.at(n)
		var seg wire.TCP
		payload, size, more := 0, 0, false
		if offload {
			payload, size, more = c.tcp.NextSuper(l.now, &seg, buf[SegmentOffset:])
		} else {
			payload, more = c.tcp.Next(l.now, &seg, buf[SegmentOffset:])
		}
		if !more {
			l.rest(n, c)
			continue
		}
		q.unpop(n)
		seg.SrcPort, seg.DstPort = c.local.Port(), c.remote.Port()
		end = SegmentOffset + payload
		if c.remote.Addr().Is6() {
			l.path = c.path()
			if c.astray {
				l.path = l.astrayPath(c)
				return l.putAstray(buf, end, &seg), end, &l.path, work, true
			}
			start, work = c.putSegment6(buf, end, &seg, offload, size)
			return start, end, &l.path, work, true
		}
		src, dst := c.local.Addr().As4(), c.remote.Addr().As4()
		start = SegmentOffset - seg.Len()
		pseudo := wire.PseudoIPv4(src, dst, wire.ProtocolTCP)
		if offload {
			seg.PutPartial(buf[start:end], pseudo)
			work = wire.OffloadTCP(wire.EthernetLen+wire.IPv4Len, seg.Len(), size, false)
			work.ECN = size > 0 && seg.Flags&wire.CWR != 0
		} else {
			seg.Put(buf[start:end], pseudo)
		}
		start -= wire.IPv4Len
		h := wire.IPv4{TOS: uint8(seg.ECN), DontFragment: true, TTL: ttl, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
		h.Put(buf[start:end])
		l.path = c.path()
		return start, end, &l.path, work, true
	}
}

// Deadline is when Expire is next due.
func (l *Layer) Deadline() (at time.Duration, ok bool) {
	at, ok = l.timers.Deadline()
	if r, some := l.remnantTimers.Deadline(); some && (!ok || r < at) {
		at, ok = r, true
	}
	if p, some := l.patience.Deadline(); some && (!ok || p < at) {
		at, ok = p, true
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
	for {
		id, ok := l.remnantTimers.Expired(now)
		if !ok {
			break
		}
		l.forget(int32(id))
	}
	l.expireWaits()
}
