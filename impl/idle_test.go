package impl

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

var idleCount = flag.Int("idle", 20000, "how many idle connections TestIdleConnectionIsSmall holds")

// idleMax is what one end of an idle established connection may take, in bytes:
// socket, connection, descriptor, port, and its part of every table.
const idleMax = 1024

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

func TestIdleConnectionIsSmall(t *testing.T) {
	before := heapInUse()
	w := newBusy(t, *idleCount)
	for w.made < *idleCount {
		w.hold()
	}
	each := float64(heapInUse()-before) / float64(2**idleCount)
	t.Logf("%d connections: %.0f bytes an end", *idleCount, each)
	if each > idleMax {
		t.Errorf("an end of an idle connection takes %.0f bytes, want at most %d", each, idleMax)
	}
	runtime.KeepAlive(w)
}

// hold makes one connection that stays.
func (w *busy) hold() {
	w.now += 2 * time.Microsecond
	w.start(0)
	relay(w.now, w.a, w.b)
	if _, r, ok := w.a.Completion(); !ok || r.Failed() {
		w.t.Fatalf("connection %d: %v", w.made, r.Errno)
	}
	w.accept(true)
	w.made++
}

func TestDataLeavesNoBuffers(t *testing.T) {
	const n = 1000
	w := newBusy(t, n)
	for w.made < n {
		w.hold()
	}
	before := heapInUse()
	data, buf := make([]byte, 16<<10), make([]byte, 16<<10)
	for i := range int32(n) { // both hosts numbered their descriptors alike
		w.must(w.a, spec.Call{Op: spec.OpSend, FD: i + 3, Buf: data, MsgFlags: spec.MsgDontwait})
		for left := len(data); left > 0; {
			w.now += 50 * time.Millisecond
			relay(w.now, w.a, w.b)
			left -= int(w.must(w.b, spec.Call{Op: spec.OpRecv, FD: i + 4, Buf: buf}))
		}
		w.now += 50 * time.Millisecond
		relay(w.now, w.a, w.b)
	}
	if grown := int64(heapInUse()-before) / (2 * n); grown > 256 {
		t.Errorf("an end keeps %d bytes after its data are gone, want few", grown)
	}
	runtime.KeepAlive(w)
}
