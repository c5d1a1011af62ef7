package tcp

import (
	"testing"
	"time"
	"unsafe"

	"github.com/connspec/connspec/impl/wire"
)

// link joins two connections without delay and without copies of segments.
type link struct {
	conn [2]Conn
	now  time.Duration
	room []byte
}

// exchange carries segments both ways until neither side has any.
func (l *link) exchange() {
	var seg wire.TCP
	for idle := 0; idle < 2; {
		for i := range 2 {
			idle++
			for {
				n, ok := l.conn[i].Next(l.now, &seg, l.room)
				if !ok {
					break
				}
				idle = 0
				l.conn[1-i].Handle(l.now, &seg, l.room[:n])
			}
		}
	}
}

// connect opens conn 0 to conn 1; the SYN is handed over by hand, as a listener
// would.
func (l *link) connect(cfg *Config) {
	var syn wire.TCP
	l.conn[0].Open(l.now, cfg, uint32(l.now), 0)
	l.conn[0].Next(l.now, &syn, l.room)
	l.conn[1].Accept(l.now, cfg, ^uint32(l.now), 0, &syn)
	l.exchange()
}

func newLink(mtu int) *link { return &link{room: make([]byte, mtu)} }

// TestSteadyStateDoesNotAllocate is the promise that neither a connection nor a
// segment costs an allocation once the buffers are there.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	cfg, l := Linux(1500), newLink(1500)
	buf := make([]byte, 32<<10)
	l.connect(cfg)
	transfer := func() {
		l.now += time.Millisecond
		l.conn[0].Write(l.now, buf)
		l.exchange()
		for l.conn[1].Read(l.now, buf) > 0 {
			l.exchange()
		}
	}
	for range 500 {
		transfer()
	}
	if n := testing.AllocsPerRun(100, transfer); n != 0 {
		t.Errorf("32 KiB of data allocate %v times, want 0", n)
	}
	cycle := func() {
		l.now += time.Second
		l.connect(cfg)
		if got := l.conn[1].State(); got != StateEstablished {
			t.Fatalf("the handshake ends in %v, want ESTABLISHED", got)
		}
		l.conn[0].Abort(l.now)
		l.exchange()
	}
	if n := testing.AllocsPerRun(100, cycle); n != 0 {
		t.Errorf("a connection allocates %v times, want 0", n)
	}
}

func TestConnIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Conn{}); size > 512 {
		t.Errorf("a Conn takes %d bytes without buffers, want at most 512", size)
	}
}

func BenchmarkConnectClose(b *testing.B) {
	cfg, l := Linux(1500), newLink(1500)
	b.ReportAllocs()
	for b.Loop() {
		l.now += time.Microsecond
		l.connect(cfg)
		l.conn[0].Close(l.now)
		l.exchange()
		l.conn[1].Close(l.now)
		l.exchange()
	}
	if got := l.conn[0].State(); got != StateTimeWait {
		b.Fatalf("closing ends in %v, want TIME-WAIT", got)
	}
}

func benchmarkBulk(b *testing.B, mtu int) {
	cfg, l := Linux(mtu), newLink(mtu)
	cfg.WindowScale = 9
	buf := make([]byte, 64<<10)
	l.connect(cfg)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		l.now += 10 * time.Microsecond
		for sent := 0; sent < len(buf); {
			sent += l.conn[0].Write(l.now, buf[sent:])
			l.exchange()
			for l.conn[1].Read(l.now, buf) > 0 {
				l.exchange()
			}
		}
	}
}

func BenchmarkBulk1500(b *testing.B)  { benchmarkBulk(b, 1500) }
func BenchmarkBulk65535(b *testing.B) { benchmarkBulk(b, 65535) }
