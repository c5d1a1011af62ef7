package lab_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/lab"
)

// reach makes a datagram socket of a lane connect to an address, and says from
// which one.
func reach(t *testing.T, l *lab.Lane, to [16]byte, scope uint32) (from [16]byte) {
	t.Helper()
	fd, err := l.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet6{Addr: to, Port: 8080, ZoneId: scope}); err != nil {
		t.Errorf("connect to %x: %v", to, err)
		return from
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return name.(*unix.SockaddrInet6).Addr
}

func TestLaneWithIPv6(t *testing.T) {
	l := newLane(t, lab.Options{IPv6: true})
	if l.NoIPv6 != "" {
		t.Skip(l.NoIPv6)
	}
	check := func() {
		t.Helper()
		const eth0 = 64
		if from := reach(t, l, lab.Far6.Addr().Next().As16(), 0); from != lab.Own6.Addr().As16() {
			t.Errorf("to a far host from %x, want %v", from, lab.Own6.Addr())
		}
		if from := reach(t, l, lab.LinkPeer.As16(), eth0); from != lab.LinkLocal.Addr().As16() {
			t.Errorf("to the neighbour from %x, want %v", from, lab.LinkLocal.Addr())
		}
	}
	check()
	if err := l.LinkDown(); err != nil {
		t.Fatal(err)
	}
	if err := l.LinkUp(); err != nil {
		t.Fatal(err)
	}
	check()
}

func TestLaneWithoutIPv6(t *testing.T) {
	l := newLane(t, lab.Options{})
	fd, err := l.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Skip("no IPv6 at all: ", err)
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet6{Addr: lab.Far6.Addr().Next().As16(), Port: 8080}); err == nil {
		t.Error("a lane that was not asked for IPv6 has a route")
	}
}
