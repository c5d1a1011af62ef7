package netconn_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/connspec/connspec/hwtarget/simnet"
)

func TestConn(t *testing.T) {
	for _, c := range []struct {
		name string
		link simnet.Link
	}{{"plain", simnet.Link{}}, {"lossy", lossy}} {
		t.Run(c.name, func(t *testing.T) {
			nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
				p := newPair(t, c.link)
				a, b = p.streams(t)
				return a, b, func() { a.Close(); b.Close() }, nil
			})
		})
	}
}
