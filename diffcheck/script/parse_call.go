package script

import (
	"math"
	"strings"

	"github.com/connspec/connspec/spec"
)

// callReaders read the arguments of each call, after the opening parenthesis,
// up to the last one. write and read are names of send and recv.
var callReaders = map[string]struct {
	op   spec.Op
	read func(*parser, *Event)
}{
	"socket":      {spec.OpSocket, (*parser).readSocket},
	"bind":        {spec.OpBind, (*parser).readNamed},
	"connect":     {spec.OpConnect, (*parser).readNamed},
	"listen":      {spec.OpListen, (*parser).readListen},
	"accept":      {spec.OpAccept, (*parser).readAddrBack},
	"getsockname": {spec.OpGetsockname, (*parser).readAddrBack},
	"getpeername": {spec.OpGetpeername, (*parser).readAddrBack},
	"getsockopt":  {spec.OpGetsockopt, (*parser).readGetsockopt},
	"setsockopt":  {spec.OpSetsockopt, (*parser).readSetsockopt},
	"fcntl":       {spec.OpFcntl, (*parser).readFcntl},
	"poll":        {spec.OpPoll, (*parser).readPoll},
	"shutdown":    {spec.OpShutdown, (*parser).readShutdown},
	"send":        {spec.OpSend, (*parser).readTransfer},
	"sendto":      {spec.OpSendto, (*parser).readTransfer},
	"recv":        {spec.OpRecv, (*parser).readTransfer},
	"recvfrom":    {spec.OpRecvfrom, (*parser).readTransfer},
	"write":       {spec.OpSend, (*parser).readPlainTransfer},
	"read":        {spec.OpRecv, (*parser).readPlainTransfer},
	"dup":         {spec.OpDup, (*parser).readDescriptor},
	"dup2":        {spec.OpDup2, (*parser).readDup2},
	"close":       {spec.OpClose, (*parser).readDescriptor},
	"open":        {spec.OpOpen, (*parser).readOpen},

	"rt_sigaction":  {spec.OpSigaction, (*parser).readSigaction},
	"sigaction":     {spec.OpSigaction, (*parser).readSigaction},
	"select":        {spec.OpSelect, (*parser).readSelect},
	"epoll_create1": {spec.OpEpollCreate, (*parser).readEpollCreate},
	"epoll_ctl":     {spec.OpEpollCtl, (*parser).readEpollCtl},
	"epoll_wait":    {spec.OpEpollWait, (*parser).readEpollWait},
	"socketpair":    {spec.OpSocketpair, (*parser).readSocketpair},
	"connectx":      {spec.OpConnectx, (*parser).readConnectx},
	"disconnectx":   {spec.OpDisconnectx, (*parser).readDisconnectx},
	"eventfd2":      {spec.OpEventfd, (*parser).readEventfd},
	"pipe2":         {spec.OpPipe, (*parser).readPipe},

	"landlock_create_ruleset": {spec.OpLandlockCreate, (*parser).readRuleset},
	"landlock_restrict_self":  {spec.OpLandlockRestrict, (*parser).readRestrict},
}

// callsElsewhere are calls that packetdrill or strace would print and that
// connspec does not make.
var callsElsewhere = map[string]bool{
	"accept4": true, "cap_set": true, "epoll_create": true, "epoll_pwait": true, "ioctl": true, "openat": true, "pipe": true, "ppoll": true, "landlock_add_rule": true,
	"psp_rx_assoc": true, "psp_tx_assoc": true, "readv": true, "recvmmsg": true, "recvmsg": true,
	"sendfile": true, "sendmmsg": true, "sendmsg": true,
	"splice": true, "writev": true, "icmp_sendto": true,
	"setrlimit": true, "prctl": true, "mmap": true, "pselect6": true, "dup3": true, "sctp_sendmsg": true,
}

