package wire

import "encoding/binary"

// VirtioLen is the size of a virtio-net header in front of a frame, in bytes.
const VirtioLen = 10

// Virtio is the virtio-net header (VIRTIO 1.3 section 5.1.6, the legacy form
// without num_buffers, which packet and tap sockets use). It says what the
// device is to do to the frame behind it, or has done. The zero value is a
// frame as it is on the wire.
type Virtio struct {
	// Partial: the device adds up the bytes from ChecksumStart on and stores the
	// checksum ChecksumOffset behind that, where the pseudo-header's sum is now.
	// On a frame received: its sender has left this to the device, and it came
	// over no wire.
	Partial                       bool
	Verified                      bool // received: the checksum was found right
	Kind                          SegmentKind
	ECN                           bool   // CWR is for the first segment only
	HeaderLen                     uint16 // bytes in front of the payload that is cut up
	Segment                       uint16 // bytes of payload for each segment; 0: one frame
	ChecksumStart, ChecksumOffset uint16 // in bytes, the start from the frame's first one
}

// SegmentKind says into what a device cuts a frame up.
type SegmentKind uint8

// The kinds of frames that a device cuts up.
const (
	SegmentNone  SegmentKind = 0
	SegmentTCPv4 SegmentKind = 1
	SegmentTCPv6 SegmentKind = 4
	SegmentUDP   SegmentKind = 5
)

const (
	virtioPartial  = 1    // VIRTIO_NET_HDR_F_NEEDS_CSUM
	virtioVerified = 2    // VIRTIO_NET_HDR_F_DATA_VALID
	virtioECN      = 0x80 // VIRTIO_NET_HDR_GSO_ECN, beside a kind
)

// Offsets of the checksum in a TCP and in a UDP header.
const (
	tcpChecksum = 16
	udpChecksum = 6
)

// ParseVirtio reads the header that b begins with and gives the frame behind it.
func ParseVirtio(b []byte) (v Virtio, frame []byte, err error) {
	if len(b) < VirtioLen {
		return v, nil, ErrShort
	}
	v.Partial, v.Verified = b[0]&virtioPartial != 0, b[0]&virtioVerified != 0
	v.Kind, v.ECN = SegmentKind(b[1]&^virtioECN), b[1]&virtioECN != 0
	v.HeaderLen = binary.NativeEndian.Uint16(b[2:])
	v.Segment = binary.NativeEndian.Uint16(b[4:])
	v.ChecksumStart = binary.NativeEndian.Uint16(b[6:])
	v.ChecksumOffset = binary.NativeEndian.Uint16(b[8:])
	return v, b[VirtioLen:], nil
}

// Put writes the header to the first VirtioLen bytes of b.
func (v *Virtio) Put(b []byte) {
	_ = b[VirtioLen-1]
	b[0], b[1] = 0, byte(v.Kind)
	if v.Partial {
		b[0] |= virtioPartial
	}
	if v.Verified {
		b[0] |= virtioVerified
	}
	if v.ECN {
		b[1] |= virtioECN
	}
	binary.NativeEndian.PutUint16(b[2:], v.HeaderLen)
	binary.NativeEndian.PutUint16(b[4:], v.Segment)
	binary.NativeEndian.PutUint16(b[6:], v.ChecksumStart)
	binary.NativeEndian.PutUint16(b[8:], v.ChecksumOffset)
}

// Trusted says whether the transport checksum of a frame received needs no
// look: the device has verified it, or nobody had to fill it in.
func (v *Virtio) Trusted() bool { return v.Partial || v.Verified }

// OffloadTCP is the header for a frame whose TCP segment begins at byte start
// and has a header of header bytes; segment is 0 unless it is to be cut up.
func OffloadTCP(start, header, segment int, v6 bool) Virtio {
	v := Virtio{Partial: true, ChecksumStart: uint16(start), ChecksumOffset: tcpChecksum}
	if segment > 0 {
		v.Kind, v.Segment, v.HeaderLen = SegmentTCPv4, uint16(segment), uint16(start+header)
		if v6 {
			v.Kind = SegmentTCPv6
		}
	}
	return v
}

// OffloadUDP is the same for UDP.
func OffloadUDP(start, segment int) Virtio {
	v := Virtio{Partial: true, ChecksumStart: uint16(start), ChecksumOffset: udpChecksum}
	if segment > 0 {
		v.Kind, v.Segment, v.HeaderLen = SegmentUDP, uint16(segment), uint16(start+UDPLen)
	}
	return v
}
