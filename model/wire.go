package model

import "github.com/connspec/connspec/spec"

// What TCP does (RFC 9293), as verbs for rules.

// mssLoopback is the largest segment on the loopback interface (MTU 65536).
const mssLoopback = 65483

// The sequence numbers that the model counts end at seqMax; two regions above
// stand for numbers about 2^30 and 2^31 ahead.
const (
	seqMax  = 0x5000
	SeqFar  = 0x6000 // ahead of every window
	SeqAway = 0x7000 // half the sequence space ahead
)

// far says whether the number lies beyond every window.
func far(seq uint16) bool { return seq >= SeqFar && seq < 0x8000 }

// before says whether a comes before b in the sequence space.
func before(a, b uint16) bool { return int16(a-b) < 0 }

// emit sends a frame: to the wire, or to the host itself.
func (m *move) emit(f Frame) {
	if m.route(f.Dst) == routeBlackhole && !m.under(forLinux) { // the BSDs send into it and hear nothing
		return
	}
	if m.stopped(&f) || m.lost(&f) {
		return
	}
	if f.Dst.Local() {
		if m.inboxLen == inboxMax {
			m.leave(LeftScope)
			return
		}
		f.MSS = f.Dst.mssWithin()
		m.inbox[m.inboxLen] = f
		m.inboxLen++
		return
	}
	if f.Bits&SYN != 0 {
		m.show(&f)
	}
	m.leaveHost(f)
}

// leaveHost sends a frame to the wire.
func (m *move) leaveHost(f Frame) {
	if m.awaits(&f) {
		return
	}
	if m.w.OutLen == OutsMax {
		m.leave(LeftScope)
		return
	}
	m.w.Outs[m.w.OutLen] = f
	m.w.OutLen++
}

// segment sends a segment of connection s with n bytes of new data.
func (m *move) segment(s *Socket, bits Bits, n uint16) {
	if s.has(Choked) && s.SndUna != s.SndNxt && (n != 0 || bits&FIN != 0) {
		m.leave(LeftOutstanding)
		return
	}
	f := Frame{
		Proto: ProtoTCP, Bits: bits, Src: s.Local, Dst: s.Remote, SPort: s.LPort, DPort: s.RPort,
		Seq: s.SndNxt, Len: n,
	}
	if bits&ACK != 0 {
		f.Ack, s.RcvWup = s.RcvNxt, s.RcvNxt
		s.clear(AckDue | DueTwice)
	}
	if n != 0 && !m.under(forLinux) {
		f.Loose = LoosePSH
	}
	if bits&SYN != 0 && m.asksAfterward(s) {
		f.FastOpen = FastOpenRequest
		s.set(FastOption)
		s.clear(FastExp)
	}
	if n != 0 && bits&SYN == 0 {
		s.clear(FastData)
	}
	if bits&RST == 0 {
		s.SndNxt += f.space()
		if f.space() != 0 {
			s.Segs++
		}
	}
	if s.SndNxt > seqMax {
		m.leave(LeftNumbers)
	}
	if m.stranded(s, &f) {
		return
	}
	m.misdirect(s, &f)
	m.emit(f)
}

// space is how much of the sequence space a segment takes.
func (f *Frame) space() uint16 {
	n := f.Len
	if f.Bits&SYN != 0 {
		n++
	}
	if f.Bits&FIN != 0 {
		n++
	}
	return n
}

// end is the sequence number after the segment.
func (f *Frame) end() uint16 { return f.Seq + f.space() }

// resend sends the oldest segment of s once more.
func (m *move) resend(s *Socket, bits Bits) {
	nxt := s.SndNxt
	n := nxt - s.SndUna
	if bits&(SYN|FIN) != 0 {
		n--
	}
	s.SndNxt = s.SndUna
	segs := s.Segs
	m.segment(s, bits, n)
	s.SndNxt, s.Segs = nxt, segs
}

// ack sends a bare acknowledgement.
func (m *move) ack(s *Socket) { m.segment(s, ACK, 0) }

