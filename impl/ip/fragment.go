package ip

import "github.com/connspec/connspec/impl/wire"

// PushPacket queues a packet with header h whose payload, of n bytes, fill writes,
// and cuts it into fragments if it exceeds mtu (RFC 791 section 2.3). It
// returns false if the queue had no room.
func (q *Queue) PushPacket(path Path, mtu int, h wire.IPv4, payload []byte) bool {
	h.Src, h.Dst = path.Src.As4(), path.Dst.As4()
	if wire.IPv4Len+len(payload) <= mtu || path.Loops {
		b := q.Push(path, wire.IPv4Len+len(payload))
		if b == nil {
			return false
		}
		copy(b[wire.IPv4Len:], payload)
		h.Put(b)
		return true
	}
	step := (mtu - wire.IPv4Len) &^ 7
	h.DontFragment = false
	for off := 0; off < len(payload); off += step {
		part := payload[off:min(off+step, len(payload))]
		b := q.Push(path, wire.IPv4Len+len(part))
		if b == nil {
			return false
		}
		h.Offset = uint16(off)
		h.MoreFragments = off+len(part) < len(payload)
		copy(b[wire.IPv4Len:], part)
		h.Put(b)
	}
	return true
}
