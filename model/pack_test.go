package model

import (
	"math/bits"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/connspec/connspec/spec"
)

// eachLeaf calls f with every field of v that is a number or a bool, by name.
func eachLeaf(name string, v reflect.Value, f func(name string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			eachLeaf(name+"."+v.Type().Field(i).Name, v.Field(i), f)
		}
	case reflect.Array:
		for i := range v.Len() {
			eachLeaf(name+"[]", v.Index(i), f)
		}
	default:
		f(name, v)
	}
}

func flip(v reflect.Value, i int) {
	switch {
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanUint():
		v.SetUint(v.Uint() ^ 1<<i)
	case v.CanInt():
		v.SetInt(v.Int() ^ -1<<i) // the sign changes as well
	}
}

func width(v reflect.Value) int {
	if v.Kind() == reflect.Bool {
		return 1
	}
	return v.Type().Bits()
}

// What Pack forgets of a field is lost to the checker.
func TestEveryBitIsPacked(t *testing.T) {
	var w, back World
	fingers := map[uint64]string{w.Fingerprint(): "the empty world"}
	eachLeaf("World", reflect.ValueOf(&w).Elem(), func(name string, v reflect.Value) {
		for i := range width(v) {
			flip(v, i)
			packed := w.Pack(nil)
			rest, err := back.Unpack(packed)
			if err != nil || len(rest) != 0 || back != w {
				t.Fatalf("%s with bit %d comes back otherwise (%v)", name, i, err)
			}
			h := w.Fingerprint()
			if other, taken := fingers[h]; taken {
				t.Errorf("%s with bit %d has the fingerprint of %s", name, i, other)
			}
			fingers[h] = name
			v.SetZero()
		}
	})
}

// randomWorld has bytes everywhere, used or not: nothing a dialect leads to.
func randomWorld(draw *rand.Rand) (w World) {
	density := draw.IntN(8)
	eachLeaf("World", reflect.ValueOf(&w).Elem(), func(_ string, v reflect.Value) {
		if draw.IntN(8) > density {
			return
		}
		for i := range width(v) {
			if draw.IntN(3) == 0 {
				flip(v, i)
			}
		}
	})
	return w
}

func TestPackComesBack(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for n := range 2000 {
		w, next := randomWorld(draw), randomWorld(draw)
		packed := w.Pack(nil)
		if len(packed) > PackedMax {
			t.Fatalf("world %d takes %d bytes, more than PackedMax, %d", n, len(packed), PackedMax)
		}
		first := len(packed)
		packed = next.Pack(packed)
		var back World
		rest, err := back.Unpack(packed)
		if err != nil || back != w || len(rest) != len(packed)-first {
			t.Fatalf("world %d comes back otherwise (%v), with %d bytes left of %d", n, err, len(rest), len(packed)-first)
		}
		if _, err := back.Unpack(rest); err != nil || back != next {
			t.Fatalf("the world behind world %d comes back otherwise (%v)", n, err)
		}
		if _, err := back.Unpack(packed[:first-1]); err == nil {
			t.Fatalf("world %d, cut short, is unpacked without an error", n)
		}
	}
}

// What Pack could not have written is refused, so that equal worlds have equal
// bytes.
func TestUnpackRefusesOtherForms(t *testing.T) {
	for _, c := range []struct {
		what string
		src  []byte
	}{
		{"nothing", nil},
		{"a word with a zero byte in it", []byte{1, 0, 0, 0}},
		{"a slot that there is none of", []byte{0x80, 1, 0, 0}},
	} {
		var w World
		if _, err := w.Unpack(c.src); err == nil {
			t.Errorf("%s is unpacked without an error", c.what)
		}
	}
}

// worldsOf are worlds that a dialect leads to.
func worldsOf(d spec.Dialect, seed uint64, starts int) (all []World) {
	met := map[World]bool{}
	Walk(d, seed, starts, func(_ *World, _ *Label, n *Next) {
		if !met[n.World] {
			met[n.World] = true
			all = append(all, n.World)
		}
	}, nil)
	return all
}