// push sends n bytes of s, or holds them back. A send of nothing does not try
// again what was held back.
func (m *move) push(s *Socket, n uint16) {
	s.Unsent += n
	if n != 0 {
		m.pushHeld(s)
	}
}

// pushHeld sends what is held back, unless a small segment is outstanding (RFC 9293,
// section 3.7.4: Nagle).
func (m *move) pushHeld(s *Socket) {
	if s.Unsent == 0 || s.SndUna != s.SndNxt && !s.has(Nodelay) && !s.has(FastData) {
		return
	}
	m.flush(s)
}

// flush sends what is held back.
func (m *move) flush(s *Socket) {
	if m.withheld(s) {
		m.retains(s)
		return
	}
	n := s.Unsent
	s.Unsent = 0
	if n > s.MSS {
		m.leave(LeftWindow)
		return
	}
	m.segment(s, PSH|ACK, n)
	m.converse(s)
}

// sendFIN ends our side of the connection; held-back data goes with it.
func (m *move) sendFIN(s *Socket) {
	bits := FIN | ACK
	if s.Unsent != 0 {
		bits |= PSH
	}
	n := s.Unsent
	s.Unsent = 0
	m.segment(s, bits, n)
	if n != 0 {
		m.converse(s)
	}
	s.set(FINSent | ShutWrite)
}

// converse notes that data went out: if that was soon after the peer's, the two
// take turns (tcp_event_data_sent; lrcvtime is not set by a simultaneous open).
func (m *move) converse(s *Socket) {
	if s.has(Paced) && !s.has(Crossed) {
		s.set(PingPong)
	}
}

// abort sends RST for a connection that is given up from this side.
func (m *move) abort(s *Socket) { m.segment(s, RST|ACK, 0) }

// forget drops a handshake of which a segment comes when its listener does not
// listen (Linux 6.18, tcp_v4_rcv, TCP_NEW_SYN_RECV).
func (m *move) forget(f *Frame) {
	for i := range m.w.Sockets {
		if s := &m.w.Sockets[i]; s.has(Request) && !s.has(Cookie) && m.w.stray(s) && s.RPort == f.SPort && s.Remote == f.Src {
			*s = Socket{}
		}
	}
}

// answerable says whether there is a route back to where a frame came from.
func (m *move) answerable(f *Frame) bool {
	if onDevice(m) && m.s.Dev == spec.DeviceEth0 { // which is where the answer goes (tcp_v4_send_reset)
		return true
	}
	r := m.route(f.Src)
	return r == routeLocal || r == routeUnicast || f.Src == AddrSubnetBroadcast && m.under(forLinux)
}

// refuse answers a segment that belongs to no connection (RFC 9293, section
// 3.10.7.1).
func (m *move) refuse(f *Frame) {
	if !m.answerable(f) || f.Src == AddrLoopback6 && f.entrance() != spec.DeviceLo && m.under(forLinux) { // tcp_v6_send_response looks for ::1 beyond the interface
		return
	}
	m.forget(f)
	m.emit(answerReset(f))
}

// done ends the connection of slot with an error, or with none. What is left
// is a socket without TCP (tcp_done of Linux, tcp_drop of the BSDs).
func (m *move) done(slot uint8, e spec.Errno) {
	s := &m.w.Sockets[slot]
	if s.has(Orphan|Request) || s.has(Child) && !m.kept && !m.under(forLinux) {
		*s = Socket{}
		return
	}
	if e != spec.ENONE {
		s.Err = e
	}
	s.TCP = Closed
	m.poke(s, 0)
	s.Unsent, s.Segs = 0, 0
	s.clear(AckDue | PingPong | Hurry | Unresolved)
	s.set(ShutRead | ShutWrite)
	switch {
	case m.under(forLinux):
		if !s.has(PortLock) {
			s.clear(HasPort)
		}
	case s.Layer == Connecting && !m.w.waiting(slot, spec.OpConnect) && m.under(forPOSIX|forTargetTCP):
		s.set(AnyState) // connect failed, and the page says no more
	default:
		s.Layer = Unconnected
		s.set(Dead)
		s.clear(HasPort)
	}
}

