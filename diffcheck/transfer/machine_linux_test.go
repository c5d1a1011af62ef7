package transfer_test

import (
	"bytes"
	"flag"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/fault"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/simnet"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/netconn"
	"github.com/connspec/connspec/spec"
)

var size = flag.Int64("transfer.bytes", 100<<20, "size of the files fetched")

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }

// machine is impl as a host at the far end of a lane's wire: the lane's kernel
// is the other, and impl its neighbour 192.168.0.2.
type machine struct {
	*netconn.Stack
	lane  *lab.Lane
	fault *fault.NIC // nil without
}

// start makes one, behind faults each way if there are any.
func start(t testing.TB, faults simnet.Link) *machine {
	t.Helper()
	lab.Need(t)
	lane, err := lab.NewLane(lab.Options{Plain: true, Frames: 4096, IPv6: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lane.Close() })
	m := &machine{lane: lane}
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	nic := hwtarget.NIC(lane.Puppet())
	cfg := impl.Config{
		Dialect: spec.Linux, MAC: lab.PuppetMAC, MTU: lab.MTU, Seed: 1, Descriptors: 1 << 16,
		Addrs: []netip.Prefix{netip.PrefixFrom(lab.Gateway, lab.Own.Bits()), netip.PrefixFrom(lab.Gateway6, lab.Own6.Bits())},
	}
	if faults != (simnet.Link{}) {
		if m.fault, err = fault.Wrap(nic, faults, faults, 1, clock); err != nil {
			t.Fatal(err)
		}
		nic = m.fault
		// What is tried here is TCP: an address that is not found ends connections.
		cfg.Neighbors = []impl.Neighbor{{Addr: lab.Own.Addr(), MAC: lab.HostMAC}}
	}
	m.Stack = netconn.New(cfg)
	m.Start(hwtarget.NewPump(nic, m.Stack, clock))
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Errorf("the machine had stopped: %v", err)
		}
		t.Logf("at the NIC: %+v", lane.PuppetStats())
	})
	return m
}

// listen is a listener of impl's.
func (m *machine) listen(t testing.TB, port int) net.Listener {
	t.Helper()
	l, err := m.Listen("tcp", fmt.Sprintf("%v:%d", lab.Gateway, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// kernelListen is one of the kernel's: a socket stays in the namespace that it
// was made in.
func (m *machine) kernelListen(t testing.TB, port int) (l net.Listener) {
	t.Helper()
	err := m.lane.Do(func() (err error) {
		l, err = net.Listen("tcp4", fmt.Sprintf("%v:%d", lab.Own.Addr(), port))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// kernelDial connects a socket of the kernel's.
func (m *machine) kernelDial(address string) (net.Conn, error) {
	release, err := m.lane.Bind()
	if err != nil {
		return nil, err
	}
	defer release()
	return net.Dial("tcp4", address)
}

// file is n bytes of which no piece repeats, and their checksum as they are
// read.
type file struct {
	io.Reader
	sum hash.Hash64
}

var crc = crc64.MakeTable(crc64.ECMA)

func newFile(n int64, seed byte) *file {
	f := &file{sum: crc64.New(crc)}
	f.Reader = io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{seed}), n), f.sum)
	return f
}

// copyAll copies in large pieces, without the ways past them that a Conn or a
// file may have.
func copyAll(w io.Writer, r io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, make([]byte, 1<<17))
}

// same compares what arrived with what was sent.
func (f *file) same(t testing.TB, n, want int64, got hash.Hash64) {
	t.Helper()
	if n != want || got.Sum64() != f.sum.Sum64() {
		t.Errorf("%d bytes of checksum %x arrived, sent were %d of %x", n, got.Sum64(), want, f.sum.Sum64())
	}
}

func rate(t testing.TB, what string, n int64, began time.Time) {
	t.Helper()
	s := time.Since(began).Seconds()
	t.Logf("%s: %d bytes in %.2f s, %.2f Gb/s", what, n, s, float64(n)*8e-9/s)
}

// program finds a program or skips the test.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs %s: install the package %s", name, pkg)
	}
	return path
}

// process is a program that runs in the lane, by its kernel.
type process struct {
	*exec.Cmd
	complaint bytes.Buffer
}

// command makes one; it dies with the test.
func command(name string, args ...string) *process {
	p := &process{Cmd: exec.Command(name, args...)}
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.Stderr = &p.complaint
	return p
}

// in starts it: a process is born into its parent thread's namespace.
func (p *process) in(t *testing.T, m *machine) *process {
	t.Helper()
	if err := m.lane.Do(p.Start); err != nil {
		t.Fatal(err)
	}
	return p
}

// end waits for it and reports its failure.
func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.Wait(); err != nil {
		t.Errorf("%s: %v: %s", p.Path, err, strings.TrimSpace(p.complaint.String()))
	}
}

// serve starts a program that serves until the test ends, and returns when
// somebody listens at a port.
func (m *machine) serve(t *testing.T, p *process, port int) {
	t.Helper()
	p.in(t, m)
	t.Cleanup(func() {
		p.Process.Kill()
		p.Wait()
	})
	for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
		if c, err := m.kernelDial(fmt.Sprintf("%v:%d", lab.Own.Addr(), port)); err == nil {
			c.Close()
			return
		}
	}
	t.Fatalf("%s does not listen at port %d after 10 s: %s", p.Path, port, strings.TrimSpace(p.complaint.String()))
}

// relay has impl pass on what comes to its port to the same port of the
// kernel's, and back: a client and a server of the host's then speak with impl
// in both roles.
func (m *machine) relay(t *testing.T, port int) {
	t.Helper()
	l := m.listen(t, port)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			out, err := m.Dial("tcp", fmt.Sprintf("%v:%d", lab.Own.Addr(), port))
			if err != nil {
				t.Error(err)
				in.Close()
				continue
			}
			go pass(in, out)
			go pass(out, in)
		}
	}()
}

// pass copies one direction. An error ends both, and the programs notice.
func pass(to, from net.Conn) {
	if _, err := copyAll(to, from); err != nil {
		to.Close()
		from.Close()
		return
	}
	to.(*netconn.Conn).CloseWrite()
}
