package wire

import "encoding/binary"

// MAC is an Ethernet address.
type MAC [6]byte

// BroadcastMAC addresses every station of the link.
var BroadcastMAC = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// IsMulticast says whether the address names a group, broadcast included.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// EtherType names what an Ethernet frame carries.
type EtherType uint16

const (
	EtherTypeIPv4 EtherType = 0x0800
	EtherTypeARP  EtherType = 0x0806
	EtherTypeIPv6 EtherType = 0x86dd
)

// EthernetLen is the size of an Ethernet header without a VLAN tag, in bytes.
const EthernetLen = 14

// Ethernet is the header of an Ethernet II frame.
type Ethernet struct {
	Dst, Src MAC
	Type     EtherType
}

// ParseEthernet reads the header of frame b. Padding stays in the payload.
func ParseEthernet(b []byte) (h Ethernet, payload []byte, err error) {
	if len(b) < EthernetLen {
		return h, nil, ErrShort
	}
	h.Dst, h.Src = MAC(b[0:6]), MAC(b[6:12])
	h.Type = EtherType(binary.BigEndian.Uint16(b[12:]))
	return h, b[EthernetLen:], nil
}

// Put writes the header to the first EthernetLen bytes of frame.
func (h *Ethernet) Put(frame []byte) {
	copy(frame[0:6], h.Dst[:])
	copy(frame[6:12], h.Src[:])
	binary.BigEndian.PutUint16(frame[12:14], uint16(h.Type))
}
