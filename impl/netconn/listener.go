package netconn

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/connspec/connspec/spec"
)

// backlog is what package net asks for: as much as the host allows.
const backlog = 1<<16 - 1

// Listener accepts TCP connections.
type Listener struct{ *socket }

var _ net.Listener = (*Listener)(nil)

// Listen listens on an address of the network "tcp", "tcp4" or "tcp6". Without
// a host it is all addresses, without a port, or with 0, any.
func (s *Stack) Listen(network, address string) (net.Listener, error) {
	socket, err := s.bound(network, address, spec.SockStream)
	if err != nil {
		return nil, err
	}
	return &Listener{socket}, nil
}

// bound makes a socket of a type with a local name.
func (s *Stack) bound(network, address string, typ spec.SockType) (*socket, error) {
	fail := func(at net.Addr, err error) error {
		return &net.OpError{Op: "listen", Net: network, Addr: at, Err: err}
	}
	k, err := kindOf(network)
	if err == nil && k.typ != typ {
		err = net.UnknownNetworkError(network)
	}
	if err != nil {
		return nil, fail(nil, err)
	}
	all, err := s.resolve(context.Background(), k, address, true)
	if err != nil {
		return nil, fail(nil, err)
	}
	socket, err := s.bind(k, all[0])
	if err != nil {
		return nil, fail(netAddr(network, all[0]), err)
	}
	return socket, nil
}

func (s *Stack) bind(k kind, at netip.AddrPort) (*socket, error) {
	socket, err := s.socket(k, at.Addr())
	if err != nil {
		return nil, err
	}
	addr, n := sockaddr(at)
	calls := []spec.Call{{Op: spec.OpBind, Addr: addr, AddrLen: n}}
	if k.typ == spec.SockStream {
		calls = []spec.Call{{Op: spec.OpSetsockopt, Level: spec.SolSocket, Option: spec.SoReuseaddr, Value: 1},
			calls[0], {Op: spec.OpListen, Backlog: backlog}}
	}
	s.driver.Do(func(now time.Duration) {
		for i := range calls {
			calls[i].FD = socket.fd
			if err = socket.callHeld(now, &calls[i]); err != nil {
				break
			}
		}
		if err == nil {
			err = socket.names(now)
		}
		if err != nil {
			socket.closeHeld(now)
		}
	})
	return socket, err
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.local }

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.accept()
	if err != nil {
		return nil, &net.OpError{Op: "accept", Net: l.network, Addr: l.local, Err: err}
	}
	return c, nil
}

func (l *Listener) accept() (*Conn, error) {
	l.read.enter()
	defer l.read.leave()
	r, err := l.read.do(l.stack, &spec.Call{Op: spec.OpAccept, FD: l.fd, AddrLen: room})
	if err != nil {
		return nil, err
	}
	var socket *socket
	l.stack.driver.Do(func(now time.Duration) {
		socket = l.stack.adopt(r.Ret, l.network)
		if l.stack.closed {
			err = net.ErrClosed
		} else if err = socket.names(now); err == nil {
			err = socket.callHeld(now, &spec.Call{Op: spec.OpSetsockopt, FD: r.Ret, Level: spec.SolTCP, Option: spec.TCPNodelay, Value: 1})
		}
		if err != nil {
			socket.closeHeld(now)
		}
	})
	if err != nil {
		return nil, err
	}
	socket.remote = toNet(l.network, r.Addr)
	return &Conn{socket}, nil
}
