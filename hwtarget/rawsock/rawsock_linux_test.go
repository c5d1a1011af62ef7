package rawsock_test

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/rawsock"
)

// veth makes a pair in a namespace of the test's thread and opens both ends.
func veth(tb testing.TB, mtu int, near, far rawsock.Config) (a, b *rawsock.NIC) {
	tb.Helper()
	lab.Need(tb)
	runtime.LockOSThread() // never unlocked: the thread ends with the test, its namespace with it
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		tb.Fatal(err)
	}
	// No solicitations of the interfaces' own; the file is missing where the
	// kernel has no IPv6.
	const ipv6 = "/proc/sys/net/ipv6/conf/default/disable_ipv6"
	if err := os.WriteFile(ipv6, []byte("1"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		tb.Fatal(err)
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = "a", mtu
	pair := &netlink.Veth{LinkAttrs: attrs, PeerName: "b"}
	if err := netlink.LinkAdd(pair); err != nil {
		tb.Fatal(err)
	}
	near.Interface, far.Interface = "a", "b"
	var nics [2]*rawsock.NIC
	for i, cfg := range [...]rawsock.Config{near, far} {
		fd, err := rawsock.Socket()
		if err != nil {
			tb.Fatal(err)
		}
		if err := rawsock.Up(fd, cfg.Interface); err != nil {
			tb.Fatal(err)
		}
		if nics[i], err = rawsock.OpenAt(fd, cfg); err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { nics[i].Close() })
	}
	fd, err := rawsock.Socket()
	if err != nil {
		tb.Fatal(err)
	}
	defer unix.Close(fd)
	for _, name := range []string{"a", "b"} {
		if !near.Merged { // else veth keeps its offloads
			if err := rawsock.Offloads(fd, name); err != nil {
				tb.Fatal(err)
			}
		}
		if ok, err := rawsock.Linked(fd, name); !ok || err != nil {
			tb.Fatalf("carrier of %s: %v, %v", name, ok, err)
		}
	}
	return nics[0], nics[1]
}

func receive(tb testing.TB, n *rawsock.NIC) (got [][]byte) {
	tb.Helper()
	var buf [8][]byte
	for {
		k, err := n.Recv(buf[:])
		if err != nil {
			tb.Fatal(err)
		}
		if k == 0 {
			return got
		}
		for _, f := range buf[:k] {
			got = append(got, bytes.Clone(f))
		}
	}
}

func frame(to, from *rawsock.NIC, size int, fill byte) []byte {
	dst, src := to.MAC(), from.MAC()
	f := append(append(append(make([]byte, 0, size), dst[:]...), src[:]...), 0x88, 0xb5)
	return append(f, bytes.Repeat([]byte{fill}, size-len(f))...)
}

func TestFramesOfEverySizeArriveUnchanged(t *testing.T) {
	a, b := veth(t, 1500, rawsock.Config{}, rawsock.Config{MAC: [6]byte{2, 0, 0, 0, 0, 9}, Frames: 16})
	for size := 15; size <= 1514; size++ {
		f := frame(b, a, size, byte(size))
		if n, err := a.Send([][]byte{f}); n != 1 || err != nil {
			t.Fatalf("Send of %d bytes: %d, %v", size, n, err)
		}
		if got := receive(t, b); len(got) != 1 || !bytes.Equal(got[0], f) {
			t.Fatalf("frame of %d bytes arrived as %d frames or changed", size, len(got))
		}
	}
	if n, err := a.Send([][]byte{frame(b, a, 1515, 0)}); n != 0 || !errors.Is(err, unix.EMSGSIZE) {
		t.Errorf("Send above the MTU: %d, %v, want EMSGSIZE", n, err)
	}
	if n, err := a.Send([][]byte{nil}); n != 0 || !errors.Is(err, unix.EINVAL) {
		t.Errorf("Send of nothing: %d, %v, want EINVAL", n, err)
	}
}

func TestFramesOfOneRecvStayUntilTheNext(t *testing.T) {
	a, b := veth(t, 1500, rawsock.Config{}, rawsock.Config{Frames: 4})
	for i := range 4 {
		a.Send([][]byte{frame(b, a, 100, byte(i))})
	}
	var got [4][]byte
	if n, err := b.Recv(got[:]); n != 4 || err != nil {
		t.Fatalf("Recv: %d, %v, want 4", n, err)
	}
	a.Send([][]byte{frame(b, a, 100, 99)}) // finds the ring full
	for i, f := range got {
		if f[50] != byte(i) {
			t.Errorf("frame %d was overwritten with %d while it was being read", i, f[50])
		}
	}
	if more := receive(t, b); len(more) != 0 {
		t.Errorf("%d frames more than the ring holds", len(more))
	}
	if st := b.Stats(); st.Lost != 1 {
		t.Errorf("%d frames lost, want 1", st.Lost)
	}
	a.Send([][]byte{frame(b, a, 100, 7)})
	if more := receive(t, b); len(more) != 1 || more[0][50] != 7 {
		t.Errorf("%d frames after the ring was emptied, want the one sent", len(more))
	}
}

