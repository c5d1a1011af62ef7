package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// values are the numbers that the table holds for a hash.
func values(t *Table, hash uint64) (out []int32) {
	for v, c := t.First(hash); v != 0; v, c = t.Next(hash, c) {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

func TestTableAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table Table
	want := map[uint64][]int32{}
	for step := range 20000 {
		hash := uint64(r.IntN(300)) << 32 * uint64(1+r.IntN(2)) // many share a slot
		switch in := want[hash]; {
		case r.IntN(2) == 0 || len(in) == 0:
			v := int32(step + 1)
			table.Add(hash, v)
			want[hash] = append(in, v)
		case r.IntN(3) == 0:
			v := -int32(step + 1)
			if !table.Replace(hash, in[0], v) {
				t.Fatalf("step %d: %d was not there to be replaced", step, in[0])
			}
			in[0] = v
		default:
			if !table.Remove(hash, in[0]) {
				t.Fatalf("step %d: %d was not there to be removed", step, in[0])
			}
			want[hash] = in[1:]
		}
	}
	n := 0
	for hash, in := range want {
		slices.Sort(in)
		if got := values(&table, hash); !slices.Equal(got, in) {
			t.Fatalf("hash %x: %v, want %v", hash, got, in)
		}
		n += len(in)
	}
	if table.Len() != n {
		t.Fatalf("the table counts %d, want %d", table.Len(), n)
	}
	if table.Remove(1<<40, 1) || table.Replace(1<<40, 1, 2) {
		t.Fatal("what never was there was found")
	}
}

func TestResetAndClone(t *testing.T) {
	var table Table
	table.Add(7<<32, 7)
	twin := table.Clone()
	table.Reset()
	if got := values(&table, 7<<32); got != nil || table.Len() != 0 {
		t.Fatalf("after Reset: %v", got)
	}
	if got := values(&twin, 7<<32); !slices.Equal(got, []int32{7}) {
		t.Fatalf("the clone has %v, want 7", got)
	}
}

func BenchmarkLookup(b *testing.B) {
	var table Table
	r := rand.New(rand.NewPCG(1, 2))
	hashes := make([]uint64, 1<<20)
	for i := range hashes {
		hashes[i] = r.Uint64()
		table.Add(hashes[i], int32(i+1))
	}
	i := 0
	for b.Loop() {
		if v, _ := table.First(hashes[i&(1<<20-1)]); v == 0 {
			b.Fatal("lost")
		}
		i += 7919
	}
}
