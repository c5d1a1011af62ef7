package transfer_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/transfer"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

var size = flag.Int64("transfer.bytes", 100<<20, "size of the files fetched")

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }

// machine is impl at the far end of a lane's wire: the lane's kernel is the
// host, impl its neighbour 192.168.0.2.
func machine(t testing.TB) (*lab.Lane, *transfer.Machine) {
	t.Helper()
	lab.Need(t)
	lane, err := lab.NewLane(lab.Options{Plain: true, Frames: 4096})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lane.Close() })
	m := transfer.Start(lane.Puppet(), impl.Config{
		Dialect: spec.Linux, MAC: lab.PuppetMAC, MTU: lab.MTU, Seed: 1,
		Addrs: []netip.Prefix{netip.PrefixFrom(lab.Gateway, lab.Own.Bits())},
	})
	t.Cleanup(func() {
		if err := m.Stop(); err != nil {
			t.Errorf("the machine had stopped: %v", err)
		}
		t.Logf("at the NIC: %+v", lane.PuppetStats())
	})
	return lane, m
}

// file is size bytes that no piece of which repeats, and their checksum as they
// are read.
type file struct {
	io.Reader
	sum hash.Hash
}

func newFile() *file {
	f := &file{sum: sha256.New()}
	f.Reader = io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), *size), f.sum)
	return f
}

func rate(t *testing.T, began time.Time) {
	t.Helper()
	s := time.Since(began).Seconds()
	t.Logf("%d bytes in %.2f s, %.2f Gb/s", *size, s, float64(*size)*8e-9/s)
}

// answer serves one request for f in HTTP/1.0 (RFC 1945), of which curl needs
// no more.
func answer(s *transfer.Stream, f *file) error {
	request, err := http.ReadRequest(bufio.NewReader(s))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if request.URL.Path != "/file" {
		return fmt.Errorf("request for %s, want /file", request.URL.Path)
	}
	if _, err := fmt.Fprintf(s, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n", *size); err != nil {
		return err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{s}, f, make([]byte, 1<<17)); err != nil {
		return err
	}
	return s.Close()
}

func TestCurlFetchesFromImpl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("needs curl: install the package curl")
	}
	lane, m := machine(t)
	at := netip.AddrPortFrom(lab.Gateway, 80)
	server := m.Thread()
	listener, err := server.Listen(at, 8)
	if err != nil {
		t.Fatal(err)
	}
	f := newFile()
	served := make(chan error, 1)
	go func() {
		s, err := server.Accept(listener)
		if err == nil {
			err = answer(s, f)
		}
		served <- err
	}()

	cmd := exec.Command(curl, "--silent", "--show-error", "--noproxy", "*", "--max-time", "100", fmt.Sprintf("http://%v/file", at))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := lane.Do(cmd.Start); err != nil { // a process is born into its parent thread's namespace
		t.Fatal(err)
	}
	got := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{got}, out, make([]byte, 1<<17))
	if err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("curl: %v: %s", err, strings.TrimSpace(complaint.String()))
	}
	rate(t, began)
	if err := <-served; err != nil {
		t.Errorf("server: %v", err)
	}
	if n != *size || !bytes.Equal(got.Sum(nil), f.sum.Sum(nil)) {
		t.Errorf("curl received %d bytes with checksum %x, sent were %d with %x", n, got.Sum(nil), *size, f.sum.Sum(nil))
	}
}

func TestImplFetchesFromHost(t *testing.T) {
	lane, m := machine(t)
	var listener net.Listener
	err := lane.Do(func() (err error) { // a socket stays in the namespace it was made in
		listener, err = net.Listen("tcp4", netip.AddrPortFrom(lab.Own.Addr(), 80).String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f, sent := newFile(), make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(*size))
		io.CopyBuffer(struct{ io.Writer }{w}, f, make([]byte, 1<<17)) // the client sees if it is short
		close(sent)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})

	began := time.Now()
	s, err := m.Thread().Dial(netip.AddrPortFrom(lab.Own.Addr(), 80))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s, "GET /file HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(s, 1<<17), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{got}, response.Body, make([]byte, 1<<17))
	if err != nil {
		t.Error(err)
	}
	rate(t, began)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-sent
	if n != *size || !bytes.Equal(got.Sum(nil), f.sum.Sum(nil)) {
		t.Errorf("impl received %d bytes with checksum %x, sent were %d with %x", n, got.Sum(nil), *size, f.sum.Sum(nil))
	}
}

// BenchmarkConnect is impl connecting to a listening socket of the kernel's and
// closing, one connection after another.
func BenchmarkConnect(b *testing.B) {
	lane, m := machine(b)
	// One port after another, so that no run is short of ports of impl's, which
	// TIME-WAIT holds for a minute.
	const ports = 16
	for i := range ports {
		var fd int
		err := lane.Do(func() (err error) {
			if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
				return err
			}
			if err = unix.Bind(fd, &unix.SockaddrInet4{Port: 8000 + i}); err != nil {
				return err
			}
			return unix.Listen(fd, 1024)
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { unix.Shutdown(fd, unix.SHUT_RDWR) }) // accept returns
		go func() {
			defer unix.Close(fd)
			for {
				c, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
				if err != nil {
					return
				}
				unix.Close(c)
			}
		}()
	}
	client := m.Thread()
	i := 0
	for b.Loop() {
		i++
		s, err := client.Dial(netip.AddrPortFrom(lab.Own.Addr(), uint16(8000+i%ports)))
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "connects/s")
}
