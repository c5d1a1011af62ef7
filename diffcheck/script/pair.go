package script

import "github.com/connspec/connspec/spec"

// readSocketpair reads socketpair, which gives its descriptors back in an
// argument: "[3, 4]".
func (p *parser) readSocketpair(e *Event) {
	p.readSocket(e)
	if !p.comma() || p.take("...") {
		return
	}
	p.expect("[")
	e.Want.Result.Pair[0] = p.int32("a descriptor")
	p.expect(",")
	e.Want.Result.Pair[1] = p.int32("a descriptor")
	p.expect("]")
	e.Want.HasOut = true
}

func appendPairArgs(b []byte, c *spec.Call, w *Want) []byte {
	b = appendSocketArgs(b, c)
	if w == nil || !w.HasOut {
		return append(b, ", ..."...)
	}
	b = appendInt(append(b, ", ["...), w.Result.Pair[0])
	b = appendInt(append(b, ", "...), w.Result.Pair[1])
	return append(b, ']')
}
