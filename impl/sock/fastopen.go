package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// TCP Fast Open of a client as Linux has it (RFC 7413): sendto with MSG_FASTOPEN
// connects and sends at once, and TCP_FASTOPEN_CONNECT has connect leave the SYN to
// the first send. tcp_sendmsg_fastopen and __inet_stream_connect are the functions
// that this follows.

// fastBits are the bits of a socket's Fast Open. Those of the last SYN outlive its
// connection (tp->syn_fastopen, syn_data).
type fastBits uint8

const (
	fastConnect  fastBits = 1 << iota // TCP_FASTOPEN_CONNECT
	fastNoCookie                      // TCP_FASTOPEN_NO_COOKIE
	fastBusy                          // a send waits for its Fast Open (tp->fastopen_req)
	fastAsked                         // the last SYN had the option
	fastElder                         // in its experimental form
	fastData                          // the last SYN had data
	fastDeferred                      // connect left the SYN to a send, which is not over
)

// fastWait says what a send that waits for a Fast Open has done.
type fastWait uint8

const (
	fastNone   fastWait = iota // it waits for something else
	fastBegan                  // it began the attempt
	fastJoined                 // another call had
)

// fastSend is the data that an attempt takes along.
type fastSend struct {
	data   []byte
	copied int // how much of it went with the SYN
}

// fastPeer is what is remembered of a far host (tcp_metrics).
type fastPeer struct {
	addr   netip.Addr
	cookie tcp.Cookie // Len 0: none
	mss    uint16
	tryExp uint8 // how its cookie was asked for: 1: the experimental way is to be tried; 2: it was
}

// fastPeersMax bounds how many hosts are remembered; the oldest goes first.
const fastPeersMax = 256

// remembered is what is known of a host; nil if nothing is.
func (l *Layer) remembered(a netip.Addr) *fastPeer {
	for i := range l.fastPeers {
		if l.fastPeers[i].addr == a {
			return &l.fastPeers[i]
		}
	}
	return nil
}

// cookieFor is what a SYN to a host carries for Fast Open, and the host's MSS; the
// zero Cookie asks for one (tcp_fastopen_cache_get).
func (l *Layer) cookieFor(s *Socket, a netip.Addr) (k tcp.Cookie, mss uint16) {
	if p := l.remembered(a); p != nil {
		k, mss = p.cookie, p.mss
		k.Experimental = k.Experimental || k.Len == 0 && p.tryExp == 1
	}
	if s.fast&fastNoCookie != 0 || l.fastUnasked {
		k = tcp.Cookie{Unasked: true}
	}
	return k, mss
}

// defers says whether connect leaves the SYN to the first send
// (tcp_fastopen_defer_connect).
func (l *Layer) defers(s *Socket, a netip.Addr) bool {
	if s.fast&(fastConnect|fastBusy) != fastConnect {
		return false
	}
	k, _ := l.cookieFor(s, a)
	return k.Len != 0 || k.Unasked
}

// deferred says whether a connect did.
func (l *Layer) deferred(s *Socket) bool {
	return s.fast&fastDeferred != 0 && l.state(s) == tcp.StateSynSent
}

// fastOpens says whether a send goes by Fast Open.
func (l *Layer) fastOpens(s *Socket, c *spec.Call) bool {
	return l.p.Has&personality.FastOpen != 0 && (c.MsgFlags&spec.MsgFastopen != 0 || s.fast&fastDeferred != 0)
}

// openFast begins the handshake of a connection of which Fast Open is wanted.
func (l *Layer) openFast(s *Socket, c *connection, path ip.Path, iss, off uint32, f *fastSend) {
	k, mss := l.cookieFor(s, c.remote.Addr())
	later := f == nil && l.defers(s, c.remote.Addr())
	c.tcp.OpenFast(l.now, l.tcpConfig(path), iss, off, k, mss, later)
	if later {
		s.fast |= fastDeferred
		return
	}
	l.noteSyn(s, k)
	if f == nil {
		s.fast |= fastBusy // until it is dissolved (tcp_free_fastopen_req)
		return
	}
	f.copied = c.tcp.WriteToSyn(l.now, f.data)
	l.noteData(s, k, f.copied)
}

