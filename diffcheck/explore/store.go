package explore

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// chunkWorlds is how many worlds a worker takes room for at a time.
const chunkWorlds = 1 << 14

const chunksMax = 1 << 18 // so that a number of a world fits in 32 bits

// chunk holds worlds as their packed words, and from where each was first
// reached; or parts of worlds. One worker fills it.
type chunk struct {
	words []uint32 // nil once only fingerprints are kept and the worlds were explored
	from  []uint32 // the world before
	mark  []uint32 // a part of the hash, which is left when the words are gone
	looks []looks  // of parts
	used  int
	base  uint32 // number of the first world
}

// store is the set of worlds met: their words in chunks, and an open-addressed
// table that workers share without a lock. An entry is a tag of 32 bits and
// the number of a world, or in fingerprint mode the whole fingerprint.
type store struct {
	width    int // words of a world
	table    []uint64
	shift    uint
	grow     sync.RWMutex // held for writing while the table is replaced
	chunks   [chunksMax]atomic.Pointer[chunk]
	nchunks  atomic.Uint32
	kept     atomic.Int64 // chunks that still have their words
	count    atomic.Int64 // worlds, added up in batches
	hashOnly bool
	ofParts  bool
}

// tableBits: a table begins with so many entries, as a power of 2.
const tableBits = 16

func newStore(width int, ofParts bool) *store {
	s := &store{width: width, ofParts: ofParts}
	s.resize(tableBits)
	return s
}

func (s *store) resize(bitsOf uint) {
	s.table = make([]uint64, 1<<bitsOf)
	s.shift = 64 - bitsOf
}

// hash mixes the words of a world: two rounds of a multiplication whose halves are folded
// (wyhash).
func hash(words []uint32) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for i := 0; i < len(words); i += 2 {
		w := uint64(words[i])
		if i+1 < len(words) {
			w |= uint64(words[i+1]) << 32
		}
		hi, lo := bits.Mul64(h^w, 0xa0761d6478bd642f^uint64(i))
		h = hi ^ lo
	}
	hi, lo := bits.Mul64(h, 0xe7037ed1a0b428db)
	h = hi ^ lo
	if h == 0 {
		return 1 // 0 is a free entry
	}
	return h
}

// chunk takes room for more worlds.
func (s *store) chunk() *chunk {
	n := s.nchunks.Add(1) - 1
	if n >= chunksMax {
		return nil
	}
	c := &chunk{words: make([]uint32, chunkWorlds*s.width), base: n * chunkWorlds}
	if s.ofParts {
		c.looks = make([]looks, chunkWorlds)
	} else {
		c.from, c.mark = make([]uint32, chunkWorlds), make([]uint32, chunkWorlds)
	}
	s.chunks[n].Store(c)
	s.kept.Add(1)
	return c
}

// world is the words of a world.
func (s *store) world(id uint32) []uint32 {
	c := s.chunks[id/chunkWorlds].Load()
	at := int(id%chunkWorlds) * s.width
	return c.words[at : at+s.width]
}

// reached says from where a world was first reached, and a part of its hash.
func (s *store) reached(id uint32) (from, mark uint32) {
	c := s.chunks[id/chunkWorlds].Load()
	return c.from[id%chunkWorlds], c.mark[id%chunkWorlds]
}

// find is the number of the one with these words, if it is there.
func (s *store) find(words []uint32) (number uint32, ok bool) {
	h := hash(words)
	mask := uint64(len(s.table) - 1)
	for i := h >> s.shift; ; i = (i + 1) & mask {
		have := atomic.LoadUint64(&s.table[i])
		if have == 0 {
			return 0, false
		}
		if (have^h)>>32 == 0 && equal(s.world(uint32(have)-1), words) {
			return uint32(have) - 1, true
		}
	}
}

// insert puts in the world that stands, not yet counted, at the end of c, and
// gives its number. If it is new it counts; if not, the number is of the one
// that was there, and in fingerprint mode means nothing.
func (s *store) insert(c *chunk, from uint32) (number uint32, fresh bool) {
	at := c.used * s.width
	return s.insertAt(c, from, hash(c.words[at:at+s.width]))
}

