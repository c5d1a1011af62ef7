package ip

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// PushPacket6 queues an IPv6 packet with header h, and cuts it into fragments of
// identification id if it exceeds mtu (RFC 8200 section 4.5). It returns false if
// the queue had no room.
func (q *Queue) PushPacket6(path Path, mtu int, id uint32, h wire.IPv6, payload []byte) bool {
	h.Src, h.Dst = path.Src.As16(), path.Dst.As16()
	if wire.IPv6Len+len(payload) <= mtu || path.Loops {
		b := q.Push(path, wire.IPv6Len+len(payload))
		if b == nil {
			return false
		}
		copy(b[wire.IPv6Len:], payload)
		h.Put(b)
		return true
	}
	f := wire.Fragment{Next: h.Next, ID: id}
	h.Next = wire.ProtocolFragment
	step := (mtu - wire.IPv6Len - wire.FragmentLen) &^ 7
	for off := 0; off < len(payload); off += step {
		part := payload[off:min(off+step, len(payload))]
		b := q.Push(path, wire.IPv6Len+wire.FragmentLen+len(part))
		if b == nil {
			return false
		}
		f.Offset, f.More = uint16(off), off+len(part) < len(payload)
		copy(b[wire.IPv6Len+wire.FragmentLen:], part)
		f.Put(b[wire.IPv6Len:])
		h.Put(b)
	}
	return true
}

// Verdict6 is what becomes of an IPv6 fragment.
type Verdict6 uint8

const (
	Dropped6   Verdict6 = iota // in silence, perhaps with the rest of its datagram
	Waiting6                   // kept
	Whole6                     // its datagram is complete
	OddLength6                 // not the last part, and no multiple of 8 bytes long
	TooLong6                   // its datagram would exceed 65,535 bytes
)

// Add6 takes one fragment of a packet with header h and the fragment's own header
// f. With Whole6 it returns the payload of the datagram and the type of its first
// header, valid until the next Add. Fragments that overlap drop the whole datagram
// (RFC 5722); one that is a datagram by itself has nothing to do with others of its
// names (RFC 6946).
func (r *Reassembly) Add6(now time.Duration, h *wire.IPv6, f wire.Fragment, payload []byte) (whole []byte, next wire.Protocol, v Verdict6) {
	end := int(f.Offset) + len(payload)
	switch {
	case f.Offset == 0 && !f.More:
		return payload, f.Next, Whole6
	case f.More && len(payload)%8 != 0:
		return nil, 0, OddLength6
	case end > 65535:
		return nil, 0, TooLong6
	case len(payload) == 0:
		return nil, 0, Dropped6
	}
	p, whole := r.join(now, fragmentKey{src: h.Src, dst: h.Dst, id: f.ID, six: true}, span{int(f.Offset), end}, !f.More, payload)
	switch {
	case p == nil:
		return nil, 0, Dropped6
	case f.Offset == 0:
		p.next = f.Next
	}
	if whole == nil {
		return nil, 0, Waiting6
	}
	return whole, p.next, Whole6
}