// timeWait ends a connection in order. In Linux the socket is done with and a
// remnant of its own answers what still comes.
func (m *move) timeWait(slot uint8) {
	s := &m.w.Sockets[slot]
	s.TCP = TimeWait
	if s.has(Orphan) {
		s.Life = reuseLife
		return
	}
	if !m.under(forLinux) {
		s.Layer = Unconnected
		s.set(ShutRead | ShutWrite)
		return
	}
	rest, ok := m.open(KindStream)
	if !ok {
		return
	}
	w := &m.w.Sockets[rest]
	*w = Socket{
		Flags: Orphan | HasPort | s.Flags&(Reuse|Lent|Uncounted), Life: reuseLife, Family: s.Family, Kind: KindStream, TCP: TimeWait, Local: s.Local, Remote: s.Remote,
		LPort: s.LPort, RPort: s.RPort, SndUna: s.SndUna, SndNxt: s.SndNxt, RcvNxt: s.RcvNxt, RcvWup: s.RcvNxt,
	}
	m.done(slot, spec.ENONE)
}

// disconnect takes a stream socket back to where it was before connect or
// listen, as far as Linux does (tcp_disconnect).
func (m *move) disconnect(slot uint8) {
	s := &m.w.Sockets[slot]
	old := s.TCP
	switch old {
	case Listen:
		m.unlisten(slot)
	case Established, CloseWait, FinWait1, FinWait2, SynReceived:
		m.abort(s)
		s.Err = spec.ECONNRESET
	case SynSent:
		s.Err = spec.ECONNRESET
	}
	m.poke(s, spec.PollErr)
	if old != Closed && !s.has(PortLock) {
		s.clear(HasPort)
	}
	s.TCP = Closed
	s.Remote, s.RPort = AddrAny, PortZero
	if !s.has(AddrLock) {
		s.Local = AddrAny
	}
	s.SndUna, s.SndNxt, s.RcvNxt, s.RcvWup, s.Unread, s.Unsent = 0, 0, 0, 0, 0, 0
	s.Retries, s.Segs, s.Rank = 0, 0, 0
	s.set(Uncounted)
	s.clear(ShutRead | ShutWrite | GotFIN | Paced | AckDue | PingPong | Hurry | FINSent | Choked | Passive | Unpredicted | Deferred | FastBusy | FastData | Unresolved)
}

// established completes a handshake.
func (m *move) established(s *Socket) {
	s.TCP = Established
	m.poke(s, 0)
	s.assign(Choked, s.Retries > 1 && m.under(forLinux))
	s.Retries, s.Segs = 0, 0
	s.SndUna = s.SndNxt
	s.Soft = spec.ENONE
	if e := m.wayError(s); e != spec.ENONE && m.under(forLinux) {
		s.Soft = e
	}
	s.clear(Hurry)
	if s.Layer == Connecting && !m.under(forLinux) {
		s.Layer = Connected
	}
}

// take processes a segment that fits: its acknowledgement, its data, its FIN
// (RFC 9293, section 3.10.7.4), and answers as the dialect does; later says
// that the answer to data or FIN is delayed.
func (m *move) take(later bool) {
	s, f := m.s, m.f
	soon := m.ackSoon(s) || s.has(Unpredicted) && f.Bits&FIN == 0
	idle := s.SndUna == s.SndNxt && !s.has(Unpredicted) && f.Seq == s.RcvNxt
	if !m.takeAck(s, &f) {
		return
	}
	s.clear(Unpredicted)
	owed := m.takeData(s, &f)
	if f.Bits&FIN != 0 && f.end()-1 == s.RcvNxt && s.TCP.in(Established, FinWait1, FinWait2) {
		if m.takeFIN(s) {
			return
		}
		owed = true
	}
	if s.Unsent != 0 && (s.SndUna == s.SndNxt || s.has(Nodelay)) && !m.passedOver(s, &f, idle) {
		m.flush(s)
		owed = false
	}
	switch {
	case soon && s.has(AckDue):
		m.ack(s)
	case !owed:
	case later || s.has(PingPong) && m.under(forLinux):
		s.assign(DueTwice, s.has(AckDue))
		s.set(AckDue)
	default:
		m.ack(s)
	}
}

