package model

import "github.com/connspec/connspec/spec"

// FastOpen is the symbol of a Fast Open option of TCP (RFC 7413): none, a
// request for a cookie, or from [FastOpenCookie] on a cookie by its number. With
// [FastOpenExperimental] it is the option of RFC 6994 that came before it. As
// what is remembered of an address it is the option that the next SYN there
// will have.
type FastOpen uint8

const (
	FastOpenNone    FastOpen = 0
	FastOpenRequest FastOpen = 1
	FastOpenCookie  FastOpen = 2

	FastOpenExperimental FastOpen = 0x80

	CookiesMax = 100 // cookies beyond that are taken for one
)

// Fast says what a send that waits for a Fast Open has done.
type Fast uint8

const (
	FastIdle   Fast = iota // it does not wait for one
	FastUnsent             // its data is still to be sent
	FastSent               // the SYN took its data
	FastJoined             // its data is still to be sent, and it did not begin the attempt
)

// fastOpenData is how much data is sure to fit on a SYN: the default segment
// less the longest options (RFC 9293, section 3.7.1).
const fastOpenData = 536 - 40

// fastMemory is where the world remembers Fast Opens to an address. There is
// none for the host itself, which hands out no cookies.
func (w *World) fastMemory(a Addr) *FastOpen {
	switch a {
	case AddrRemote1:
		return &w.FastOpen[0]
	case AddrRemote2:
		return &w.FastOpen[1]
	}
	return nil
}

// cookie says whether the option has one.
func (f FastOpen) cookie() bool { return f&^FastOpenExperimental >= FastOpenCookie }

// Conditions.

func fastFlag(m *move) bool { return stream(m) && m.c.MsgFlags&spec.MsgFastopen != 0 }

// fastOpens: the send goes by Linux's tcp_sendmsg_fastopen.
func fastOpens(m *move) bool { return fastFlag(m) || stream(m) && m.s.has(Deferred) }

func noBytes(m *move) bool { return m.c.Len == 0 }

// hasCookie: a cookie for the destination is known.
func hasCookie(m *move) bool {
	if m.s.has(NoCookie) { // tcp_fastopen_no_cookie
		return true
	}
	known := m.w.fastMemory(m.destination())
	return known != nil && known.cookie()
}

// defers: connect is to leave the SYN to send (tcp_fastopen_defer_connect).
func defers(m *move) bool {
	return stream(m) && m.c.Op == spec.OpConnect && m.s.Flags&(FastConnect|FastBusy) == FastConnect && hasCookie(m)
}

func startDeferred(m *move) {
	m.nameEnds()
	m.s.set(Deferred)
	m.s.SndUna, m.s.SndNxt = 0, 0
	m.ret(0)
}

// fastSYN sends SYN with the option that is due, and n bytes if it is a cookie.
func (m *move) fastSYN(n uint16) {
	s := m.s
	option := FastOpenRequest
	switch known := m.w.fastMemory(s.Remote); {
	case known == nil && !s.Remote.Local(): // what scripts before this one left is not known
		m.leave(LeftFastOpen)
		return
	case s.has(NoCookie):
		if option = FastOpenNone; known == nil { // what a listener of the host makes of the data is not modelled
			m.leave(LeftFastOpen)
			return
		}
	case known != nil && *known != FastOpenNone:
		option = *known
	}
	if !option.cookie() && !s.has(NoCookie) {
		n = 0
	}
	s.set(FastOption)
	s.assign(FastExp, option&FastOpenExperimental != 0)
	s.assign(FastData, n != 0)
	if option.cookie() || s.has(NoCookie) {
		s.assign(SynData, n != 0)
	}
	m.emit(Frame{
		Proto: ProtoTCP, Bits: SYN, Src: s.Local, Dst: s.Remote, SPort: s.LPort, DPort: s.RPort, Len: n, FastOpen: option,
	})
	s.SndNxt = 1 + n
	s.Segs = 1
}

// deferredSYN sends the SYN that connect left, with the data of the call. What
// the socket did before is forgotten only now.
func (m *move) deferredSYN() {
	m.readyTCP()
	m.fastSYN(uint16(m.c.Len))
	if m.t.Wait != Blocked {
		m.s.clear(Deferred)
	}
}

// fastStart connects by MSG_FASTOPEN.
func (m *move) fastStart() {
	m.nameEnds()
	m.readyTCP()
	m.fastSYN(uint16(m.c.Len))
}

func fastStartWaiting(m *move) {
	m.block()
	if hasCookie(m) {
		m.fastWait(FastSent)
	} else {
		m.fastWait(FastUnsent)
	}
	m.fastStart()
}

// fastWait makes the send that blocks one that waits for its Fast Open.
func (m *move) fastWait(f Fast) {
	m.t.Fast = f
	m.s.set(FastBusy)
}

