package sock

import (
	"time"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// TCPInfo describes the connection of the stream that fd refers to (TCP_INFO);
// ok is false if fd is no stream. A stream that has no connection is CLOSED, or
// in LISTEN.
func (l *Layer) TCPInfo(now time.Duration, fd int32) (info tcp.Info, ok bool) {
	i, _, e := l.lookup(fd)
	if e != spec.ENONE {
		return info, false
	}
	s := l.socks.at(i)
	switch {
	case s.typ != spec.SockStream:
		return info, false
	case s.listening:
		return tcp.Info{State: tcp.StateListen}, true
	case s.conn == 0:
		return tcp.Info{State: tcp.StateClosed}, true
	}
	return l.conns.at(s.conn).tcp.Info(now), true
}