// parseCall reads a call and the outcome that the script states for it.
func (p *parser) parseCall(e *Event) {
	p.skip()
	start := p.pos
	name := p.word()
	reader, ok := callReaders[name]
	switch {
	case p.err != nil:
		return
	case name == "":
		p.unexpected(`a call such as connect, a frame after "<" or ">", or a command in backticks`)
		return
	case callsElsewhere[name]:
		p.outside(start, "the call %s", name)
		return
	case !ok:
		p.failf(start, "a call such as socket, bind, connect, listen, accept, poll, send or close", "unknown call %q", name)
		return
	}
	e.Kind = EventCall
	e.Call.Op = reader.op
	p.unfinished = false
	p.expect("(")
	stated := Want{}
	e.Want = &stated
	reader.read(p, e)
	p.takeUnfinished()
	if !p.unfinished {
		p.expect(")")
		p.takeUnfinished()
	}
	switch {
	case p.unfinished:
		e.Want = &Want{Blocks: true}
	case p.take("="):
		p.readResult(&e.Call, e.Want)
	default:
		e.Want = nil
	}
}

// takeUnfinished passes over strace's mark of a call that has not returned.
func (p *parser) takeUnfinished() {
	if !p.unfinished && p.take("<unfinished ...>") {
		p.unfinished = true
	}
}

// comma passes over a comma; it reports whether another argument follows it,
// which is not so where strace broke the call off.
func (p *parser) comma() bool {
	p.takeUnfinished()
	if p.unfinished {
		return false
	}
	p.expect(",")
	p.takeUnfinished()
	return p.err == nil && !p.unfinished
}

// parseResumed reads the return of a call that had blocked, after "<...". What
// strace printed in its middle is passed over, but for a socket address.
func (p *parser) parseResumed(e *Event) {
	p.skip()
	start := p.pos
	name := p.word()
	reader, ok := callReaders[name]
	if !ok {
		p.failf(start, "the name of a call", "unknown call %q", name)
		return
	}
	if !p.takeWord("resumed") {
		p.unexpected(`"resumed>"`)
	}
	p.expect(">")
	e.Kind = EventExpect
	e.Call.Op = reader.op
	e.Want = &Want{}
	for p.err == nil && !p.at(")") {
		switch {
		case p.take(","), p.take("..."):
		case p.at("{") && returnsAddr(reader.op):
			e.Want.Result.Addr = p.sockaddr()
			e.Want.HasAddr = true
			p.expect(",")
			e.Want.Result.AddrLen = p.addrLenBack()
		case p.at(`"`):
			p.quoted()
		case p.at("-"), p.atNumber():
			p.int32("an argument")
		case p.word() != "", p.take("|"):
		default:
			p.unexpected(`")"`)
		}
	}
	p.expect(")")
	p.expect("=")
	p.readResult(&e.Call, e.Want)
}

func (p *parser) readDescriptor(e *Event) { e.Call.FD = p.int32("a descriptor") }

func (p *parser) readSocket(e *Event) {
	e.Call.Family = p.domain()
	if p.comma() {
		e.Call.Type, e.Call.SockFlags = p.sockType()
	}
	if p.comma() {
		e.Call.Protocol = p.protocol()
	}
}

// readNamed reads bind and connect.
func (p *parser) readNamed(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.readAddr(&e.Call)
	}
}

func (p *parser) readListen(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		e.Call.Backlog = p.int32("a backlog")
	}
}

func (p *parser) readDup2(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		e.Call.Arg = p.int32("a descriptor")
	}
}

func (p *parser) readShutdown(e *Event) {
	p.readDescriptor(e)
	if !p.comma() {
		return
	}
	if p.atNumber() {
		e.Call.How = spec.ShutHow(p.number(0, 255, "SHUT_RD, SHUT_WR, SHUT_RDWR or a number"))
		return
	}
	start := p.pos
	switch w := p.word(); w {
	case "SHUT_RD":
		e.Call.How = spec.ShutRd
	case "SHUT_WR":
		e.Call.How = spec.ShutWr
	case "SHUT_RDWR":
		e.Call.How = spec.ShutRdwr
	default:
		p.pos = start
		p.unexpected("SHUT_RD, SHUT_WR or SHUT_RDWR")
	}
}

func (p *parser) readOpen(e *Event) {
	p.skip()
	start := p.pos
	if name := p.quoted(); p.err == nil && string(name) != "/dev/null" {
		p.outside(start, "a file other than /dev/null")
	}
	if p.comma() {
		e.Call.Arg = p.statusFlags() & spec.OPath
	}
	if p.at(",") && p.comma() {
		p.number(0, math.MaxInt32, "a file mode")
	}
}