// ackSoon says that an acknowledgement is delayed by no more than a jiffy: the
// peer sent a FIN and no data, and Linux has no estimate of its pauses yet
// (tcp_send_delayed_ack with an ato of 0). Whatever comes next sends it.
func (m *move) ackSoon(s *Socket) bool {
	return s.Flags&(AckDue|Paced) == AckDue && m.under(forLinux)
}

// takeAck processes the acknowledgement; goesOn is false when the connection
// ends with it.
func (m *move) takeAck(s *Socket, f *Frame) (goesOn bool) {
	if !m.predicted(s, f) {
		m.heard()
	}
	if before(s.SndUna, f.Ack) {
		s.SndUna = f.Ack
		s.Retries = 0
		s.clear(Choked)
		if s.Segs > 1 && s.SndUna != s.SndNxt {
			s.Segs--
		}
	}
	if s.SndUna != s.SndNxt {
		return true
	}
	s.Segs = 0
	s.clear(FastData)
	if !s.has(FINSent) {
		return true
	}
	switch s.TCP {
	case FinWait1:
		s.TCP = FinWait2
		m.poke(s, 0)
		if s.has(Orphan) && f.Bits&FIN == 0 && m.under(forLinux) { // tcp_time_wait: the text is not looked at
			return false
		}
	case Closing:
		m.timeWait(m.slot)
		return false
	case LastAck:
		m.done(m.slot, spec.ENONE)
		return false
	}
	return true
}

// heard: an acknowledgement that is not old shows that the peer can be reached
// (tcp_ack, sk_err_soft).
func (m *move) heard() {
	if !before(m.f.Ack, m.s.SndUna) {
		m.s.Soft = spec.ENONE
	}
}

// predicted says that Linux takes the segment by header prediction, which looks
// at an acknowledgement only if it is another.
func (m *move) predicted(s *Socket, f *Frame) bool { return f.Ack == s.SndUna && m.foreseen(s, f) }

// foreseen says that a segment is what header prediction is for, but for its
// acknowledgement. Data goes the slow way where no memory is set aside, because
// none waits to be read, to be sent or to be acknowledged (tcp_rcv_established,
// sk_forward_alloc).
func (m *move) foreseen(s *Socket, f *Frame) bool {
	return s.TCP == Established && !s.has(Unpredicted) && (s.Unread != 0 || s.Unsent != 0 || s.SndUna != s.SndNxt) && f.Len != 0 && f.Bits&FIN == 0 && f.Seq == s.RcvNxt && m.under(forLinux)
}

// takeData queues new data and says whether it is to be acknowledged.
func (m *move) takeData(s *Socket, f *Frame) (owed bool) {
	if f.space() != 0 && !before(s.RcvNxt, f.end()) { // a duplicate: acknowledged at once
		s.set(Paced)
		s.clear(PingPong)
		return true
	}
	fresh := f.Seq + f.Len - s.RcvNxt
	if f.Len == 0 || int16(fresh) <= 0 || !s.TCP.in(Established, FinWait1, FinWait2) {
		return false
	}
	s.clear(Crossed)
	s.RcvNxt += fresh
	if !s.has(ShutRead) || !m.under(forSockets) { // the BSDs drop what nobody will read (tcp_do_segment)
		s.Unread += fresh
		m.poke(s, arrived)
	}
	if s.RcvNxt > seqMax {
		m.leave(LeftNumbers)
	}
	s.set(Paced)
	return true
}

// takeFIN notes that the peer has finished; ended says that the answer is out
// and the socket has moved on.
func (m *move) takeFIN(s *Socket) (ended bool) {
	s.RcvNxt++
	s.set(ShutRead | GotFIN)
	m.poke(s, 0)
	switch s.TCP {
	case Established, SynReceived:
		s.TCP = CloseWait
		s.set(PingPong)
	case FinWait1:
		m.ack(s)
		s.TCP = Closing
		return true
	case FinWait2:
		m.ack(s)
		m.timeWait(m.slot)
		return true
	}
	return false
}
