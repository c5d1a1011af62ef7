package script

import (
	"math"
	"strings"

	"github.com/connspec/connspec/spec"
)

var sockoptNames = map[string]spec.SockOption{
	"SO_ERROR": spec.SoError, "SO_BROADCAST": spec.SoBroadcast, "SO_REUSEADDR": spec.SoReuseaddr,
	"SO_TYPE": spec.SoType, "SO_ACCEPTCONN": spec.SoAcceptconn, "TCP_NODELAY": spec.TCPNodelay,
	"IPV6_V6ONLY":             spec.IPv6V6only,
	"SO_SNDTIMEO":             spec.SoSndtimeo,
	"SO_RCVTIMEO":             spec.SoRcvtimeo,
	"SO_SNDTIMEO_OLD":         spec.SoSndtimeo,
	"SO_RCVTIMEO_OLD":         spec.SoRcvtimeo,
	"SO_LINGER":               spec.SoLinger,
	"SO_BINDTODEVICE":         spec.SoBindtodevice,
	"SO_REUSEPORT":            spec.SoReuseport,
	"SO_KEEPALIVE":            spec.SoKeepalive,
	"IP_BIND_ADDRESS_NO_PORT": spec.IPBindAddressNoPort,
	"IP_LOCAL_PORT_RANGE":     spec.IPLocalPortRange,
	"IP_RECVERR":              spec.IPRecverr,
	"IP_MTU":                  spec.IPMtu,
	"IP_MTU_DISCOVER":         spec.IPMtuDiscover,
	"TCP_SYNCNT":              spec.TCPSyncnt,
	"TCP_USER_TIMEOUT":        spec.TCPUserTimeout,
	"TCP_FASTOPEN_NO_COOKIE":  spec.TCPFastopenNoCookie,
	"TCP_FASTOPEN":            spec.TCPFastopen, "TCP_FASTOPEN_CONNECT": spec.TCPFastopenConnect,
	"SO_PASSCRED": spec.SoPasscred, "SO_PASSPIDFD": spec.SoPasspidfd, "IP_OPTIONS": spec.IPOptions,
}

// readSockopt reads the arguments that getsockopt and setsockopt share.
func (p *parser) readSockopt(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.skip()
		start := p.pos
		switch w := p.word(); {
		case w == "SOL_SOCKET":
			e.Call.Level = spec.SolSocket
		case w == "SOL_TCP" || w == "IPPROTO_TCP":
			e.Call.Level = spec.SolTCP
		case w == "SOL_IPV6" || w == "IPPROTO_IPV6":
			e.Call.Level = spec.SolIPv6
		case w == "SOL_IP" || w == "IPPROTO_IP":
			e.Call.Level = spec.SolIP
		case strings.HasPrefix(w, "SOL_") || strings.HasPrefix(w, "IPPROTO_"):
			p.outside(start, "options of the level %s", w)
		default:
			p.pos = start
			p.unexpected("SOL_SOCKET, SOL_TCP, SOL_IP or SOL_IPV6")
		}
	}
	if p.comma() {
		p.skip()
		start := p.pos
		w := p.word()
		option, ok := sockoptNames[w]
		e.Call.Option = option
		switch {
		case ok:
		case strings.HasPrefix(w, "SO_") || strings.HasPrefix(w, "TCP_") || strings.HasPrefix(w, "IP_") || strings.HasPrefix(w, "IPV6_"):
			p.outside(start, "the option %s", w)
		default:
			p.pos = start
			p.unexpected("an option such as SO_ERROR")
		}
	}
}

func (p *parser) readSetsockopt(e *Event) {
	p.readSockopt(e)
	form := formOf(e.Call.Option)
	if p.comma() {
		switch {
		case form > formErrno:
			e.Call.Value = p.structValue(form)
		case !p.at("["):
			p.unexpected("a value in brackets, such as [1]")
		default:
			e.Call.Value, _ = p.optionValue()
		}
	}
	if p.comma() {
		p.skip()
		start := p.pos
		if n := p.int32("the length of the value"); n != optionSizes[form] && form != formName && p.err == nil {
			p.outside(start, "an option value of %d bytes", n)
		}
	}
}

func (p *parser) readGetsockopt(e *Event) {
	p.readSockopt(e)
	if p.comma() {
		if form := formOf(e.Call.Option); form > formErrno && !p.at("...") {
			e.Want.Result.Value, e.Want.HasOut = p.structValue(form), true
		} else {
			e.Want.Result.Value, e.Want.HasOut = p.optionValue()
		}
	}
	if p.comma() && !p.take("...") {
		p.expect("[")
		p.int32("the length of the value")
		p.expect("]")
	}
}

// optionValue reads "[1]", "[ECONNREFUSED]" or "...", which states none.
func (p *parser) optionValue() (v int32, stated bool) {
	if p.take("...") {
		return 0, false
	}
	p.expect("[")
	if p.atNumber() || p.at("-") {
		v = p.int32("a value")
	} else {
		v = int32(p.errno())
	}
	p.expect("]")
	return v, true
}

// errnoAliases are names that share a number with another on Linux.
var errnoAliases = map[string]spec.Errno{"EWOULDBLOCK": spec.EAGAIN, "ENOTSUP": spec.EOPNOTSUPP}

func (p *parser) errno() spec.Errno {
	p.skip()
	start := p.pos
	w := p.word()
	if e, ok := errnoAliases[w]; ok {
		return e
	}
	e, ok := spec.ParseErrno(w)
	if !ok || w == "" {
		p.pos = start
		p.unexpected("an error such as ECONNREFUSED")
	}
	return e
}

// readResult reads what follows the "=" of a call.
func (p *parser) readResult(c *spec.Call, w *Want) {
	switch {
	case p.take("?"):
		*w = Want{Any: true}
		p.note()
		return
	case p.atNumber() || p.at("-"):
		w.Result.Ret = p.int32("a result")
	case p.atWord("O_RDONLY"), p.atWord("O_RDWR"), p.atWord("O_WRONLY"):
		w.Result.Ret = p.statusFlags()
	default:
		p.unexpected(`a result such as 0, -1 ECONNREFUSED or "?"`)
		return
	}
	if p.skip(); p.pos < len(p.src) && p.src[p.pos] == 'E' {
		if w.Result.Ret != -1 {
			p.unexpected("an error only after -1")
			return
		}
		w.Result.Errno = p.errno()
	}
	waits := c.Op == spec.OpPoll || c.Op == spec.OpSelect
	if !waits || w.Result.Ret <= 0 {
		p.note()
		if waits && w.Result.Ret == 0 {
			w.HasOut = true
			w.Result.Poll = nil
		}
		return
	}
	if p.take("(") {
		if c.Op == spec.OpSelect {
			p.readSelected(w)
			p.expect(")")
			return
		}
		fds, _ := p.pollFDs()
		p.expect(")")
		w.HasOut = true
		w.Result.Poll = revents(fds)
	}
}

// note passes over a remark in parentheses, as strace and packetdrill put
// behind a result.
func (p *parser) note() {
	if !p.at("(") {
		return
	}
	rest := p.src[p.pos:]
	end := strings.IndexByte(rest, ')')
	if end < 0 || strings.IndexByte(rest[:end], '\n') >= 0 {
		p.failf(p.pos, `")" on the same line`, "a remark without end")
		return
	}
	p.pos += end + 1
}

// sequence is a relative sequence number as written: a 32-bit number.
func (p *parser) sequence() uint32 {
	return uint32(p.number(0, math.MaxUint32, "a relative sequence number"))
}
