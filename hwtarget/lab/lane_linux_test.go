package lab_test

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
)

func newLane(tb testing.TB, o lab.Options) *lab.Lane {
	tb.Helper()
	lab.Need(tb)
	l, err := lab.NewLane(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	return l
}

// receive gives what is in the NIC's ring, without waiting.
func receive(tb testing.TB, n hwtarget.NIC) (got [][]byte) {
	tb.Helper()
	var batch [16][]byte
	for {
		k, err := n.Recv(batch[:])
		if err != nil {
			tb.Fatal(err)
		}
		if k == 0 {
			return got
		}
		for _, f := range batch[:k] {
			got = append(got, append([]byte(nil), f...))
		}
	}
}

func bound(tb testing.TB, l *lab.Lane) {
	tb.Helper()
	release, err := l.Bind()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(release)
}

func socket(tb testing.TB, typ int) int {
	tb.Helper()
	fd, err := unix.Socket(unix.AF_INET, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { unix.Close(fd) })
	return fd
}

func connect(fd int, addr string, port int) error {
	return unix.Connect(fd, &unix.SockaddrInet4{Addr: netip.MustParseAddr(addr).As4(), Port: port})
}

// checksum is the Internet checksum (RFC 1071) of b; 0 over data that includes
// a right one.
func checksum(b []byte, sum uint32) uint16 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// transportChecksum is that over pseudo-header and payload of an IPv4 frame.
func transportChecksum(frame []byte) uint16 {
	ip := frame[hwtarget.HeaderSize:]
	ip = ip[:binary.BigEndian.Uint16(ip[2:])]
	head := int(ip[0]&15) * 4
	sum := uint32(ip[9]) + uint32(len(ip)-head)
	for i := 12; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	return checksum(ip[head:], sum)
}

func TestSynIsThereWhenConnectReturns(t *testing.T) {
	l := newLane(t, lab.Options{})
	if len(l.Missing) != 0 {
		t.Errorf("sysctls not set: %q", l.Missing)
	}
	bound(t, l)
	for i := range 100 {
		fd := socket(t, unix.SOCK_STREAM|unix.SOCK_NONBLOCK)
		if err := connect(fd, "10.1.2.3", 80+i); err != unix.EINPROGRESS {
			t.Fatalf("connect: %v, want EINPROGRESS", err)
		}
		got := receive(t, l.Puppet())
		if len(got) != 1 {
			t.Fatalf("connect %d: %d frames, want one SYN", i, len(got))
		}
		f := got[0]
		if dst, src := [6]byte(f), [6]byte(f[6:]); dst != lab.PuppetMAC || src != lab.HostMAC {
			t.Errorf("frame from %x to %x, want %x to %x", src, dst, lab.HostMAC, lab.PuppetMAC)
		}
		if ihl := int(f[14]&15) * 4; f[14+9] != unix.IPPROTO_TCP || f[14+ihl+13] != 0x02 {
			t.Errorf("frame % x, want a TCP SYN", f)
		}
		if c := transportChecksum(f); c != 0 {
			t.Errorf("TCP checksum off by %#x: offload is on", c)
		}
	}
	if st := l.PuppetStats(); st.Unfinished+st.Lost+st.Truncated != 0 {
		t.Errorf("puppet lost sight of frames: %+v", st)
	}
}

func TestRoutes(t *testing.T) {
	l := newLane(t, lab.Options{})
	bound(t, l)
	for _, c := range []struct {
		addr string
		want error
	}{
		{"192.0.2.1", nil}, {"192.168.0.2", nil}, {"127.0.0.1", nil},
		{"198.51.100.1", unix.EHOSTUNREACH},
		{"198.51.100.2", unix.EACCES},
		{"198.51.100.3", unix.EINVAL},
		{"198.51.100.4", unix.ENETUNREACH},
		{"203.0.113.1", unix.ENETUNREACH},
	} {
		if err := connect(socket(t, unix.SOCK_DGRAM), c.addr, 9); err != c.want {
			t.Errorf("connect to %s: %v, want %v", c.addr, err, c.want)
		}
	}
	extra := lab.Route{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Gateway: lab.Gateway}
	if err := l.RouteAdd(extra); err != nil {
		t.Fatal(err)
	}
	if err := connect(socket(t, unix.SOCK_DGRAM), "203.0.113.1", 9); err != nil {
		t.Errorf("connect with a route: %v", err)
	}
	if err := l.RouteDel(extra); err != nil {
		t.Fatal(err)
	}
	if err := connect(socket(t, unix.SOCK_DGRAM), "203.0.113.1", 9); err != unix.ENETUNREACH {
		t.Errorf("connect after RouteDel: %v, want ENETUNREACH", err)
	}
	if err := l.RouteDel(extra); err == nil || !strings.Contains(err.Error(), "route 203.0.113.0/24 via 192.168.0.2") {
		t.Errorf("RouteDel of no route: %v, want an error that names it", err)
	}
}

func TestLinkDownAndUp(t *testing.T) {
	l := newLane(t, lab.Options{})
	bound(t, l)
	if err := l.LinkDown(); err != nil {
		t.Fatal(err)
	}
	if err := connect(socket(t, unix.SOCK_DGRAM), "192.0.2.1", 9); err != unix.ENETUNREACH {
		t.Errorf("connect with the link down: %v, want ENETUNREACH", err)
	}
	if err := l.LinkUp(); err != nil {
		t.Fatal(err)
	}
	receive(t, l.Puppet())
	connect(socket(t, unix.SOCK_STREAM|unix.SOCK_NONBLOCK), "192.0.2.1", 9)
	if got := receive(t, l.Puppet()); len(got) != 1 {
		t.Errorf("%d frames after LinkUp, want the SYN", len(got))
	}
}

func TestSysctl(t *testing.T) {
	l := newLane(t, lab.Options{})
	bound(t, l)
	read := func() string {
		b, err := os.ReadFile("/proc/sys/net/ipv4/tcp_syn_retries")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	if got := read(); got != "1" {
		t.Errorf("tcp_syn_retries is %s in a lane, want 1", got)
	}
	restore, err := l.SetSysctl("ipv4/tcp_syn_retries", "3")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "3" {
		t.Errorf("tcp_syn_retries is %s after SetSysctl, want 3", got)
	}
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "1" {
		t.Errorf("tcp_syn_retries is %s after restore, want 1", got)
	}
	if _, err := l.SetSysctl("ipv4/no_such", "1"); err == nil || !strings.Contains(err.Error(), "no_such") {
		t.Errorf("SetSysctl of no sysctl: %v, want an error that names it", err)
	}
}

func TestSilence(t *testing.T) {
	l := newLane(t, lab.Options{})
	// A neighbour or router solicitation, had IPv6 been up, comes within a
	// second; a wake that never came is the only way to see none.
	if err := l.Puppet().Wait(20 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, l.Puppet()); len(got) != 0 {
		t.Errorf("%d frames on an idle lane, first % x", len(got), got[0])
	}
}

func descriptors(tb testing.TB) int {
	tb.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		tb.Fatal(err)
	}
	return len(d)
}

func TestLanesLeaveNothingOpen(t *testing.T) {
	lab.Need(t)
	before := descriptors(t)
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for range 20 {
				l, err := lab.NewLane(lab.Options{Frames: 16})
				if err != nil {
					t.Error(err)
					return
				}
				l.Close()
			}
		})
	}
	workers.Wait()
	// NICs are closed a little after their lanes.
	limit := time.Now().Add(10 * time.Second)
	for descriptors(t) > before && time.Now().Before(limit) {
		time.Sleep(time.Millisecond)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors open after 200 lanes, %d before", after, before)
	}
}

func TestWireCarriesFramesBothWays(t *testing.T) {
	lab.Need(t)
	w, err := lab.NewWire(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, dir := range [][2]hwtarget.NIC{{w.A, w.B}, {w.B, w.A}} {
		from, to := dir[0], dir[1]
		var frames [][]byte
		for i := range 100 {
			dst, src := to.MAC(), from.MAC()
			f := append(append(dst[:], src[:]...), 0x88, 0xb5, byte(i))
			frames = append(frames, append(f, make([]byte, i*14)...))
		}
		if n, err := from.Send(frames); n != len(frames) || err != nil {
			t.Fatalf("Send: %d, %v", n, err)
		}
		got := receive(t, to)
		if len(got) != len(frames) {
			t.Fatalf("%d of %d frames arrived", len(got), len(frames))
		}
		for i := range got {
			if string(got[i]) != string(frames[i]) {
				t.Errorf("frame %d changed on the way", i)
			}
		}
		if back := receive(t, from); len(back) != 0 {
			t.Errorf("the sender received %d frames of its own", len(back))
		}
	}
}

func BenchmarkLane(b *testing.B) {
	lab.Need(b)
	for b.Loop() {
		l, err := lab.NewLane(lab.Options{})
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}
