package wire

import "encoding/binary"

// Cut does what a device does to a frame that has this header: it gives each
// frame that goes on the wire to f, with its checksum, in the memory room, as
// long as frame at least. A frame that the header does not fit is not given.
func (v *Virtio) Cut(frame, room []byte, f func(frame []byte)) {
	at, head := int(v.ChecksumStart), len(frame)
	if v.Kind != SegmentNone {
		head = int(v.HeaderLen)
	}
	sized := head <= len(frame) && len(frame) <= len(room)
	if !sized || v.Partial && at+int(v.ChecksumOffset)+2 > head || v.Kind != SegmentNone && !v.fits(frame[:head]) {
		return
	}
	if v.Kind == SegmentNone {
		room = room[:copy(room, frame)]
		v.finish(room)
		f(room)
		return
	}
	for off := 0; head+off < len(frame); off += int(v.Segment) {
		body := frame[head+off:]
		last := len(body) <= int(v.Segment)
		if !last {
			body = body[:v.Segment]
		}
		one := room[:head+len(body)]
		copy(one, frame[:head])
		copy(one[head:], body)
		v.renumber(one, off, last, len(frame)-len(one))
		v.finish(one)
		f(one)
	}
}

// fits says whether the headers of a frame to be cut up are where Virtio says.
func (v *Virtio) fits(head []byte) bool {
	at := int(v.ChecksumStart)
	least := EthernetLen + IPv4Len
	if v.Kind == SegmentTCPv6 {
		least = EthernetLen + 40
	}
	size := TCPLen
	if v.Kind == SegmentUDP {
		size = UDPLen
	}
	return v.Partial && v.Segment > 0 && at >= least && at+size <= len(head)
}

// renumber makes the headers of a frame those of one segment: its lengths, the
// IPv4 identification, the sequence number, and the flags that belong to the
// first or to the last one only. less is how much shorter it is than the whole.
func (v *Virtio) renumber(frame []byte, off int, last bool, less int) {
	p, t := frame[EthernetLen:], frame[v.ChecksumStart:]
	if p[0]>>4 == 4 {
		binary.BigEndian.PutUint16(p[2:], binary.BigEndian.Uint16(p[2:])-uint16(less))
		binary.BigEndian.PutUint16(p[4:], binary.BigEndian.Uint16(p[4:])+uint16(off/int(v.Segment)))
		n := min(int(p[0]&15)*4, len(p))
		p[10], p[11] = 0, 0
		binary.BigEndian.PutUint16(p[10:], Checksum(p[:n]))
	} else {
		binary.BigEndian.PutUint16(p[4:], binary.BigEndian.Uint16(p[4:])-uint16(less))
	}
	// The pseudo-header's sum has the length in it: take the difference out
	// (RFC 1624).
	sum := t[v.ChecksumOffset:]
	x := uint32(binary.BigEndian.Uint16(sum)) + uint32(^uint16(less))
	binary.BigEndian.PutUint16(sum, uint16(x+x>>16))
	if v.Kind == SegmentUDP {
		binary.BigEndian.PutUint16(t[4:], uint16(len(t)))
		return
	}
	binary.BigEndian.PutUint32(t[4:], binary.BigEndian.Uint32(t[4:])+uint32(off))
	if !last {
		t[13] &^= byte(FIN | PSH)
	}
	if off > 0 {
		t[13] &^= byte(CWR)
	}
}

// finish fills in the checksum.
func (v *Virtio) finish(frame []byte) {
	if !v.Partial {
		return
	}
	t := frame[v.ChecksumStart:]
	sum := Checksum(t)
	if sum == 0 && v.ChecksumOffset == udpChecksum {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(t[v.ChecksumOffset:], sum)
}
