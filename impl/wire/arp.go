package wire

import "encoding/binary"

// ARPOp says whether an ARP packet asks or answers.
type ARPOp uint16

const (
	ARPRequest ARPOp = 1
	ARPReply   ARPOp = 2
)

// ARPLen is the size of an ARP packet for IPv4 over Ethernet, in bytes.
const ARPLen = 28

// ARP is an address resolution packet for IPv4 over Ethernet (RFC 826).
type ARP struct {
	Op        ARPOp
	SenderMAC MAC
	SenderIP  [4]byte
	TargetMAC MAC
	TargetIP  [4]byte
}

// arpEthernetIPv4 is the fixed start: Ethernet, IPv4, lengths 6 and 4.
const arpEthernetIPv4 = 0x0001_0800_0604

// ParseARP reads an ARP packet; it fails with ErrProtocol for other hardware
// or protocol addresses.
func ParseARP(b []byte) (a ARP, err error) {
	if len(b) < ARPLen {
		return a, ErrShort
	}
	if binary.BigEndian.Uint64(b)>>16 != arpEthernetIPv4 {
		return a, ErrProtocol
	}
	a.Op = ARPOp(binary.BigEndian.Uint16(b[6:]))
	a.SenderMAC, a.SenderIP = MAC(b[8:14]), [4]byte(b[14:18])
	a.TargetMAC, a.TargetIP = MAC(b[18:24]), [4]byte(b[24:28])
	return a, nil
}

// Put writes the packet to the first ARPLen bytes of b.
func (a *ARP) Put(b []byte) {
	_ = b[ARPLen-1]
	binary.BigEndian.PutUint64(b, arpEthernetIPv4<<16|uint64(a.Op))
	copy(b[8:14], a.SenderMAC[:])
	copy(b[14:18], a.SenderIP[:])
	copy(b[18:24], a.TargetMAC[:])
	copy(b[24:28], a.TargetIP[:])
}