func (p *parser) readFcntl(e *Event) {
	p.readDescriptor(e)
	if !p.comma() {
		return
	}
	p.skip()
	start := p.pos
	switch w := p.word(); {
	case w == "F_GETFL":
		e.Call.Fcntl = spec.FGetfl
	case w == "F_SETFL":
		e.Call.Fcntl = spec.FSetfl
		if p.comma() {
			e.Call.Arg = p.statusFlags()
		}
	case strings.HasPrefix(w, "F_"):
		p.outside(start, "fcntl with %s", w)
	default:
		p.pos = start
		p.unexpected("F_GETFL or F_SETFL")
	}
}

func (p *parser) readPoll(e *Event) {
	start := p.pos
	fds, returned := p.pollFDs()
	if p.comma() {
		if n := p.int32("the number of entries"); p.err == nil && int(n) != len(fds) {
			p.failf(start, "as many as poll is told", "%d entries for poll and a count of %d", len(fds), n)
		}
	}
	if p.comma() {
		e.Call.Timeout = p.int32("a timeout in milliseconds")
	}
	// packetdrill states the events returned within the argument.
	if returned {
		e.Want.HasOut = true
		e.Want.Result.Poll = revents(fds)
	}
	for i := range fds {
		fds[i].Revents = 0
	}
	e.Call.Poll = fds
}

// revents keeps the entries with events returned, and only those events.
func revents(fds []spec.PollFD) []spec.PollFD {
	var out []spec.PollFD
	for _, f := range fds {
		if f.Revents != 0 {
			out = append(out, spec.PollFD{FD: f.FD, Revents: f.Revents})
		}
	}
	return out
}

// readPlainTransfer reads write and read.
func (p *parser) readPlainTransfer(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.readBuffer(e)
	}
}

// readTransfer reads send, recv, sendto and recvfrom.
func (p *parser) readTransfer(e *Event) {
	p.readPlainTransfer(e)
	if p.comma() {
		e.Call.MsgFlags = p.msgFlags()
	}
	switch e.Call.Op {
	case spec.OpSendto:
		if p.comma() {
			p.readAddr(&e.Call)
		}
	case spec.OpRecvfrom:
		if p.comma() {
			p.readBack(e)
		}
	}
}

// readBuffer reads a buffer and its length.
func (p *parser) readBuffer(e *Event) {
	p.skip()
	start := p.pos
	var data []byte
	padded := true
	switch {
	case p.take("..."):
	case p.at(`"`):
		data = p.quoted()
		padded = p.take("...")
	default:
		p.word()
		p.outside(start, "a buffer that is a bad pointer")
	}
	if !p.comma() {
		return
	}
	n := int(p.number(0, BufferMax, "a length"))
	receives := e.Call.Op == spec.OpRecv || e.Call.Op == spec.OpRecvfrom
	if p.err == nil && !padded && !receives && n > len(data) {
		p.failf(start, `"..." after the string, or its length`, "a string of %d bytes with a length of %d", len(data), n)
		return
	}
	if p.err != nil || n == 0 {
		return
	}
	e.Call.Buf = make([]byte, n)
	if !receives {
		copy(e.Call.Buf, data)
	}
}

// readAddrBack reads accept, getsockname and getpeername.
func (p *parser) readAddrBack(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.readBack(e)
	}
}

// readBack reads the address and length that a call writes back.
func (p *parser) readBack(e *Event) {
	switch {
	case p.take("..."):
	case p.takeWord("NULL"):
		e.Call.Pointer = spec.PointerNull
	case p.at("{"):
		e.Want.Result.Addr = p.sockaddr()
		e.Want.HasAddr = true
	default:
		p.number(1, math.MaxInt64, `"...", an address, NULL or a pointer`)
		e.Call.Pointer = spec.PointerUnreadable
	}
	if p.comma() {
		e.Want.Result.AddrLen = p.addrLenBack()
	}
	if !e.Want.HasAddr {
		e.Want.Result.AddrLen = 0
	}
}
