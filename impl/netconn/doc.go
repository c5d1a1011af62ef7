// Package netconn makes a host of package impl look like package net: its
// sockets are [net.Conn], [net.Listener] and [net.PacketConn], safe for use by
// several goroutines, with deadlines and with the errors that package net
// gives.
//
//	s := netconn.New(impl.Config{...})
//	s.Start(hwtarget.NewPump(nic, s, clock))
//	c, err := s.DialContext(ctx, "tcp", "192.0.2.1:80")
//
// A Stack is what its [Driver] drives. One goroutine at a time holds it, and
// moves frames before it lets go: the answer to what a call sends is often
// there when the call returns. A call that blocks is a blocked call of the
// host's, by a thread of its own; deadlines and Close interrupt it as a signal
// would.
package netconn
