package script

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/connspec/connspec/spec"
)

// appendSockaddr6 prints the fields of an AF_INET6 address after its family.
func appendSockaddr6(b []byte, a *spec.Sockaddr) []byte {
	b = append(b, ", sin6_port=htons("...)
	b = appendPort(b, a.Port)
	b = append(b, `), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "`...)
	b = a.Addr.AppendTo(b)
	b = append(b, `", &sin6_addr), sin6_scope_id=`...)
	for _, s := range scopeNames {
		if s.scope == a.Scope {
			b = append(b, `if_nametoindex("`...)
			b = append(b, s.name...)
			return append(b, `")`...)
		}
	}
	return strconv.AppendUint(b, uint64(a.Scope), 10)
}

// scope reads a scope id: a number, or an interface by its name.
func (p *parser) scope() uint32 {
	if !p.takeWord("if_nametoindex") {
		return uint32(p.number(0, math.MaxUint32, `an interface index or if_nametoindex("eth0")`))
	}
	p.expect("(")
	p.skip()
	start := p.pos
	name := string(p.quoted())
	p.expect(")")
	for _, s := range scopeNames {
		if s.name == name {
			return s.scope
		}
	}
	if p.err == nil {
		p.outside(start, "the interface %s", name)
	}
	return 0
}

// run6 is the text of an IPv6 address, with ".PORT" or ":" after it, that comes
// next, or "".
func (p *parser) run6() string {
	p.skip()
	rest := p.src[p.pos:]
	n := 0
	for n < len(rest) && (isHex(rest[n]) || rest[n] == ':') {
		n++
	}
	text := rest[:n]
	if strings.Count(text, ":") < 2 {
		return ""
	}
	if strings.HasSuffix(text, ":") && (!strings.HasSuffix(text, "::") || strings.HasSuffix(text, ":::")) {
		text = text[:len(text)-1] // it ends the addresses of a frame
	}
	return text
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// endpoint6 reads an IPv6 ADDRESS or ADDRESS.PORT.
func (p *parser) endpoint6(text string) netip.AddrPort {
	start := p.pos
	addr, err := netip.ParseAddr(text)
	if err != nil {
		p.failf(start, "an address and port such as 2001:db8:2::1.8080", "found %q", text)
		return netip.AddrPort{}
	}
	p.pos += len(text)
	if p.pos == len(p.src) || p.src[p.pos] != '.' {
		return netip.AddrPortFrom(addr, 0)
	}
	p.pos++
	return netip.AddrPortFrom(addr, p.port())
}

// ICMPv6 types of which scripts speak (RFC 4443).
const (
	icmp6Unreachable = 1
	icmp6TooBig      = 2
	icmp6Time        = 3
	icmp6Parameter   = 4
)

// icmp6TypeNames are packetdrill's names.
var icmp6TypeNames = map[uint8]string{
	icmp6Unreachable: "unreachable", icmp6TooBig: "packet_too_big", icmp6Time: "time_exceeded",
	icmp6Parameter: "parameter_problem", 128: "echo_request", 129: "echo_reply",
}

// icmp6CodeNames are packetdrill's names for codes, by type; the last two of
// unreachable, which it has not, after RFC 4443.
var icmp6CodeNames = map[uint8][]string{
	icmp6Unreachable: {"no_route", "admin_prohibited", "not_neighbour", "address_unreachable", "port_unreachable",
		"policy_fail", "reject_route"},
	icmp6Time:      {"exceeded_hop_limit", "exceeded_frag_time"},
	icmp6Parameter: {"header_field", "unknown_next_header", "unknown_option"},
}

func appendICMP6(b []byte, f *Frame) []byte {
	b = append(b, "icmp6 "...)
	name, known := icmp6TypeNames[f.ICMPType]
	if known {
		b = append(b, name...)
	} else {
		b = strconv.AppendUint(b, uint64(f.ICMPType), 10)
	}
	codes := icmp6CodeNames[f.ICMPType]
	switch {
	case int(f.ICMPCode) < len(codes):
		b = append(b, ' ')
		b = append(b, codes[f.ICMPCode]...)
	case f.ICMPCode != 0 || !known:
		b = append(b, ' ')
		b = strconv.AppendUint(b, uint64(f.ICMPCode), 10)
	}
	if f.MTU != 0 {
		b = append(b, " mtu "...)
		b = strconv.AppendUint(b, uint64(f.MTU), 10)
	}
	return appendQuote(b, &f.Quoted)
}

// icmp6 reads a message after the word.
func (p *parser) icmp6(f *Frame) {
	f.ICMPType = p.icmp6Type()
	f.ICMPCode = p.icmp6Code(f.ICMPType)
	p.skip()
	start := p.pos
	if p.takeWord("mtu") {
		f.MTU = uint16(p.number(0, math.MaxUint16, "an MTU"))
		if p.err == nil && f.ICMPType != icmp6TooBig {
			p.failf(start, "an MTU only in packet_too_big", "an MTU in another message")
		}
	}
	if p.take("[") {
		p.quote(&f.Quoted)
		p.expect("]")
	}
}

func (p *parser) icmp6Type() uint8 {
	if p.atNumber() {
		return uint8(p.number(0, math.MaxUint8, "an ICMPv6 type"))
	}
	p.skip()
	start := p.pos
	w := p.word()
	for t, name := range icmp6TypeNames {
		if name == w {
			return t
		}
	}
	p.pos = start
	p.unexpected("an ICMPv6 type such as unreachable or packet_too_big, or its number")
	return 0
}

func (p *parser) icmp6Code(icmpType uint8) uint8 {
	if p.atNumber() {
		return uint8(p.number(0, math.MaxUint8, "an ICMPv6 code"))
	}
	if p.atWord("mtu") {
		return 0
	}
	start := p.pos
	w := p.word()
	if w == "" {
		return 0
	}
	for code, name := range icmp6CodeNames[icmpType] {
		if name == w {
			return uint8(code)
		}
	}
	p.pos = start
	p.unexpected("an ICMPv6 code such as no_route, or its number")
	return 0
}
