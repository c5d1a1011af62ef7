package impl

import (
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

// closing makes connections and closes the client's end, then the server's.
func closing(t *testing.T, n, timeWaits, orphans int) *busy {
	w := newBusy(t, n)
	cfg := w.a.cfg
	cfg.TimeWaitMax, cfg.OrphansMax = timeWaits, orphans
	w.a.Reset(cfg)
	for w.made < n {
		w.hold()
	}
	return w
}

func TestTimeWaitIsBounded(t *testing.T) {
	const n, most = 40, 16
	w := closing(t, n, most, 0)
	for i := range int32(n) {
		w.must(w.a, spec.Call{Op: spec.OpClose, FD: i + 3})
		relay(w.now, w.a, w.b)
		w.must(w.b, spec.Call{Op: spec.OpClose, FD: i + 4})
		relay(w.now, w.a, w.b)
	}
	if got := w.a.sock.Connections(); got != most {
		t.Errorf("%d connections wait out their time, want the limit, %d", got, most)
	}
	w.now += time.Minute
	relay(w.now, w.a, w.b)
	if got := w.a.sock.Connections(); got != 0 {
		t.Errorf("%d connections after TIME-WAIT, want none", got)
	}
}

func TestOrphansAreBounded(t *testing.T) {
	const n, most = 40, 16
	w := closing(t, n, 0, most)
	resets := 0
	for i := range int32(n) {
		w.must(w.a, spec.Call{Op: spec.OpClose, FD: i + 3})
		for {
			f, ok := w.a.Next(w.now) // lost on the way
			if !ok {
				break
			}
			if f[14+20+13]&4 != 0 {
				resets++
			}
		}
	}
	if got := w.a.sock.Connections(); got != most || resets != n-most {
		t.Errorf("%d orphans and %d resets, want %d and %d", got, resets, most, n-most)
	}
	w.now += 10 * time.Minute
	for at, ok := w.a.Deadline(); ok && at < w.now; at, ok = w.a.Deadline() {
		for _, more := w.a.Next(at); more; {
			_, more = w.a.Next(at)
		}
	}
	if got := w.a.sock.Connections(); got != 0 {
		t.Errorf("%d orphans after ten minutes without an answer, want none", got)
	}
}

func TestRemnantAnswersAsItsConnectionDid(t *testing.T) {
	w := closing(t, 1, 0, 0)
	w.must(w.a, spec.Call{Op: spec.OpClose, FD: 3})
	relay(w.now, w.a, w.b)
	w.must(w.b, spec.Call{Op: spec.OpClose, FD: 4})
	fin, ok := w.b.Next(w.now)
	if !ok {
		t.Fatal("no FIN")
	}
	var acks [2][]byte
	for i := range acks {
		w.a.Handle(w.now, fin)
		ack, ok := w.a.Next(w.now)
		if !ok {
			t.Fatalf("FIN %d is not acknowledged", i)
		}
		acks[i] = append(acks[i], ack[14+20:]...)
		w.a.Next(w.now)
		w.now += time.Second // not limited as invalid ones are
	}
	if got, want := acks[1][4:12], acks[0][4:12]; string(got) != string(want) {
		t.Errorf("the FIN again is answered by numbers % x, want % x", got, want)
	}
	if at, ok := w.a.Deadline(); !ok || at != w.now-time.Second+time.Minute {
		t.Errorf("TIME-WAIT ends at %v, want a minute after the last FIN, %v", at, w.now-time.Second+time.Minute)
	}
}
