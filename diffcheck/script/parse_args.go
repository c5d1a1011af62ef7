package script

import (
	"math"
	"net/netip"
	"strings"

	"github.com/connspec/connspec/spec"
)

// familyNumbers are Linux's.
var familyNumbers = map[int64]spec.Family{0: spec.AFUnspec, 1: spec.AFUnix, 2: spec.AFInet, 10: spec.AFInet6, 0x2f: spec.AFUnknown, 16: spec.AFNetlink, 17: spec.AFPacket}

func (p *parser) family() spec.Family {
	p.skip()
	start := p.pos
	if p.atNumber() {
		n := p.number(0, math.MaxUint16, "an address family")
		f, ok := familyNumbers[n]
		if !ok {
			p.outside(start, "the address family %d", n)
		}
		return f
	}
	w := p.word()
	switch strings.TrimPrefix(strings.TrimPrefix(w, "AF_"), "PF_") {
	case "UNSPEC":
		return spec.AFUnspec
	case "UNIX", "LOCAL":
		return spec.AFUnix
	case "INET":
		return spec.AFInet
	case "INET6":
		return spec.AFInet6
	case "NETLINK":
		return spec.AFNetlink
	case "PACKET":
		return spec.AFPacket
	}
	if strings.HasPrefix(w, "AF_") || strings.HasPrefix(w, "PF_") {
		p.outside(start, "the address family %s", w)
		return 0
	}
	p.pos = start
	p.unexpected("an address family such as AF_INET")
	return 0
}

func (p *parser) domain() spec.Family {
	if p.take("...") {
		return spec.AFInet
	}
	return p.family()
}

func (p *parser) sockType() (t spec.SockType, flags spec.SockFlags) {
	for {
		p.skip()
		start := p.pos
		switch w := p.word(); w {
		case "SOCK_STREAM":
			t = spec.SockStream
		case "SOCK_DGRAM":
			t = spec.SockDgram
		case "SOCK_RAW":
			t = spec.SockRaw
		case "SOCK_SEQPACKET":
			t = spec.SockSeqpacket
		case "SOCK_NONBLOCK":
			flags |= spec.SockNonblock
		case "SOCK_CLOEXEC": // nothing here calls exec
		case "SOCK_RDM", "SOCK_DCCP", "SOCK_PACKET":
			p.outside(start, "the socket type %s", w)
		default:
			p.pos = start
			p.unexpected("a socket type such as SOCK_STREAM, SOCK_NONBLOCK")
		}
		if !p.take("|") {
			break
		}
	}
	if t == 0 && p.err == nil {
		p.unexpected("a socket type before it")
	}
	return t, flags
}

// protocolNumbers are IANA's.
var protocolNumbers = map[string]spec.Protocol{
	"IPPROTO_IP": 0, "IPPROTO_ICMP": 1, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17,
	"IPPROTO_SCTP": 132, "IPPROTO_UDPLITE": 136, "IPPROTO_RAW": 255,
	"IPPROTO_MPTCP": spec.ProtocolMPTCP, "NETLINK_ROUTE": 0,
}

// mptcpNumber is Linux's number of IPPROTO_MPTCP.
const mptcpNumber = 262

func (p *parser) protocol() spec.Protocol {
	p.skip()
	start := p.pos
	if p.atNumber() {
		n := p.number(0, mptcpNumber, "a protocol number")
		switch {
		case n == mptcpNumber:
			return spec.ProtocolMPTCP
		case n == int64(spec.ProtocolMPTCP) || n > math.MaxUint8:
			p.outside(start, "the protocol %d", n)
		}
		return spec.Protocol(n)
	}
	w := p.word()
	n, ok := protocolNumbers[w]
	switch {
	case ok:
	case strings.HasPrefix(w, "IPPROTO_"):
		p.outside(start, "the protocol %s", w)
	default:
		p.pos = start
		p.unexpected("a protocol such as IPPROTO_TCP")
	}
	return n
}

