package netconn

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/connspec/connspec/spec"
)

// Dial connects to an address of the network "tcp" or "udp", or either with 4
// or 6 at the end.
func (s *Stack) Dial(network, address string) (net.Conn, error) {
	return s.DialContext(context.Background(), network, address)
}

// DialContext is Dial until ctx is done; after that ctx has no meaning for the
// connection. It is what [net/http.Transport] asks for.
func (s *Stack) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	fail := func(to net.Addr, err error) error {
		return &net.OpError{Op: "dial", Net: network, Addr: to, Err: err}
	}
	k, err := kindOf(network)
	if err != nil {
		return nil, fail(nil, err)
	}
	all, err := s.resolve(ctx, k, address, false)
	if err != nil {
		return nil, fail(nil, err)
	}
	var first error
	for _, to := range all {
		c, err := s.connect(ctx, k, to)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = fail(netAddr(network, to), err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// connect makes a socket and connects it.
func (s *Stack) connect(ctx context.Context, k kind, to netip.AddrPort) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled{err}
	}
	socket, err := s.socket(k, to.Addr())
	if err != nil {
		return nil, err
	}
	watched := context.AfterFunc(ctx, func() {
		s.driver.Do(func(now time.Duration) {
			if !socket.closed {
				socket.write.bar(s, now, cancelled{ctx.Err()})
			}
		})
	})
	addr, n := sockaddr(to)
	_, err = socket.write.do(s, &spec.Call{Op: spec.OpConnect, FD: socket.fd, Addr: addr, AddrLen: n})
	if !watched() && err == nil {
		err = cancelled{ctx.Err()}
	}
	if err == nil {
		s.driver.Do(func(now time.Duration) { err = socket.names(now) })
	}
	if err != nil {
		socket.Close()
		return nil, err
	}
	socket.remote = netAddr(k.name, to)
	if k.typ == spec.SockDgram {
		return &PacketConn{socket}, nil
	}
	return &Conn{socket}, nil
}

// socket makes one for addresses like a, with the options that package net
// sets.
func (s *Stack) socket(k kind, a netip.Addr) (fresh *socket, err error) {
	c := spec.Call{Op: spec.OpSocket, Family: spec.SockaddrInet(netip.AddrPortFrom(a, 0)).Family, Type: k.typ}
	s.driver.Do(func(now time.Duration) {
		if fresh, err = s.open(now, k.name, &c); err != nil {
			return
		}
		option := spec.Call{Op: spec.OpSetsockopt, FD: fresh.fd, Level: spec.SolSocket, Option: spec.SoBroadcast, Value: 1}
		if k.typ == spec.SockStream {
			option.Level, option.Option = spec.SolTCP, spec.TCPNodelay
		}
		if err = fresh.callHeld(now, &option); err != nil {
			fresh.closeHeld(now)
		}
	})
	return fresh, err
}
