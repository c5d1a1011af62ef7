// Package udp keeps the datagrams that wait for a socket's reader and decides
// which socket of several a datagram is for (RFC 768, and RFC 1122 section
// 4.1.3). It does not know descriptors or errnos.
package udp

import (
	"net/netip"
	"slices"
)

// PayloadMax is the largest payload of a datagram over IPv4.
const PayloadMax = 65535 - 20 - 8

// Queue holds received datagrams, oldest first, within a limit of bytes. Its
// memory is one ring that grows to what was ever needed.
type Queue struct {
	heads []head // FIFO from first
	first int
	data  []byte // payloads, in order; consumed up to done
	done  int
}

type head struct {
	from netip.AddrPort
	len  int
}

// overhead is what a queued datagram costs besides its payload, so that empty
// datagrams cannot fill memory either.
const overhead = 256

// Push appends a datagram, or drops it and returns false if the queue would
// hold more than limit bytes.
func (q *Queue) Push(from netip.AddrPort, payload []byte, limit int) bool {
	if used := len(q.data) - q.done + overhead*q.Len(); used > 0 && used+len(payload)+overhead > limit {
		return false
	}
	q.compact()
	q.heads = append(q.heads, head{from, len(payload)})
	q.data = append(q.data, payload...)
	return true
}

// compact moves what is left to the front once half the memory is consumed.
func (q *Queue) compact() {
	if q.Len() == 0 {
		q.Reset()
	} else if q.first > 32 && q.first > len(q.heads)/2 {
		q.heads = append(q.heads[:0], q.heads[q.first:]...)
		q.data = append(q.data[:0], q.data[q.done:]...)
		q.first, q.done = 0, 0
	}
}

// Len is the number of datagrams queued.
func (q *Queue) Len() int { return len(q.heads) - q.first }

// Peek is the oldest datagram. Its payload is valid until the next Push or Pop.
func (q *Queue) Peek() (from netip.AddrPort, payload []byte, ok bool) {
	if q.Len() == 0 {
		return netip.AddrPort{}, nil, false
	}
	h := q.heads[q.first]
	return h.from, q.data[q.done : q.done+h.len], true
}

// Pop drops the oldest datagram.
func (q *Queue) Pop() {
	q.done += q.heads[q.first].len
	q.first++
}

// Reset empties the queue and keeps its memory.
func (q *Queue) Reset() {
	q.heads, q.data, q.first, q.done = q.heads[:0], q.data[:0], 0, 0
}

// Clone is an independent copy of q.
func (q *Queue) Clone() Queue {
	return Queue{heads: slices.Clone(q.heads[q.first:]), data: slices.Clone(q.data[q.done:])}
}

// Each calls f for every datagram from the oldest on.
func (q *Queue) Each(f func(from netip.AddrPort, payload []byte)) {
	at := q.done
	for _, h := range q.heads[q.first:] {
		f(h.from, q.data[at:at+h.len])
		at += h.len
	}
}
