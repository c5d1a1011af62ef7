package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc64"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// answer serves GET with files of size bytes, and PUT with the checksum of what
// was put.
func answer(f *file) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			sum := crc64.New(crc)
			n, _ := copyAll(sum, r.Body)
			fmt.Fprintf(w, "%d %x", n, sum.Sum64())
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(*size))
		copyAll(w, f) // the client sees if it is short
	})
}

// serveHTTP serves until the test ends.
func serveHTTP(t *testing.T, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h}
	ended := make(chan error)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-ended; err != http.ErrServerClosed {
			t.Errorf("the server ended with %v", err)
		}
	})
}

// A client of the host's fetches from impl.
func TestProgramFetchesFromImpl(t *testing.T) {
	for _, c := range []struct {
		name, pkg string
		args      []string
	}{
		{"curl", "curl", []string{"--silent", "--show-error", "--noproxy", "*", "--max-time", "100"}},
		{"wget", "wget", []string{"--no-proxy", "--quiet", "--timeout=100", "--output-document=-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := program(t, c.name, c.pkg)
			m, f := start(t, simnet.Link{}), newFile(*size, 1)
			serveHTTP(t, m.listen(t, 80), answer(f))
			p := command(path, append(c.args, fmt.Sprintf("http://%v/file", lab.Gateway))...)
			out, err := p.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			p.in(t, m)
			got := crc64.New(crc)
			n, err := copyAll(got, out)
			if err != nil {
				t.Error(err)
			}
			p.end(t)
			rate(t, c.name, n, began)
			f.same(t, n, *size, got)
		})
	}
}

// curl sends to impl.
func TestCurlSendsToImpl(t *testing.T) {
	curl := program(t, "curl", "curl")
	m, f := start(t, simnet.Link{}), newFile(*size, 2)
	serveHTTP(t, m.listen(t, 80), answer(nil))
	p := command(curl, "--silent", "--show-error", "--noproxy", "*", "--max-time", "100",
		"--upload-file", "-", fmt.Sprintf("http://%v/file", lab.Gateway))
	p.Stdin = f
	var out bytes.Buffer
	p.Stdout = &out
	began := time.Now()
	p.in(t, m).end(t)
	rate(t, "curl", *size, began)
	if want := fmt.Sprintf("%d %x", *size, f.sum.Sum64()); out.String() != want {
		t.Errorf("impl received %s, want %s", out.String(), want)
	}
}

// client is net/http over impl.
func (m *machine) client(t *testing.T) *http.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return m.DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// fetch has impl fetch a file from a server of the host's.
func (m *machine) fetch(t *testing.T, url string, f *file) {
	t.Helper()
	began := time.Now()
	r, err := m.client(t).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	got := crc64.New(crc)
	n, err := copyAll(got, r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("%s, %v", r.Status, err)
	}
	rate(t, "impl", n, began)
	f.same(t, n, *size, got)
}

func TestImplFetchesFromHost(t *testing.T) {
	m, f := start(t, simnet.Link{}), newFile(*size, 3)
	serveHTTP(t, m.kernelListen(t, 80), answer(f))
	m.fetch(t, fmt.Sprintf("http://%v/file", lab.Own.Addr()), f)
}

func TestImplSendsToHost(t *testing.T) {
	m, f := start(t, simnet.Link{}), newFile(*size, 4)
	serveHTTP(t, m.kernelListen(t, 80), answer(nil))
	r, err := http.NewRequest(http.MethodPut, fmt.Sprintf("http://%v/file", lab.Own.Addr()), f)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	response, err := m.client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(response.Body); err != nil {
		t.Error(err)
	}
	rate(t, "impl", *size, began)
	if want := fmt.Sprintf("%d %x", *size, f.sum.Sum64()); out.String() != want {
		t.Errorf("the host received %s, want %s", out.String(), want)
	}
}

// impl fetches from the web servers that this host has.
func TestImplFetchesFromProgram(t *testing.T) {
	const port = 8080
	at := fmt.Sprintf("%v:%d", lab.Own.Addr(), port)
	for _, c := range []struct {
		name, pkg string
		args      func(dir string) []string
	}{
		{"busybox", "busybox-static", func(dir string) []string { return []string{"httpd", "-f", "-p", at, "-h", dir} }},
		{"nginx", "nginx-light", func(dir string) []string {
			conf := filepath.Join(dir, "nginx.conf")
			text := fmt.Sprintf("daemon off; master_process off; error_log stderr; pid %s/pid; events {}\n"+
				"http { access_log off; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;\n"+
				"server { listen %s; root %[1]s; } }\n", dir, at)
			os.WriteFile(conf, []byte(text), 0o644) // nginx says if it is not there
			return []string{"-c", conf, "-e", "stderr"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := program(t, c.name, c.pkg)
			m, f, dir := start(t, simnet.Link{}), newFile(*size, 5), t.TempDir()
			to, err := os.Create(filepath.Join(dir, "file"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := copyAll(to, f); err != nil {
				t.Fatal(err)
			}
			to.Close()
			m.serve(t, command(path, c.args(dir)...), port)
			m.fetch(t, "http://"+at+"/file", f)
		})
	}
}
