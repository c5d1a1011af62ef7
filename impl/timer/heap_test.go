package timer

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plain is the plain way: deadlines in the order in which they were set.
type plain []deadline

type deadline struct {
	id int
	at time.Duration
}

func (p *plain) clear(id int) {
	*p = slices.DeleteFunc(*p, func(d deadline) bool { return d.id == id })
}

func (p *plain) set(id int, at time.Duration) {
	if old, ok := p.at(id); ok && old == at {
		return
	}
	p.clear(id)
	*p = append(*p, deadline{id, at})
}

func (p *plain) at(id int) (time.Duration, bool) {
	for _, e := range *p {
		if e.id == id {
			return e.at, true
		}
	}
	return 0, false
}

// first is the earliest deadline, of equal ones the last set.
func (p *plain) first() (id int, at time.Duration, ok bool) {
	for _, e := range *p {
		if !ok || e.at <= at {
			id, at, ok = e.id, e.at, true
		}
	}
	return id, at, ok
}

func TestHeapGivesDeadlinesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Heap
		var want plain
		now := time.Duration(0)
		ids := rapid.IntRange(0, 40)
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				id, at := ids.Draw(t, "id"), now+time.Duration(rapid.IntRange(0, 50).Draw(t, "after"))
				h.Set(id, at)
				want.set(id, at)
			},
			"clear": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				h.Clear(id)
				want.clear(id)
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
					id, at, ok := want.first()
					due := ok && at <= now
					got, some := h.Expired(now)
					if some != due || due && got != id {
						t.Fatalf("Expired(%d) = %d, %v, want %d, %v", now, got, some, id, due)
					}
					if !due {
						return
					}
					want.clear(id)
				}
			},
			"": func(t *rapid.T) {
				_, at, ok := want.first()
				got, some := h.Deadline()
				if some != ok || got != at || h.Len() != len(want) {
					t.Fatalf("Deadline = %d, %v of %d, want %d, %v of %d", got, some, h.Len(), at, ok, len(want))
				}
				for id := range 41 {
					wantAt, wantOK := want.at(id)
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
