package sock

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// SO_BINDTODEVICE: a socket sends and receives by one interface alone.

// setDevice binds a socket to the interface with a name, or to none
// (sock_setbindtodevice).
func (l *Layer) setDevice(s *Socket, d spec.Device) spec.Errno {
	switch d {
	case spec.DeviceNone:
		l.bindDevice(s, 0)
	case spec.DeviceLo:
		l.bindDevice(s, ip.LoopbackIndex)
	case spec.DeviceEth0:
		l.bindDevice(s, l.routes.NIC())
	default:
		return spec.ENODEV
	}
	if s.typ == spec.SockDgram {
		s.flow.routed = false // sk_dst_reset
	}
	return spec.ENONE
}

// device names the interface that a socket is bound to. A scope id may have bound
// it to one that the host does not have.
func (l *Layer) device(s *Socket) spec.Device {
	switch s.dev {
	case 0:
		return spec.DeviceNone
	case ip.LoopbackIndex:
		return spec.DeviceLo
	case l.routes.NIC():
		return spec.DeviceEth0
	}
	return spec.DeviceAbsent
}

// strays says whether a packet for a connection came in by another interface than
// its socket is bound to (inet_match).
func (l *Layer) strays(c *connection) bool {
	i := c.owner | c.listener // one of them is 0
	if i == 0 {
		return false
	}
	dev := l.socks.at(i).dev
	return dev != 0 && dev != l.entrance(c.remote.Addr(), c.local.Addr())
}

// offRoute says whether a connection's peer is reached only by the interface that
// its socket is bound to. What a message says of the path's MTU is then not kept
// (__ip_rt_update_pmtu).
func (l *Layer) offRoute(c *connection) bool {
	return c.owner != 0 && l.socks.at(c.owner).dev != 0 && c.remote.Addr().Is4() && !c.way.loops && l.routes.OffRoute(c.remote.Addr())
}
