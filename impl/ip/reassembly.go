package ip

import (
	"slices"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// Limits of reassembly. A bounded table keeps fragments that never meet from
// eating memory; when it is full the oldest datagram goes.
const (
	reassemblyMax     = 16
	reassemblyTimeout = 30 * time.Second // net.ipv4.ipfrag_time
	datagramMax       = 65535 - wire.IPv4Len
	holesMax          = 64
)

// fragmentKey tells the datagrams apart that fragments belong to (RFC 791, RFC
// 8200 section 4.5, which leaves the protocol out).
type fragmentKey struct {
	src, dst [16]byte
	id       uint32
	protocol wire.Protocol
	six      bool
}

// span is a run of bytes [from, to) that has arrived.
type span struct{ from, to int }

type partial struct {
	key   fragmentKey
	used  bool
	until time.Duration
	total int // payload length, 0 until the last fragment came
	spans []span
	data  []byte
	next  wire.Protocol // IPv6: of the first part's first header
}

// Reassembly joins fragments into datagrams. Fragments that overlap drop the
// whole datagram (RFC 5722 for IPv6, and Linux for IPv4), so that what a filter
// saw is what the host sees.
type Reassembly struct {
	parts [reassemblyMax]partial
}

// Add takes one fragment. When it completes its datagram, Add returns the
// whole payload, valid until the next Add.
func (r *Reassembly) Add(now time.Duration, h *wire.IPv4, payload []byte) (whole []byte, ok bool) {
	end := int(h.Offset) + len(payload)
	if end > datagramMax || len(payload) == 0 || h.MoreFragments && len(payload)%8 != 0 {
		return nil, false
	}
	k := fragmentKey{id: uint32(h.ID), protocol: h.Protocol}
	copy(k.src[:], h.Src[:])
	copy(k.dst[:], h.Dst[:])
	_, whole = r.join(now, k, span{int(h.Offset), end}, !h.MoreFragments, payload)
	return whole, whole != nil
}

// join puts a part into its datagram, which is nil if the part spoils it. The whole
// payload is nil until it is complete.
func (r *Reassembly) join(now time.Duration, k fragmentKey, s span, last bool, payload []byte) (p *partial, whole []byte) {
	r.Expire(now)
	p = r.find(now, k)
	if !p.insert(s, last) {
		p.drop()
		return nil, nil
	}
	if len(p.data) < s.to {
		p.data = slices.Grow(p.data, s.to-len(p.data))[:s.to]
	}
	copy(p.data[s.from:], payload)
	if p.total == 0 || len(p.spans) != 1 || p.spans[0] != (span{0, p.total}) {
		return p, nil
	}
	whole = p.data[:p.total]
	p.drop()
	return p, whole
}

func (p *partial) drop() {
	p.used, p.total, p.spans, p.data = false, 0, p.spans[:0], p.data[:0]
}

// find is the datagram of key: the one begun, a free place, or the oldest.
func (r *Reassembly) find(now time.Duration, key fragmentKey) *partial {
	place := &r.parts[0]
	for i := range r.parts {
		p := &r.parts[i]
		if p.used && p.key == key {
			return p
		}
		if place.used && (!p.used || p.until < place.until) {
			place = p
		}
	}
	place.drop()
	place.used, place.key, place.until = true, key, now+reassemblyTimeout
	return place
}

// insert notes that s arrived and says whether it fits what came before.
func (p *partial) insert(s span, last bool) bool {
	if last {
		if p.total != 0 && p.total != s.to {
			return false
		}
		p.total = s.to
	}
	if p.total != 0 && (s.to > p.total || len(p.data) > p.total) {
		return false
	}
	i := 0
	for i < len(p.spans) && p.spans[i].to <= s.from {
		i++
	}
	if i < len(p.spans) && p.spans[i].from < s.to {
		return p.spans[i].from <= s.from && s.to <= p.spans[i].to // an exact repeat is harmless
	}
	if len(p.spans) == holesMax {
		return false
	}
	p.spans = slices.Insert(p.spans, i, s)
	p.merge(i)
	return true
}

// merge joins span i with the neighbours that it touches.
func (p *partial) merge(i int) {
	if i+1 < len(p.spans) && p.spans[i].to == p.spans[i+1].from {
		p.spans[i].to = p.spans[i+1].to
		p.spans = slices.Delete(p.spans, i+1, i+2)
	}
	if i > 0 && p.spans[i-1].to == p.spans[i].from {
		p.spans[i-1].to = p.spans[i].to
		p.spans = slices.Delete(p.spans, i, i+1)
	}
}

// Expire drops the datagrams whose time is up.
func (r *Reassembly) Expire(now time.Duration) {
	for i := range r.parts {
		if r.parts[i].used && r.parts[i].until <= now {
			r.parts[i].drop()
		}
	}
}

// Reset drops everything.
func (r *Reassembly) Reset() {
	for i := range r.parts {
		if r.parts[i].used {
			r.parts[i].drop()
		}
	}
}

// Clone is an independent copy of r.
func (r *Reassembly) Clone() Reassembly {
	c := *r
	for i := range c.parts {
		c.parts[i].spans = slices.Clone(r.parts[i].spans)
		c.parts[i].data = slices.Clone(r.parts[i].data)
	}
	return c
}
