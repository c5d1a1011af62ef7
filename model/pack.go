package model

import (
	"fmt"
	"math/bits"
	"slices"
)

// A world has a packed form, for those who keep millions: the words of what is
// in use, and of each word the bytes that are not zero. It is exact and
// canonical: two worlds are equal if and only if their packed forms are.
//
// First comes a word that says which slots are in use, then for every one of
// them its words. Each word is a byte that says which of its bytes follow, and
// those bytes. words.go lays the words out.

// slots is how many parts of a world can be left out.
const slots = SocketsMax + ThreadsMax + OutsMax

// PackedMax is the most bytes that a packed world takes.
const PackedMax = 9 * (1 + worldWords + SocketsMax*socketWords + ThreadsMax*threadWords + OutsMax*frameWords)

// layout is a world in words: those of the world itself, then those of the
// slots in use.
type layout struct {
	used  uint64 // by slot
	count int
	words [worldWords + SocketsMax*socketWords + ThreadsMax*threadWords + OutsMax*frameWords]uint64
}

// lay fills in the words of w.
func (p *layout) lay(w *World) {
	w.words((*[worldWords]uint64)(p.words[:]))
	n, slot := worldWords, uint64(1)
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.Kind != KindNone || *s != (Socket{}) {
			p.used |= slot
			s.words((*[socketWords]uint64)(p.words[n:]))
			n += socketWords
		}
		slot <<= 1
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait != Running || *t != (Thread{}) {
			p.used |= slot
			t.words((*[threadWords]uint64)(p.words[n:]))
			n += threadWords
		}
		slot <<= 1
	}
	for i := range w.Outs {
		if f := &w.Outs[i]; f.Proto != ProtoNone || *f != (Frame{}) {
			p.used |= slot
			f.words((*[frameWords]uint64)(p.words[n:]))
			n += frameWords
		}
		slot <<= 1
	}
	p.count = n
}

// restore is the inverse of lay.
func (p *layout) restore(w *World) {
	*w = World{}
	w.setWords((*[worldWords]uint64)(p.words[:]))
	n, slot := worldWords, uint64(1)
	for i := range w.Sockets {
		if p.used&slot != 0 {
			w.Sockets[i].setWords((*[socketWords]uint64)(p.words[n:]))
			n += socketWords
		}
		slot <<= 1
	}
	for i := range w.Threads {
		if p.used&slot != 0 {
			w.Threads[i].setWords((*[threadWords]uint64)(p.words[n:]))
			n += threadWords
		}
		slot <<= 1
	}
	for i := range w.Outs {
		if p.used&slot != 0 {
			w.Outs[i].setWords((*[frameWords]uint64)(p.words[n:]))
			n += frameWords
		}
		slot <<= 1
	}
}

// length is how many words the slots in use take.
func (p *layout) length() int {
	const sockets, threads, outs = 1<<SocketsMax - 1, (1<<ThreadsMax - 1) << SocketsMax, (1<<OutsMax - 1) << (SocketsMax + ThreadsMax)
	return worldWords + socketWords*bits.OnesCount64(p.used&sockets) + threadWords*bits.OnesCount64(p.used&threads) +
		frameWords*bits.OnesCount64(p.used&outs)
}

// Pack appends the packed form of w to dst.
func (w *World) Pack(dst []byte) []byte {
	var p layout
	p.lay(w)
	dst = slices.Grow(dst, PackedMax)
	out := dst[len(dst):cap(dst)]
	n := putWord(out, p.used)
	for _, x := range p.words[:p.count] {
		n += putWord(out[n:], x)
	}
	return dst[:len(dst)+n]
}

// putWord writes a word and says how many bytes it took.
func putWord(out []byte, x uint64) int {
	out = out[:9]
	n := 1
	var mask byte
	for x != 0 {
		at := bits.TrailingZeros64(x) / 8
		mask |= 1 << at
		out[n] = byte(x >> (8 * at))
		n++
		x &^= 0xff << (8 * at)
	}
	out[0] = mask
	return n
}

// Unpack makes w the world that src begins with, and returns what follows it.
func (w *World) Unpack(src []byte) (rest []byte, err error) {
	var p layout
	var at int
	if p.used, at, err = getWord(src, 0); err != nil {
		return nil, err
	}
	if p.used >= 1<<slots {
		return nil, fmt.Errorf("a packed world begins with %#x, which has bits that mean nothing", p.used)
	}
	for n := range p.length() {
		if p.words[n], at, err = getWord(src, at); err != nil {
			return nil, err
		}
	}
	p.restore(w)
	return src[at:], nil
}

// getWord reads a word at a place and says where the next one is.
func getWord(src []byte, at int) (x uint64, next int, err error) {
	if at == len(src) {
		return 0, 0, fmt.Errorf("a packed world is cut short after %d bytes", at)
	}
	mask := src[at]
	for at++; mask != 0; mask &= mask - 1 {
		if at == len(src) || src[at] == 0 {
			return 0, 0, fmt.Errorf("byte %d of a packed world is missing or zero", at)
		}
		x |= uint64(src[at]) << (8 * bits.TrailingZeros8(mask))
		at++
	}
	return x, at, nil
}

// Fingerprint is a 64-bit hash of the world: two different worlds have the same
// one with a probability of about 2^-64. It is the same in every build that
// lays worlds out alike.
func (w *World) Fingerprint() uint64 {
	var p layout
	p.lay(w)
	h := fold(p.used^0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9)
	words := p.words[:p.count]
	for ; len(words) > 1; words = words[2:] {
		h = fold(words[0]^h, words[1]^0x94d049bb133111eb)
	}
	if len(words) != 0 {
		h = fold(words[0]^h, 0xd6e8feb86659fd93)
	}
	return fold(h, 0xa0761d6478bd642f)
}

// fold multiplies to 128 bits and adds the halves without carry (wyhash).
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// zigzag makes small numbers of both signs small.
func zigzag(x int32) uint64   { return uint64(uint32(x<<1 ^ x>>31)) }
func unzigzag(x uint64) int32 { return int32(uint32(x)>>1) ^ -int32(x&1) }
