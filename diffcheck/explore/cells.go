package explore

import (
	"sync"
	"sync/atomic"
)

// cells numbers the different values of one part of a world: most sockets of a
// million worlds are one of a few thousand. Values stay where they are, so that
// reading one takes no lock.
type cells[V comparable] struct {
	mu    sync.Mutex
	ids   map[V]uint32
	parts [cellParts]atomic.Pointer[[cellPart]V]
	n     int
}

const (
	cellPart  = 1 << 10
	cellParts = 1 << 14
)

// id numbers a value; known is the worker's own memory of earlier answers.
func (c *cells[V]) id(v *V, known map[V]uint32) uint32 {
	if id, ok := known[*v]; ok {
		return id
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.ids[*v]
	if !ok {
		if c.ids == nil {
			c.ids = map[V]uint32{}
		}
		id = uint32(c.n)
		part := c.parts[id/cellPart].Load()
		if part == nil {
			part = new([cellPart]V)
			c.parts[id/cellPart].Store(part)
		}
		part[id%cellPart] = *v
		c.ids[*v] = id
		c.n++
	}
	known[*v] = id
	return id
}

// at is the value with a number.
func (c *cells[V]) at(id uint32) *V { return &c.parts[id/cellPart].Load()[id%cellPart] }

// len is how many values there are.
func (c *cells[V]) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
