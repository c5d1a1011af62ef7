// Package chunk keeps many values of one type in an array that grows in parts:
// growing copies nothing, so that no growth takes long, and a value keeps its
// address for ever.
package chunk

import "math/bits"

// Sizes of parts. They double from the first on, so that a short list is cheap
// to make and to copy, until they have partMax values each.
const (
	partFirst   = 4
	partMaxBits = 8
	partMax     = 1 << partMaxBits
	partsSmall  = 6 // how many parts come before the first of partMax
)

// List is such an array. The zero List is empty.
type List[T any] struct {
	parts [][]T
	cap   int32 // values in all parts
}

// At is the value at index i, which Reach has made.
func (l *List[T]) At(i int32) *T {
	if i >= partMax {
		return &l.parts[i>>partMaxBits+partsSmall][i&(partMax-1)]
	}
	k := bits.Len32(uint32(i) / partFirst)
	return &l.parts[k][i-partFirst<<k>>1&^(partFirst-1)]
}

// Cap is how many values there are.
func (l *List[T]) Cap() int32 { return l.cap }

// Reach makes values, zero ones, until there is one at index i.
func (l *List[T]) Reach(i int32) {
	for l.cap <= i {
		size := min(max(l.cap, partFirst), partMax)
		l.parts = append(l.parts, make([]T, size))
		l.cap += size
	}
}
