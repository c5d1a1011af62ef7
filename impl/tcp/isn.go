package tcp

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// isnTick is how long the clock of initial sequence numbers takes for one
// number (RFC 9293 section 3.4.1).
const isnTick = 4 * time.Microsecond

// Clock is what the time adds to an initial sequence number.
func (c *Config) Clock(now time.Duration) uint32 {
	if c.ISNTick > 0 {
		return uint32(now / c.ISNTick)
	}
	return uint32(now / isnTick)
}

// ISN is the initial sequence number of a connection, and the offset of its
// timestamp clock: M + F(endpoints, secret) of RFC 6528 section 3, with
// SipHash-2-4 as F and clock (Config.Clock) as M. Addresses are 16 bytes, IPv4 ones mapped.
func ISN(secret, src, dst [16]byte, srcPort, dstPort uint16, clock uint32) (iss, tsOffset uint32) {
	h := newSip(secret)
	h.word(binary.LittleEndian.Uint64(src[:]))
	h.word(binary.LittleEndian.Uint64(src[8:]))
	h.word(binary.LittleEndian.Uint64(dst[:]))
	h.word(binary.LittleEndian.Uint64(dst[8:]))
	const length = 36
	sum := h.finish(uint64(srcPort) | uint64(dstPort)<<16 | length<<56)
	return uint32(sum) + clock, uint32(sum >> 32)
}

// sip is the state of SipHash-2-4 (Aumasson and Bernstein, 2012).
type sip struct{ v0, v1, v2, v3 uint64 }

func newSip(key [16]byte) sip {
	k0, k1 := binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])
	return sip{
		v0: k0 ^ 0x736f6d6570736575, v1: k1 ^ 0x646f72616e646f6d,
		v2: k0 ^ 0x6c7967656e657261, v3: k1 ^ 0x7465646279746573,
	}
}

func (s *sip) round() {
	s.v0 += s.v1
	s.v2 += s.v3
	s.v1 = bits.RotateLeft64(s.v1, 13) ^ s.v0
	s.v3 = bits.RotateLeft64(s.v3, 16) ^ s.v2
	s.v0 = bits.RotateLeft64(s.v0, 32)
	s.v2 += s.v1
	s.v0 += s.v3
	s.v1 = bits.RotateLeft64(s.v1, 17) ^ s.v2
	s.v3 = bits.RotateLeft64(s.v3, 21) ^ s.v0
	s.v2 = bits.RotateLeft64(s.v2, 32)
}

func (s *sip) word(m uint64) {
	s.v3 ^= m
	s.round()
	s.round()
	s.v0 ^= m
}

// finish takes the last word, with the input's length in its top byte.
func (s *sip) finish(last uint64) uint64 {
	s.word(last)
	s.v2 ^= 0xff
	for range 4 {
		s.round()
	}
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3
}