// readAddr reads the address and length of bind, connect and sendto.
func (p *parser) readAddr(c *spec.Call) {
	standard := int32(spec.SizeofSockaddrIn)
	switch {
	case p.take("..."):
		c.Addr = spec.SockaddrInet(netip.AddrPortFrom(Remote1, RemotePort))
		if c.Op == spec.OpBind {
			c.Addr = spec.SockaddrInet(netip.AddrPortFrom(Own, LocalPort))
		}
	case p.takeWord("NULL"):
		c.Pointer = spec.PointerNull
	case p.at("{"):
		c.Addr = p.sockaddr()
		switch {
		case c.Addr.Addr.Is6():
			standard = spec.SizeofSockaddrIn6
		case c.Addr.Family == spec.AFUnix:
			standard = UnixLen(c.Addr.Path)
		}
	case p.atNumber(), p.at("-"):
		if p.number(math.MinInt64, math.MaxInt64, "an address, NULL or a pointer") == 0 {
			c.Pointer = spec.PointerNull
		} else {
			c.Pointer = spec.PointerUnreadable
		}
	case p.atWord("AF_UNSPEC"): // packetdrill's way to dissolve; it passes a sockaddr_storage
		c.Addr.Family = p.family()
		standard = 128
	default:
		p.unexpected(`"...", a socket address such as {sa_family=AF_INET, …}, NULL or a pointer`)
	}
	if !p.comma() {
		return
	}
	if p.take("...") {
		c.AddrLen = standard
		return
	}
	c.AddrLen = p.int32("the length of the address")
}

// addrLenBack reads a length that a call wrote back: "[16]", or "[28 => 16]"
// where it was another before.
func (p *parser) addrLenBack() int32 {
	if p.take("...") || p.takeWord("NULL") {
		return 0
	}
	bracket := p.take("[")
	n := p.int32("a length")
	if bracket {
		if p.take("=>") {
			n = p.int32("a length")
		}
		p.expect("]")
	}
	return n
}

// sockaddr reads a socket address in braces.
func (p *parser) sockaddr() (a spec.Sockaddr) {
	p.expect("{")
	if !p.takeWord("sa_family") {
		p.unexpected("sa_family=")
	}
	p.expect("=")
	a.Family = p.family()
	for p.err == nil && p.take(",") {
		p.sockaddrField(&a)
	}
	p.expect("}")
	return a
}

func (p *parser) sockaddrField(a *spec.Sockaddr) {
	p.skip()
	start := p.pos
	w := p.word()
	if w == "inet_pton" {
		p.expect("(")
		p.family()
		p.expect(",")
		a.Addr = p.address(true)
		p.expect(",")
		p.expect("&sin6_addr")
		p.expect(")")
		return
	}
	p.expect("=")
	switch w {
	case "sin_port", "sin6_port":
		if !p.takeWord("htons") {
			p.unexpected("htons(PORT)")
		}
		p.expect("(")
		a.Port = p.port()
		p.expect(")")
	case "sin_addr":
		if !p.takeWord("inet_addr") {
			p.unexpected(`inet_addr("ADDRESS")`)
		}
		p.expect("(")
		a.Addr = p.address(false)
		p.expect(")")
	case "sin6_flowinfo":
		p.zero(w)
	case "sin6_scope_id":
		a.Scope = p.scope()
	case "sun_path":
		p.skip()
		if p.take("@") {
			a.Path = "\x00"
		}
		a.Path += string(p.quoted())
	case "nl_pid", "nl_groups": // of the kernel, which is what there is to talk to
		p.zero(w)
	case "sa_data":
		p.rawAddress(a)
	default:
		p.pos = start
		p.unexpected("sin_port=, sin_addr=, sun_path=, sa_data= or inet_pton(")
	}
}

// zero passes over a field that is zero in every address here.
func (p *parser) zero(name string) {
	start := p.pos
	call := p.takeWord("htonl")
	if call {
		p.expect("(")
	}
	if p.word() != "" || p.number(0, math.MaxUint32, "a number") != 0 {
		p.outside(start, "an address with %s", name)
	}
	if call {
		p.expect(")")
	}
}

// rawAddress reads the bytes after the family as a sockaddr_in has them.
func (p *parser) rawAddress(a *spec.Sockaddr) {
	var raw [6]byte
	copy(raw[:], p.quoted())
	a.Port = uint16(raw[0])<<8 | uint16(raw[1])
	if addr := netip.AddrFrom4([4]byte(raw[2:])); addr != Any || a.Port != 0 {
		a.Addr = addr
	}
}

