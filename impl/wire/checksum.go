package wire

import (
	"encoding/binary"
	"math/bits"
)

// Sum is a partial one's complement sum of 16-bit words (RFC 1071). It is kept
// in the byte order of the machine's loads; only Fold gives a network number.
type Sum uint64

// Add sums b, which must start at an even offset of the packet.
func (s Sum) Add(b []byte) Sum {
	acc, carry := uint64(s), uint64(0)
	for len(b) >= 32 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[8:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[16:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[24:]), carry)
		b = b[32:]
	}
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b), carry)
		b = b[8:]
	}
	if len(b) > 0 {
		var last uint64
		for i, x := range b {
			last |= uint64(x) << (8 * i)
		}
		acc, carry = bits.Add64(acc, last, carry)
	}
	acc, carry = bits.Add64(acc, 0, carry)
	return Sum(acc + carry)
}

// add16 sums one 16-bit number as it stands on the wire.
func (s Sum) add16(v uint16) Sum {
	acc, carry := bits.Add64(uint64(s), uint64(bits.ReverseBytes16(v)), 0)
	return Sum(acc + carry)
}

// Checksum is the complement of the sum, the number that goes into a header.
func (s Sum) Checksum() uint16 {
	x := uint64(s)
	x = x>>32 + x&0xffffffff
	x = x>>32 + x&0xffffffff
	x = x>>16 + x&0xffff
	x = x>>16 + x&0xffff
	return ^bits.ReverseBytes16(uint16(x))
}

// Checksum is the Internet checksum of b (RFC 1071).
func Checksum(b []byte) uint16 { return Sum(0).Add(b).Checksum() }

// Pseudo is the sum of a pseudo-header without its length field: the
// addresses and the protocol (RFC 9293 section 3.1, RFC 768).
type Pseudo Sum

// PseudoIPv4 is the pseudo-header sum of a packet from src to dst.
func PseudoIPv4(src, dst [4]byte, p Protocol) Pseudo {
	acc := uint64(binary.LittleEndian.Uint32(src[:])) + uint64(binary.LittleEndian.Uint32(dst[:]))
	return Pseudo(Sum(acc).add16(uint16(p)))
}

// sum is the sum of the whole pseudo-header and of the n bytes of segment b.
func (p Pseudo) sum(b []byte) Sum { return Sum(p).add16(uint16(len(b))).Add(b) }

// partial is what a sender puts in the place of the checksum of n bytes when
// the device is to add up the rest.
func (p Pseudo) partial(n int) uint16 { return ^Sum(p).add16(uint16(n)).Checksum() }
