package script

import (
	"math"
	"strconv"

	"github.com/connspec/connspec/spec"
)

// connectx and disconnectx of macOS, in strace's manner: the structure with its
// fields by name.

func appendConnectx(b []byte, c *spec.Call) []byte {
	x := c.Connectx
	if x == nil {
		x = &spec.Connectx{}
	}
	b = append(b, ", "...)
	switch x.Endpoints {
	case spec.PointerNull:
		b = append(b, "NULL"...)
	case spec.PointerUnreadable:
		b = append(b, badPointer...)
	default:
		b = append(b, "{sae_srcif="...)
		b = strconv.AppendUint(b, uint64(x.Interface), 10)
		b = append(b, ", sae_srcaddr="...)
		source := spec.Call{Addr: x.Source, AddrLen: x.SourceLen, Pointer: x.SourceAt}
		b = appendNamedAddr(b, &source, "sae_srcaddrlen")
		b = append(b, ", sae_dstaddr="...)
		b = appendNamedAddr(b, c, "sae_dstaddrlen")
		b = append(b, '}')
	}
	b = append(b, ", "...)
	b = appendAssociation(b, x.Association)
	b = append(b, ", "...)
	b = append(b, x.Flags.String()...)
	b = append(b, ", "...)
	switch x.Vector {
	case spec.PointerNull:
		b = append(b, "NULL"...)
	case spec.PointerUnreadable:
		b = append(b, badPointer...)
	default:
		b = append(b, "[{iov_base="...)
		b = appendString(b, c.Buf)
		b = append(b, ", iov_len="...)
		b = appendInt(b, int32(len(c.Buf)))
		b = append(b, "}]"...)
	}
	b = appendIntArg(b, x.Vectors)
	if x.Length == spec.PointerNull {
		return append(b, ", NULL, NULL"...)
	}
	return append(b, ", ..., NULL"...)
}

// appendNamedAddr prints an address and its length as fields.
func appendNamedAddr(b []byte, c *spec.Call, length string) []byte {
	switch c.Pointer {
	case spec.PointerNull:
		b = append(b, "NULL"...)
	case spec.PointerUnreadable:
		b = append(b, badPointer...)
	default:
		b = appendSockaddr(b, &c.Addr)
	}
	b = append(b, ", "...)
	b = append(b, length...)
	b = append(b, '=')
	return appendInt(b, c.AddrLen)
}

func appendAssociation(b []byte, a spec.Association) []byte {
	if name := a.String(); name != "" {
		return append(b, name...)
	}
	return strconv.AppendUint(b, uint64(a), 10)
}

func appendDisconnectx(b []byte, c *spec.Call) []byte {
	x := c.Connectx
	if x == nil {
		x = &spec.Connectx{}
	}
	b = appendAssociation(append(b, ", "...), x.Association)
	b = append(b, ", "...)
	if x.Connection == 0 {
		return append(b, "SAE_CONNID_ANY"...)
	}
	return strconv.AppendUint(b, uint64(x.Connection), 10)
}

func (p *parser) readConnectx(e *Event) {
	x := &spec.Connectx{}
	e.Call.Connectx = x
	p.readDescriptor(e)
	if p.comma() {
		p.endpoints(&e.Call, x)
	}
	if p.comma() {
		x.Association = p.association()
	}
	if p.comma() {
		x.Flags = p.connectFlags()
	}
	if p.comma() {
		p.vector(&e.Call, x)
	}
	if p.comma() {
		x.Vectors = p.int32("the number of entries")
	}
	for i := range 2 { // len, then connid, which is only written to
		if !p.comma() {
			return
		}
		switch {
		case p.take("..."):
		case p.takeWord("NULL"):
			if i == 0 {
				x.Length = spec.PointerNull
			}
		default:
			p.unexpected(`"..." or NULL`)
		}
	}
}

// endpoints reads a struct sa_endpoints.
func (p *parser) endpoints(c *spec.Call, x *spec.Connectx) {
	switch {
	case p.takeWord("NULL"):
		x.Endpoints = spec.PointerNull
		return
	case p.atNumber():
		p.number(1, math.MaxInt64, "a structure, NULL or a pointer")
		x.Endpoints = spec.PointerUnreadable
		return
	}
	p.expect("{")
	p.member("sae_srcif")
	x.Interface = uint32(p.number(0, math.MaxUint32, "an interface"))
	p.expect(",")
	p.member("sae_srcaddr")
	x.Source, x.SourceAt = p.namedAddr()
	p.expect(",")
	p.member("sae_srcaddrlen")
	x.SourceLen = p.int32("a length")
	p.expect(",")
	p.member("sae_dstaddr")
	c.Addr, c.Pointer = p.namedAddr()
	p.expect(",")
	p.member("sae_dstaddrlen")
	c.AddrLen = p.int32("a length")
	p.expect("}")
}

func (p *parser) member(name string) {
	if !p.takeWord(name) {
		p.unexpected(name + "=")
	}
	p.expect("=")
}

func (p *parser) namedAddr() (a spec.Sockaddr, at spec.Pointer) {
	switch {
	case p.takeWord("NULL"):
		return a, spec.PointerNull
	case p.at("{"):
		return p.sockaddr(), spec.PointerValid
	}
	p.number(1, math.MaxInt64, "a socket address, NULL or a pointer")
	return a, spec.PointerUnreadable
}

func (p *parser) association() spec.Association {
	switch {
	case p.takeWord("SAE_ASSOCID_ANY"):
		return spec.AssociationAny
	case p.takeWord("SAE_ASSOCID_ALL"):
		return spec.AssociationAll
	}
	return spec.Association(p.number(0, math.MaxUint32, "SAE_ASSOCID_ANY, SAE_ASSOCID_ALL or a number"))
}

func (p *parser) connectFlags() (flags spec.ConnectFlags) {
	if p.atNumber() {
		p.number(0, 0, "flags such as CONNECT_DATA_IDEMPOTENT, or 0")
		return 0
	}
	for {
		p.skip()
		start := p.pos
		bit, ok := spec.ParseConnectFlag(p.word())
		if !ok {
			p.pos = start
			p.unexpected("flags such as CONNECT_DATA_IDEMPOTENT")
		}
		flags |= bit
		if p.err != nil || !p.take("|") {
			return flags
		}
	}
}

// vector reads an iovec of one entry.
func (p *parser) vector(c *spec.Call, x *spec.Connectx) {
	switch {
	case p.takeWord("NULL"):
		x.Vector = spec.PointerNull
		return
	case p.atNumber():
		p.number(1, math.MaxInt64, "an iovec, NULL or a pointer")
		x.Vector = spec.PointerUnreadable
		return
	}
	p.expect("[")
	p.expect("{")
	p.member("iov_base")
	c.Buf = p.quoted()
	p.expect(",")
	p.member("iov_len")
	p.skip()
	start := p.pos
	if n := p.number(0, BufferMax, "a length"); p.err == nil && int(n) != len(c.Buf) {
		p.failf(start, "the length of the string", "a string of %d bytes with a length of %d", len(c.Buf), n)
	}
	p.expect("}")
	p.expect("]")
}

func (p *parser) readDisconnectx(e *Event) {
	x := &spec.Connectx{}
	e.Call.Connectx = x
	p.readDescriptor(e)
	if p.comma() {
		x.Association = p.association()
	}
	if p.comma() && !p.takeWord("SAE_CONNID_ANY") {
		x.Connection = uint32(p.number(0, math.MaxUint32, "SAE_CONNID_ANY or a number"))
	}
}
