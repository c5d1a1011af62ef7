package script

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strings"
)

// framesElsewhere begin frames that packetdrill has and connspec has not.
var framesElsewhere = map[string]string{
	"ipv4": "IP in IP", "ipv6": "IPv6", "gre": "GRE", "GREv0": "GRE", "mpls": "MPLS", "encap": "encapsulation",
	"sctp": "SCTP", "udplite": "UDP-Lite",
}

// parseFrame reads a frame after its direction.
func (p *parser) parseFrame(e *Event) {
	f := &e.Frame
	inbound := e.Kind == EventInject
	p.skip()
	start := p.pos
	if p.at("[") || p.at("(") {
		p.outside(start, "fields of the IP header")
		return
	}
	f.Implied = true
	if p.atNumber() || p.run6() != "" {
		p.frameAddresses(f, inbound)
	}
	p.skip()
	start = p.pos
	word := p.word()
	switch what := framesElsewhere[word]; {
	case p.err != nil:
		return
	case what != "":
		p.outside(start, "%s", what)
	case word == "udp":
		f.Proto = ProtoUDP
		if p.atNumber() {
			p.framePorts(f, inbound)
		}
		f.Len = p.udpLength()
	case word == "icmp6":
		f.Proto = ProtoICMP6
		f.Src = netip.AddrPortFrom(f.Src.Addr(), 0)
		f.Dst = netip.AddrPortFrom(f.Dst.Addr(), 0)
		p.icmp(&icmpv6, f)
	case word == "icmp":
		f.Proto = ProtoICMP
		f.Src = netip.AddrPortFrom(f.Src.Addr(), 0)
		f.Dst = netip.AddrPortFrom(f.Dst.Addr(), 0)
		p.icmp(&icmpv4, f)
	default:
		p.pos = start
		f.Proto = ProtoTCP
		p.tcp(f)
		if inbound && f.BadSum && p.err == nil {
			p.failf(start, "a frame of the host", "a wrong checksum in a frame that the puppet sends")
		}
		if inbound && f.AnyOptions && p.err == nil {
			p.failf(start, "the options that the puppet is to send", `"<...>" in a frame that the puppet sends`)
		}
	}
}

// frameAddresses reads what stands before a frame: tcpdump's "A.P > B.P:", or
// only the ports, as packetdrill has it.
func (p *parser) frameAddresses(f *Frame, inbound bool) {
	if !p.atEndpoint() {
		p.framePorts(f, inbound)
		return
	}
	f.Implied = false
	f.Src = p.endpoint()
	p.expect(">")
	f.Dst = p.endpoint()
	p.expect(":")
}

func (p *parser) framePorts(f *Frame, inbound bool) {
	from, to := Remote1, Own
	if !inbound {
		from, to = to, from
	}
	f.Implied = false
	f.Src = netip.AddrPortFrom(from, p.port())
	p.expect(">")
	f.Dst = netip.AddrPortFrom(to, p.port())
}

// atEndpoint reports whether a number with a dot in it comes next, or an IPv6
// address.
func (p *parser) atEndpoint() bool {
	if p.run6() != "" {
		return true
	}
	rest := p.src[p.pos:]
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	return digits > 0 && strings.HasPrefix(rest[digits:], ".")
}

// endpoint reads ADDRESS or ADDRESS.PORT.
func (p *parser) endpoint() netip.AddrPort {
	if six := p.run6(); six != "" {
		return p.endpoint6(six)
	}
	start := p.pos
	for p.pos < len(p.src) && (isDigit(p.src[p.pos]) || p.src[p.pos] == '.' || p.src[p.pos] == 'P') {
		p.pos++
	}
	text := p.src[start:p.pos]
	dots := 0
	end := len(text)
	for i := range len(text) {
		if text[i] == '.' {
			if dots++; dots == 4 {
				end = i
			}
		}
	}
	addr, err := netip.ParseAddr(text[:end])
	if err != nil || !addr.Is4() {
		p.failf(start, "an address and port such as 192.0.2.1.8080", "found %q", text)
		return netip.AddrPort{}
	}
	if end == len(text) {
		return netip.AddrPortFrom(addr, 0)
	}
	after := p.pos
	p.pos = start + end + 1
	port := p.port()
	if p.err == nil && p.pos != after {
		p.failf(start, "an address and port such as 192.0.2.1.8080", "found %q", text)
	}
	return netip.AddrPortFrom(addr, port)
}

func (p *parser) udpLength() int {
	p.expect("(")
	n := p.number(0, math.MaxUint16, "a length")
	p.expect(")")
	return int(n)
}

