package sock

import (
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// Setting is a socket option that spec has no name for: connect does not depend on it.
type Setting uint8

const (
	SendBuffer    Setting = iota // SO_SNDBUF, in bytes; Linux keeps twice as much
	ReceiveBuffer                // SO_RCVBUF, likewise
	Cork                         // TCP_CORK
	MaxSegment                   // TCP_MAXSEG, in bytes; 0: no bound
)

// maxSegmentMin and maxSegmentMax bound TCP_MAXSEG (Linux TCP_MIN_MSS,
// MAX_TCP_WINDOW).
const (
	maxSegmentMin = 88
	maxSegmentMax = 32767
)

// bufferMin is the least that SO_SNDBUF and SO_RCVBUF set (Linux SOCK_MIN_SNDBUF).
const bufferMin = 4608

// Adjust sets an option of a stream, for its connection and for those that it will
// accept. It fails with EBADF, ENOTSOCK or, if the socket has no such option,
// ENOPROTOOPT.
func (l *Layer) Adjust(fd int32, o Setting, value int) spec.Errno {
	i, _, e := l.lookup(fd)
	if e != spec.ENONE {
		return e
	}
	s := l.socks.at(i)
	if s.typ != spec.SockStream {
		return spec.ENOPROTOOPT
	}
	switch o {
	case SendBuffer:
		s.sndBuf = int32(max(2*value, bufferMin))
	case ReceiveBuffer:
		s.rcvBuf = int32(max(2*value, bufferMin))
	case Cork:
		s.cork = value != 0
	case MaxSegment:
		if value != 0 && (value < maxSegmentMin || value > maxSegmentMax) {
			return spec.EINVAL
		}
		s.maxSegment = uint16(value)
	default:
		return spec.ENOPROTOOPT
	}
	if s.conn != 0 {
		c := l.conns.at(s.conn)
		l.adjust(s, &c.tcp, l.tcpConfig(c.path()))
		l.touch(s.conn, c)
	}
	return spec.ENONE
}

// adjust gives a connection what was set on its socket.
func (l *Layer) adjust(s *Socket, c *tcp.Conn, cfg *tcp.Config) {
	c.SetCork(s.cork)
	c.SetMaxSegment(int(s.maxSegment))
	if s.sndBuf == 0 && s.rcvBuf == 0 {
		return
	}
	snd, rcv := cfg.SendBuffer, cfg.ReceiveBuffer
	if s.sndBuf != 0 {
		snd = int(s.sndBuf)
	}
	if s.rcvBuf != 0 {
		rcv = int(s.rcvBuf)
	}
	c.SetBuffers(snd, rcv)
}