// noteSyn keeps on the socket how its SYN asked.
func (l *Layer) noteSyn(s *Socket, k tcp.Cookie) {
	if k.Unasked {
		return
	}
	s.fast = s.fast&^fastElder | fastAsked
	if k.Experimental {
		s.fast |= fastElder
	}
}

// noteData keeps whether it had data, if it could.
func (l *Layer) noteData(s *Socket, k tcp.Cookie, n int) {
	if k.Len == 0 && !k.Unasked {
		return
	}
	if s.fast &^= fastData; n > 0 {
		s.fast |= fastData
	}
}

// sendFast is a send by Fast Open. plain says that it goes on as any other.
func (l *Layer) sendFast(thread int, c *spec.Call, i int32, nonblock bool) (r spec.Result, done, plain bool) {
	s := l.socks.at(i)
	addressed := c.Op == spec.OpSendto && c.Pointer != spec.PointerNull
	switch {
	case !l.fastClient, addressed && c.AddrLen >= sizeofFamily && c.Addr.Family == spec.AFUnspec:
		return spec.Fail(spec.EOPNOTSUPP), true, false
	case s.fast&fastBusy != 0:
		return spec.Fail(spec.EALREADY), true, false
	}
	f := fastSend{data: c.Buf}
	waiting := s.conn != 0 && l.conns.at(s.conn).tcp.Deferred()
	if waiting {
		conn := l.conns.at(s.conn)
		k, _ := l.cookieFor(s, conn.remote.Addr())
		l.noteSyn(s, k)
		s.err = spec.ENONE // tcp_connect_init
		f.copied = conn.tcp.Launch(l.now, k, c.Buf)
		l.noteData(s, k, f.copied)
		l.touch(s.conn, conn)
	}
	if addressed && c.AddrLen < sizeofFamily {
		s.fast &^= fastDeferred
		return spec.Fail(spec.EINVAL), true, false
	}
	if !waiting {
		r, done = l.connectFast(thread, c, &f, nonblock)
		if done && !r.Failed() {
			return r, true, true
		}
	} else {
		r, done = spec.Fail(spec.EINPROGRESS), nonblock || l.patienceOf(spec.OpConnect, s) < 0
		if !done {
			l.limit(l.block(thread, spec.OpConnect, l.fileOf(c.FD)), l.patienceOf(spec.OpConnect, s))
		}
	}
	if done {
		s.fast &^= fastDeferred
		if r.Errno == spec.EINPROGRESS && f.copied > 0 {
			r = spec.Result{Ret: int32(f.copied)}
		}
		return r, true, false
	}
	l.awaitFast(thread, s, c, &f)
	return spec.Result{}, false, false
}

// awaitFast makes a wait for a connection one of a send for its Fast Open.
func (l *Layer) awaitFast(thread int, s *Socket, c *spec.Call, f *fastSend) {
	w := l.waits.at(l.threads[thread])
	w.op, w.flags, w.buf, w.copied = spec.OpSend, c.MsgFlags, c.Buf[f.copied:], int32(f.copied)
	w.fast = fastBegan
	if w.joined {
		w.fast = fastJoined
		l.conns.at(s.conn).tcp.AskFastOpen(true)
	}
	s.fast |= fastBusy
	k, _ := l.cookieFor(s, s.peer.Addr())
	if whole := (k.Len != 0 || k.Unasked) && f.copied == len(c.Buf); !whole || w.fast == fastJoined {
		l.awaitWrite(s, true)
	}
}

// connectFast is the connect of a send. Without an address there is nowhere to go.
func (l *Layer) connectFast(thread int, c *spec.Call, f *fastSend, nonblock bool) (spec.Result, bool) {
	as := *c
	as.Op = spec.OpConnect
	if c.Op != spec.OpSendto || c.Pointer == spec.PointerNull {
		as.Addr, as.AddrLen, as.Pointer = spec.Sockaddr{Family: spec.AFInet}, sizeofFamily, spec.PointerValid
	}
	a := l.attemptOf(thread, &as)
	a.nonblock, a.fast = nonblock, f
	return l.tryConnect(&a)
}

// resumeFast goes on with a send when the attempt that it waited for has ended; done
// is false if it has not.
func (l *Layer) resumeFast(w *wait) (r spec.Result, done bool) {
	s := l.socks.at(w.sock)
	st := l.state(s)
	if opening(st) {
		return r, false
	}
	l.endFast(w)
	if st == tcp.StateClosed {
		if r = l.collect(w.sock, s); r.Failed() {
			return r, true
		}
	}
	s.phase = phaseConnected
	w.sent = w.copied
	if w.sent > 0 && len(w.buf) == 0 {
		return sendResult(w.sent, spec.ENONE), true
	}
	return l.resumeSend(w)
}

