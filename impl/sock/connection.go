package sock

import (
	"net/netip"
	"slices"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// connection is a TCP connection with its names and its way. It outlives its
// socket as long as the protocol asks (FIN-WAIT-1 to TIME-WAIT), and it exists
// before one when a listener's handshake is under way.
type connection struct {
	tcp           tcp.Conn
	local, remote netip.AddrPort
	digest        uint64 // of the names, if hashed
	way           way
	owner         int32 // socket, or 0
	listener      int32 // socket, while the handshake of a passive open lasts
	binding       ports.Handle
	orphan        bool // counted in Layer.orphans
	used          bool // it is in no one's free list
	hashed        bool // in Layer.names
	ready         bool // in readyWire or readyLoop
	timeWait      bool
	over          bool          // the owner was told that it ended
	stamped       bool          // the peer's SYN had a timestamp
	astray        bool          // see inet6_astray.go
	since         time.Duration // with timeWait: when it began
	reuse         bool          // SO_REUSEADDR of the socket it came from
	broadcast     bool          // with listener: SO_BROADCAST when the SYN came
	nodelay       bool          // likewise TCP_NODELAY
	options       options       // likewise
	lingerer      int32         // the close that waits for its end
	postponed     bool          // its SYN waits for the first read or write, see connectx.go
}

// copyTo makes c a copy of src that shares nothing with it.
func (c *connection) copyTo(src *connection) {
	dst := c
	src.tcp.CopyTo(&dst.tcp)
	dst.local, dst.remote, dst.digest, dst.way = src.local, src.remote, src.digest, src.way
	dst.owner, dst.listener, dst.binding = src.owner, src.listener, src.binding
	dst.astray = src.astray
	dst.orphan, dst.used, dst.hashed, dst.ready, dst.timeWait, dst.reuse = src.orphan, src.used, src.hashed, src.ready, src.timeWait, src.reuse
	dst.stamped, dst.over, dst.since = src.stamped, src.over, src.since
	dst.broadcast, dst.nodelay, dst.options, dst.lingerer, dst.postponed = src.broadcast, src.nodelay, src.options, src.lingerer, src.postponed
}

// way is what a connection keeps of its path, besides its names.
type way struct {
	hop   netip.Addr
	kind  ip.Kind
	loops bool
}

// path is the way that the connection's segments take.
func (c *connection) path() ip.Path {
	return ip.Path{Src: c.local.Addr(), Dst: c.remote.Addr(), NextHop: c.way.hop, Kind: c.way.kind, Loops: c.way.loops}
}

// fresh makes c a connection over path that nobody owns yet.
func (c *connection) fresh(path ip.Path, local, remote netip.AddrPort) {
	c.local, c.remote, c.way = local, remote, way{path.NextHop, path.Kind, path.Loops}
	c.owner, c.listener, c.binding, c.timeWait, c.reuse, c.stamped, c.over = 0, 0, 0, false, false, false, false
	c.astray = false
	c.broadcast, c.nodelay, c.ready, c.options, c.lingerer, c.postponed = false, false, false, options{}, 0, false
	c.used, c.orphan = true, false
}

// newConnection makes a connection over path that nobody owns yet.
func (l *Layer) newConnection(path ip.Path, local, remote netip.AddrPort) (int32, *connection) {
	i, c := l.conns.take()
	c.fresh(path, local, remote)
	c.tcp.Borrow(&l.buffers)
	l.enter(i, c)
	return i, c
}

// tcpConfig is the configuration for connections over path.
func (l *Layer) tcpConfig(path ip.Path) *tcp.Config {
	switch {
	case path.Dst.Is6() && path.Loops:
		return l.loopTCP6
	case path.Dst.Is6():
		return l.wireTCP6
	case path.Loops:
		return l.loopTCP
	}
	return l.wireTCP
}

// isn is the initial sequence number and timestamp offset of a connection.
func (l *Layer) isn(local, remote netip.AddrPort) (iss, tsOffset uint32) {
	return tcp.ISN(l.cfg.Secret, local.Addr().As16(), remote.Addr().As16(), local.Port(), remote.Port(), l.wireTCP.Clock(l.now))
}

// dial makes the connection of socket i to its peer. successor is the initial
// sequence number after a connection in TIME-WAIT that made way, or 0.
func (l *Layer) dial(i int32, s *Socket, path ip.Path, successor uint32, f *fastSend) {
	local := netip.AddrPortFrom(s.source, s.port)
	n, c := l.newConnection(path, local, s.peer)
	c.owner, c.reuse, c.postponed = i, s.reuse, l.postpone
	s.conn = n
	iss, off := l.isn(local, s.peer)
	if successor != 0 {
		iss = successor
	}
	if f != nil || s.fast&fastConnect != 0 {
		l.openFast(s, c, path, iss, off, f)
	} else {
		c.tcp.Open(l.now, l.tcpConfig(path), iss, off)
	}
	if s.fast&(fastAsked|fastData) != 0 {
		c.tcp.ExpectSynData()
	}
	l.inherit(s, c)
	l.touch(n, c)
}

// inherit gives a new connection what was set on its socket or listener before.
func (l *Layer) inherit(s *Socket, c *connection) {
	c.tcp.SetNoDelay(s.nodelay)
	c.reuse, c.broadcast, c.nodelay, c.options = s.reuse, s.broadcast, s.nodelay, s.options
	l.applyAll(s, c)
	if s.shut&shutRead != 0 {
		c.tcp.CloseRead() // inet_shutdown in CLOSE; the writing side: shutEarly
	}
}

// touch notes that a connection may have segments to send or another deadline.
func (l *Layer) touch(n int32, c *connection) {
	if c.ready || c.postponed && c.tcp.State() == tcp.StateSynSent {
		return
	}
	c.ready = true
	if c.way.loops {
		l.readyLoop.push(n)
	} else {
		l.readyWire.push(n)
	}
}

// rest is called when a connection has nothing more to send now: its timer is
// set, or it is given back if it is over and nobody's.
func (l *Layer) rest(n int32, c *connection) {
	c.ready = false
	c.tcp.Trim()
	if at, ok := c.tcp.Deadline(); ok {
		l.timers.Set(int(n), at)
	} else {
		l.timers.Clear(int(n))
	}
	if c.owner != 0 || c.listener != 0 {
		return
	}
	if c.tcp.State() == tcp.StateClosed {
		l.retire(n, c)
		return
	}
	l.shrink(n, c)
}

// retire gives back a connection that is over and nobody's.
func (l *Layer) retire(n int32, c *connection) {
	l.lingered(c)
	l.unhash(n, c)
	l.tcpPorts.Remove(c.binding)
	l.timers.Clear(int(n))
	if c.orphan {
		l.orphans--
	}
	c.binding, c.used = 0, false
	l.conns.give(n)
}

// kill ends a connection that nobody owns, in silence.
func (l *Layer) kill(n int32, c *connection) {
	c.tcp.Drop()
	l.unhash(n, c)
	l.touch(n, c)
}

// detach parts a socket from its connection, which lives on by itself or is
// given back.
func (l *Layer) detach(s *Socket) {
	if s.conn == 0 {
		return
	}
	n, c := s.conn, l.conns.at(s.conn)
	s.conn, c.owner = 0, 0
	l.touch(n, c)
}

// happened takes what a connection's state machine reported to its socket, and
// has its segments and timers looked after.
func (l *Layer) happened(n int32, c *connection, ev tcp.Event) {
	l.touch(n, c)
	l.lingered(c)
	if c.tcp.State() == tcp.StateClosed {
		l.unhash(n, c)
		l.tcpPorts.Remove(c.binding)
		c.binding = 0
	}
	if c.listener != 0 {
		l.embryoHappened(n, c, ev)
		return
	}
	if c.tcp.State() == tcp.StateTimeWait && !c.timeWait {
		c.timeWait, c.since = true, l.now
		if c.owner != 0 {
			l.enterTimeWait(l.socks.at(c.owner), c)
		}
	}
	if c.owner == 0 {
		return
	}
	s := l.socks.at(c.owner)
	switch {
	case ev&(tcp.Refused|tcp.Reset|tcp.TimedOut|tcp.Aborted) != 0:
		l.broke(c.owner, s, l.errorOf(s, c, ev))
	case c.tcp.State() == tcp.StateClosed:
		l.ended(s, c)
	}
	if ev&tcp.PeerClosed != 0 {
		s.shut |= shutRead
		s.peerDone = true
	}
	if ev&tcp.Established != 0 {
		l.opened(s)
	}
	if ev&tcp.Data != 0 && l.p.ReadShutDiscards && s.shut&shutRead != 0 {
		l.discard(c)
	}
	if ev&tcp.Reset != 0 && l.p.QueueDropsReset && s.listener != 0 {
		l.unqueue(c.owner, s)
		return
	}
	l.announce(c.owner, s, c, ev)
}

// announce wakes who waits for what happened to a connection. Room to write is
// told of only to those who found none (tcp_check_space).
func (l *Layer) announce(i int32, s *Socket, c *connection, ev tcp.Event) {
	if ev&^(tcp.Data|tcp.Space) != 0 {
		l.wake(i)
		return
	}
	var events spec.PollEvents
	if ev&tcp.Data != 0 {
		events |= arrived
	}
	if s.noSpace && ev&tcp.Space != 0 && roomToWrite(&c.tcp) {
		s.noSpace = false
		events |= spec.PollOut
	}
	switch {
	case events != 0:
		l.wakeFor(i, events)
	case ev != 0:
		l.retry(i)
	}
}

// discard throws away what arrived for a stream that is shut for reading.
func (l *Layer) discard(c *connection) {
	for c.tcp.Readable() > 0 {
		l.scratch = slices.Grow(l.scratch[:0], c.tcp.Readable())
		c.tcp.Read(l.now, l.scratch[:c.tcp.Readable()])
	}
}

// opened notes on the socket that its attempt succeeded. Where the outcome is
// reported once, the phase waits for the connect that collects it.
func (l *Layer) opened(s *Socket) {
	s.soft = spec.ENONE
	if s.phase == phaseConnecting && !l.p.SuccessOnce {
		s.phase = phaseConnected
	}
}

// errorOf is the errno of a connection that broke.
func (l *Layer) errorOf(s *Socket, c *connection, ev tcp.Event) spec.Errno {
	switch {
	case ev&tcp.Refused != 0:
		return spec.ECONNREFUSED
	case ev&tcp.TimedOut != 0:
		if s.soft != spec.ENONE {
			return s.soft // tcp_write_err, tcp_drop: what ICMP said before
		}
		return spec.ETIMEDOUT
	case c.tcp.EndedIn() == tcp.StateSynReceived:
		return l.p.SimultaneousReset
	case ev&tcp.Aborted != 0 && c.tcp.EndedIn() != tcp.StateCloseWait:
	case l.p.LateResetQuiet && (c.tcp.EndedIn() == tcp.StateClosing || c.tcp.EndedIn() == tcp.StateLastAck):
		return spec.ENONE
	case l.p.QuietEnd && (c.tcp.EndedIn() == tcp.StateLastAck || c.tcp.EndedIn() == tcp.StateClosing):
		return spec.ENONE
	case c.tcp.EndedIn() == tcp.StateCloseWait && l.p.ResetCloseWait != spec.ENONE:
		return l.p.ResetCloseWait
	}
	return spec.ECONNRESET
}

// broke ends a stream with an error (tcp_done_with_error; tcp_drop).
func (l *Layer) broke(i int32, s *Socket, e spec.Errno) {
	s.err = e
	l.ended(s, l.conns.at(s.conn))
	l.wake(i)
}

// ended notes that the socket's connection is over: a port that bind did not
// name is free again, though getsockname goes on showing it (tcp_done).
func (l *Layer) ended(s *Socket, c *connection) {
	if c.over {
		return
	}
	c.over = true
	s.shut = shutBoth
	switch l.p.Failure {
	case personality.FailureDead, personality.FailureDropped:
		s.dead, s.phase = true, phaseUnconnected
		l.releasePort(s) // in_pcbdrop, whoever chose it
		return
	case personality.FailureFresh:
		s.phase = phaseUnconnected
	}
	if !s.portLocked && l.p.ReleasesPort {
		l.releasePort(s)
	}
}

// enterTimeWait leaves the connection to wait out its time alone, and the
// socket closed (tcp_time_wait). The connection keeps the port from others.
func (l *Layer) enterTimeWait(s *Socket, c *connection) {
	b := s.like(c.local.Addr(), c.local.Port())
	b.Reuse, b.Implicit = c.reuse, l.implicit(s)
	c.binding = l.tcpPorts.Add(b)
	l.ended(s, c)
}

// implicit says whether connect chose the socket's port.
func (l *Layer) implicit(s *Socket) bool {
	return s.binding != 0 && l.tcpPorts.Get(s.binding).Implicit
}

// Connections counts the connections that exist, those in TIME-WAIT included.
func (l *Layer) Connections() int { return l.conns.used() + l.remnants.used() }
