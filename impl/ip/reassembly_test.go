package ip

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// fragments cuts data at multiples of 8.
func fragments(id uint16, data []byte, size int) (heads []wire.IPv4, parts [][]byte) {
	for off := 0; off < len(data); off += size {
		end := min(off+size, len(data))
		heads = append(heads, wire.IPv4{ID: id, Offset: uint16(off), MoreFragments: end < len(data), Protocol: wire.ProtocolUDP})
		parts = append(parts, data[off:end])
	}
	return heads, parts
}

func TestReassemblyInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var r Reassembly
	for round := range 200 {
		data := make([]byte, 1+rng.IntN(3000))
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		heads, parts := fragments(uint16(round), data, 8*(7+rng.IntN(60)))
		if len(parts) == 1 {
			continue
		}
		var whole []byte
		for n, i := range rng.Perm(len(parts)) {
			got, ok := r.Add(0, &heads[i], parts[i])
			if ok != (n == len(parts)-1) {
				t.Fatalf("round %d: complete %v after %d of %d fragments", round, ok, n+1, len(parts))
			}
			if rng.IntN(3) == 0 && !ok { // a repeat is harmless
				r.Add(0, &heads[i], parts[i])
			}
			whole = got
		}
		if !bytes.Equal(whole, data) {
			t.Fatalf("round %d: %d bytes came out, want the %d that went in", round, len(whole), len(data))
		}
	}
}

func TestReassemblyDropsOverlap(t *testing.T) {
	var r Reassembly
	data := make([]byte, 32)
	r.Add(0, &wire.IPv4{MoreFragments: true}, data[:16])
	r.Add(0, &wire.IPv4{MoreFragments: true, Offset: 8}, data[:16]) // overlaps: all is dropped
	if _, ok := r.Add(0, &wire.IPv4{Offset: 24}, data[:8]); ok {
		t.Error("a datagram with overlapping fragments was completed")
	}
}

func TestReassemblyForgets(t *testing.T) {
	var r Reassembly
	data := make([]byte, 16)
	r.Add(0, &wire.IPv4{MoreFragments: true}, data[:8])
	if _, ok := r.Add(31*time.Second, &wire.IPv4{Offset: 8}, data[8:]); ok {
		t.Error("fragments 31 s apart were joined, want the first forgotten after 30 s")
	}
	r.Reset()
	for id := range uint16(100) { // a flood of beginnings does not grow the table
		r.Add(0, &wire.IPv4{ID: id, MoreFragments: true}, data[:8])
	}
	if _, ok := r.Add(0, &wire.IPv4{ID: 99, Offset: 8}, data[8:]); !ok {
		t.Error("the newest datagram was pushed out by older ones")
	}
}

func FuzzReassembly(f *testing.F) {
	f.Add([]byte{0x20, 1, 0, 1}, []byte("01234567"))
	f.Fuzz(func(t *testing.T, heads, data []byte) {
		var r Reassembly
		for len(heads) >= 4 {
			h := wire.IPv4{MoreFragments: heads[0]&0x20 != 0, Offset: uint16(heads[1]) << 3 << (heads[2] & 5), ID: uint16(heads[3] & 3)}
			n := min(int(heads[2]), len(data))
			if whole, ok := r.Add(time.Duration(heads[0])*time.Second, &h, data[:n]); ok && len(whole) == 0 {
				t.Fatal("an empty datagram was completed")
			}
			heads = heads[4:]
		}
	})
}

func TestQueueKeepsOrder(t *testing.T) {
	var q Queue
	next, want := byte(0), byte(0)
	for round := range 300 {
		for range round % 7 {
			q.Push(Path{}, 3)[0] = next
			next++
		}
		for range (round + 3) % 7 {
			buf, _, ok := q.Pop()
			if !ok {
				break
			}
			if buf[Headroom] != want {
				t.Fatalf("packet %d came out, want %d", buf[Headroom], want)
			}
			want++
		}
	}
	for q.Push(Path{}, 1) != nil {
	}
	if q.Len() != QueueMax {
		t.Fatalf("a full queue holds %d packets, want %d", q.Len(), QueueMax)
	}
}
