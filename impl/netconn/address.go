package netconn

import (
	"context"
	"net"
	"net/netip"
	"strconv"

	"github.com/connspec/connspec/spec"
)

// kind is what a network name says.
type kind struct {
	name   string
	typ    spec.SockType
	v4, v6 bool
}

func kindOf(network string) (kind, error) {
	k := kind{name: network, v4: true, v6: true}
	switch network {
	case "tcp", "tcp4", "tcp6":
		k.typ = spec.SockStream
	case "udp", "udp4", "udp6":
		k.typ = spec.SockDgram
	default:
		return k, net.UnknownNetworkError(network)
	}
	switch network[3:] {
	case "4":
		k.v6 = false
	case "6":
		k.v4 = false
	}
	return k, nil
}

// fits says whether the network has such addresses.
func (k kind) fits(a netip.Addr) bool { return a.Is4() && k.v4 || a.Is6() && k.v6 }

// any is the address of all interfaces.
func (k kind) any() netip.Addr {
	if k.v4 {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// resolve gives the endpoints that host:port names, in the order to try them.
func (s *Stack) resolve(ctx context.Context, k kind, address string, listening bool) ([]netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port := 0
	if service != "" {
		if port, err = net.DefaultResolver.LookupPort(ctx, k.name, service); err != nil {
			return nil, err
		}
	}
	addrs, err := s.addresses(k, host, listening)
	if err != nil {
		return nil, err
	}
	var all []netip.AddrPort
	for _, a := range addrs {
		if a = a.Unmap(); k.fits(a) {
			all = append(all, netip.AddrPortFrom(a, uint16(port)))
		}
	}
	if len(all) == 0 {
		return nil, &net.AddrError{Err: "no suitable address found", Addr: host}
	}
	return all, nil
}

func (s *Stack) addresses(k kind, host string, listening bool) ([]netip.Addr, error) {
	if host == "" {
		if listening {
			return []netip.Addr{k.any()}, nil
		}
		host = "localhost"
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	switch {
	case s.Lookup != nil:
		return s.Lookup(k.name, host)
	case host == "localhost":
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// room is the size of the place that the host may write a name to.
const room = spec.SizeofSockaddrIn6

// sockaddr is the argument that names an endpoint. A zone is the number of an
// interface.
func sockaddr(at netip.AddrPort) (spec.Sockaddr, int32) {
	a := at.Addr()
	sa := spec.SockaddrInet(netip.AddrPortFrom(a.WithZone(""), at.Port()))
	if !a.Is6() {
		return sa, spec.SizeofSockaddrIn
	}
	if n, err := strconv.ParseUint(a.Zone(), 10, 32); err == nil {
		sa.Scope = uint32(n)
	}
	return sa, spec.SizeofSockaddrIn6
}

// endpoint is the name in a socket address.
func endpoint(sa spec.Sockaddr) netip.AddrPort {
	a := sa.Addr
	if a.Is6() && sa.Scope != 0 {
		a = a.WithZone(strconv.FormatUint(uint64(sa.Scope), 10))
	}
	return netip.AddrPortFrom(a, sa.Port)
}

// toNet is an endpoint as package net has it.
func toNet(network string, sa spec.Sockaddr) net.Addr { return netAddr(network, endpoint(sa)) }

func netAddr(network string, at netip.AddrPort) net.Addr {
	if network[:3] == "udp" {
		return net.UDPAddrFromAddrPort(at)
	}
	return net.TCPAddrFromAddrPort(at)
}