// insertAt is insert of a world whose hash is known.
func (s *store) insertAt(c *chunk, from uint32, h uint64) (number uint32, fresh bool) {
	at := c.used * s.width
	words := c.words[at : at+s.width]
	entry := h
	if !s.hashOnly {
		entry = h&^0xffffffff | uint64(c.base+uint32(c.used)+1)
	}
	mask := uint64(len(s.table) - 1)
	if !s.ofParts {
		c.from[c.used], c.mark[c.used] = from, uint32(h)
	}
	for i := h >> s.shift; ; i = (i + 1) & mask {
		p := &s.table[i]
		have := atomic.LoadUint64(p)
		if have == 0 {
			if atomic.CompareAndSwapUint64(p, 0, entry) {
				c.used++
				return c.base + uint32(c.used) - 1, true
			}
			have = atomic.LoadUint64(p)
		}
		if s.hashOnly {
			if have == entry {
				return 0, false
			}
			continue
		}
		if (have^h)>>32 == 0 && equal(s.world(uint32(have)-1), words) {
			return uint32(have) - 1, false
		}
	}
}

// batch is worlds that are put in one after the other. Where each belongs is
// looked at first, for all of them, so that the processor waits for memory once
// and not for each.
type batch struct {
	words  []uint32 // one behind the other
	hashes []uint64
	met    []uint64 // what stood in the table
	sink   uint32   // so that what is only touched is read
}

// batchMost is how many worlds wait at most.
const batchMost = 64

// touch reads what insertAt will read.
func (s *store) touch(b *batch) {
	b.hashes, b.met = b.hashes[:0], b.met[:0]
	for at := 0; at < len(b.words); at += s.width {
		h := hash(b.words[at : at+s.width])
		b.hashes = append(b.hashes, h)
		b.met = append(b.met, atomic.LoadUint64(&s.table[h>>s.shift]))
	}
	if s.hashOnly {
		return
	}
	for i, have := range b.met {
		if have != 0 && (have^b.hashes[i])>>32 == 0 {
			b.sink += s.world(uint32(have) - 1)[0]
		}
	}
}

func equal(a, b []uint32) bool {
	for i, w := range a {
		if w != b[i] {
			return false
		}
	}
	return true
}

// full says whether the table is to grow.
func (s *store) full() bool { return s.count.Load()*8 > int64(len(s.table))*5 }

// bytes is what the store takes.
func (s *store) bytes() int64 {
	beside := int64(8)
	if s.ofParts {
		beside = looksBytes
	}
	return int64(len(s.table))*8 + s.kept.Load()*chunkWorlds*int64(s.width)*4 + int64(s.nchunks.Load())*chunkWorlds*beside
}

// used is what of bytes holds anything; a table that never grew counts as far as
// it is filled.
func (s *store) used() int64 {
	n, beside := s.count.Load(), int64(8)
	if s.ofParts {
		beside = looksBytes
	}
	table := int64(len(s.table)) * 8
	if len(s.table) == 1<<tableBits {
		table = n * 8
	}
	return table + min(n, s.kept.Load()*chunkWorlds)*int64(s.width)*4 + n*beside
}

// enlarge doubles the table. Nobody else may use the store.
func (s *store) enlarge() {
	old := s.table
	s.resize(uint(bits.TrailingZeros(uint(len(old)))) + 1)
	mask := uint64(len(s.table) - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		h := e
		if !s.hashOnly {
			h = hash(s.world(uint32(e) - 1))
		}
		i := h >> s.shift
		for s.table[i] != 0 {
			i = (i + 1) & mask
		}
		s.table[i] = e
	}
}

// forget turns the table of numbers into one of fingerprints. Nobody else may
// use the store.
func (s *store) forget() {
	old := s.table
	s.table = make([]uint64, len(old))
	mask := uint64(len(s.table) - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		h := hash(s.world(uint32(e) - 1))
		i := h >> s.shift
		for s.table[i] != 0 {
			i = (i + 1) & mask
		}
		s.table[i] = h
	}
	s.hashOnly = true
}

// drop lets go of the words of a chunk whose worlds were explored.
func (s *store) drop(n uint32) {
	if c := s.chunks[n].Load(); c != nil && c.words != nil {
		c.words = nil
		s.kept.Add(-1)
	}
}
