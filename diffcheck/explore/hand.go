package explore

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A machine small enough to write down by hand twice, here and in
// testdata/hand.pml for Spin: five sockets, each by itself, as far as connect
// moves them. It is searched with the store of worlds and nothing of the model,
// so it tells how fast the packed part of a search is.

// handSockets is how many there are; each is one byte of a state.
const handSockets = 5

// The states of a socket of the machine, in the low three bits; then the
// pending error, O_NONBLOCK, and two bits that count retransmissions.
const (
	handClosed = iota
	handUnbound
	handBound
	handConnecting
	handConnected
	handListening
	handFailed

	handError    = 1 << 3
	handNonblock = 1 << 4
	handTry      = 1 << 5
	handTries    = 3 * handTry
)

// handStep appends what one socket of the machine can become.
func handStep(s uint8, to []uint8) []uint8 {
	st, nb := s&7, s&handNonblock
	switch st {
	case handClosed:
		return append(to, handUnbound)
	case handUnbound:
		to = append(to, handBound|s&^7, handListening|s&^7, handConnecting|nb)
	case handBound:
		to = append(to, handListening|s&^7, handConnecting|nb)
	case handConnecting:
		to = append(to, handConnected|nb, handFailed|handError|nb)
		if s&handTries < handTries {
			to = append(to, s+handTry)
		}
	case handConnected:
		to = append(to, handFailed|handError|nb)
	case handFailed:
		to = append(to, handConnecting|nb)
	}
	if s&handError != 0 {
		to = append(to, s&^handError)
	}
	return append(to, s^handNonblock, handClosed)
}

// HandResult is how a search of the machine went.
type HandResult struct {
	Worlds, Transitions int64
	Elapsed             time.Duration
	Busy                time.Duration // of processors
}

// handWorker searches the machine.
type handWorker struct {
	store       *store
	sockets     int
	busy        time.Duration
	chunk       *chunk
	fresh       []span
	begun       int
	transitions int64
	to          [16]uint8
	batch       batch
}

// Hand searches the machine of so many sockets, five at most, with so many workers.
func Hand(workers, sockets int) HandResult {
	start := time.Now()
	st := newStore(2, false)
	st.resize(23) // for 21^5 states
	all := make([]*handWorker, max(1, workers))
	for i := range all {
		all[i] = &handWorker{store: st, sockets: sockets}
	}
	all[0].put(0, 0)
	for {
		var blocks []span
		for _, w := range all {
			blocks = append(blocks, w.take()...)
		}
		if len(blocks) == 0 {
			break
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		for _, w := range all {
			wg.Go(func() {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				began := threadTime()
				defer func() { w.busy += threadTime() - began }()
				for n := next.Add(1) - 1; n < int64(len(blocks)); n = next.Add(1) - 1 {
					w.run(blocks[n])
				}
			})
		}
		wg.Wait()
	}
	r := HandResult{Elapsed: time.Since(start)}
	for _, e := range st.table {
		if e != 0 {
			r.Worlds++
		}
	}
	for _, w := range all {
		r.Transitions += w.transitions
		r.Busy += w.busy
	}
	return r
}

// put puts a state in.
func (w *handWorker) put(state uint64, from uint32) {
	w.batch.words = append(w.batch.words, uint32(state), uint32(state>>32))
	w.flush(from)
}

// flush puts in the states that wait.
func (w *handWorker) flush(from uint32) {
	w.store.touch(&w.batch)
	for i, h := range w.batch.hashes {
		if w.chunk == nil || w.chunk.used == chunkWorlds {
			w.fresh = append(w.fresh, w.rest()...)
			w.chunk, w.begun = w.store.chunk(), 0
		}
		copy(w.chunk.words[w.chunk.used*2:], w.batch.words[2*i:2*i+2])
		w.store.insertAt(w.chunk, from, h)
	}
	w.batch.words = w.batch.words[:0]
}

// rest is what of the present chunk nobody has taken.
func (w *handWorker) rest() []span {
	if w.chunk == nil {
		return nil
	}
	var all []span
	for at := w.begun; at < w.chunk.used; at += block {
		all = append(all, span{w.chunk.base / chunkWorlds, at, min(at+block, w.chunk.used)})
	}
	w.begun = w.chunk.used
	return all
}

// take gives the states that are new since it was last asked.
func (w *handWorker) take() []span {
	all := append(w.fresh, w.rest()...)
	w.fresh = nil
	return all
}

func (w *handWorker) run(b span) {
	for i := b.from; i < b.to; i++ {
		number := b.chunk*chunkWorlds + uint32(i)
		words := w.store.world(number)
		state := uint64(words[0]) | uint64(words[1])<<32
		for socket := range w.sockets {
			shift := 8 * socket
			old := uint8(state >> shift)
			for _, s := range handStep(old, w.to[:0]) {
				next := state&^(0xff<<shift) | uint64(s)<<shift
				w.batch.words = append(w.batch.words, uint32(next), uint32(next>>32))
				w.transitions++
			}
		}
		w.flush(number)
	}
}
