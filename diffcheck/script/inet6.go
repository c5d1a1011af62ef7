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
