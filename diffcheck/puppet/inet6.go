package puppet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// Numbers of the headers of IPv6 (RFC 8200, 4443, 4861).
const (
	etherIPv6  = 0x86dd
	ip6Size    = 40
	protoICMP6 = 58

	icmp6Unreachable = 1
	icmp6TooBig      = 2
	icmp6Time        = 3
	icmp6Parameter   = 4
	icmp6Solicit     = 135 // neighbour solicitation
	icmp6Advertise   = 136
)

// icmp6Quotes reports whether a message of the type is an error, which carries
// the start of the packet it is about.
func icmp6Quotes(t uint8) bool { return t >= icmp6Unreachable && t <= icmp6Parameter }

// ipSizeOf is the size of the IP header that the puppet puts before what goes to
// a.
func ipSizeOf(a netip.Addr) int {
	if a.Is6() {
		return ip6Size
	}
	return ipSize
}

// ip6 starts a frame in p.out as ip does, with an IPv6 header.
func (p *Puppet) ip6(src, dst netip.Addr, proto byte) []byte {
	b := append(p.out[:0], p.cfg.HostMAC[:]...)
	b = append(b, p.cfg.MAC[:]...)
	b = append(b, etherIPv6>>8, etherIPv6&0xff)
	return appendIP6(b, src, dst, proto, 0)
}

func appendIP6(b []byte, src, dst netip.Addr, proto byte, length int) []byte {
	b = append(b, 0x60, 0, 0, 0, byte(length>>8), byte(length), proto, 64)
	s, d := src.As16(), dst.As16()
	b = append(b, s[:]...)
	return append(b, d[:]...)
}

// finish6 is finish for an IPv6 frame.
func (p *Puppet) finish6(b []byte, at int) []byte {
	head := b[etherSize : etherSize+ip6Size]
	rest := b[etherSize+ip6Size:]
	binary.BigEndian.PutUint16(head[4:], uint16(len(rest)))
	c := ^uint16(sum(rest, pseudo6(head[8:40], head[6], len(rest))))
	if c == 0 && head[6] == protoUDP {
		c = 0xffff // RFC 8200, section 8.1: UDP has a checksum
	}
	binary.BigEndian.PutUint16(b[at:], c)
	p.out = b
	return b
}

// pseudo6 is the sum of the pseudo-header of IPv6 (RFC 8200, section 8.1);
// addresses are the source and the destination.
func pseudo6(addresses []byte, proto byte, length int) uint32 {
	return sum(addresses, uint32(length)+uint32(proto))
}

// decode6 reads an IPv6 packet. noise says that it is none of a trace's:
// neighbour discovery, and whatever else has an extension header.
func (k *packet) decode6(b []byte, verify bool) (noise bool, err error) {
	if noise, err = k.decodeIP6(b); noise || err != nil {
		return noise, err
	}
	total := ip6Size + int(binary.BigEndian.Uint16(b[4:]))
	if total > len(b) {
		return false, fmt.Errorf("IPv6 payload length of %d bytes: %w", len(b), errShort)
	}
	k.raw = b[:total]
	if err := k.decodeTransport(b[ip6Size:total], verify); err != nil {
		return false, err
	}
	return k.proto == protoICMP6 && !icmp6Quotes(k.icmpType), nil
}

// decodeIP6 reads the IPv6 header alone.
func (k *packet) decodeIP6(b []byte) (noise bool, err error) {
	if len(b) < ip6Size || b[0]>>4 != 6 {
		return false, fmt.Errorf("IPv6 header: %w", errShort)
	}
	k.proto = b[6]
	k.src = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), 0)
	k.dst = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[24:40])), 0)
	return k.proto != protoTCP && k.proto != protoUDP && k.proto != protoICMP6, nil
}

// decodeQuote6 reads the start of an IPv6 packet inside an ICMPv6 message.
func (k *packet) decodeQuote6(b []byte) (noise bool, err error) {
	if noise, err = k.decodeIP6(b); noise || err != nil {
		return noise, err
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	return false, k.decodeQuoted(b[ip6Size:], length)
}

// buildICMP6 is buildICMP for ICMPv6.
func (p *Puppet) buildICMP6(f *script.Frame) ([]byte, error) {
	if err := checkLength(f.Len, ip6Size+icmpSize); err != nil {
		return nil, err
	}
	if a, b := f.Quoted.Src.Addr(), f.Quoted.Dst.Addr(); a.Is4() || b.Is4() {
		return nil, fmt.Errorf("a quoted packet from %v to %v: want IPv6", a, b)
	}
	var quote []byte
	var space [quoteMax]byte
	src, dst := script.Remote61, script.Own6
	if !f.Implied {
		src, dst = f.Src.Addr(), f.Dst.Addr()
	}
	src, dst = p.naming.RealAddr(src), p.naming.RealAddr(dst)
	if icmp6Quotes(f.ICMPType) {
		quote = p.quote(&f.Quoted, space[:0], true)
		if quote[0]>>4 != 6 {
			return nil, fmt.Errorf("ICMPv6 about a packet that is not IPv6")
		}
		if f.Implied {
			src, dst = netip.AddrFrom16([16]byte(quote[24:40])), netip.AddrFrom16([16]byte(quote[8:24]))
		}
	}
	b := p.ip6(src, dst, protoICMP6)
	at := len(b)
	b = append(b, f.ICMPType, f.ICMPCode, 0, 0, 0, 0, 0, 0)
	if f.ICMPType == icmp6TooBig {
		binary.BigEndian.PutUint32(b[at+4:], uint32(f.MTU))
	}
	if quote != nil {
		b = append(b, quote...)
	} else {
		b = appendPayload(b, f.Len)
	}
	return p.finish(b, at+2), nil
}

// answerSolicit lays out an advertisement of any address that the host asks for,
// as answerARP does.
func (p *Puppet) answerSolicit(ip []byte) {
	if len(ip) < ip6Size+24 || ip[6] != protoICMP6 || ip[ip6Size] != icmp6Solicit {
		return
	}
	asker, target := netip.AddrFrom16([16]byte(ip[8:24])), netip.AddrFrom16([16]byte(ip[ip6Size+8:ip6Size+24]))
	if asker.IsUnspecified() || asker == target {
		return // it looks whether somebody has its own address
	}
	b := p.ip6(target, asker, protoICMP6)
	b[etherSize+7] = 255 // hop limit (RFC 4861, section 7.1.2)
	at := len(b)
	const solicited, override = 0x40, 0x20
	b = append(b, icmp6Advertise, 0, 0, 0, solicited|override, 0, 0, 0)
	t := target.As16()
	b = append(b, t[:]...)
	b = append(b, 2, 1) // target link-layer address, 8 bytes
	b = append(b, p.cfg.MAC[:]...)
	p.reply = append(p.reply[:0], p.finish6(b, at+2)...)
}