// fastOver ends the wait of a send for its Fast Open.
func fastOver(m *move) {
	sent := m.t.Fast == FastSent && m.t.Len != 0
	m.t.Fast = FastIdle
	m.s.Layer = Connected
	m.s.clear(Deferred | FastBusy)
	if sent {
		m.ret(int32(m.t.Len))
		return
	}
	m.restate()
	m.first(on(m.t.Op))
	m.rerun = false
}

// asConnect is the rule of connect that fits the call.
func (m *move) asConnect() *Rule {
	call := m.c
	*m.again = *call
	if !named(m) {
		m.again.To = Sockaddr{Family: spec.AFInet, Len: 2} // no address at all: no length is looked at before tcp_v4_connect
	}
	m.c = m.again
	r := m.find(on(spec.OpConnect))
	m.c = call
	return r
}

// failsToConnect: connect would fail, or leave the model.
func failsToConnect(m *move) bool {
	r := m.asConnect()
	starts := r.Name == "connect/EINPROGRESS" || r.Name == "connect/wait"
	return r.Class == Shall || m.s.Layer == Unconnected && !starts
}

func (m *move) failAsConnect() {
	r := m.asConnect()
	m.note(r.ID)
	r.then(m)
}

// sendPlainly makes the send without MSG_FASTOPEN.
func (m *move) sendPlainly() {
	*m.again = *m.c
	m.again.MsgFlags &^= spec.MsgFastopen
	m.c = m.again
	m.first(on(m.c.Op))
}

// writesPending says whether a send waits with data for a connection
// (sk_write_pending): the acknowledgement of SYN|ACK is left to it.
func (w *World) writesPending(slot uint8) bool {
	for i := range w.Threads {
		t := &w.Threads[i]
		if t.Wait == Blocked && t.Socket == slot+1 && (t.Op == spec.OpSend || t.Op == spec.OpSendto) && t.Fast != FastSent {
			return true
		}
	}
	return false
}

// fastOdd: what is not modelled of the answers to a Fast Open.
func fastOdd(m *move) bool {
	if !m.s.has(FastOption) || m.f.Bits&SYN == 0 {
		return false
	}
	if m.f.Bits&ACK == 0 {
		return m.s.has(FastData) || m.f.Len != 0
	}
	part := m.s.has(FastData) && m.f.Ack != 1 && m.f.Ack != m.s.SndNxt
	return m.f.Bits&FIN != 0 || part || m.s.Retries != 0 && (m.s.has(FastData) || m.f.Len != 0)
}

// learn keeps what SYN|ACK says of Fast Open (tcp_fastopen_cache_set). A peer
// that gave no cookie when asked is asked the other way once. Whether it was
// asked is what the last SYN with an option says, though it be of an earlier
// attempt; tcp_disconnect leaves syn_fastopen and syn_data.
func (m *move) learn() {
	known := m.w.fastMemory(m.s.Remote)
	switch {
	case known == nil, m.s.has(NoCookie):
	case m.f.FastOpen.cookie():
		*known = m.f.FastOpen
	case m.f.FastOpen != FastOpenNone || known.cookie() || m.s.Retries != 0 || m.s.has(SynData):
	case m.s.has(FastExp):
		*known = FastOpenRequest
	case *known == FastOpenNone:
		*known = FastOpenRequest | FastOpenExperimental
	}
}

func fastCompleted(m *move) {
	s := m.s
	m.learn()
	s.clear(FastData)
	completed(m)
}

// asksAfterward: a send with MSG_FASTOPEN waits for an attempt that it did not
// begin; its request is on every SYN from then on (tcp_syn_options, fastopen_req).
func (m *move) asksAfterward(s *Socket) bool {
	if !s.has(FastBusy) || !m.under(forLinux) {
		return false
	}
	for i := range m.w.Threads {
		if t := &m.w.Threads[i]; t.Wait == Blocked && t.Fast == FastJoined && &m.w.Sockets[t.Socket-1] == s {
			return true
		}
	}
	return false
}

// fastLost completes a handshake and sends the data of the SYN again, which is
// the acknowledgement too. Nagle's algorithm does not count it among the small
// segments that are out (snd_sml): FastData stays until it is acknowledged.
func fastLost(m *move) {
	s := m.s
	m.learn()
	end := s.SndNxt
	s.RcvNxt, s.MSS = m.f.Seq+1, m.f.MSS
	s.SndNxt = 1
	m.established(s)
	s.SndNxt, s.Segs = end, 1
	m.resend(s, PSH|ACK)
	s.set(FastData)
}

// resendSYN retransmits the SYN, by itself and without Fast Open option
// (RFC 7413, section 4.2.1).
func (m *move) resendSYN() {
	s := m.s
	nxt, una := s.SndNxt, s.SndUna
	s.SndNxt = una + 1
	m.resend(s, SYN)
	s.SndNxt = nxt
}

// fastElsewhere stands before all other rules of send.
var fastElsewhere = onSend([]Rule{
	{Name: "/fast-open/left-out", Class: Succeed, For: forAll &^ forLinux,
		Title: "MSG_FASTOPEN is Linux's own: elsewhere it is not modelled.", needs: quick, when: fastFlag, then: leaves(LeftOption)},
})
