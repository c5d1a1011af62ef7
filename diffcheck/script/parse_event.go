package script

import (
	"fmt"
	"strings"
	"time"
)

// packetdrillOptions are the options of packetdrill that say how exact its own
// clock is or where it runs: nothing that a script here depends on.
var packetdrillOptions = map[string]bool{
	"tolerance_usecs": true, "tolerance_percent": true, "verbose": true, "debug": true,
	"non_fatal": true, "dry_run": true, "tcp_ts_tick_usecs": true, "tcp_ts_ecr_scaled": true,
	"strict_segments": true, "send_omit_free": true, "speed": true, "init_scripts": true,
	"code_command": true, "code_format": true, "code_sockopt": true, "mss": true,
}

// packetdrillDefaults are the options that change what "..." means; only their
// defaults are taken.
var packetdrillDefaults = map[string]string{
	"ip_version": "ipv4", "bind_port": "8080", "connect_port": "8080", "mtu": "1500",
	"local_ip": "192.168.0.1", "remote_ip": "192.0.2.1", "gateway_ip": "192.168.0.2", "netmask_ip": "255.255.0.0",
}

// packetdrillElsewhere are the options for what connspec does not have.
var packetdrillElsewhere = map[string]bool{
	"define": true, "is_anyip": true, "psp_udp_port": true, "so_filename": true, "so_flags": true,
	"wire_client": true, "wire_server": true, "wire_server_ip": true, "wire_server_at": true,
	"wire_server_port": true, "wire_client_dev": true, "wire_server_dev": true,
}

func (p *parser) parseScript() {
	for p.at("--") {
		p.parseOption()
	}
	for p.skip(); p.err == nil && p.pos < len(p.src); p.skip() {
		p.parseEvent()
	}
}

func (p *parser) parseOption() {
	start := p.pos
	p.expect("--")
	name := p.word()
	value := ""
	if p.pos < len(p.src) && p.src[p.pos] == '=' {
		p.pos++
		from := p.pos
		for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) < 0 {
			p.pos++
		}
		value = p.src[from:p.pos]
	}
	standard, fixed := packetdrillDefaults[name]
	switch {
	case packetdrillOptions[name]:
	case fixed && value == standard:
	case fixed:
		p.outside(start, "--%s=%s (only %s)", name, value, standard)
	case packetdrillElsewhere[name]:
		p.outside(start, "the option --%s", name)
	default:
		p.failf(start, "one of packetdrill's", "unknown option --%s", name)
	}
}

// when is the time of an event, as written.
type when struct {
	pos           int
	any, relative bool
	from, to      time.Duration // from == to without a range
	end           time.Duration // of a blocking call; -1 without one
}

func (p *parser) parseWhen() when {
	w := when{pos: p.pos, end: -1}
	switch {
	case p.take("*"):
		w.any = true
		return w
	case p.take("+"):
		w.relative = true
	case !p.atNumber() && !p.at("."):
		p.unexpected("a time such as +0, 0.1 or *, or a command in backticks")
		return w
	}
	w.from = p.seconds()
	w.to = w.from
	switch {
	case p.take("~"):
		if w.relative {
			p.expect("+")
		}
		w.to = p.seconds()
		if w.to < w.from {
			p.failf(w.pos, "", "the time range is backwards")
		}
	case p.take("..."):
		w.end = p.seconds()
		if w.end < w.from {
			p.failf(w.pos, "", "the call ends before it starts")
		}
	}
	return w
}

func (p *parser) parseEvent() {
	start := p.pos
	p.titled = true // a comment from here on is about an event
	line, _ := p.lineCol(start)
	if p.at("`") { // packetdrill's first and last command have no time
		p.parseCommand(Event{Line: line})
		return
	}
	if p.at("%{") {
		p.outside(start, "a code snippet in %%{ }%%")
		return
	}
	w := p.parseWhen()
	e := Event{Line: line, AnyTime: w.any, Within: w.to - w.from, Delay: w.from}
	if !w.relative && !w.any {
		e.Delay = w.from - p.clock
		if e.Delay < 0 {
			p.failf(w.pos, fmt.Sprintf("%v or later", p.clock), "time goes backwards")
		}
	}
	p.clock += e.Delay
	p.skip()
	if (w.any || w.to != w.from) && (!p.at(">") || w.end >= 0) {
		p.failf(w.pos, `">" and a frame after it`, "only a frame of the host can come at any time or within a range")
	}
	p.parseAction(&e, w)
}

// parseAction reads what follows the time of an event, and adds the event.
func (p *parser) parseAction(e *Event, w when) {
	start := p.pos
	switch {
	case p.err != nil:
		return
	case p.at("%{"):
		p.outside(start, "a code snippet in %%{ }%%")
		return
	case w.end < 0 && p.at("`"):
		p.parseCommand(*e)
		return
	case w.end < 0 && !p.at("<...") && (p.at("<") || p.at(">")):
		e.Kind = EventInject
		if p.take(">") {
			e.Kind = EventExpect
		} else {
			p.expect("<")
		}
		p.parseFrame(e)
	default:
		if p.take("[") {
			if !p.takeWord("pid") {
				p.unexpected(`"pid"`)
			}
			e.Thread = int(p.number(1, ThreadsMax-1, "the number of a thread other than the first"))
			p.expect("]")
		}
		switch {
		case w.end < 0 && p.take("<..."):
			p.parseResumed(e)
		case w.end < 0 && p.at("---"):
			p.parseSignal(e)
		default:
			p.parseCall(e)
		}
		if w.end > w.from && e.Want != nil && p.err == nil {
			e.Want.Blocks = true
			e.Want.After = w.end - w.from
		}
	}
	p.add(start, e)
}

func (p *parser) add(pos int, e *Event) {
	if p.err != nil {
		return
	}
	if len(p.script.Events) >= EventsMax {
		p.failf(pos, fmt.Sprintf("at most %d", EventsMax), "the script has too many events")
		return
	}
	p.script.Events = append(p.script.Events, *e)
}
