package script

import "math"

// icmp reads a message, of the protocol that v words, after the word itself.
func (p *parser) icmp(v *icmpWords, f *Frame) {
	f.ICMPType = p.icmpType(v)
	f.ICMPCode = p.icmpCode(v, f.ICMPType)
	p.skip()
	start := p.pos
	if p.takeWord("mtu") {
		f.MTU = uint16(p.number(0, math.MaxUint16, "an MTU"))
		if p.err == nil && (f.ICMPType != v.mtuType || f.ICMPCode != v.mtuCode) {
			p.failf(start, "an MTU only in "+v.mtuName, "an MTU in another message")
		}
	}
	if p.atWord("id") {
		p.outside(p.pos, "an ICMP echo identifier")
	}
	if p.take("[") {
		p.quote(&f.Quoted)
		p.expect("]")
	}
}

func (p *parser) icmpType(v *icmpWords) uint8 {
	if p.atNumber() {
		return uint8(p.number(0, math.MaxUint8, "an "+v.name+" type"))
	}
	p.skip()
	start := p.pos
	w := p.word()
	for t, name := range v.types {
		if name == w {
			return t
		}
	}
	p.pos = start
	p.unexpected("an " + v.name + " type such as " + v.typeSuch + ", or its number")
	return 0
}

func (p *parser) icmpCode(v *icmpWords, icmpType uint8) uint8 {
	if p.atNumber() {
		// Not the time of the next event: that stands on a line of its own.
		return uint8(p.number(0, math.MaxUint8, "an "+v.name+" code"))
	}
	if p.atWord("mtu") || p.atWord("id") {
		return 0
	}
	start := p.pos
	w := p.word()
	if w == "" {
		return 0
	}
	for code, name := range v.codes[icmpType] {
		if name == w {
			return uint8(code)
		}
	}
	p.pos = start
	p.unexpected("an " + v.name + " code such as " + v.codeSuch + ", or its number")
	return 0
}

// quote reads the packet that an ICMP message is about.
func (p *parser) quote(q *Quote) {
	if p.atEndpoint() {
		q.Src = p.endpoint()
		p.expect(">")
		q.Dst = p.endpoint()
		p.expect(":")
	}
	switch {
	case p.atNumber():
		q.Proto = ProtoTCP
		q.HasSeq = true
		q.Seq, q.Len = p.seqRange()
	case p.takeWord("tcp"):
		q.Proto = ProtoTCP
	case p.takeWord("udp"):
		q.Proto = ProtoUDP
		q.Len = p.udpLength()
	case p.atWord("raw"):
		p.outside(p.pos, "a quoted packet of another protocol")
	default:
		p.unexpected("the quoted packet: first:last(length), udp (LENGTH) or tcp")
	}
}
