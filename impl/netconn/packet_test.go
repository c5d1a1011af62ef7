package netconn_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/simnet"
)

// past is a deadline that has gone by.
var past = time.Unix(1, 0)

// packets is a socket on each host. The hosts know each other's addresses:
// little of what is sent before that is kept.
func (p pair) packets(t testing.TB) (a, b net.PacketConn) {
	t.Helper()
	a, err := p.a.ListenPacket("udp", addrA.String()+":0")
	if err != nil {
		t.Fatal(err)
	}
	b, err = p.b.ListenPacket("udp", addrB.String()+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	if _, err := a.WriteTo([]byte("hello"), b.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	receive(t, b, 10, []byte("hello"), a.LocalAddr())
	return a, b
}

// receive takes one datagram and looks at what it is and from whom.
func receive(t testing.TB, c net.PacketConn, size int, want []byte, from net.Addr) {
	t.Helper()
	p := make([]byte, size)
	n, addr, err := c.ReadFrom(p)
	if err != nil || !bytes.Equal(p[:n], want) || addr.String() != from.String() {
		t.Errorf("received %q from %v, %v; want %q from %v", p[:n], addr, err, want, from)
	}
}

func send(t *testing.T, c net.PacketConn, p []byte, to net.Addr) {
	t.Helper()
	if n, err := c.WriteTo(p, to); n != len(p) || err != nil {
		t.Errorf("WriteTo: %d, %v; want %d", n, err, len(p))
	}
}

func TestPacketsThereAndBack(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	for _, size := range []int{0, 1, 1472, 1473, 65507} { // empty, whole, in fragments, the largest
		there, back := bytes.Repeat([]byte{'>'}, size), bytes.Repeat([]byte{'<'}, size)
		send(t, a, there, b.LocalAddr())
		receive(t, b, size+1, there, a.LocalAddr())
		send(t, b, back, a.LocalAddr())
		receive(t, a, size+1, back, b.LocalAddr())
	}
}

func TestPacketIsCutToTheBuffer(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	send(t, a, []byte("abcdef"), b.LocalAddr())
	send(t, a, []byte("next"), b.LocalAddr())
	receive(t, b, 3, []byte("abc"), a.LocalAddr()) // the rest is lost
	receive(t, b, 9, []byte("next"), a.LocalAddr())
}

func TestPacketsKeepTheirOrderAndBounds(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	for i := range 100 {
		send(t, a, fmt.Append(nil, "number ", i), b.LocalAddr())
	}
	for i := range 100 {
		receive(t, b, 100, fmt.Append(nil, "number ", i), a.LocalAddr())
	}
}

func TestPacketTooLarge(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	_, err := a.WriteTo(make([]byte, 65508), b.LocalAddr())
	wantErrno(t, err, "write", syscall.EMSGSIZE)
}

func TestPacketAddresses(t *testing.T) {
	p := newPair(t, simnet.Link{})
	a, _ := p.packets(t)
	all, err := p.b.ListenPacket("udp4", ":5353")
	if err != nil {
		t.Fatal(err)
	}
	if got := all.LocalAddr().String(); got != "0.0.0.0:5353" {
		t.Errorf("the address of a socket bound to :5353 is %s", got)
	}
	if _, err := p.b.ListenPacket("udp", addrB.String()+":5353"); err == nil {
		t.Error("a port was bound twice")
	} else {
		wantErrno(t, err, "listen", syscall.EADDRINUSE)
	}
	_, err = p.b.ListenPacket("udp", "198.51.100.1:0")
	wantErrno(t, err, "listen", syscall.EADDRNOTAVAIL)
	for _, to := range []net.Addr{nil, (*net.UDPAddr)(nil), &net.TCPAddr{}, &net.UDPAddr{}, &net.UDPAddr{IP: net.ParseIP("2001:db8::1"), Port: 1}} {
		var bad *net.AddrError
		if _, err := a.WriteTo([]byte("x"), to); !errors.As(err, &bad) {
			t.Errorf("WriteTo %#v: %v, want an AddrError", to, err)
		}
	}
	_, err = a.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4(203, 0, 113, 1), Port: 1})
	wantErrno(t, err, "write", syscall.ENETUNREACH)
}

