package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// checkState makes the checks on what a stream is doing already.
func (l *Layer) checkState(c personality.Check, a *attempt) (spec.Result, verdict) {
	s := a.sock
	switch c {
	case personality.CheckConnecting:
		if s.phase == phaseConnecting {
			return l.repeat(a)
		}
	case personality.CheckListening:
		if s.listening {
			return fails(l.p.Listening)
		}
	case personality.CheckConnected:
		switch {
		case s.phase == phaseDisconnecting:
			return fails(spec.EINVAL)
		case s.phase == phaseConnected && !s.dead, s.phase == phaseUnconnected && l.state(s) != tcp.StateClosed:
			return fails(spec.EISCONN)
		}
	case personality.CheckDead:
		return l.checkDead(s)
	}
	return spec.Result{}, proceed
}

// repeat is a connect on a socket whose attempt nobody has collected: it is
// still on, or (on Linux only) it ended unseen.
func (l *Layer) repeat(a *attempt) (spec.Result, verdict) {
	if !opening(l.state(a.sock)) {
		return l.collect(a.sockNum, a.sock), decided
	}
	if a.nonblock && a.fast == nil && l.deferred(a.sock) {
		return fails(spec.EISCONN)
	}
	if a.nonblock {
		return fails(spec.EALREADY)
	}
	switch l.p.Repeat {
	case personality.RepeatJoins:
		if !l.waitConnect(a, true) {
			return fails(spec.EALREADY)
		}
		return spec.Result{}, blocks
	case personality.RepeatConnected:
		return fails(spec.EISCONN)
	}
	return fails(spec.EALREADY)
}

// checkDead is a connect on a socket that an earlier failure left behind.
func (l *Layer) checkDead(s *Socket) (spec.Result, verdict) {
	switch {
	case !s.dead:
		return spec.Result{}, proceed
	case l.p.Failure == personality.FailureDead && s.err != spec.ENONE:
		return fails(s.takeError())
	}
	return fails(spec.EINVAL)
}

// collect gives the outcome of an attempt that ended to the connect that asks
// first (the end of __inet_stream_connect): a failure leaves the socket ready
// for another attempt where the personality says so.
func (l *Layer) collect(i int32, s *Socket) spec.Result {
	if l.state(s) != tcp.StateClosed {
		s.phase = phaseConnected
		return spec.Result{}
	}
	e := s.takeError()
	s.phase = phaseUnconnected
	if e == spec.ENONE {
		if l.p.EndIsSuccess {
			return spec.Result{}
		}
		e = spec.ECONNABORTED
	}
	if l.p.Failure == personality.FailureReported {
		s.disconnects++
		l.disconnect(i, s)
	}
	return spec.Fail(e)
}

// waitConnect blocks the caller until the handshake ends, unless it is not to
// wait at all. joined: another call began the attempt.
func (l *Layer) waitConnect(a *attempt, joined bool) bool {
	d := l.patienceOf(spec.OpConnect, a.sock)
	if d < 0 {
		return false
	}
	w := l.block(a.thread, spec.OpConnect, a.fileNum)
	w.joined = joined
	l.limit(w, d)
	return true
}

func (l *Layer) resumeConnect(w *wait) (spec.Result, bool) {
	s := l.socks.at(w.sock)
	switch {
	case opening(l.state(s)):
		return spec.Result{}, false
	case l.state(s) != tcp.StateClosed:
		s.phase = phaseConnected
		return spec.Result{}, true
	}
	return l.collect(w.sock, s), true
}

// startStream makes a connection and sends the first SYN (tcp_v4_connect).
func (l *Layer) startStream(a *attempt) (spec.Result, bool) {
	if e := l.resolve6(a); a.sock.six() && e != spec.ENONE {
		return spec.Fail(e), true
	}
	s, dst := a.sock, a.dst
	if s.conn != 0 {
		l.refresh(s)
	}
	if s.halfOpen && dst == s.peer {
		return spec.Fail(l.p.TupleTaken), true // it finds itself
	}
	s.astray = s.astray && dst.Addr().Is6() // a failure over IPv4 takes it back
	was := s.source
	path, why := l.way(s, dst.Addr())
	if e := l.p.Route[why]; e != spec.ENONE {
		if why == ip.HostUnreachable || why == ip.Prohibited {
			l.refuseSyn(s, dst, l.primary(dst.Addr()))
		}
		return spec.Fail(e), true
	}
	if path.Kind == ip.Broadcast || path.Kind == ip.Multicast {
		e := l.groupError(path.Dst)
		if e == spec.ENONE {
			e = l.p.SubnetBroadcast
			l.refuseSyn(s, dst, path.Src)
		}
		return spec.Fail(e), true
	}
	dst = netip.AddrPortFrom(path.Dst, dst.Port())
	if s.source.IsUnspecified() {
		s.source = path.Src
	}
	s.bound = s.source
	if s.binding != 0 {
		l.tcpPorts.SetAddr(s.binding, s.bound)
	}
	successor, e := l.takeTuple(a.sockNum, s, dst)
	if e != spec.ENONE {
		l.readdress(s, was)
		return spec.Fail(e), true
	}
	s.peer, s.peerDone, s.halfOpen = dst, false, false
	if a.fast != nil || !l.defers(s, dst.Addr()) { // tcp_connect_init
		s.err = spec.ENONE
	}
	l.dial(a.sockNum, s, path, successor, a.fast)
	l.stray(s)
	s.phase = phaseConnecting
	if l.postpone || l.deferred(s) {
		return spec.Result{}, true
	}
	if a.nonblock || !l.waitConnect(a, false) {
		return spec.Fail(spec.EINPROGRESS), true
	}
	return spec.Result{}, false
}

