package netconn_test

import (
	"bytes"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/connspec/connspec/hwtarget/simnet"
	"github.com/connspec/connspec/impl/netconn"
)

func TestStreamsOverIPv6(t *testing.T) {
	p := newPair(t, lossy)
	l := listen(t, p.b, "[2001:db8::2]:0")
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(c, c)
		c.Close()
	}()
	c, err := p.a.Dial("tcp6", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.LocalAddr().(*net.TCPAddr).IP.String(); got != "2001:db8::1" {
		t.Errorf("connected from %s, want 2001:db8::1", got)
	}
	body, _ := content(1 << 20)
	want, _ := io.ReadAll(body)
	go func() {
		c.Write(want)
		c.(*netconn.Conn).CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back, %v; want the %d that were sent", len(got), err, len(want))
	}
	_, err = p.a.Dial("tcp", "[2001:db8::2]:1")
	wantErrno(t, err, "dial", syscall.ECONNREFUSED)
}

func TestPacketsOverIPv6(t *testing.T) {
	p := newPair(t, simnet.Link{})
	b, err := p.b.ListenPacket("udp6", "[::]:53")
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.a.Dial("udp", "[2001:db8::2]:53")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("ask")); err != nil {
		t.Fatal(err)
	}
	receive(t, b, 10, []byte("ask"), a.LocalAddr())
	send(t, b, []byte("answer"), a.LocalAddr())
	got := make([]byte, 10)
	if n, err := a.Read(got); string(got[:n]) != "answer" || err != nil {
		t.Errorf("read %q, %v; want answer", got[:n], err)
	}
}
