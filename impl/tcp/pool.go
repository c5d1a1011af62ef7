package tcp

import "math/bits"

// Pool lends the connections of one host the buffers of their queues: a
// connection has one only while there are bytes in it. The zero Pool is empty;
// connections without one make their buffers themselves.
type Pool struct {
	free [poolClasses][][]byte    // by size: ringMin, twice that, ...
	segs [poolClasses][][]segment // likewise those of segments in flight: 4, 8, ...
	kept int                      // bytes in free and segs
}

// poolClasses are the sizes that are kept, up to 4 MB; larger ones are left to
// the garbage collector, and so is what exceeds poolMax bytes.
const (
	poolClasses = 12
	poolMax     = 64 << 20
)

// classOf is the class of the smallest buffer of so many bytes.
func classOf(size uint32) int {
	return max(bits.Len32(size-1), ringMinBits) - ringMinBits
}

// get gives a buffer with room for size bytes, whose content is anything.
func (p *Pool) get(size uint32) []byte {
	k := classOf(size)
	if p == nil || k >= poolClasses || len(p.free[k]) == 0 {
		return make([]byte, ringMin<<k)
	}
	n := len(p.free[k]) - 1
	b := p.free[k][n]
	p.free[k][n] = nil
	p.free[k] = p.free[k][:n]
	p.kept -= len(b)
	return b
}

// put takes a buffer back.
func (p *Pool) put(b []byte) {
	k := classOf(uint32(len(b)))
	if p == nil || k >= poolClasses || p.kept+len(b) > poolMax {
		return
	}
	p.free[k] = append(p.free[k], b)
	p.kept += len(b)
}

// Borrow has the connection take its buffers from p.
func (c *Conn) Borrow(p *Pool) { c.pool = p }

// Trim gives buffers back that are empty. Call it when the connection has
// nothing more to do now.
func (c *Conn) Trim() {
	if c.snd.buf != nil && c.snd.n == 0 {
		c.sndClass = c.snd.release(c.pool)
	}
	if c.rcv.buf != nil && c.rcv.n == 0 && c.ooo.empty() {
		c.rcvClass = c.rcv.release(c.pool)
	}
	if c.tx != nil && c.tx.segs != nil && c.tx.count() == 0 {
		c.pool.putSegments(c.tx.segs)
		c.tx.segs = nil
	}
}

// segmentsMin is the least room for segments in flight that is made.
const segmentsMin = 4

// segmentsBytes is what the record of a segment in flight takes.
const segmentsBytes = 16

// getSegments gives room for n segments, a power of two.
func (p *Pool) getSegments(n uint32) []segment {
	k := bits.Len32(n/segmentsMin) - 1
	if p == nil || k >= poolClasses || len(p.segs[k]) == 0 {
		return make([]segment, n)
	}
	last := len(p.segs[k]) - 1
	b := p.segs[k][last]
	p.segs[k][last] = nil
	p.segs[k] = p.segs[k][:last]
	p.kept -= segmentsBytes * len(b)
	return b
}

// putSegments takes room for segments back.
func (p *Pool) putSegments(b []segment) {
	k := bits.Len(uint(len(b))/segmentsMin) - 1
	if p == nil || k >= poolClasses || p.kept+segmentsBytes*len(b) > poolMax {
		return
	}
	p.segs[k] = append(p.segs[k], b)
	p.kept += segmentsBytes * len(b)
}

// place writes p at offset at of a queue of the connection. A queue that was
// large lately begins large again, so that a stream does not grow it each time
// that it was emptied.
func (c *Conn) place(r *ring, class uint8, at uint32, p []byte) {
	if r.buf == nil && class > 0 && len(p) > 0 {
		r.grow(c.pool, ringMin<<class)
	}
	r.place(c.pool, at, p)
}

// release gives the ring's buffer back and tells the class that the next one
// should have: one less, so that it is forgotten in time.
func (r *ring) release(p *Pool) (class uint8) {
	k := classOf(uint32(len(r.buf)))
	p.put(r.buf)
	*r = ring{}
	return uint8(max(min(k, poolClasses)-1, 0))
}
