package script

import (
	"math"

	"github.com/connspec/connspec/spec"
)

// handlerAddress is how a handler prints: strace shows where it lies, which
// says nothing here.
const handlerAddress = "0x401000"

// parseSignal reads the delivery of a signal to a thread, as strace shows it:
// "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL} ---".
func (p *parser) parseSignal(e *Event) {
	p.expect("---")
	e.Kind = EventSignal
	e.Signal = p.signal()
	if p.take("{") {
		for p.err == nil && p.pos < len(p.src) && p.src[p.pos] != '}' && p.src[p.pos] != '\n' {
			p.pos++
		}
		p.expect("}")
	}
	p.expect("---")
}

func (p *parser) signal() spec.Signal {
	p.skip()
	start := p.pos
	w := p.word()
	for s := spec.SIGUSR1; s < spec.SignalCount; s++ {
		if s.String() == w {
			return s
		}
	}
	if len(w) > 3 && w[:3] == "SIG" {
		p.outside(start, "the signal %s", w)
		return 0
	}
	p.pos = start
	p.unexpected("SIGUSR1 or SIGUSR2")
	return 0
}

// readSigaction reads "SIGUSR1, {sa_handler=…, sa_mask=…, sa_flags=…}, NULL, 8".
func (p *parser) readSigaction(e *Event) {
	e.Call.Signal = p.signal()
	if p.comma() {
		e.Call.Disposition = p.sigaction()
	}
	if p.comma() && !p.takeWord("NULL") {
		p.unexpected("NULL")
	}
	if p.comma() {
		p.number(8, 8, "the size of a signal mask")
	}
}

func (p *parser) sigaction() spec.Disposition {
	p.expect("{")
	disposition, restart := spec.SigDefault, false
	for first := true; p.err == nil && !p.at("}"); first = false {
		if !first {
			p.expect(",")
		}
		p.skip()
		start := p.pos
		w := p.word()
		p.expect("=")
		switch w {
		case "sa_handler", "sa_sigaction":
			disposition = p.handler()
		case "sa_flags":
			restart = p.sigactionFlags()
		case "sa_mask":
			p.expect("[")
			p.expect("]")
		case "sa_restorer":
			p.number(0, math.MaxInt64, "an address")
		default:
			p.pos = start
			p.unexpected("sa_handler=, sa_mask=, sa_flags= or sa_restorer=")
		}
	}
	p.expect("}")
	if disposition == spec.SigCatch && restart {
		disposition = spec.SigRestart
	}
	return disposition
}

func (p *parser) handler() spec.Disposition {
	switch {
	case p.takeWord("SIG_DFL"):
		return spec.SigDefault
	case p.takeWord("SIG_IGN"):
		return spec.SigIgnore
	case p.atNumber():
		p.number(2, math.MaxInt64, "the address of a handler")
	default:
		p.unexpected("SIG_DFL, SIG_IGN or the address of a handler")
	}
	return spec.SigCatch
}

func (p *parser) sigactionFlags() (restart bool) {
	if p.atNumber() {
		p.number(0, 0, "SA_RESTART or 0")
		return false
	}
	for {
		p.skip()
		start := p.pos
		switch w := p.word(); w {
		case "SA_RESTART":
			restart = true
		case "SA_RESTORER", "SA_SIGINFO", "SA_ONSTACK":
		default:
			p.pos = start
			p.unexpected("SA_RESTART or 0")
		}
		if p.err != nil || !p.take("|") {
			return restart
		}
	}
}

func appendSignal(b []byte, s spec.Signal) []byte {
	b = append(b, "--- "...)
	b = append(b, s.String()...)
	b = append(b, " {si_signo="...)
	b = append(b, s.String()...)
	return append(b, ", si_code=SI_TKILL} ---"...)
}

func appendSigaction(b []byte, c *spec.Call) []byte {
	b = append(b, c.Signal.String()...)
	b = append(b, ", {sa_handler="...)
	flags := "0"
	switch c.Disposition {
	case spec.SigDefault, spec.SigIgnore:
		b = append(b, c.Disposition.String()...)
	case spec.SigRestart:
		flags = "SA_RESTART"
		fallthrough
	default:
		b = append(b, handlerAddress...)
	}
	b = append(b, ", sa_mask=[], sa_flags="...)
	b = append(b, flags...)
	return append(b, "}, NULL, 8"...)
}

// mortal is the first event that delivers a signal while its disposition is
// still to end the process, or -1.
func (s *Script) mortal() int {
	var ready [spec.SignalCount]bool
	for i := range s.Events {
		switch e := &s.Events[i]; {
		case e.Kind == EventCall && e.Call.Op == spec.OpSigaction && e.Call.Signal < spec.SignalCount:
			ready[e.Call.Signal] = e.Call.Disposition != spec.SigDefault
		case e.Kind == EventSignal && (e.Signal == 0 || e.Signal >= spec.SignalCount || !ready[e.Signal]):
			return i
		}
	}
	return -1
}
