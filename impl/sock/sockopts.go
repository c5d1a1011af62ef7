package sock

import (
	"encoding/binary"
	"time"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// options are what setsockopt sets and a connection has of its listener, beside
// SO_REUSEADDR, SO_BROADCAST and TCP_NODELAY.
type options struct {
	sndTimeo, rcvTimeo int32 // milliseconds; 0 for ever, negative not at all
	userTimeout        int32 // milliseconds (RFC 5482); 0: the system's
	linger             int32 // seconds; counts with lingers
	sndBuf, rcvBuf     int32 // bytes; 0: the system's, see Adjust
	maxSegment         uint16
	cork               bool
	lingers            bool
	keepalive          bool
	share              bool   // SO_REUSEPORT
	latePort           bool   // IP_BIND_ADDRESS_NO_PORT
	portRange          uint32 // IP_LOCAL_PORT_RANGE: the highest port, the lowest; each 0: the system's
	synRetries         uint8  // 0: the system's
}

// has says whether the system has an option, under the level given.
func (l *Layer) has(level spec.SockLevel, o spec.SockOption) bool {
	switch o {
	case spec.SoSndtimeo, spec.SoRcvtimeo, spec.SoLinger, spec.SoKeepalive:
		return level == spec.SolSocket && l.p.Has&personality.TimeOptions != 0
	case spec.SoReuseport:
		return level == spec.SolSocket && l.p.Has&personality.SharedPorts != 0
	case spec.IPBindAddressNoPort, spec.IPLocalPortRange:
		return level == spec.SolIP && l.p.Has&personality.LinuxOptions != 0
	case spec.SoPasscred, spec.SoPasspidfd, spec.SoBindtodevice:
		return level == spec.SolSocket && l.p.Has&personality.LinuxOptions != 0
	case spec.TCPFastopen, spec.TCPFastopenConnect, spec.TCPFastopenNoCookie:
		return level == spec.SolTCP && l.p.Has&personality.FastOpen != 0
	case spec.TCPSyncnt, spec.TCPUserTimeout:
		return level == spec.SolTCP && l.p.Has&personality.LinuxOptions != 0
	}
	return false
}

// readOption is getsockopt of an option that the system has; known is false for
// those that option.go keeps.
func (l *Layer) readOption(s *Socket, c *spec.Call) (v int32, e spec.Errno, known bool) {
	if !l.has(c.Level, c.Option) {
		return 0, spec.ENONE, false
	}
	switch c.Option {
	case spec.SoSndtimeo:
		v = max(s.sndTimeo, 0)
	case spec.SoRcvtimeo:
		v = max(s.rcvTimeo, 0)
	case spec.SoLinger:
		v = -1
		if s.lingers {
			v = s.linger
		}
	case spec.SoKeepalive:
		v = truth(s.keepalive)
	case spec.SoReuseport:
		v = truth(s.share)
	case spec.IPBindAddressNoPort:
		v = truth(s.latePort)
	case spec.IPLocalPortRange:
		v = int32(s.portRange)
	case spec.SoBindtodevice:
		v = int32(l.device(s))
	case spec.SoPasscred, spec.SoPasspidfd:
		e = spec.EOPNOTSUPP // sk_may_scm_recv
	case spec.TCPFastopen, spec.TCPFastopenConnect, spec.TCPFastopenNoCookie:
		v = s.fastOption(c.Option)
	case spec.TCPSyncnt:
		if v = int32(s.synRetries); v == 0 {
			v = int32(l.cfg.TCP.SynRetries)
		}
	case spec.TCPUserTimeout:
		v = s.userTimeout
	}
	return v, e, true
}

// setOption is setsockopt likewise.
func (l *Layer) setOption(s *Socket, c *spec.Call) (e spec.Errno) {
	switch v := c.Value; c.Option {
	case spec.SoSndtimeo:
		s.sndTimeo = l.timeout(v)
	case spec.SoRcvtimeo:
		s.rcvTimeo = l.timeout(v)
	case spec.SoLinger:
		s.lingers = v >= 0
		if s.lingers {
			s.linger = v
		}
	case spec.SoKeepalive:
		s.keepalive = v != 0
	case spec.SoReuseport:
		s.share = v != 0
		if s.binding != 0 {
			l.portsOf(s).Get(s.binding).Share = s.share
		}
	case spec.IPBindAddressNoPort:
		s.latePort = v != 0
	case spec.IPLocalPortRange:
		if low, high := uint16(v), uint16(uint32(v)>>16); low > high && high != 0 {
			return spec.EINVAL
		}
		s.portRange = uint32(v)
	case spec.SoBindtodevice:
		e = l.setDevice(s, spec.Device(v))
	case spec.SoPasscred, spec.SoPasspidfd:
		e = spec.EOPNOTSUPP
	case spec.TCPFastopen, spec.TCPFastopenConnect, spec.TCPFastopenNoCookie:
		return l.setFastOption(s, c.Option, v)
	case spec.TCPSyncnt:
		if v < 1 || v > syncntMax {
			return spec.EINVAL
		}
		s.synRetries = uint8(v)
	case spec.TCPUserTimeout:
		if v < 0 {
			return spec.EINVAL
		}
		s.userTimeout = v
	}
	if s.conn != 0 {
		conn := l.conns.at(s.conn)
		l.apply(s, conn, c.Option)
		l.touch(s.conn, conn)
	}
	return e
}

// syncntMax is the largest TCP_SYNCNT (Linux MAX_TCP_SYNCNT).
const syncntMax = 127

// timeout is a struct timeval, which comes in milliseconds, as it is kept: in
// ticks, rounded up (sock_set_timeout).
func (l *Layer) timeout(ms int32) int32 {
	tick := max(int32(l.cfg.TCP.Tick/time.Millisecond), 1)
	if ms < 0 {
		return -1
	}
	return (ms + tick - 1) / tick * tick
}

// apply tells a connection an option that it acts on.
func (l *Layer) apply(s *Socket, c *connection, o spec.SockOption) {
	switch o {
	case spec.TCPUserTimeout:
		c.tcp.SetUserTimeout(milliseconds(s.userTimeout))
	case spec.SoKeepalive:
		c.tcp.SetKeepalive(l.now, s.keepalive)
	case spec.TCPSyncnt:
		c.tcp.SetSynRetries(int(s.synRetries))
	}
}

// applyAll tells a new connection what was set before.
func (l *Layer) applyAll(s *Socket, c *connection) {
	l.adjust(s, &c.tcp, l.tcpConfig(c.path()))
	l.apply(s, c, spec.TCPUserTimeout)
	l.apply(s, c, spec.SoKeepalive)
	if s.synRetries != 0 {
		l.apply(s, c, spec.TCPSyncnt)
	}
}

func (o *options) appendTo(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(le.AppendUint32(b, uint32(o.sndTimeo)), uint32(o.rcvTimeo))
	b = le.AppendUint32(le.AppendUint32(b, uint32(o.userTimeout)), uint32(o.linger))
	b = le.AppendUint32(le.AppendUint32(b, uint32(o.sndBuf)), uint32(o.rcvBuf))
	b = le.AppendUint32(b, o.portRange)
	return append(b, bit(o.lingers)|bit(o.keepalive)<<1|bit(o.share)<<2|bit(o.latePort)<<3|bit(o.cork)<<4, o.synRetries,
		byte(o.maxSegment>>8), byte(o.maxSegment))
}
