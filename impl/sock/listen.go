package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// listen makes a stream listen (__inet_listen_sk). A further listen changes
// the backlog.
func (l *Layer) listen(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s := l.socks.at(i)
	if s.typ != spec.SockStream {
		return spec.Fail(spec.EOPNOTSUPP)
	}
	spent := s.dead || s.conn != 0 && l.p.Failure == personality.FailureFresh
	if s.phase != phaseUnconnected || spent || l.state(s) != tcp.StateClosed && !s.listening {
		return spec.Fail(spec.EINVAL)
	}
	l.allow(s, c.Backlog)
	if s.listening {
		return spec.Result{}
	}
	l.detach(s)
	if e := l.claimListening(i, s); e != spec.ENONE {
		return spec.Fail(e)
	}
	s.listening = true
	l.retry(i)
	return spec.Result{}
}

// allow sets how many connections may wait where a program asks for n.
func (l *Layer) allow(s *Socket, n int32) {
	if s.backlog == nil {
		s.backlog = new(backlog)
	}
	if n < 0 || n > somaxconn || n == 0 && l.p.BacklogCountsAll {
		n = somaxconn
	}
	s.backlog.limit = n
}

// claimListening takes the socket's port, or an ephemeral one, for listening
// (inet_csk_get_port from inet_csk_listen_start).
func (l *Layer) claimListening(i int32, s *Socket) spec.Errno {
	if s.port == 0 {
		port, ok := l.pickPort(s, s.bound)
		if !ok {
			return spec.EADDRINUSE
		}
		l.claim(i, s, ports.Binding{Addr: s.bound, Port: port, Listening: true})
		return spec.ENONE
	}
	probe := *l.tcpPorts.Get(s.binding)
	probe.Listening = true
	// With ReuseExact no other socket has the name, so nothing can conflict.
	if !l.p.ReuseExact && l.tcpPorts.Conflict(probe, s.binding) {
		// inet_csk_listen_start: the state goes back to CLOSE; the port stays.
		return spec.EADDRINUSE
	}
	l.tcpPorts.SetListening(s.binding, true)
	s.shown = s.port
	return spec.ENONE
}

// stopListening resets what waits to be accepted and leaves the socket bound
// (inet_csk_listen_stop). Handshakes under way end when they are heard of next,
// unless the socket listens again by then; cookies are forgotten.
func (l *Layer) stopListening(s *Socket) {
	s.listening = false
	if s.binding != 0 {
		l.tcpPorts.SetListening(s.binding, false)
	}
	for {
		n, ok := s.backlog.queue.pop()
		if !ok {
			break
		}
		child := l.socks.at(n)
		if child.conn != 0 {
			child.listener = 0
			c := l.conns.at(child.conn)
			c.tcp.Abort(l.now)
			l.unhashClosed(child.conn, c)
		}
		l.release(n)
	}
	s.backlog.queued, s.backlog.overflowed = 0, false
}

// unqueue takes a connection that broke out of its listener's queue.
func (l *Layer) unqueue(i int32, child *Socket) {
	s := l.socks.at(child.listener)
	s.backlog.queue.remove(i)
	s.backlog.queued--
	l.release(i)
}

// abandoned says whether the listener of a handshake listens no more. Then the
// handshake is forgotten (tcp_v4_rcv, reqsk_timer_handler).
func (l *Layer) abandoned(n int32, c *connection) bool {
	if c.listener == 0 || l.socks.at(c.listener).listening {
		return false
	}
	l.hatch(c)
	l.kill(n, c)
	return true
}

// hatch takes a connection from its listener: the handshake is over.
func (l *Layer) hatch(c *connection) {
	l.socks.at(c.listener).backlog.embryos--
	c.listener = 0
}

// dropEmbryos forgets the half-open connections of a listener; what their
// peers still send finds no connection.
func (l *Layer) dropEmbryos(s *Socket) {
	if s.backlog == nil {
		return
	}
	for n := int32(1); s.backlog.embryos > 0; n++ {
		c := l.conns.at(n)
		if c.listener != 0 && c.hashed && l.socks.at(c.listener) == s {
			l.hatch(c)
			l.kill(n, c)
		}
	}
}

// full says whether the listener accepts no further connection into its queue
// (sk_acceptq_is_full; sonewconn).
func (l *Layer) full(s *Socket) bool {
	return s.backlog.queued > s.backlog.limit*l.p.BacklogHalves/2
}

// crowded says whether the listener answers no further SYN.
func (l *Layer) crowded(s *Socket) bool {
	if l.p.BacklogCountsAll {
		return s.backlog.queued+int32(s.backlog.embryos) >= s.backlog.limit*l.p.BacklogHalves/2
	}
	return l.full(s)
}