func TestPackOfWalks(t *testing.T) {
	for d := range spec.DocumentCount {
		worlds := worldsOf(d, 3, 2000)
		fingers := map[uint64]bool{}
		total, most, scope, inScope, mostInScope := 0, 0, 0, 0, 0
		for i := range worlds {
			w := &worlds[i]
			packed := w.Pack(nil)
			var back World
			if _, err := back.Unpack(packed); err != nil || back != *w {
				t.Fatalf("%v: world %d comes back otherwise (%v)", d, i, err)
			}
			fingers[w.Fingerprint()] = true
			total += len(packed)
			most = max(most, len(packed))
			if small(w) {
				inScope++
				scope += len(packed)
				mostInScope = max(mostInScope, len(packed))
			}
		}
		if len(fingers) != len(worlds) {
			t.Errorf("%v: %d worlds have %d fingerprints", d, len(worlds), len(fingers))
		}
		t.Logf("%v: %d worlds, mean %d bytes, most %d; with 2 sockets and 2 threads %d, mean %d, most %d",
			d, len(worlds), total/len(worlds), most, inScope, scope/max(inScope, 1), mostInScope)
		if mostInScope > 128 {
			t.Errorf("%v: a world with 2 sockets and 2 threads takes %d bytes, want at most 128", d, mostInScope)
		}
	}
}

// small: the default scope of the checker.
func small(w *World) bool {
	sockets, threads := 0, 0
	for i := range w.Sockets {
		if w.Sockets[i].Kind != KindNone {
			sockets++
		}
	}
	for i := range w.Threads {
		if w.Threads[i].Wait != Running {
			threads++
		}
	}
	return sockets <= 2 && threads <= 2 && w.OutLen <= 2
}

// A good hash changes each of its bits with a probability of one half when any
// bit of the world changes.
func TestFingerprintSpreads(t *testing.T) {
	worlds := worldsOf(spec.Linux, 5, 200)
	draw := rand.New(rand.NewPCG(1, 2))
	var changed [64]int
	total := 0
	for range 20000 {
		w := worlds[draw.IntN(len(worlds))]
		before := w.Fingerprint()
		s := &w.Sockets[0]
		switch draw.IntN(4) {
		case 0:
			s.Flags ^= 1 << draw.IntN(30)
		case 1:
			s.Err ^= 1 << draw.IntN(7)
		case 2:
			s.SndNxt ^= 1 << draw.IntN(16)
		case 3:
			w.FDs[draw.IntN(FDsMax)] ^= 1
		}
		diff := before ^ w.Fingerprint()
		total += bits.OnesCount64(diff)
		for i := range changed {
			changed[i] += int(diff >> i & 1)
		}
	}
	if mean := float64(total) / 20000; mean < 31.5 || mean > 32.5 {
		t.Errorf("a bit of the world changes %.2f of the 64 bits of its fingerprint, want 32", mean)
	}
	for i, n := range changed {
		if n < 9500 || n > 10500 {
			t.Errorf("bit %d of the fingerprint changes %d times in 20000, want half of them", i, n)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	worlds := worldsOf(spec.Linux, 3, 500)
	var buf []byte
	i := 0
	for b.Loop() {
		buf = worlds[i%len(worlds)].Pack(buf[:0])
		i++
	}
}

func BenchmarkUnpack(b *testing.B) {
	worlds := worldsOf(spec.Linux, 3, 500)
	packed := make([][]byte, len(worlds))
	for i := range worlds {
		packed[i] = worlds[i].Pack(nil)
	}
	var w World
	i := 0
	for b.Loop() {
		if _, err := w.Unpack(packed[i%len(packed)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkFingerprint(b *testing.B) {
	worlds := worldsOf(spec.Linux, 3, 500)
	i := 0
	var sum uint64
	for b.Loop() {
		sum ^= worlds[i%len(worlds)].Fingerprint()
		i++
	}
	_ = sum
}