func TestJumbo(t *testing.T) {
	a, b := veth(t, 9000, rawsock.Config{Frames: 8}, rawsock.Config{Frames: 8})
	f := frame(b, a, 9014, 5)
	a.Send([][]byte{f, f, f})
	if got := receive(t, b); len(got) != 3 || !bytes.Equal(got[2], f) {
		t.Errorf("%d frames of 9014 bytes arrived, want 3 unchanged", len(got))
	}
	if a.MTU() != 9000 {
		t.Errorf("MTU %d, want 9000", a.MTU())
	}
}

func TestWaitEnds(t *testing.T) {
	a, b := veth(t, 1500, rawsock.Config{}, rawsock.Config{})
	if err := b.Wait(0); err != nil {
		t.Errorf("Wait without time: %v", err)
	}
	b.Wake()
	if err := b.Wait(-1); err != nil {
		t.Errorf("Wait after Wake: %v", err)
	}
	a.Send([][]byte{frame(b, a, 60, 0)})
	if err := b.Wait(-1); err != nil {
		t.Errorf("Wait with a frame there: %v", err)
	}
	receive(t, b)
	ended := make(chan error)
	go func() { ended <- b.Wait(-1) }()
	b.Close()
	if err := <-ended; !errors.Is(err, hwtarget.ErrClosed) {
		t.Errorf("Wait during Close: %v, want ErrClosed", err)
	}
	for what, err := range map[string]error{
		"Wait": b.Wait(-1),
		"Send": func() error { _, err := b.Send(nil); return err }(),
		"Recv": func() error { _, err := b.Recv(nil); return err }(),
	} {
		if !errors.Is(err, hwtarget.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", what, err)
		}
	}
	if err := b.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	lab.Need(t)
	for _, c := range []struct {
		cfg  rawsock.Config
		want string
	}{
		{rawsock.Config{Interface: "nosuch0"}, "rawsock: nosuch0: no such device"},
		{rawsock.Config{Interface: "a-name-that-is-too-long"}, "rawsock: a-name-that-is-too-long: invalid argument"},
		{rawsock.Config{Interface: "lo", Frames: -1}, "rawsock: lo: ring of -1 frames: want 1 to 1048576"},
	} {
		if _, err := rawsock.Open(c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%+v): %v, want %q", c.cfg, err, c.want)
		}
	}
}

// BenchmarkRoundTrip is a frame there and one back, both received by looking at
// the ring: what is in the way between the stack and its answer.
func BenchmarkRoundTrip(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  rawsock.Config
	}{{"bypass", rawsock.Config{}}, {"qdisc", rawsock.Config{QueueDiscipline: true}}} {
		b.Run(c.name, func(b *testing.B) {
			near, far := veth(b, 1500, c.cfg, c.cfg)
			there, back := [][]byte{frame(far, near, 60, 1)}, [][]byte{frame(near, far, 60, 2)}
			var in [4][]byte
			inline := 0
			hop := func(from, to *rawsock.NIC, f [][]byte) {
				from.Send(f)
				if n, _ := to.Recv(in[:]); n == 1 {
					inline++
					return
				}
				for n := 0; n == 0; n, _ = to.Recv(in[:]) {
				}
			}
			for b.Loop() {
				hop(near, far, there)
				hop(far, near, back)
			}
			b.ReportMetric(100*float64(inline)/float64(2*b.N), "%inline")
		})
	}
}

// BenchmarkWaitRoundTrip is the same with the far end on another goroutine that
// waits in poll(2): what Recv without a system call saves.
func BenchmarkWaitRoundTrip(b *testing.B) {
	near, far := veth(b, 1500, rawsock.Config{}, rawsock.Config{})
	there, back := [][]byte{frame(far, near, 60, 1)}, [][]byte{frame(near, far, 60, 2)}
	go func() {
		var in [4][]byte
		for far.Wait(-1) == nil {
			for n, err := far.Recv(in[:]); n > 0 && err == nil; n, err = far.Recv(in[:]) {
				far.Send(back)
			}
		}
	}()
	var in [4][]byte
	for b.Loop() {
		near.Send(there)
		for n := 0; n == 0; n, _ = near.Recv(in[:]) {
			near.Wait(time.Second)
		}
	}
	far.Wake()
}

func BenchmarkFrames(b *testing.B) {
	for _, size := range []int{1, 32} {
		b.Run(map[int]string{1: "one", 32: "batch"}[size], func(b *testing.B) {
			near, far := veth(b, 1500, rawsock.Config{}, rawsock.Config{})
			var out, in [][]byte
			for range size {
				out = append(out, frame(far, near, 64, 1))
			}
			in = make([][]byte, 64)
			got := 0
			b.ReportAllocs()
			for b.Loop() {
				near.Send(out)
				for n, _ := far.Recv(in); n > 0; n, _ = far.Recv(in) {
					got += n
				}
			}
			b.ReportMetric(float64(got)/b.Elapsed().Seconds(), "frames/s")
			if got != b.N*size {
				b.Errorf("%d of %d frames received", got, b.N*size)
			}
		})
	}
}