func (p *parser) tcp(f *Frame) {
	f.Flags = p.tcpFlags()
	f.Seq, f.Len = p.seqRange()
	if p.takeWord("ack") {
		// Without the flag the field means nothing (RFC 9293, section 3.1).
		if n := p.sequence(); f.Flags&ACK != 0 {
			f.Ack = n
		}
	}
	if p.takeWord("win") {
		f.Window = uint16(p.number(0, math.MaxUint16, "a window"))
		f.HasWindow = true
	}
	if p.take("(incorrect") {
		p.takeWord("cksum")
		p.expect(")")
		f.BadSum = true
	}
	if p.atWord("urg") {
		p.outside(p.pos, "an urgent pointer")
	}
	if p.at("<") {
		p.tcpOptions(f)
	}
}

func (p *parser) tcpFlags() (flags TCPFlags) {
	p.skip()
	start := p.pos
	for p.err == nil && p.pos < len(p.src) {
		c := p.src[p.pos]
		if c == 'A' {
			p.outside(p.pos, "the flag of AccECN")
			return 0
		}
		found := false
		for _, l := range tcpFlagLetters {
			if l.letter == c {
				flags |= l.bit
				found = true
			}
		}
		if !found {
			break
		}
		p.pos++
	}
	if p.pos == start && p.take("-") {
		return 0
	}
	switch {
	case p.err != nil:
	case p.pos == start || p.pos < len(p.src) && isLetter(p.src[p.pos]):
		p.unexpected("TCP flags of FSRPUEW and . for ACK, or udp, or icmp")
	case p.pos < len(p.src) && isDigit(p.src[p.pos]):
		p.outside(p.pos, "the counter of AccECN")
	}
	return flags
}

// seqRange reads first:last(length).
func (p *parser) seqRange() (seq uint32, length int) {
	p.skip()
	start := p.pos
	seq = p.sequence()
	p.expect(":")
	last := p.sequence()
	p.expect("(")
	length = int(p.number(0, math.MaxUint16, "a length"))
	p.expect(")")
	if p.err == nil && last != seq+uint32(length) {
		p.failf(start, "first:last(length) with last = first + length", "the sequence numbers do not fit the length")
	}
	return seq, length
}

func (p *parser) tcpOptions(f *Frame) {
	p.expect("<")
	if p.take("...") {
		f.AnyOptions = true
		p.expect(">")
		return
	}
	for p.err == nil {
		p.tcpOption(&f.Options)
		if !p.take(",") {
			break
		}
	}
	p.expect(">")
}

func (p *parser) tcpOption(o *TCPOptions) {
	p.skip()
	start := p.pos
	switch w := p.word(); w {
	case "nop", "eol":
	case "mss":
		o.MSS = uint16(p.number(1, math.MaxUint16, "a segment size"))
	case "wscale":
		o.WindowScale = uint8(p.number(0, 254, "a shift count")) + 1
	case "sackOK":
		o.SACKPermitted = true
	case "sack":
		for p.err == nil && (o.SACKBlocks == 0 || p.atNumber()) {
			p.sequence()
			p.expect(":")
			p.sequence()
			if o.SACKBlocks++; o.SACKBlocks > 4 {
				p.failf(start, "at most 4, which fill a header", "too many SACK blocks")
			}
		}
	case "TS":
		p.timestamps(o)
	case "FO", "FOEXP":
		o.FastOpen = p.fastOpen()
		o.FastOpen.Experimental = w == "FOEXP"
	case "md5", "ECN":
		p.outside(start, "the TCP option %s", w)
	default:
		p.pos = start
		p.unexpected("a TCP option such as mss, wscale, sackOK, TS, nop")
	}
}

func (p *parser) timestamps(o *TCPOptions) {
	o.Timestamps = true
	for _, field := range []string{"val", "ecr"} {
		if !p.takeWord(field) {
			p.unexpected(field)
		}
		p.number(0, math.MaxUint32, "a timestamp")
	}
}

// fastOpen reads the cookie of a Fast Open option, if there is one.
func (p *parser) fastOpen() FastOpen {
	p.skip()
	start := p.pos
	for p.err == nil && p.pos < len(p.src) && (isDigit(p.src[p.pos]) || isLetter(p.src[p.pos])) {
		p.pos++
	}
	o := FastOpen{Present: true}
	if digits := p.src[start:p.pos]; digits != "" {
		cookie, err := hex.DecodeString(digits)
		if err != nil || len(cookie) < FastOpenMin || len(cookie) > FastOpenMax || len(cookie)%2 != 0 {
			p.failf(start, "an even number of bytes from 4 to 16 in hexadecimal digits", "the cookie %q", digits)
			return o
		}
		o.Len = uint8(copy(o.Cookie[:], cookie))
	}
	return o
}
