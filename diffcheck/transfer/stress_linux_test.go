package transfer_test

import (
	"bytes"
	"flag"
	"fmt"
	"hash/crc64"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/simnet"
)

var (
	stress   = flag.Int("transfer.stress", 8, "transfers over a bad network (1000 is the campaign)")
	piece    = flag.Int64("transfer.piece", 64<<10, "size of one of them (1048576 is the campaign)")
	inFlight = flag.Int("transfer.inflight", 64, "how many of them at a time")
)

// bad is what happens to the frames of either direction: there is no tc netem
// on every kernel, so impl's side of the wire does it.
var bad = simnet.Link{
	Loss: 0.2, Duplicate: 0.05, Corrupt: 0.01, Reorder: 0.1, ReorderBy: 5 * time.Millisecond,
}

// way is how one transfer goes.
type way struct {
	implDials, implSends bool
}

func (w way) String() string {
	who := func(impl bool) string {
		if impl {
			return "impl"
		}
		return "kernel"
	}
	return who(w.implDials) + " dials and " + who(w.implSends) + " sends"
}

// TestTransfersOverABadNetwork are transfers between impl and this kernel with a
// fifth of the frames lost each way: all arrive as they were. The campaign is
//
//	go test ./diffcheck/transfer -run BadNetwork -v -timeout 60m \
//		-transfer.stress 1000 -transfer.piece 1048576 -transfer.inflight 1000
func TestTransfersOverABadNetwork(t *testing.T) {
	m := start(t, bad)
	var servers, all sync.WaitGroup
	s := stressed{machine: m}
	listeners := []net.Listener{m.listen(t, 9), m.kernelListen(t, 9)}
	for i, to := range []*string{&s.toImpl, &s.toKernel} {
		*to = listeners[i].Addr().String()
		servers.Go(func() { serve(t, listeners[i], &servers) })
	}
	began := time.Now()
	turns := make(chan struct{}, *inFlight)
	var slowest time.Duration
	var mu sync.Mutex
	for i := range *stress {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			w, began := way{implDials: i&1 == 0, implSends: i&2 == 0}, time.Now()
			if err := s.transfer(w, byte(i)); err != nil {
				t.Errorf("transfer %d, in which %v, after %v: %v", i, w, time.Since(began), err)
			}
			mu.Lock()
			slowest = max(slowest, time.Since(began))
			mu.Unlock()
		})
	}
	all.Wait()
	for _, l := range listeners {
		l.Close()
	}
	servers.Wait()
	out, in := m.fault.Stats()
	t.Logf("%d transfers of %d bytes in %.1f s, the slowest in %.1f s", *stress, *piece, time.Since(began).Seconds(), slowest.Seconds())
	t.Logf("impl's frames: %+v", out)
	t.Logf("the kernel's: %+v", in)
}

// stressed are two hosts that serve [receive] and [send].
type stressed struct {
	*machine
	toImpl, toKernel string
}

// A request is one of these bytes and the seed of the data.
const (
	receive = 'r' // the server takes the data and answers with its checksum
	send    = 's' // the server sends it
)

// serve answers requests until the listener is closed.
func serve(t *testing.T, l net.Listener, all *sync.WaitGroup) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		all.Go(func() {
			defer c.Close()
			var request [2]byte
			if _, err := io.ReadFull(c, request[:]); err != nil {
				t.Errorf("server: request from %v: %v", c.RemoteAddr(), err)
				return
			}
			if request[0] == send {
				// Closed now, the socket would be an orphan, with less patience.
				if _, err = copyAll(c, newFile(*piece, request[1])); err == nil {
					if err = c.(interface{ CloseWrite() error }).CloseWrite(); err == nil {
						_, err = io.Copy(io.Discard, c)
					}
				}
			} else {
				sum := crc64.New(crc)
				if _, err = copyAll(sum, c); err == nil {
					_, err = c.Write(sum.Sum(nil))
				}
			}
			if err != nil {
				t.Errorf("server: %q with %v: %v", request[0], c.RemoteAddr(), err)
			}
		})
	}
}

func (s *stressed) transfer(w way, seed byte) error {
	dial, to := s.kernelDial, s.toImpl
	if w.implDials {
		dial = func(address string) (net.Conn, error) { return s.Dial("tcp", address) }
		to = s.toKernel
	}
	c, err := dial(to)
	if err != nil {
		return err
	}
	defer c.Close()
	f, got, n := newFile(*piece, seed), crc64.New(crc), int64(0)
	if w.implSends == w.implDials {
		if _, err := c.Write([]byte{receive, seed}); err != nil {
			return err
		}
		if _, err = copyAll(c, f); err != nil {
			return err
		}
		if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			return err
		}
		sum, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(sum, f.sum.Sum(nil)) {
			return fmt.Errorf("the server received checksum %x, %v; want %x", sum, err, f.sum.Sum(nil))
		}
		return nil
	}
	if _, err := c.Write([]byte{send, seed}); err != nil {
		return err
	}
	if n, err = copyAll(got, c); err != nil {
		return err
	}
	if _, err := copyAll(io.Discard, f); err != nil {
		return err
	}
	if n != *piece || got.Sum64() != f.sum.Sum64() {
		return fmt.Errorf("%d bytes of checksum %x arrived, want %d of %x", n, got.Sum64(), *piece, f.sum.Sum64())
	}
	return nil
}
