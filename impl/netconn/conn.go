package netconn

import (
	"io"
	"net"

	"github.com/connspec/connspec/spec"
)

// Conn is a TCP connection.
type Conn struct{ *socket }

var _ net.Conn = (*Conn)(nil)

// Read reads what has arrived, at least a byte. At the end of what the peer
// sent it gives [io.EOF].
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.socket.Read(p)
	if err == nil && n == 0 && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// CloseRead shuts the reading side.
func (c *Conn) CloseRead() error {
	return c.control("close", spec.Call{Op: spec.OpShutdown, How: spec.ShutRd})
}

// CloseWrite sends FIN after what was written.
func (c *Conn) CloseWrite() error {
	return c.control("close", spec.Call{Op: spec.OpShutdown, How: spec.ShutWr})
}

// SetNoDelay turns the Nagle algorithm off, which it is at first, or on.
func (c *Conn) SetNoDelay(off bool) error {
	o := spec.Call{Op: spec.OpSetsockopt, Level: spec.SolTCP, Option: spec.TCPNodelay}
	if off {
		o.Value = 1
	}
	return c.control("set", o)
}
