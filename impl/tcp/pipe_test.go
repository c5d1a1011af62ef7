package tcp

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// flight is a segment under way in a pipe.
type flight struct {
	at   time.Duration
	n    int // order of sending, for equal times
	to   int
	seg  wire.TCP
	data []byte
}

// pipe joins two connections in virtual time, with a path that loses, doubles
// and delays segments as its seed says.
type pipe struct {
	conn     [2]*Conn
	now      time.Duration
	delay    time.Duration
	jitter   time.Duration
	loss     float64
	dup      float64
	rnd      *rand.Rand
	under    []flight
	sent     int
	events   [2]Event
	room     [1500]byte
	observed func(from int, seg *wire.TCP, data []byte) // may be nil
}

func newPipe(seed uint64) *pipe {
	return &pipe{
		conn: [2]*Conn{new(Conn), new(Conn)}, delay: 5 * time.Millisecond,
		rnd: rand.New(rand.NewPCG(seed, 1)),
	}
}

// connect opens conn 0 to conn 1, each with its Config.
func (p *pipe) connect(t testing.TB, cfg0, cfg1 *Config) {
	t.Helper()
	p.conn[0].Open(p.now, cfg0, uint32(p.rnd.Uint64()), uint32(p.rnd.Uint64()))
	p.run(func() bool { return p.conn[0].State() != StateSynSent }, cfg1)
	if got := p.conn[0].State(); got != StateEstablished {
		t.Fatalf("the handshake ends in %v, want ESTABLISHED", got)
	}
}

func (p *pipe) drain() {
	for i, c := range p.conn {
		var seg wire.TCP
		for {
			n, ok := c.Next(p.now, &seg, p.room[:])
			if !ok {
				break
			}
			if p.observed != nil {
				p.observed(i, &seg, p.room[:n])
			}
			copies := 1
			if p.rnd.Float64() < p.dup {
				copies = 2
			}
			for range copies {
				if p.rnd.Float64() < p.loss {
					continue
				}
				late := time.Duration(p.rnd.Float64() * float64(p.jitter))
				p.sent++
				p.under = append(p.under, flight{p.now + p.delay + late, p.sent, 1 - i, seg, slices.Clone(p.room[:n])})
			}
		}
	}
}

// step passes time up to the next thing that happens; false if nothing will.
func (p *pipe) step(listen *Config) bool {
	p.drain()
	next, which := never, -1
	for i := range p.under {
		f := &p.under[i]
		if f.at < next || f.at == next && which >= 0 && f.n < p.under[which].n {
			next, which = f.at, i
		}
	}
	for i, c := range p.conn {
		if at, ok := c.Deadline(); ok && at < next {
			next, which = at, -2-i
		}
	}
	if which == -1 {
		return false
	}
	p.now = max(p.now, next)
	if which <= -2 {
		i := -2 - which
		p.events[i] |= p.conn[i].Expire(p.now)
		return true
	}
	f := p.under[which]
	p.under = slices.Delete(p.under, which, which+1)
	c := p.conn[f.to]
	if c.State() == StateClosed && c.iss == 0 && Listen(&f.seg) == ListenAccept {
		c.Accept(p.now, listen, uint32(p.rnd.Uint64())|1, 7, &f.seg)
		return true
	}
	p.events[f.to] |= c.Handle(p.now, &f.seg, f.data)
	return true
}

// run steps until done, or until nothing happens any more.
func (p *pipe) run(done func() bool, listen *Config) {
	for range 5_000_000 {
		if done() || !p.step(listen) {
			return
		}
	}
}

// transfer sends n bytes each way and compares the checksums of what arrives.
func (p *pipe) transfer(t *testing.T, n int, cfg *Config) {
	t.Helper()
	var wrote, read [2]int
	var sumOut, sumIn [2]uint32
	buf := make([]byte, 16<<10)
	p.run(func() bool {
		for i, c := range p.conn {
			for wrote[i] < n && c.Writable() > 0 {
				b := buf[:min(len(buf), n-wrote[i], c.Writable())]
				for k := range b {
					b[k] = byte(p.rnd.Uint32())
				}
				c.Write(p.now, b)
				sumOut[i] = crc32.Update(sumOut[i], crc32.IEEETable, b)
				wrote[i] += len(b)
				if wrote[i] == n {
					c.CloseWrite(p.now)
				}
			}
			for c.Readable() > 0 {
				b := buf[:c.Read(p.now, buf)]
				sumIn[i] = crc32.Update(sumIn[i], crc32.IEEETable, b)
				read[i] += len(b)
			}
		}
		return read[0] == n && read[1] == n && p.conn[0].PeerClosed() && p.conn[1].PeerClosed()
	}, cfg)
	for i := range 2 {
		if read[i] != n || sumIn[i] != sumOut[1-i] {
			t.Fatalf("side %d read %d bytes with checksum %08x, want %d with %08x (states %v, %v; events %b, %b; at %v)",
				i, read[i], sumIn[i], n, sumOut[1-i], p.conn[0].State(), p.conn[1].State(), p.events[0], p.events[1], p.now)
		}
	}
	p.run(func() bool { return p.conn[0].State() == StateClosed && p.conn[1].State() == StateClosed }, cfg)
	if p.conn[0].State() != StateClosed || p.conn[1].State() != StateClosed {
		t.Fatalf("afterwards the states are %v and %v, want CLOSED", p.conn[0].State(), p.conn[1].State())
	}
}

func TestTransferOverBadPaths(t *testing.T) {
	paths := []struct {
		name      string
		loss, dup float64
		jitter    time.Duration
	}{
		{"good", 0, 0, 0},
		{"lossy", 0.05, 0, 0},
		{"very lossy", 0.2, 0, 0},
		{"doubling", 0, 0.3, 0},
		{"reordering", 0, 0, 4 * time.Millisecond},
		{"all", 0.05, 0.05, 10 * time.Millisecond},
	}
	bare := *Linux(1500)
	bare.SACK, bare.Timestamps, bare.WindowScaling = false, false, false
	small := *BSD(576)
	small.ReceiveBuffer, small.SendBuffer = 5000, 3000
	configs := []struct {
		name string
		a, b *Config
	}{
		{"linux", Linux(1500), Linux(1500)}, {"bsd", BSD(1500), Linux(1500)},
		{"bare", &bare, Linux(1500)}, {"small", &small, &small},
	}
	for _, path := range paths {
		for _, cfg := range configs {
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s/%s/%d", path.name, cfg.name, seed), func(t *testing.T) {
					p := newPipe(seed)
					p.connect(t, cfg.a, cfg.b)
					p.loss, p.dup, p.jitter = path.loss, path.dup, path.jitter
					n := 1 << 20
					if path.loss > 0.1 || cfg.name == "small" {
						n = 1 << 17
					}
					p.transfer(t, n, cfg.b)
				})
			}
		}
	}
}
