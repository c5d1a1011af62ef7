package script

import (
	"strings"

	"github.com/connspec/connspec/spec"
)

// sizeofRulesetAttr is sizeof(struct landlock_ruleset_attr).
const sizeofRulesetAttr = 24

// landlockFields are the fields of struct landlock_ruleset_attr that scripts
// fill in, with the rights that belong there, as strace prints them.
var landlockFields = [...]struct {
	name   string
	rights []landlockRight
}{
	{"handled_access_net", []landlockRight{{spec.LandlockBindTCP, "LANDLOCK_ACCESS_NET_BIND_TCP"}, {spec.LandlockConnectTCP, "LANDLOCK_ACCESS_NET_CONNECT_TCP"}}},
	{"scoped", []landlockRight{{spec.LandlockScopeAbstract, "LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET"}}},
}

type landlockRight struct {
	bit  spec.LandlockAccess
	name string
}

// readRuleset reads landlock_create_ruleset: "{handled_access_fs=0,
// handled_access_net=…, scoped=…}, 24, 0".
func (p *parser) readRuleset(e *Event) {
	p.expect("{")
	for p.err == nil && !p.at("}") {
		p.landlockField(e)
		if !p.take(",") {
			break
		}
	}
	p.expect("}")
	if p.comma() {
		p.number(sizeofRulesetAttr, sizeofRulesetAttr, "the size of the structure")
	}
	if p.comma() {
		p.number(0, 0, "0")
	}
	if p.err == nil && e.Call.Value == 0 {
		p.failf(p.pos, "handled_access_net= or scoped=", "a ruleset that handles nothing")
	}
}

func (p *parser) landlockField(e *Event) {
	p.skip()
	start := p.pos
	name := p.word()
	p.expect("=")
	if name == "handled_access_fs" {
		p.zero("access to files")
		return
	}
	for _, f := range landlockFields {
		if f.name == name {
			e.Call.Value |= int32(p.landlockRights(f.rights))
			return
		}
	}
	p.pos = start
	p.unexpected("handled_access_fs=0, handled_access_net= or scoped=")
}

func (p *parser) landlockRights(known []landlockRight) (rights spec.LandlockAccess) {
	if p.atNumber() {
		p.number(0, 0, known[0].name)
		return 0
	}
	for {
		p.skip()
		start := p.pos
		w := p.word()
		before := rights
		for _, r := range known {
			if r.name == w {
				rights |= r.bit
			}
		}
		switch {
		case rights != before:
		case strings.HasPrefix(w, "LANDLOCK_"):
			p.outside(start, "the right %s", w)
		default:
			p.pos = start
			p.unexpected(known[0].name)
		}
		if p.err != nil || !p.take("|") {
			return rights
		}
	}
}

// readRestrict reads landlock_restrict_self: "3, 0".
func (p *parser) readRestrict(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.number(0, 0, "0")
	}
}

func appendRuleset(b []byte, c *spec.Call) []byte {
	b = append(b, "{handled_access_fs=0"...)
	for _, f := range landlockFields {
		b = append(append(append(b, ", "...), f.name...), '=')
		n := len(b)
		for _, r := range f.rights {
			if spec.LandlockAccess(c.Value)&r.bit == 0 {
				continue
			}
			if len(b) > n {
				b = append(b, '|')
			}
			b = append(b, r.name...)
		}
		if len(b) == n {
			b = append(b, '0')
		}
	}
	b = append(b, "}, "...)
	b = appendInt(b, sizeofRulesetAttr)
	return append(b, ", 0"...)
}
