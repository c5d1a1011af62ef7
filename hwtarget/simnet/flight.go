package simnet

import "time"

// arrival is a frame on its way.
type arrival struct {
	at     time.Duration
	serial uint64 // frames that arrive at one time do so in the order sent
	to     *Port
	frame  []byte
}

func (a *arrival) before(b *arrival) bool {
	return a.at < b.at || a.at == b.at && a.serial < b.serial
}

// flight is a binary heap of them, the next to arrive first. container/heap
// would put each into an interface, and so on the heap of the other kind.
type flight []arrival

func (f *flight) push(a arrival) {
	h := append(*f, a)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
	*f = h
}

func (f *flight) pop() arrival {
	h := *f
	first, last := h[0], len(h)-1
	h[0], h[last] = h[last], arrival{}
	h = h[:last]
	for i := 0; ; {
		next := i
		for _, down := range [...]int{2*i + 1, 2*i + 2} {
			if down < last && h[down].before(&h[next]) {
				next = down
			}
		}
		if next == i {
			break
		}
		h[i], h[next] = h[next], h[i]
		i = next
	}
	*f = h
	return first
}