// listenerFor is the socket that listens on dst for a segment from src: the one
// whose name fits it best (inet_lookup_listener).
func (l *Layer) listenerFor(src, dst netip.AddrPort) int32 {
	best, owner := 0, int32(0)
	for h := l.tcpPorts.FirstListener(dst.Port()); h != 0; h = l.tcpPorts.NextListener(h) {
		b := l.tcpPorts.Get(h)
		if n := b.Fits(dst.Addr()); n > best && !l.misses(b, src.Addr(), dst.Addr()) {
			best, owner = n, int32(b.Owner)
		}
	}
	return owner
}

// synArrived begins the handshake of a passive open. successor is the initial
// sequence number that a TIME-WAIT connection asks for, if hasSuccessor.
func (l *Layer) synArrived(i int32, path ip.Path, src, dst netip.AddrPort, seg *wire.TCP, successor uint32, hasSuccessor bool) {
	s := l.socks.at(i)
	switch {
	case l.crowded(s):
	case s.backlog.embryos > min(int(s.backlog.limit), embryosMax-1) && l.p.Cookies && !hasSuccessor:
		l.answerWithCookie(s, path, src, dst, seg)
	case s.backlog.embryos >= embryosMax:
	case hasSuccessor:
		l.embryo(i, path, src, dst, seg, successor)
	default:
		iss, _ := l.isn(dst, src)
		l.embryo(i, path, src, dst, seg, iss)
	}
}

// embryo makes a half-open connection of listener i.
func (l *Layer) embryo(i int32, path ip.Path, src, dst netip.AddrPort, seg *wire.TCP, iss uint32) (int32, *connection) {
	s := l.socks.at(i)
	n, c := l.newConnection(path, dst, src)
	c.listener = i
	c.stamped = seg.Options.Has&wire.OptionTimestamps != 0
	s.backlog.embryos++
	_, off := l.isn(dst, src)
	c.tcp.Accept(l.now, l.tcpConfig(path), iss, off, seg)
	l.inherit(s, c)
	l.touch(n, c)
	return n, c
}

// embryoHappened follows the handshake of a passive open: when it is complete
// the connection gets a socket and joins the listener's queue; when it breaks
// nobody hears of it.
func (l *Layer) embryoHappened(n int32, c *connection, ev tcp.Event) {
	i := c.listener
	s := l.socks.at(i)
	if ev&tcp.Established == 0 {
		if c.tcp.State() == tcp.StateClosed {
			l.hatch(c)
		}
		return
	}
	l.hatch(c)
	k, child := l.newSocket(s.family, spec.SockStream)
	child.phase, child.conn, child.peer = phaseConnected, n, c.remote
	child.bound, child.source = c.local.Addr(), c.local.Addr()
	child.addrLocked, child.only, child.dev = s.addrLocked, s.only, s.dev
	if child.dev == 0 && c.remote.Addr().Is6() && c.remote.Addr().IsLinkLocalUnicast() {
		child.dev = l.routes.NIC() // ir_iif
	}
	if !l.p.ChildFromSYN {
		l.inherit(s, c)
	}
	child.reuse, child.broadcast, child.nodelay, child.options = c.reuse, c.broadcast, c.nodelay, c.options
	child.listener = i
	child.shut = s.shut // sk_clone_lock
	l.claim(k, child, ports.Binding{Addr: c.local.Addr(), Port: c.local.Port()})
	c.owner = k
	s.backlog.queue.push(k)
	s.backlog.queued++
	l.wakeFor(i, arrived)
	l.happened(n, c, ev)
}

// accept takes the oldest established connection of a listener.
func (l *Layer) accept(thread int, c *spec.Call) (spec.Result, bool) {
	i, f, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	if l.socks.at(i).typ != spec.SockStream {
		return spec.Fail(spec.EOPNOTSUPP), true
	}
	d := l.patienceOf(c.Op, l.socks.at(i))
	r, done := l.tryAccept(i, nameOutOf(c), f.nonblock || d < 0)
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.out = nameOutOf(c)
		l.limit(w, d)
	}
	return r, done
}

// tryAccept gives the peer's name too if the caller has a place for it.
func (l *Layer) tryAccept(i int32, out nameOut, nonblock bool) (spec.Result, bool) {
	s := l.socks.at(i)
	if !s.listening {
		return spec.Fail(spec.EINVAL), true
	}
	if s.backlog.queue.empty() {
		return spec.Fail(spec.EAGAIN), nonblock
	}
	if l.lowestFD() < 0 {
		return spec.Fail(spec.EMFILE), true
	}
	n, _ := s.backlog.queue.pop()
	s.backlog.queued--
	child := l.socks.at(n)
	child.listener = 0
	file := l.newFile(n, l.p.AcceptInherits && l.files.at(s.file).nonblock)
	var r spec.Result
	if out.pointer != spec.PointerNull {
		if e := out.put(&r, child, child.peer, l.scopeOf(child)); e != spec.ENONE {
			l.drop(file) // __sys_accept4: the connection is accepted and closed
			return spec.Fail(e), true
		}
	}
	r.Ret = l.install(file).Ret
	return r, true
}
