package timer

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// first is the deadline that an unordered set says comes first.
func first(set map[int]time.Duration) (id int, at time.Duration, ok bool) {
	for i, t := range set {
		if !ok || t < at || t == at && i < id {
			id, at, ok = i, t, true
		}
	}
	return id, at, ok
}

func TestHeapGivesDeadlinesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Heap
		want := map[int]time.Duration{}
		now := time.Duration(0)
		ids := rapid.IntRange(0, 40)
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				id, at := ids.Draw(t, "id"), now+time.Duration(rapid.IntRange(0, 50).Draw(t, "after"))
				h.Set(id, at)
				want[id] = at
			},
			"clear": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				h.Clear(id)
				delete(want, id)
			},
			"copy": func(t *rapid.T) {
				var other Heap
				h.CopyTo(&other)
				h.Reset()
				h = other
			},
			"expire": func(t *rapid.T) {
				now += time.Duration(rapid.IntRange(0, 30).Draw(t, "pass"))
				for {
					id, at, ok := first(want)
					due := ok && at <= now
					got, some := h.Expired(now)
					if some != due || due && got != id {
						t.Fatalf("Expired(%d) = %d, %v, want %d, %v", now, got, some, id, due)
					}
					if !due {
						return
					}
					delete(want, id)
				}
			},
			"": func(t *rapid.T) {
				_, at, ok := first(want)
				got, some := h.Deadline()
				if some != ok || got != at || h.Len() != len(want) {
					t.Fatalf("Deadline = %d, %v of %d, want %d, %v of %d", got, some, h.Len(), at, ok, len(want))
				}
				for id := range 41 {
					wantAt, wantOK := want[id]
					if got, some := h.At(id); some != wantOK || wantOK && got != wantAt {
						t.Fatalf("At(%d) = %d, %v, want %d, %v", id, got, some, wantAt, wantOK)
					}
				}
			},
		})
	})
}

func TestHeapDoesNotAllocate(t *testing.T) {
	var h Heap
	for id := range 1000 {
		h.Set(id, time.Duration(id))
	}
	now := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() {
		id, ok := h.Expired(now)
		if ok {
			h.Set(id, now+1000)
		}
		h.Set(500, now+2000)
		h.Clear(501)
		h.Set(501, now+3)
		now++
	}); n != 0 {
		t.Errorf("a timer operation allocates %v times, want 0", n)
	}
}

// BenchmarkPutOff is what a connection does for each segment: its deadline, one
// of a million, moves on.
func BenchmarkPutOff(b *testing.B) {
	const conns = 1_000_000
	var h Heap
	for id := range conns {
		h.Set(id, time.Duration(id))
	}
	id, now := 0, time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		id = (id + 7919) % conns
		now++
		h.Set(id, now+conns)
		if due, ok := h.Expired(now); ok {
			h.Set(due, now+conns)
		}
	}
}
