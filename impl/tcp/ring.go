package tcp

// ring is a byte queue that grows as needed. Bytes behind its end may be
// placed ahead of time, which is how segments out of order are kept.
type ring struct {
	buf []byte // its length is a power of two, or 0
	off uint32 // of the first byte in buf
	n   uint32 // bytes in the queue
}

// ringMin is the smallest buffer, in bytes.
const (
	ringMinBits = 11
	ringMin     = 1 << ringMinBits
)

func (r *ring) mask() uint32 { return uint32(len(r.buf)) - 1 }

// grow makes room for size bytes from the first one on, in a buffer of pool.
func (r *ring) grow(pool *Pool, size uint32) {
	if size <= uint32(len(r.buf)) {
		return
	}
	buf := pool.get(size)
	// What was placed behind the end moves too, so all of the old buffer does.
	k := copy(buf, r.buf[min(r.off, uint32(len(r.buf))):])
	copy(buf[k:], r.buf[:r.off])
	if r.buf != nil {
		pool.put(r.buf)
	}
	r.buf, r.off = buf, 0
}

// place writes p at offset at from the first byte, without lengthening the
// queue.
func (r *ring) place(pool *Pool, at uint32, p []byte) {
	if len(p) == 0 {
		return
	}
	r.grow(pool, at+uint32(len(p)))
	i := (r.off + at) & r.mask()
	k := copy(r.buf[i:], p)
	copy(r.buf, p[k:])
}

// peek copies bytes from offset at to p and says how many.
func (r *ring) peek(at uint32, p []byte) int {
	if at >= r.n {
		return 0
	}
	p = p[:min(uint32(len(p)), r.n-at)]
	i := (r.off + at) & r.mask()
	k := copy(p, r.buf[i:])
	copy(p[k:], r.buf)
	return len(p)
}

// drop takes the first k bytes away.
func (r *ring) drop(k uint32) {
	r.n -= k
	if len(r.buf) != 0 {
		r.off = (r.off + k) & r.mask()
	}
}

// clear empties the ring and keeps its buffer.
func (r *ring) clear() { r.off, r.n = 0, 0 }

// copyTo makes dst a deep copy with placed bytes behind the end, in dst's own
// buffer where that is large enough.
func (r *ring) copyTo(dst *ring, pool *Pool, placed uint32) {
	dst.clear()
	size := min(r.n+placed, uint32(len(r.buf))) // a FIN is placed without a byte
	if size == 0 {
		return
	}
	dst.grow(pool, size)
	k := copy(dst.buf[:size], r.buf[r.off:])
	copy(dst.buf[k:size], r.buf)
	dst.n = r.n
}
