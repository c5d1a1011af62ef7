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
		return tcp.Info{State: tcp.StateListen, SndMSS: s.segmentSize()}, true
	case s.conn == 0:
		return tcp.Info{State: tcp.StateClosed, SndMSS: s.segmentSize()}, true
	}
	return l.conns.at(s.conn).tcp.Info(now), true
}

// segmentSize is TCP_MAXSEG of a stream that has no connection (do_tcp_getsockopt):
// what was set, or TCP_MSS_DEFAULT.
func (s *Socket) segmentSize() int {
	if s.maxSegment != 0 {
		return int(s.maxSegment)
	}
	return 536
}
