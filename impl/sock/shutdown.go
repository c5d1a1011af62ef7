package sock

import (
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// shutdown shuts one or both halves of a socket (inet_shutdown; soshutdown).
func (l *Layer) shutdown(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	if c.How > spec.ShutRdwr {
		return spec.Fail(spec.EINVAL)
	}
	s, how := l.socks.at(i), uint8(c.How)+1 // SHUT_RD is bit 0, SHUT_WR bit 1
	st := l.state(s)
	connected := st != tcp.StateClosed || s.associated
	if !l.p.ShutdownSticks && (!connected || st == tcp.StateListen || l.p.ShutdownLate && opening(st)) {
		return spec.Fail(spec.ENOTCONN)
	}
	if again := s.shut & how; l.p.ShutOnce && again != 0 {
		if again&shutRead == 0 && how&shutRead != 0 {
			l.wake(i)
			l.shutHalves(s, shutRead)
		}
		return spec.Fail(spec.ENOTCONN)
	}
	if s.phase == phaseConnecting && l.p.ShutdownSticks {
		s.phase = phaseConnected
		if opening(st) || st == tcp.StateClosed {
			s.phase = phaseDisconnecting
		}
	}
	l.wake(i)
	switch {
	case st == tcp.StateListen && how&shutRead != 0, st == tcp.StateSynSent && l.p.ShutdownAborts:
		l.disconnect(i, s)
		s.phase = phaseUnconnected
	case st == tcp.StateListen:
	case st == tcp.StateSynSent && l.p.ShutdownKills && how&shutWrite != 0:
		n, c := s.conn, l.conns.at(s.conn)
		c.tcp.Drop()
		l.happened(n, c, tcp.Closed)
	default:
		l.shutHalves(s, how)
	}
	if !connected {
		return spec.Fail(spec.ENOTCONN)
	}
	return spec.Result{}
}

// shutHalves marks the halves and tells the connection, which sends its FIN.
func (l *Layer) shutHalves(s *Socket, how uint8) {
	s.shut |= how
	if s.conn == 0 {
		if how&shutRead != 0 && l.p.FlushOnShut && s.rx != nil {
			s.rx.Reset()
		}
		return
	}
	n, c := s.conn, l.conns.at(s.conn)
	switch {
	case how&shutRead == 0:
	case l.p.ReadShutDiscards:
		l.discard(c)
	default:
		c.tcp.CloseRead()
	}
	if how&shutWrite != 0 {
		c.tcp.CloseWrite(l.now)
	}
	l.happened(n, c, 0)
}
