package netconn_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/simnet"
	"github.com/connspec/connspec/impl/netconn"
)

func TestDialErrors(t *testing.T) {
	p := newPair(t, simnet.Link{})
	for _, c := range []struct {
		address string
		want    syscall.Errno
	}{
		{"192.0.2.2:1", syscall.ECONNREFUSED},
		{"203.0.113.1:1", syscall.ENETUNREACH},
		{"192.0.2.99:1", syscall.EHOSTUNREACH}, // nobody answers for it
	} {
		_, err := p.a.Dial("tcp", c.address)
		wantErrno(t, err, "dial", c.want)
		var e *net.OpError
		if errors.As(err, &e) && (e.Addr.String() != c.address || e.Net != "tcp") {
			t.Errorf("the error is about %s %v, want tcp %s", e.Net, e.Addr, c.address)
		}
	}
	for _, c := range []struct{ network, address string }{
		{"tcp", "192.0.2.2"}, {"tcp", "192.0.2.2:x"}, {"tcp", "nobody.invalid:1"}, {"tcp", "192.0.2.2:65536"},
		{"ip", "192.0.2.2"}, {"", ""}, {"tcp6", "192.0.2.2:1"}, {"tcp4", "[2001:db8::1]:1"},
	} {
		var e *net.OpError
		if c, err := p.a.Dial(c.network, c.address); !errors.As(err, &e) || e.Op != "dial" {
			t.Errorf("Dial %q: %v, %v; want an OpError of dial", c, c, err)
		}
	}
	if _, err := p.a.Listen("udp", ":0"); err == nil {
		t.Error("a stream listens on the network udp")
	}
	if _, err := p.a.ListenPacket("tcp", ":0"); err == nil {
		t.Error("a datagram socket has the network tcp")
	}
}

// silent is a network that carries nothing but what finds neighbours: the far
// end is a listener whose answers are lost.
func silent(t *testing.T) pair {
	p := newPair(t, simnet.Link{})
	c, s := p.streams(t) // both know each other's address
	c.Close()
	s.Close()
	if err := p.net.SetLink(1, simnet.Link{Loss: 1}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDialEndsWithItsContext(t *testing.T) {
	for _, c := range []struct {
		name    string
		ctx     func() (context.Context, context.CancelFunc)
		want    error
		timeout bool
	}{
		{"cancelled", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(5*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled, false},
		{"before", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, context.Canceled, false},
		{"timeout", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 5*time.Millisecond)
		}, context.DeadlineExceeded, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := silent(t)
			release := p.hold()
			defer release()
			ctx, cancel := c.ctx()
			defer cancel()
			_, err := p.a.DialContext(ctx, "tcp", "192.0.2.2:80")
			var e net.Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Timeout() != c.timeout || errors.Is(err, os.ErrDeadlineExceeded) != c.timeout {
				t.Errorf("%v; want %v, a timeout: %v", err, c.want, c.timeout)
			}
		})
	}
}

func TestCloseEndsCalls(t *testing.T) {
	p := newPair(t, simnet.Link{})
	a, b := p.streams(t)
	l := listen(t, p.b, ":0")
	failed := make(chan error)
	go func() { _, err := a.Read(make([]byte, 1)); failed <- err }()
	go func() { _, err := a.Write(make([]byte, 32<<20)); failed <- err }() // more than both buffers hold
	go func() { _, err := l.Accept(); failed <- err }()
	time.Sleep(time.Millisecond) // let some of them block: either way they fail
	a.Close()
	l.Close()
	for range 3 {
		wantClosed(t, <-failed)
	}
	wantClosed(t, a.Close())
	_, err := l.Accept()
	wantClosed(t, err)
	b.Close()
}

func TestEndOfFileAndReset(t *testing.T) {
	p := newPair(t, simnet.Link{})
	a, b := p.streams(t)
	if _, err := a.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	if err := a.(*netconn.Conn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); string(got) != "last words" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if n, err := b.Read(nil); n != 0 || err != nil {
		t.Errorf("Read into nothing: %d, %v; want 0, nil", n, err)
	}
	// Closed with data unread: a reset (RFC 9293 section 3.6.1).
	if _, err := b.Write([]byte("never read")); err != nil {
		t.Fatal(err)
	}
	a.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := a.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	a.Close()
	_, err := b.Read(make([]byte, 1))
	for err == nil || err == io.EOF { // what the FIN said comes first
		_, err = b.Write([]byte("x"))
	}
	var e *net.OpError
	if !errors.As(err, &e) || !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("%v, want ECONNRESET or EPIPE", err)
	}
}

func TestDeadlineKeepsWhatWasWritten(t *testing.T) {
	p := newPair(t, simnet.Link{})
	a, b := p.streams(t)
	go func() { // nobody reads on: the write blocks until its deadline has gone by
		if _, err := b.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		a.SetWriteDeadline(past)
	}()
	sent, err := a.Write(make([]byte, 16<<20))
	wantTimeout(t, err)
	a.Close()
	got, err := io.Copy(io.Discard, b)
	if err != nil || got+1 != int64(sent) {
		t.Errorf("%d bytes arrived, %v; %d were written before the deadline", got+1, err, sent)
	}
}

func TestListenAddresses(t *testing.T) {
	p := newPair(t, simnet.Link{})
	l := listen(t, p.b, ":8080")
	if got := l.Addr().(*net.TCPAddr); got.Port != 8080 || !got.IP.IsUnspecified() {
		t.Errorf("listens on %v, want all addresses at 8080", got)
	}
	_, err := p.b.Listen("tcp", ":8080")
	wantErrno(t, err, "listen", syscall.EADDRINUSE)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		if got, want := c.LocalAddr().String(), "192.0.2.2:8080"; got != want {
			t.Errorf("accepted at %s, want %s", got, want)
		}
		io.WriteString(c, c.RemoteAddr().String())
		c.Close()
	}()
	c, err := p.a.Dial("tcp", "192.0.2.2:8080")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); string(got) != c.LocalAddr().String() || err != nil {
		t.Errorf("the peer saw %q, %v; want %v", got, err, c.LocalAddr())
	}
}

func TestLoopback(t *testing.T) {
	p := newPair(t, simnet.Link{})
	l := listen(t, p.a, "localhost:0")
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(c, c)
		c.Close()
	}()
	c, err := p.a.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "echo")
	c.(*netconn.Conn).CloseWrite()
	if got, err := io.ReadAll(c); string(got) != "echo" || err != nil {
		t.Errorf("read %q, %v; want echo", got, err)
	}
}

func TestStackClose(t *testing.T) {
	p := newPair(t, simnet.Link{})
	a, b := p.streams(t)
	l := listen(t, p.a, ":0")
	failed := make(chan error)
	go func() { _, err := a.Read(make([]byte, 1)); failed <- err }()
	go func() { _, err := l.Accept(); failed <- err }()
	if err := p.a.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantClosed(t, <-failed)
	wantClosed(t, <-failed)
	_, err := p.a.Dial("tcp", addrB.String()+":1")
	wantClosed(t, err)
	wantClosed(t, a.Close())
	if _, err := b.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the far end reads %v, want EOF", err)
	}
}
