package netconn

import (
	"io"
	"net"
	"syscall"
	"time"

	"github.com/connspec/connspec/spec"
)

// socket is a descriptor of the host's.
type socket struct {
	stack         *Stack
	fd            int32
	network       string
	local, remote net.Addr
	read, write   half
	closed        bool // with the Stack held
}

// wrap makes err what package net returns: end of file as it is, all else an
// [*net.OpError].
func (k *socket) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: k.network, Source: k.local, Addr: k.remote, Err: err}
}

// LocalAddr is the name of the socket.
func (k *socket) LocalAddr() net.Addr { return k.local }

// RemoteAddr is the name of its peer; nil if it has none.
func (k *socket) RemoteAddr() net.Addr { return k.remote }

// Close ends calls under way with [net.ErrClosed].
func (k *socket) Close() error {
	var err error
	k.stack.driver.Do(func(now time.Duration) { err = k.closeHeld(now) })
	return k.wrap("close", err)
}

func (k *socket) closeHeld(now time.Duration) error {
	if k.closed {
		return net.ErrClosed
	}
	k.closed = true
	delete(k.stack.sockets, k)
	k.read.retire(k.stack, now, net.ErrClosed)
	k.write.retire(k.stack, now, net.ErrClosed)
	return k.callHeld(now, &spec.Call{Op: spec.OpClose, FD: k.fd})
}

// callHeld makes a call that never blocks.
func (k *socket) callHeld(now time.Duration, c *spec.Call) error {
	if r, _ := k.stack.host.Call(now, bootstrap, c); r.Failed() {
		return failed(c.Op, r.Errno)
	}
	return nil
}

// control makes a call that never blocks on an open socket.
func (k *socket) control(op string, c spec.Call) error {
	var err error
	c.FD = k.fd
	k.stack.driver.Do(func(now time.Duration) {
		if err = net.ErrClosed; !k.closed {
			err = k.callHeld(now, &c)
		}
	})
	return k.wrap(op, err)
}

// SetDeadline sets both deadlines.
func (k *socket) SetDeadline(t time.Time) error { return k.deadline(t, &k.read, &k.write) }

// SetReadDeadline has calls that receive or accept fail from t on, with
// [os.ErrDeadlineExceeded]; the zero time is never.
func (k *socket) SetReadDeadline(t time.Time) error { return k.deadline(t, &k.read) }

// SetWriteDeadline is the same for calls that send.
func (k *socket) SetWriteDeadline(t time.Time) error { return k.deadline(t, &k.write) }

func (k *socket) deadline(t time.Time, halves ...*half) error {
	var err error
	k.stack.driver.Do(func(now time.Duration) {
		if k.closed {
			err = net.ErrClosed
			return
		}
		for _, h := range halves {
			h.setDeadline(k.stack, now, t)
		}
	})
	return k.wrap("set", err)
}

// Read reads what has arrived, at least a byte, or takes a datagram.
func (k *socket) Read(p []byte) (int, error) {
	k.read.enter()
	defer k.read.leave()
	r, err := k.read.do(k.stack, &spec.Call{Op: spec.OpRecv, FD: k.fd, Buf: p})
	if err != nil {
		return 0, k.wrap("read", err)
	}
	return int(r.Ret), nil
}

// Write sends all of p, as one datagram if the socket has datagrams.
func (k *socket) Write(p []byte) (n int, err error) {
	k.write.enter()
	defer k.write.leave()
	for {
		r, err := k.write.do(k.stack, &spec.Call{Op: spec.OpSend, FD: k.fd, Buf: p[n:]})
		if err != nil {
			return n, k.wrap("write", err)
		}
		if n += int(r.Ret); n == len(p) {
			return n, nil
		}
	}
}

// names fills in the names of the socket.
func (k *socket) names(now time.Duration) error {
	r, _ := k.stack.host.Call(now, bootstrap, &spec.Call{Op: spec.OpGetsockname, FD: k.fd, AddrLen: room})
	if r.Failed() {
		return failed(spec.OpGetsockname, r.Errno)
	}
	k.local = toNet(k.network, r.Addr)
	return nil
}

// SyscallConn says that there is no descriptor of the system's.
func (k *socket) SyscallConn() (syscall.RawConn, error) {
	return nil, k.wrap("raw-control", syscall.EINVAL)
}