// endFast ends the part of a wait that was for a Fast Open.
func (l *Layer) endFast(w *wait) {
	if w.fast == fastNone {
		return
	}
	s := l.socks.at(w.sock)
	s.fast &^= fastBusy | fastDeferred
	if w.fast == fastJoined && s.conn != 0 {
		l.conns.at(s.conn).tcp.AskFastOpen(false)
	}
	w.fast = fastNone
}

// expiredFast is the result of a send whose time is up before its Fast Open is over.
func expiredFast(w *wait) spec.Result {
	switch {
	case w.fast == fastJoined:
		return spec.Fail(spec.EALREADY)
	case w.copied > 0:
		return spec.Result{Ret: w.copied}
	}
	return spec.Fail(spec.EINPROGRESS)
}

// learn keeps what a SYN|ACK says of Fast Open (tcp_rcv_fastopen_synack,
// tcp_fastopen_cache_set). A host that gave no cookie is asked the other way once.
func (l *Layer) learn(s *Socket, c *connection, seg *wire.TCP) {
	if s.fast&(fastAsked|fastData) == 0 {
		return
	}
	addr := c.remote.Addr()
	p := l.remembered(addr)
	if p == nil {
		if len(l.fastPeers) == fastPeersMax {
			copy(l.fastPeers, l.fastPeers[1:])
			l.fastPeers = l.fastPeers[:fastPeersMax-1]
		}
		l.fastPeers = append(l.fastPeers, fastPeer{addr: addr})
		p = &l.fastPeers[len(l.fastPeers)-1]
	}
	o := &seg.Options
	if o.Has&wire.OptionMSS != 0 {
		p.mss = o.MSS
	}
	var try uint8
	switch given := o.Has&wire.OptionFastOpen != 0; {
	case given && o.CookieLen > 0 && s.fast&fastAsked != 0:
		p.cookie = tcp.Cookie{Value: o.Cookie, Len: o.CookieLen, Experimental: o.Has&wire.OptionFastOpenExperimental != 0}
		return
	case s.fast&fastAsked == 0 || given || c.tcp.SynRepeated() || s.fast&fastData != 0:
	case s.fast&fastElder != 0:
		try = 2
	default:
		try = 1
	}
	if try > p.tryExp && p.cookie.Len == 0 && !p.cookie.Experimental {
		p.tryExp = try
	}
}

// SetFastOpen says who may use Fast Open, in the bits of net.ipv4.tcp_fastopen.
func (l *Layer) SetFastOpen(bits int) { l.fastClient, l.fastUnasked = bits&1 != 0, bits&4 != 0 }

// fastOption is getsockopt of an option of Fast Open.
func (s *Socket) fastOption(o spec.SockOption) int32 {
	switch o {
	case spec.TCPFastopenConnect:
		return truth(s.fast&fastConnect != 0)
	case spec.TCPFastopenNoCookie:
		return truth(s.fast&fastNoCookie != 0)
	}
	return s.fastQueue
}

// setFastOption is setsockopt likewise (do_tcp_setsockopt).
func (l *Layer) setFastOption(s *Socket, o spec.SockOption, v int32) spec.Errno {
	st := l.state(s)
	bit := fastConnect
	switch o {
	case spec.TCPFastopen:
		if v < 0 || st != tcp.StateClosed && !s.listening {
			return spec.EINVAL
		}
		s.fastQueue = v
		return spec.ENONE
	case spec.TCPFastopenConnect:
		switch {
		case v < 0 || v > 1:
			return spec.EINVAL
		case !l.fastClient:
			return spec.EOPNOTSUPP
		case st != tcp.StateClosed || s.listening:
			return spec.EINVAL
		}
	case spec.TCPFastopenNoCookie:
		if v < 0 || v > 1 || st != tcp.StateClosed && !s.listening {
			return spec.EINVAL
		}
		bit = fastNoCookie
	}
	if s.fast &^= bit; v != 0 {
		s.fast |= bit
	}
	return spec.ENONE
}
