package chunk

import "testing"

func TestListKeepsValuesAndAddresses(t *testing.T) {
	const n = 5000
	var l List[int32]
	var addresses [n]*int32
	for i := range int32(n) {
		l.Reach(i)
		addresses[i] = l.At(i)
		*l.At(i) = i
	}
	for i := range int32(n) {
		if l.At(i) != addresses[i] || *l.At(i) != i {
			t.Fatalf("value %d: %d at %p, want it where it was, %p", i, *l.At(i), l.At(i), addresses[i])
		}
	}
	if waste := l.Cap() - n; waste < 0 || waste >= partMax {
		t.Fatalf("%d values have room for %d, want less than a part of %d too many", n, l.Cap(), partMax)
	}
}

func TestShortListIsSmall(t *testing.T) {
	var l List[int32]
	l.Reach(2)
	if l.Cap() != partFirst {
		t.Fatalf("a list of 3 has room for %d, want %d", l.Cap(), partFirst)
	}
}
