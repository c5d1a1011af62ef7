package lab_test

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/rawsock"
)

// at runs f at an end of a pair.
func at(t *testing.T, end func() (func(), error), f func()) {
	t.Helper()
	leave, err := end()
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	f()
}

func stream(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func TestPairOfKernels(t *testing.T) {
	lab.Need(t)
	p, err := lab.NewPair(lab.PairOptions{Kernel: true, Congestion: "reno"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const port = 7000
	at(t, p.Far, func() {
		fd := stream(t)
		if err := unix.Bind(fd, &unix.SockaddrInet4{Port: port}); err != nil {
			t.Fatal(err)
		}
		if err := unix.Listen(fd, 8); err != nil {
			t.Fatal(err)
		}
	})
	at(t, p.Near, func() {
		for _, to := range []netip.Addr{lab.PairFar.Addr(), lab.PairDests.Addr().Next()} {
			fd := stream(t)
			if err := unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: to.As4()}); err != nil {
				t.Errorf("connect to %v: %v, want success", to, err)
			}
			if got, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION); got != "reno" || err != nil {
				t.Errorf("congestion control to %v: %q, %v, want reno", to, got, err)
			}
		}
	})
}

func TestPairWithAStackAtTheNearEnd(t *testing.T) {
	lab.Need(t)
	p, err := lab.NewPair(lab.PairOptions{MTU: 9000})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var nic *rawsock.NIC
	at(t, p.Near, func() {
		if nic, err = rawsock.Open(rawsock.Config{Interface: lab.PairName, MAC: lab.PairMAC, Unfiltered: true}); err != nil {
			t.Fatal(err)
		}
	})
	defer nic.Close()
	if nic.MTU() != 9000 {
		t.Errorf("MTU %d, want 9000", nic.MTU())
	}
	at(t, p.Far, func() {
		fd := stream(t)
		unix.SetNonblock(fd, true)
		err := unix.Connect(fd, &unix.SockaddrInet4{Port: 7, Addr: lab.PairNear.Addr().As4()})
		if err != unix.EINPROGRESS {
			t.Errorf("connect from the far kernel: %v, want EINPROGRESS", err)
		}
	})
	var in [2][]byte
	if n, err := nic.Recv(in[:]); n != 1 || err != nil || [6]byte(in[0]) != lab.PairMAC || [6]byte(in[0][6:]) != lab.PairFarMAC {
		t.Errorf("%d frames, %v: %x, want one SYN from the far kernel to PairMAC", n, err, in[0])
	}
}
