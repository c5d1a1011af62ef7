package netconn

import (
	"net"
	"net/netip"

	"github.com/connspec/connspec/spec"
)

// PacketConn is a UDP socket, with a peer if it comes from Dial.
type PacketConn struct{ *socket }

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// ListenPacket makes a socket with an address of the network "udp", "udp4" or
// "udp6".
func (s *Stack) ListenPacket(network, address string) (net.PacketConn, error) {
	socket, err := s.bound(network, address, spec.SockDgram)
	if err != nil {
		return nil, err
	}
	return &PacketConn{socket}, nil
}

// ReadFrom takes the oldest datagram; what does not fit into p is lost.
func (c *PacketConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromUDPAddrPort(p)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// ReadFromUDPAddrPort is ReadFrom without an allocation for the address.
func (c *PacketConn) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	c.read.enter()
	defer c.read.leave()
	r, err := c.read.do(c.stack, &spec.Call{Op: spec.OpRecvfrom, FD: c.fd, Buf: p, AddrLen: room})
	if err != nil {
		return 0, netip.AddrPort{}, c.wrap("read", err)
	}
	return int(r.Ret), endpoint(r.Addr), nil
}

// WriteTo sends p as one datagram to a [*net.UDPAddr].
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok || a == nil {
		return 0, &net.OpError{Op: "write", Net: c.network, Source: c.local, Addr: to, Err: &net.AddrError{Err: "expected a *net.UDPAddr"}}
	}
	return c.WriteToUDPAddrPort(p, a.AddrPort())
}

// WriteToUDPAddrPort sends p as one datagram.
func (c *PacketConn) WriteToUDPAddrPort(p []byte, to netip.AddrPort) (int, error) {
	n, err := c.writeTo(p, to)
	if err != nil {
		return n, &net.OpError{Op: "write", Net: c.network, Source: c.local, Addr: net.UDPAddrFromAddrPort(to), Err: err}
	}
	return n, nil
}

func (c *PacketConn) writeTo(p []byte, to netip.AddrPort) (int, error) {
	if c.remote != nil {
		return 0, net.ErrWriteToConnected
	}
	to, err := c.towards(to)
	if err != nil {
		return 0, err
	}
	c.write.enter()
	defer c.write.leave()
	addr, n := sockaddr(to)
	r, err := c.write.do(c.stack, &spec.Call{Op: spec.OpSendto, FD: c.fd, Buf: p, Addr: addr, AddrLen: n})
	return int(max(r.Ret, 0)), err
}

// towards is an address in the family of the socket.
func (c *PacketConn) towards(to netip.AddrPort) (netip.AddrPort, error) {
	a, own := to.Addr().Unmap(), c.local.(*net.UDPAddr).AddrPort().Addr()
	switch {
	case !a.IsValid():
		return to, &net.AddrError{Err: "missing address"}
	case a.Is4() && own.Is4() || a.Is6() && own.Is6():
	case a.Is4():
		a = netip.AddrFrom16(a.As16())
	default:
		return to, &net.AddrError{Err: "non-IPv4 address", Addr: a.String()}
	}
	return netip.AddrPortFrom(a, to.Port()), nil
}
