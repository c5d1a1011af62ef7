package puppet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// Numbers of the headers (RFC 791, 768, 792, 826, 9293).
const (
	etherSize = 14
	etherIPv4 = 0x0800
	etherARP  = 0x0806

	ipSize    = 20
	tcpSize   = 20
	udpSize   = 8
	icmpSize  = 8
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17

	optionFastOpen     = 34
	optionExperimental = 254
	fastOpenID         = 0xf989

	icmpUnreachable = 3
	icmpFragNeeded  = 4 // code
	icmpQuench      = 4
	icmpRedirect    = 5
	icmpTime        = 11
	icmpParameter   = 12
)

// icmpQuotes reports whether a message of the type carries the start of the
// packet it is about.
func icmpQuotes(t uint8) bool {
	switch t {
	case icmpUnreachable, icmpQuench, icmpRedirect, icmpTime, icmpParameter:
		return true
	}
	return false
}

// packet is a decoded IP packet, in real numbers.
type packet struct {
	raw      []byte // from the IP header on
	proto    uint8
	src, dst netip.AddrPort
	length   int // payload bytes of TCP, UDP, ICMP
	body     []byte

	seq, ack uint32
	flags    script.TCPFlags
	window   uint16
	options  script.TCPOptions
	stamp    uint32 // TSval

	icmpType, icmpCode uint8
	mtu                uint16

	lenient bool // a wrong checksum of TCP is noted, and no error
	badSum  bool
}

func (k *packet) protocol() script.Proto {
	switch k.proto {
	case protoTCP:
		return script.ProtoTCP
	case protoUDP:
		return script.ProtoUDP
	case protoICMP6:
		return script.ProtoICMP6
	}
	return script.ProtoICMP
}

var (
	errShort    = errors.New("cut short")
	errChecksum = errors.New("wrong checksum")
)

// decode reads an IP packet. noise says that it is none of a trace's.
func (k *packet) decode(b []byte, verify bool) (noise bool, err error) {
	if len(b) > 0 && b[0]>>4 == 6 {
		return k.decode6(b, verify)
	}
	noise, err = k.decodeIP(b)
	if noise || err != nil {
		return noise, err
	}
	header := int(b[0]&15) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total < header || total > len(b) {
		return false, fmt.Errorf("IPv4 total length %d of %d bytes: %w", total, len(b), errShort)
	}
	if verify && sum(b[:header], 0) != 0xffff {
		return false, fmt.Errorf("IPv4 header: %w", errChecksum)
	}
	k.raw = b[:total]
	if binary.BigEndian.Uint16(b[6:])&0x2000 != 0 {
		verify = false // a first fragment: the rest is elsewhere
	}
	return false, k.decodeTransport(b[header:total], verify)
}

// decodeIP reads the IPv4 header alone.
func (k *packet) decodeIP(b []byte) (noise bool, err error) {
	if len(b) < ipSize || b[0]>>4 != 4 || len(b) < int(b[0]&15)*4 || b[0]&15 < 5 {
		return false, fmt.Errorf("IPv4 header: %w", errShort)
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return true, nil // a later fragment
	}
	k.proto = b[9]
	k.src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[12:16])), 0)
	k.dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[16:20])), 0)
	return k.proto != protoTCP && k.proto != protoUDP && k.proto != protoICMP, nil
}

func (k *packet) decodeTransport(b []byte, verify bool) error {
	switch k.proto {
	case protoTCP:
		return k.decodeTCP(b, verify)
	case protoUDP:
		if len(b) < udpSize {
			return fmt.Errorf("UDP header: %w", errShort)
		}
		k.ports(b)
		k.length = int(binary.BigEndian.Uint16(b[4:])) - udpSize
		if k.length < 0 {
			return fmt.Errorf("UDP length: %w", errShort)
		}
		if verify && (binary.BigEndian.Uint16(b[6:]) != 0 || k.src.Addr().Is6()) && k.transportSum(b) != 0xffff {
			return fmt.Errorf("UDP: %w", errChecksum)
		}
		return nil
	}
	if len(b) < icmpSize {
		return fmt.Errorf("ICMP header: %w", errShort)
	}
	if verify && (k.proto == protoICMP && sum(b, 0) != 0xffff || k.proto == protoICMP6 && k.transportSum(b) != 0xffff) {
		return fmt.Errorf("ICMP: %w", errChecksum)
	}
	k.icmpType, k.icmpCode = b[0], b[1]
	k.mtu = binary.BigEndian.Uint16(b[6:])
	k.body = b[icmpSize:]
	k.length = len(k.body)
	return nil
}

