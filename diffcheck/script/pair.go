package script

import "github.com/connspec/connspec/spec"

// readSocketpair reads socketpair, which gives its descriptors back in an
// argument: "[3, 4]".
func (p *parser) readSocketpair(e *Event) {
	p.readSocket(e)
	if p.comma() {
		p.readPair(e)
	}
}

// readPipe reads "[3, 4], O_CLOEXEC".
func (p *parser) readPipe(e *Event) {
	p.readPair(e)
	if p.comma() && !p.takeWord("O_CLOEXEC") {
		p.number(0, 0, "O_CLOEXEC or 0")
	}
}

// readPair reads two descriptors that a call gives back.
func (p *parser) readPair(e *Event) {
	if p.take("...") {
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
	return appendPair(append(appendSocketArgs(b, c), ", "...), w)
}

func appendPair(b []byte, w *Want) []byte {
	if w == nil || !w.HasOut {
		return append(b, "..."...)
	}
	b = appendInt(append(b, '['), w.Result.Pair[0])
	b = appendInt(append(b, ", "...), w.Result.Pair[1])
	return append(b, ']')
}

// readEventfd reads "0, EFD_CLOEXEC".
func (p *parser) readEventfd(*Event) {
	p.number(0, 0, "0, a counter at its start")
	if p.comma() && !p.takeWord("EFD_CLOEXEC") {
		p.number(0, 0, "EFD_CLOEXEC or 0")
	}
}