// refuseSyn leaves a BSD stream half open: it had its names before its SYN was
// refused on the way out, and it keeps them (tcp_connect, tcp_output).
func (l *Layer) refuseSyn(s *Socket, dst netip.AddrPort, src netip.Addr) {
	if !l.p.HalfOpens {
		return
	}
	if s.source.IsUnspecified() {
		s.source = src
	}
	s.bound, s.peer, s.halfOpen = s.source, dst, true
	if s.binding != 0 {
		l.tcpPorts.SetAddr(s.binding, s.bound)
	}
}

// refresh forgets what a connection that is over left on the socket.
func (l *Layer) refresh(s *Socket) {
	l.detach(s)
	s.shut = 0
	if !s.portLocked {
		l.releasePort(s)
	}
	if !s.addrLocked {
		l.unaddress(s)
	}
}

// readdress gives a stream back the address that it had before a connect which
// found its names taken. Linux leaves the one in the place of ::ffff:0
// (inet_bhash2_reset_saddr).
func (l *Layer) readdress(s *Socket, was netip.Addr) {
	switch {
	case s.halfOpen:
	case !s.addrLocked:
		l.unaddress(s)
	case was.IsUnspecified() && !l.p.Inet6.ScopeBinds:
		s.source, s.bound = was, was
		if s.binding != 0 {
			l.tcpPorts.SetAddr(s.binding, was)
		}
	}
}

// unaddress takes a stream's local address away, which connect had chosen.
func (l *Layer) unaddress(s *Socket) {
	s.source, s.bound, s.via = s.wildcard(), s.wildcard(), via{}
	if s.binding != 0 {
		l.tcpPorts.SetAddr(s.binding, s.bound)
	}
}

// takeTuple sees to it that no other connection has the socket's names, which
// it completes by an ephemeral port if need be (inet_hash_connect). successor
// is for dial.
func (l *Layer) takeTuple(i int32, s *Socket, dst netip.AddrPort) (successor uint32, e spec.Errno) {
	if s.port != 0 {
		local := netip.AddrPortFrom(s.source, s.port)
		if l.p.SelfStream != spec.ENONE && dst == local && dst.Addr().Is4() {
			return 0, l.p.SelfStream
		}
		n := l.named(local, dst)
		if !l.makesWay(n, true) {
			return 0, l.p.TupleTaken
		}
		return l.evict(n), spec.ENONE
	}
	yields := false // a port was found whose holder makes way
	port, ok := l.choose(s, l.portOffset(s.source, dst), func(p uint16) bool {
		if l.tcpPorts.Claimed(p) {
			return false
		}
		n := l.named(netip.AddrPortFrom(s.source, p), dst)
		yields = yields || n != 0
		return l.makesWay(n, false)
	})
	if !ok {
		return 0, l.p.PortsStream
	}
	l.claim(i, s, ports.Binding{Addr: s.source, Port: port, Implicit: true})
	if yields {
		successor = l.evict(l.named(netip.AddrPortFrom(s.source, port), dst))
	}
	return successor, spec.ENONE
}

// reuseDelay is how long a connection in TIME-WAIT keeps its names from an
// attempt that chooses its port (net.ipv4.tcp_tw_reuse_delay).
const reuseDelay = time.Second

// makesWay says whether a connection may have the names of n, see named. On
// Linux one in TIME-WAIT that used timestamps makes way for a port that bind
// named, and on the loopback interface after a while for any (tcp_twsk_unique,
// tcp_tw_reuse=2).
func (l *Layer) makesWay(n int32, explicit bool) bool {
	if n == 0 {
		return true
	}
	w := l.waitingAs(n)
	if !l.p.TimeWaitYields || !w.inTimeWait || !w.stamped {
		return false
	}
	return explicit || w.loops && l.now-w.since > reuseDelay
}

// evict ends n, a connection in TIME-WAIT or nobody, and gives the sequence
// number for the one that takes its place.
func (l *Layer) evict(n int32) (successor uint32) {
	switch {
	case n < 0:
		successor = l.remnants.at(-n).tcp.SuccessorISS()
		l.forget(-n)
	case n > 0:
		c := l.conns.at(n)
		successor = c.tcp.SuccessorISS()
		l.kill(n, c)
	}
	return successor
}

// portOffset is where the search for a port towards dst begins: the F of RFC
// 6056 section 3.3.3, by the keyed hash that initial sequence numbers use.
func (l *Layer) portOffset(src netip.Addr, dst netip.AddrPort) uint64 {
	hi, lo := tcp.ISN(l.cfg.Secret, src.As16(), dst.Addr().As16(), 0, dst.Port(), 0)
	return uint64(hi)<<32 | uint64(lo)
}