// address reads an IPv6 address, or an IPv4 one, in quotes.
func (p *parser) address(six bool) netip.Addr {
	p.skip()
	start := p.pos
	text := string(p.quoted())
	a, err := netip.ParseAddr(text)
	if p.err == nil && (err != nil || a.Zone() != "" || a.Is6() != six) {
		example := "192.0.2.1"
		if six {
			example = "2001:db8:2::1"
		}
		p.failf(start, "an address such as "+example, "bad address %q", text)
		return netip.Addr{}
	}
	return a
}

// port reads a port: a number, or P1, P2 … for one that the host chose.
func (p *parser) port() uint16 {
	p.skip()
	if p.err == nil && p.pos < len(p.src) && p.src[p.pos] == 'P' {
		p.pos++
		return PortFirst - 1 + uint16(p.number(1, PortLast-PortFirst+1, "the number of a port that the host chose"))
	}
	return uint16(p.number(0, math.MaxUint16, "a port"))
}

func (p *parser) statusFlags() (flags int32) {
	for {
		p.skip()
		start := p.pos
		if p.atNumber() {
			flags |= int32(uint32(p.number(0, math.MaxUint32, "file status flags")))
		} else {
			switch w := p.word(); {
			case w == "O_RDONLY" || w == "O_CLOEXEC":
			case w == "O_WRONLY":
				flags |= 1
			case w == "O_RDWR":
				flags |= spec.ORdwr
			case w == "O_ACCMODE":
				flags |= 3
			case w == "O_NONBLOCK":
				flags |= spec.ONonblock
			case w == "O_PATH":
				flags |= spec.OPath
			case strings.HasPrefix(w, "O_"):
				p.outside(start, "the file status flag %s", w)
			default:
				p.pos = start
				p.unexpected("file status flags such as O_RDWR|O_NONBLOCK")
			}
		}
		if !p.take("|") {
			return flags
		}
	}
}

func (p *parser) msgFlags() (flags spec.MsgFlags) {
	if p.atNumber() {
		p.number(0, 0, "MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK or 0")
		return 0
	}
	for {
		p.skip()
		start := p.pos
		w := p.word()
		known := false
		for _, f := range msgFlagNames {
			if f.name == w {
				flags |= f.bit
				known = true
			}
		}
		switch {
		case known:
		case strings.HasPrefix(w, "MSG_"):
			p.outside(start, "the flag %s", w)
		default:
			p.pos = start
			p.unexpected("flags such as MSG_DONTWAIT")
		}
		if !p.take("|") {
			return flags
		}
	}
}

// pollFDs reads an array of struct pollfd; returned reports whether an entry
// states the events returned.
func (p *parser) pollFDs() (fds []spec.PollFD, returned bool) {
	p.expect("[")
	for p.err == nil && !p.at("]") {
		if len(fds) > 0 {
			p.expect(",")
		}
		if len(fds) >= FDsMax {
			p.unexpected("at most 64 entries")
			return nil, false
		}
		p.expect("{")
		var f spec.PollFD
		if !p.takeWord("fd") {
			p.unexpected("fd=")
		}
		p.expect("=")
		f.FD = p.int32("a descriptor")
		for p.err == nil && p.take(",") {
			switch {
			case p.takeWord("events"):
				p.expect("=")
				f.Events = p.pollEvents()
			case p.takeWord("revents"):
				p.expect("=")
				f.Revents = p.pollEvents()
				returned = true
			default:
				p.unexpected("events= or revents=")
			}
		}
		p.expect("}")
		fds = append(fds, f)
	}
	p.expect("]")
	return fds, returned
}

func (p *parser) pollEvents() (events spec.PollEvents) {
	if p.atNumber() {
		p.number(0, 0, "events such as POLLIN|POLLOUT, or 0")
		return 0
	}
	for {
		p.skip()
		start := p.pos
		w := p.word()
		bit, ok := spec.ParsePollEvents(w)
		switch {
		case ok:
			events |= bit
		case strings.HasPrefix(w, "POLL"):
			p.outside(start, "the event %s", w)
		default:
			p.pos = start
			p.unexpected("events such as POLLIN|POLLOUT")
		}
		if p.err != nil || !p.take("|") {
			return events
		}
	}
}
