package tap_test

import (
	"bytes"
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/rawsock"
	"github.com/connspec/connspec/hwtarget/tap"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// device makes a tap device in a namespace of the test's thread, with 10.9.0.1
// for the kernel.
func device(t *testing.T, offload bool) *tap.NIC {
	t.Helper()
	lab.Need(t)
	runtime.LockOSThread() // never unlocked: the thread ends with the test, its namespace with it
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	nic, err := tap.Open(tap.Config{Interface: "tap0", MAC: [6]byte{2, 0, 0, 0, 9, 2}, Offload: offload})
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EACCES) {
		t.Skipf("%v: to have it, modprobe tun and let this user open /dev/net/tun", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nic.Close() })
	link, err := netlink.LinkByName("tap0")
	if err != nil {
		t.Fatal(err)
	}
	addr, err := netlink.ParseAddr("10.9.0.1/24")
	if err == nil {
		err = netlink.AddrAdd(link, addr)
	}
	if err != nil {
		t.Fatal(err)
	}
	fd, err := rawsock.Socket()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := rawsock.Up(fd, "tap0"); err != nil {
		t.Fatal(err)
	}
	if ok, err := rawsock.Linked(fd, "tap0"); !ok || err != nil {
		t.Fatalf("carrier: %v, %v", ok, err)
	}
	return nic
}

// TestStreamToTheKernel sends 1 MiB to the kernel at the other end, which has
// to find the host first.
func TestStreamToTheKernel(t *testing.T) {
	for _, offload := range []bool{false, true} {
		nic := device(t, offload)
		start := time.Now()
		clock := func() time.Duration { return time.Since(start) }
		host := impl.New(impl.Config{
			Dialect: spec.Linux, MAC: nic.MAC(), MTU: nic.MTU(), Addrs: []netip.Prefix{netip.MustParsePrefix("10.9.0.2/24")},
			Offload: nic.Offload().Largest, Seed: 9,
		})
		// Sockets are of this thread's namespace; the Pump's goroutine needs none.
		l, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(l)
		if err := errors.Join(unix.Bind(l, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{10, 9, 0, 1}}), unix.Listen(l, 1)); err != nil {
			t.Fatal(err)
		}
		got := make(chan []byte, 1)
		go func() {
			var all []byte
			defer func() { got <- all }()
			fd, _, err := unix.Accept4(l, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			defer unix.Close(fd)
			buf := make([]byte, 1<<16)
			for {
				n, err := unix.Read(fd, buf)
				if n <= 0 || err != nil {
					return
				}
				all = append(all, buf[:n]...)
			}
		}()
		pump := hwtarget.NewPump(nic, host, clock)
		call := func(c spec.Call) (r spec.Result) {
			done := false
			pump.Do(func(now time.Duration) { r, done = host.Call(now, 0, &c) })
			if !done {
				if err := pump.Wait(func(time.Duration) bool {
					_, ended, ok := host.Completion()
					r = ended
					return ok
				}); err != nil {
					t.Fatal(err)
				}
			}
			if r.Failed() {
				t.Fatalf("%v: %v", c.Op, r.Errno)
			}
			return r
		}
		data := make([]byte, 1<<20)
		for i := range data {
			data[i] = byte(i * i >> 8)
		}
		fd := call(spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}).Ret
		to := spec.SockaddrInet(netip.MustParseAddrPort("10.9.0.1:9"))
		call(spec.Call{Op: spec.OpConnect, FD: fd, Addr: to, AddrLen: spec.SizeofSockaddrIn})
		call(spec.Call{Op: spec.OpSend, FD: fd, Buf: data})
		call(spec.Call{Op: spec.OpClose, FD: fd})
		if all := <-got; !bytes.Equal(all, data) {
			t.Errorf("offload %v: %d bytes arrived, want the %d sent", offload, len(all), len(data))
		}
		if err := pump.Stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestClosed(t *testing.T) {
	nic := device(t, false)
	ended := make(chan error)
	go func() {
		for {
			if err := nic.Wait(-1); err != nil { // a frame of the kernel's own may end one
				ended <- err
				return
			}
		}
	}()
	nic.Close()
	if err := <-ended; !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Wait during Close: %v, want ErrClosed", err)
	}
	if _, err := nic.Recv(nil); !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Recv after Close: %v, want ErrClosed", err)
	}
	if _, err := nic.Send(nil); !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Send after Close: %v, want ErrClosed", err)
	}
	if err := nic.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
