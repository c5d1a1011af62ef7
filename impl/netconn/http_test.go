package netconn_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"hash"
	"io"
	"log"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/netconn"
)

var h2Bytes = flag.Int64("netconn.bytes", 16<<20, "size of the transfers over HTTP/2 (1073741824 is the campaign)")

// certificate is one for 192.0.2.2, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{addrB.AsSlice()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// content is n bytes of which no piece repeats, and their checksum as they are
// read.
func content(n int64) (io.Reader, hash.Hash) {
	sum := sha256.New()
	return io.TeeReader(io.LimitReader(mathrand.NewChaCha8([32]byte{1}), n), sum), sum
}

// served is a server of b's and a client of a's.
type served struct {
	client *http.Client
	url    string
}

// serve has b answer GET /N with N bytes and their checksum as a trailer, and
// POST with the checksum of what was posted.
func (p pair) serve(t *testing.T, secure bool) served {
	t.Helper()
	l := listen(t, p.b, addrB.String()+":0")
	// The client gives up connections that it turns out not to need, of which the
	// server would complain; what goes wrong otherwise the client sees.
	server := &http.Server{Handler: http.HandlerFunc(answer), ErrorLog: log.New(io.Discard, "", 0)}
	transport := &http.Transport{DialContext: p.a.DialContext}
	s := served{client: &http.Client{Transport: transport}, url: "http://" + l.Addr().String()}
	if secure {
		own, trusted := certificate(t)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{own}}
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
		transport.ForceAttemptHTTP2 = true
		s.url = strings.Replace(s.url, "http", "https", 1)
	}
	ended := make(chan error)
	go func() {
		if secure {
			ended <- server.ServeTLS(l, "", "")
		} else {
			ended <- server.Serve(l)
		}
	}()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		if err := <-ended; err != http.ErrServerClosed {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s
}

func answer(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		sum := sha256.New()
		n, err := io.Copy(sum, r.Body)
		fmt.Fprintf(w, "%d %x %v", n, sum.Sum(nil), err)
		return
	}
	var n int64
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Trailer", "Checksum")
	body, sum := content(n)
	io.Copy(w, body) // the client sees if it is short
	w.Header().Set("Checksum", fmt.Sprintf("%x", sum.Sum(nil)))
}

// get fetches n bytes and gives the protocol that carried them.
func (s served) get(t *testing.T, n int64) string {
	t.Helper()
	r, err := s.client.Get(fmt.Sprintf("%s/%d", s.url, n))
	if err != nil {
		t.Error(err)
		return ""
	}
	defer r.Body.Close()
	sum := sha256.New()
	got, err := io.Copy(sum, r.Body)
	if want := r.Trailer.Get("Checksum"); err != nil || got != n || fmt.Sprintf("%x", sum.Sum(nil)) != want {
		t.Errorf("received %d bytes of checksum %x, %v; want %d of %s", got, sum.Sum(nil), err, n, want)
	}
	return r.Proto
}

// post sends n bytes.
func (s served) post(t *testing.T, n int64) {
	t.Helper()
	body, sum := content(n)
	r, err := s.client.Post(s.url, "application/octet-stream", io.NopCloser(body))
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if want := fmt.Sprintf("%d %x <nil>", n, sum.Sum(nil)); err != nil || string(got) != want {
		t.Errorf("the server received %s, %v; want %s", got, err, want)
	}
}

func TestHTTP(t *testing.T) {
	for _, c := range []struct {
		secure bool
		proto  string
	}{{false, "HTTP/1.1"}, {true, "HTTP/2.0"}} {
		t.Run(c.proto, func(t *testing.T) {
			s := newPair(t, lossy).serve(t, c.secure)
			var all sync.WaitGroup
			for i := range 10 { // several connections, or streams of one
				all.Go(func() {
					if proto := s.get(t, int64(1000*i)); proto != c.proto {
						t.Errorf("fetched by %s, want %s", proto, c.proto)
					}
				})
				all.Go(func() { s.post(t, int64(1000*i)) })
			}
			all.Wait()
			s.get(t, 1<<20)
			s.post(t, 1<<20)
		})
	}
}

// TestHTTP2Transfer is a download and an upload by net/http's own HTTP/2 over
// TLS, with 5 % of the frames lost, 5 % doubled and 5 % held back each way.
func TestHTTP2Transfer(t *testing.T) {
	p := newPair(t, lossy)
	s := p.serve(t, true)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"download", func() {
			if proto := s.get(t, *h2Bytes); proto != "HTTP/2.0" {
				t.Errorf("fetched by %s, want HTTP/2.0", proto)
			}
		}},
		{"upload", func() { s.post(t, *h2Bytes) }},
	} {
		began, virtual := time.Now(), p.net.Now()
		c.run()
		t.Logf("%s: %d bytes in %.1f s, %.1f s of the network's; frames sent: %+v", c.name, *h2Bytes,
			time.Since(began).Seconds(), (p.net.Now() - virtual).Seconds(), p.net.Port(1).Stats())
	}
}

func TestTLS(t *testing.T) {
	p := newPair(t, lossy)
	own, trusted := certificate(t)
	l := listen(t, p.b, addrB.String()+":0")
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{own}})
		io.Copy(s, s)
		s.Close()
	}()
	raw, err := p.a.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Client(raw, &tls.Config{RootCAs: trusted, ServerName: addrB.String()})
	body, _ := content(1 << 20)
	want, _ := io.ReadAll(body)
	go func() {
		if _, err := c.Write(want); err != nil {
			t.Error(err)
		}
		c.CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back, %v; want the %d that were sent", len(got), err, len(want))
	}
	c.Close()
	if _, ok := raw.(*netconn.Conn); !ok {
		t.Errorf("Dial gives a %T", raw)
	}
}