func (k *packet) decodeTCP(b []byte, verify bool) error {
	if len(b) < tcpSize {
		return fmt.Errorf("TCP header: %w", errShort)
	}
	header := int(b[12]>>4) * 4
	if header < tcpSize || header > len(b) {
		return fmt.Errorf("TCP data offset %d of %d bytes: %w", header, len(b), errShort)
	}
	if verify && k.transportSum(b) != 0xffff {
		if !k.lenient {
			return fmt.Errorf("TCP: %w", errChecksum)
		}
		k.badSum = true
	}
	k.ports(b)
	k.seq, k.ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	k.flags = script.TCPFlags(b[13])
	k.window = binary.BigEndian.Uint16(b[14:])
	k.length = len(b) - header
	return k.decodeOptions(b[tcpSize:header])
}

func (k *packet) decodeOptions(b []byte) error {
	for len(b) > 0 {
		if b[0] == 0 {
			return nil
		}
		if b[0] == 1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return fmt.Errorf("TCP option %d: %w", b[0], errShort)
		}
		k.decodeOption(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
	return nil
}

func (k *packet) decodeOption(kind byte, v []byte) {
	switch {
	case kind == 2 && len(v) == 2:
		k.options.MSS = binary.BigEndian.Uint16(v)
	case kind == 3 && len(v) == 1:
		k.options.WindowScale = v[0] + 1
	case kind == 4:
		k.options.SACKPermitted = true
	case kind == 5:
		k.options.SACKBlocks = uint8(len(v) / 8)
	case kind == 8 && len(v) == 8:
		k.options.Timestamps = true
		k.stamp = binary.BigEndian.Uint32(v)
	case kind == optionFastOpen:
		k.fastOpen(v, false)
	case kind == optionExperimental && len(v) >= 2 && binary.BigEndian.Uint16(v) == fastOpenID:
		k.fastOpen(v[2:], true)
	}
}

func (k *packet) fastOpen(cookie []byte, experimental bool) {
	o := script.FastOpen{Present: true, Experimental: experimental}
	o.Len = uint8(copy(o.Cookie[:], cookie))
	k.options.FastOpen = o
}

// decodeQuote reads the start of a packet inside an ICMP message.
func (k *packet) decodeQuote(b []byte) (noise bool, err error) {
	if len(b) > 0 && b[0]>>4 == 6 {
		return k.decodeQuote6(b)
	}
	noise, err = k.decodeIP(b)
	if noise || err != nil {
		return noise, err
	}
	header := int(b[0]&15) * 4
	return false, k.decodeQuoted(b[header:], int(binary.BigEndian.Uint16(b[2:]))-header)
}

// decodeQuoted reads what follows the IP header of a quoted packet, of which b
// is the start and length the whole.
func (k *packet) decodeQuoted(b []byte, length int) error {
	if len(b) < 8 {
		return fmt.Errorf("quoted packet: %w", errShort)
	}
	switch k.proto {
	case protoTCP:
		k.ports(b)
		k.seq = binary.BigEndian.Uint32(b[4:])
		size := tcpSize
		if len(b) > 12 {
			size = int(b[12]>>4) * 4
		}
		k.length = max(length-size, 0)
	case protoUDP:
		k.ports(b)
		k.length = max(length-udpSize, 0)
	case protoICMP, protoICMP6:
		k.length = max(length-icmpSize, 0)
	}
	return nil
}

func (k *packet) ports(b []byte) {
	k.src = netip.AddrPortFrom(k.src.Addr(), binary.BigEndian.Uint16(b))
	k.dst = netip.AddrPortFrom(k.dst.Addr(), binary.BigEndian.Uint16(b[2:]))
}

func (k *packet) transportSum(b []byte) uint32 {
	if src := k.src.Addr(); src.Is6() {
		s, d := src.As16(), k.dst.Addr().As16()
		return sum(b, sum(d[:], pseudo6(s[:], k.proto, len(b))))
	}
	return sum(b, pseudo(k.src.Addr().As4(), k.dst.Addr().As4(), k.proto, len(b)))
}
