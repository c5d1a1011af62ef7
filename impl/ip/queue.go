package ip

import (
	"slices"

	"github.com/connspec/connspec/impl/wire"
)

// Headroom is the space in front of every queued packet for a link header and,
// in front of that, for what the NIC is to do to the frame.
const Headroom = wire.VirtioLen + wire.EthernetLen

// QueueMax bounds a Queue, as txqueuelen bounds a device's: a packet that
// would exceed it is dropped.
const QueueMax = 1024

// Queue is a FIFO of packets. Its buffers are kept for reuse, so that a queue
// in steady use allocates nothing.
type Queue struct {
	slots []queued // ring of power-of-two size
	head  int
	len   int
}

type queued struct {
	buf  []byte // Headroom, which begins with a wire.Virtio header, then the packet
	path Path
}

// Push appends a packet of n bytes and returns its memory for the caller to
// fill in, or nil if the queue is full. The memory holds old bytes.
func (q *Queue) Push(path Path, n int) []byte {
	if q.len == QueueMax {
		return nil
	}
	if q.len+1 >= len(q.slots) { // one place stays free for what Pop gave
		q.grow()
	}
	s := &q.slots[(q.head+q.len)&(len(q.slots)-1)]
	q.len++
	s.path = path
	s.buf = slices.Grow(s.buf[:0], Headroom+n)[:Headroom+n]
	clear(s.buf[:wire.VirtioLen]) // nothing is to be done to it
	return s.buf[Headroom:]
}

// Last is the newest packet, with its Headroom, and its path; nil if there is
// none.
func (q *Queue) Last() (buf []byte, path *Path) {
	if q.len == 0 {
		return nil, nil
	}
	s := &q.slots[(q.head+q.len-1)&(len(q.slots)-1)]
	return s.buf, &s.path
}

// Lengthen makes the newest packet n bytes longer and returns it like Last.
func (q *Queue) Lengthen(n int) []byte {
	s := &q.slots[(q.head+q.len-1)&(len(q.slots)-1)]
	s.buf = slices.Grow(s.buf, n)[:len(s.buf)+n]
	return s.buf
}

func (q *Queue) grow() {
	bigger := make([]queued, max(8, 2*len(q.slots)))
	for i := range q.len {
		bigger[i] = q.slots[(q.head+i)&(len(q.slots)-1)]
	}
	q.slots, q.head = bigger, 0
}

// Len is the number of packets queued.
func (q *Queue) Len() int { return q.len }

// Pop takes the oldest packet: its buffer begins with Headroom bytes, of which
// the caller uses those behind the Virtio header. It is valid until the next Pop.
func (q *Queue) Pop() (buf []byte, path Path, ok bool) {
	if q.len == 0 {
		return nil, Path{}, false
	}
	s := &q.slots[q.head]
	q.head = (q.head + 1) & (len(q.slots) - 1)
	q.len--
	return s.buf, s.path, true
}

// Reset empties the queue.
func (q *Queue) Reset() { q.head, q.len = 0, 0 }

// Clone is an independent copy of q.
func (q *Queue) Clone() Queue {
	c := Queue{}
	for i := range q.len {
		s := &q.slots[(q.head+i)&(len(q.slots)-1)]
		copy(c.Push(s.path, len(s.buf)-Headroom), s.buf[Headroom:])
	}
	return c
}

// Each calls f for every packet from the oldest on.
func (q *Queue) Each(f func(packet []byte)) {
	for i := range q.len {
		f(q.slots[(q.head+i)&(len(q.slots)-1)].buf[Headroom:])
	}
}
