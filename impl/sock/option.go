package sock

import (
	"github.com/connspec/connspec/spec"
)

// getsockopt reads an option. Reading SO_ERROR clears it; where soft errors
// show, they show here, after the pending one (sk_getsockopt).
func (l *Layer) getsockopt(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s := l.socks.at(i)
	v, e, known := l.readOption(s, c)
	switch {
	case c.Level == spec.SolIPv6:
		if v, e = l.option6(s, c); e != spec.ENONE {
			return spec.Fail(e)
		}
	case c.Level == spec.SolTCP && s.typ != spec.SockStream && l.p.OptionOfTCP != spec.ENONE:
		return spec.Fail(l.p.OptionOfTCP)
	case known && (c.Level != spec.SolTCP || s.typ == spec.SockStream):
		if e != spec.ENONE {
			return spec.Fail(e)
		}
	case c.Level == spec.SolTCP:
		if s.typ != spec.SockStream || c.Option != spec.TCPNodelay {
			return spec.Fail(spec.ENOPROTOOPT)
		}
		v = truth(s.nodelay)
	case c.Level != spec.SolSocket:
		return spec.Fail(spec.ENOPROTOOPT)
	case c.Option == spec.SoError:
		v = int32(s.takeError())
		if v == 0 && l.p.SoftVisible {
			v, s.soft = int32(s.soft), spec.ENONE
		}
	case c.Option == spec.SoType:
		v = int32(s.typ)
	case c.Option == spec.SoAcceptconn:
		v = truth(s.listening)
	case c.Option == spec.SoBroadcast:
		v = truth(s.broadcast)
	case c.Option == spec.SoReuseaddr:
		v = truth(s.reuse)
	default:
		return spec.Fail(spec.ENOPROTOOPT)
	}
	return spec.Result{Value: v}
}

func (l *Layer) setsockopt(c *spec.Call) spec.Result {
	i, _, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	s, on := l.socks.at(i), c.Value != 0
	switch {
	case l.p.OptionsShut && s.shut == shutBoth:
		return spec.Fail(spec.EINVAL)
	case c.Level == spec.SolIPv6:
		if _, e := l.option6(s, c); e != spec.ENONE {
			return spec.Fail(e)
		}
	case l.has(c.Level, c.Option) && (c.Level != spec.SolTCP || s.typ == spec.SockStream):
		if e := l.setOption(s, c); e != spec.ENONE {
			return spec.Fail(e)
		}
	case c.Level == spec.SolTCP:
		if s.typ != spec.SockStream || c.Option != spec.TCPNodelay {
			return spec.Fail(spec.ENOPROTOOPT)
		}
		s.nodelay = on
		if s.conn != 0 {
			conn := l.conns.at(s.conn)
			conn.tcp.SetNoDelay(on)
			l.touch(s.conn, conn)
		}
	case c.Level != spec.SolSocket:
		return spec.Fail(spec.ENOPROTOOPT)
	case c.Option == spec.SoBroadcast:
		s.broadcast = on
	case c.Option == spec.SoReuseaddr:
		s.reuse = on
		if s.binding != 0 {
			l.portsOf(s).Get(s.binding).Reuse = on
		}
		if s.conn != 0 {
			l.conns.at(s.conn).reuse = on
		}
	default:
		return spec.Fail(spec.ENOPROTOOPT)
	}
	return spec.Result{}
}

func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
