// Package wire turns bytes into protocol headers and headers into bytes:
// Ethernet, ARP, IPv4, ICMPv4, UDP and TCP. It keeps no state, allocates
// nothing and takes any input without a panic.
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
	ErrVersion  = errors.New("wire: not an IP version 4 header")
	ErrLength   = errors.New("wire: header length field out of range")
	ErrChecksum = errors.New("wire: bad checksum")
	ErrProtocol = errors.New("wire: not Ethernet and IPv4 addresses")
)
