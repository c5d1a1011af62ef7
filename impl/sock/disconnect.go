package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// disconnect takes a stream back to the state before connect or listen
// (tcp_disconnect): a live connection is reset, an explicit name stays.
func (l *Layer) disconnect(i int32, s *Socket) {
	old := l.state(s)
	if old == tcp.StateListen {
		l.stopListening(s)
	}
	if s.conn != 0 {
		c := l.conns.at(s.conn)
		switch old {
		case tcp.StateClosed, tcp.StateListen:
		case tcp.StateSynSent:
			s.err = spec.ECONNRESET
			c.tcp.Drop()
		case tcp.StateClosing, tcp.StateLastAck:
			c.tcp.Drop() // the FIN is out: tcp_disconnect has nothing to reset
		default:
			s.err = spec.ECONNRESET
			c.tcp.Abort(l.now)
		}
		l.unhashClosed(s.conn, c)
		l.detach(s)
	}
	if old != tcp.StateClosed && !s.portLocked {
		l.releasePort(s)
	}
	s.peer = netip.AddrPortFrom(s.peer.Addr(), 0)
	if !s.addrLocked {
		l.unaddress(s)
	}
	s.shut, s.peerDone = 0, false
	s.fast &^= fastBusy | fastDeferred
	l.wakeFor(i, spec.PollErr)
}

func (l *Layer) unhashClosed(n int32, c *connection) {
	if c.tcp.State() == tcp.StateClosed {
		l.unhash(n, c)
	}
}

// release is the last close of a socket (tcp_close, udp_lib_close).
func (l *Layer) release(i int32) {
	s := l.socks.at(i)
	if s.unix != 0 {
		l.releaseUnix(i, s, false)
		return
	}
	if s.listening {
		l.stopListening(s)
	}
	l.dropEmbryos(s)
	if s.conn != 0 {
		n, c := s.conn, l.conns.at(s.conn)
		if c.binding == 0 && c.tcp.State() != tcp.StateClosed {
			c.binding, s.binding = s.binding, 0
		}
		s.conn, c.owner = 0, 0
		if s.givesUp(c.tcp.State()) {
			c.tcp.Abort(l.now)
			l.happened(n, c, tcp.Closed)
		} else {
			ev := c.tcp.Close(l.now)
			l.countOrphan(c)
			l.happened(n, c, ev)
			l.settleLater(s, n, c)
		}
	}
	l.portsOf(s).Remove(s.binding)
	s.binding, s.port = 0, 0
	l.socks.give(i)
}
