// Package wire turns bytes into protocol headers and headers into bytes:
// Ethernet, ARP, IPv4, IPv6 with its extension headers, ICMPv4, ICMPv6, neighbour
// discovery, UDP and TCP. It keeps no state, allocates nothing and takes any
// input without a panic.
//
// Parse functions return the header by value and the payload as a part of the
// bytes given. A header's Put writes it in front of a payload that is already
// in place, checksum included: the caller leaves room, writes the payload once
// and then the headers from the inside outwards.
package wire

import "errors"

// Errors of the Parse functions. What they mean for a receiver is the same:
// the packet is dropped without an answer.
var (
	ErrShort    = errors.New("wire: packet shorter than its header says")
	ErrVersion  = errors.New("wire: another version of IP")
	ErrLength   = errors.New("wire: header length field out of range")
	ErrChecksum = errors.New("wire: bad checksum")
	ErrHeader   = errors.New("wire: a header or option that is not to be taken")
	ErrProtocol = errors.New("wire: not Ethernet and IPv4 addresses")
)