func TestPacketDeadlines(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	buf := make([]byte, 10)
	b.SetDeadline(past)
	_, _, err := b.ReadFrom(buf)
	wantTimeout(t, err)
	_, err = b.WriteTo(buf, a.LocalAddr())
	wantTimeout(t, err)

	b.SetDeadline(time.Time{})
	send(t, a, []byte("x"), b.LocalAddr())
	receive(t, b, 2, []byte("x"), a.LocalAddr())

	b.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, _, err = b.ReadFrom(buf)
	wantTimeout(t, err)
	send(t, b, []byte("y"), a.LocalAddr()) // the deadline was of the other direction
	receive(t, a, 2, []byte("y"), b.LocalAddr())

	// One that is set while a call is blocked counts for that call.
	b.SetReadDeadline(time.Time{})
	failed := make(chan error)
	go func() { _, _, err := b.ReadFrom(buf); failed <- err }()
	b.SetReadDeadline(past)
	wantTimeout(t, <-failed)
}

func TestPacketCloseEndsCalls(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	const readers = 4
	failed := make(chan error, readers)
	for range readers {
		go func() { _, _, err := b.ReadFrom(make([]byte, 10)); failed <- err }()
	}
	if err := b.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	for range readers {
		wantClosed(t, <-failed)
	}
	wantClosed(t, b.Close())
	wantClosed(t, b.SetDeadline(past))
	_, err := b.WriteTo([]byte("x"), a.LocalAddr())
	wantClosed(t, err)
}

func TestPacketConcurrentMethods(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() { b.ReadFrom(make([]byte, 10)) })
		all.Go(func() { b.WriteTo([]byte("x"), a.LocalAddr()) })
		all.Go(func() { a.WriteTo([]byte("y"), b.LocalAddr()) })
		all.Go(func() { b.SetDeadline(time.Now().Add(time.Duration(i%10) * time.Millisecond)) })
		all.Go(func() { b.SetReadDeadline(time.Now().Add(10 * time.Millisecond)) })
		all.Go(func() { b.SetWriteDeadline(time.Now().Add(10 * time.Millisecond)) })
		all.Go(func() { _ = b.LocalAddr().String() })
	}
	all.Go(func() {
		b.SetDeadline(time.Now().Add(20 * time.Millisecond))
	})
	all.Wait()
}

// Racing readers take every datagram once, each in one piece.
func TestPacketReadersShare(t *testing.T) {
	a, b := newPair(t, simnet.Link{}).packets(t)
	const readers, each = 8, 25
	var mu sync.Mutex
	seen := map[string]int{}
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for range each {
				p := make([]byte, 100)
				n, _, err := b.ReadFrom(p)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[string(p[:n])]++
				mu.Unlock()
			}
		})
	}
	for i := range readers * each {
		send(t, a, fmt.Append(nil, "number ", i), b.LocalAddr())
	}
	all.Wait()
	for i := range readers * each {
		if n := seen[fmt.Sprint("number ", i)]; n != 1 {
			t.Errorf("datagram %d was received %d times", i, n)
		}
	}
}

func TestConnectedPackets(t *testing.T) {
	p := newPair(t, simnet.Link{})
	_, b := p.packets(t)
	c, err := p.a.Dial("udp", b.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	if c.RemoteAddr().String() != b.LocalAddr().String() {
		t.Errorf("the peer is %v, want %v", c.RemoteAddr(), b.LocalAddr())
	}
	if n, err := c.Write([]byte("ask")); n != 3 || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	receive(t, b, 10, []byte("ask"), c.LocalAddr())
	send(t, b, nil, c.LocalAddr()) // an empty datagram is not the end of file
	if n, err := c.Read(make([]byte, 10)); n != 0 || err != nil {
		t.Errorf("Read of an empty datagram: %d, %v; want 0, nil", n, err)
	}
	if _, err := c.(net.PacketConn).WriteTo([]byte("x"), b.LocalAddr()); !errors.Is(err, net.ErrWriteToConnected) {
		t.Errorf("WriteTo: %v, want ErrWriteToConnected", err)
	}
	// Nobody there: the far host's ICMP ends the next call.
	b.Close()
	c.Write([]byte("anyone?"))
	_, err = c.Read(make([]byte, 10))
	wantErrno(t, err, "read", syscall.ECONNREFUSED)
}

func wantErrno(t *testing.T, err error, op string, want syscall.Errno) {
	t.Helper()
	var e *net.OpError
	if !errors.As(err, &e) || e.Op != op || !errors.Is(err, want) {
		t.Errorf("%v; want an OpError of %s with %v", err, op, want)
	}
}

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	var e net.Error
	if !errors.As(err, &e) || !e.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v; want a timeout", err)
	}
}

func wantClosed(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v; want net.ErrClosed", err)
	}
}
