package script

import (
	"strconv"

	"github.com/connspec/connspec/spec"
)

// FormatCall prints a call as strace does, without a result; what the call
// would write through a pointer is "...".
func FormatCall(c spec.Call) string {
	b := appendArgs(nil, &c, nil)
	return string(append(b, ')'))
}

// FormatReturn prints a call with its result, as strace does.
func FormatReturn(c spec.Call, r spec.Result) string {
	b := appendArgs(nil, &c, statedFrom(&c, &r))
	b = append(b, ") = "...)
	return string(appendResult(b, &c, &r))
}

// FormatResult prints what strace prints after the "=" of a call.
func FormatResult(c spec.Call, r spec.Result) string { return string(appendResult(nil, &c, &r)) }

// statedFrom is the Want that states all of r.
func statedFrom(c *spec.Call, r *spec.Result) *Want {
	w := &Want{
		Result:  *r,
		HasAddr: returnsAddr(c.Op) && r.Addr != (spec.Sockaddr{}),
		HasOut: !r.Failed() && (c.Op == spec.OpGetsockopt || c.Op == spec.OpPoll || c.Op == spec.OpSelect || c.Op == spec.OpEpollWait ||
			c.Op == spec.OpSocketpair || c.Op == spec.OpPipe),
	}
	w.Result.Poll = revents(r.Poll)
	return w
}

func appendCallEvent(b []byte, c *spec.Call, w *Want) []byte {
	switch {
	case w == nil:
		b = appendArgs(b, c, nil)
		return append(b, ')')
	case w.Blocks && w.After == 0:
		b = appendArgs(b, c, nil)
		return append(b, " <unfinished ...>"...)
	case w.Any:
		b = appendArgs(b, c, nil)
		return append(b, ") = ?"...)
	}
	b = appendArgs(b, c, w)
	b = append(b, ") = "...)
	return appendResult(b, c, &w.Result)
}

// appendResumed prints the return of a call that had blocked.
func appendResumed(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, "<... "...)
	b = append(b, c.Op.String()...)
	b = append(b, " resumed>"...)
	if w.Any {
		return append(b, ") = ?"...)
	}
	if w.HasAddr {
		b = appendAddrOut(b, &w.Result)
	}
	b = append(b, ") = "...)
	return appendResult(b, c, &w.Result)
}

// appendArgs prints the name and the arguments of c, without the closing
// parenthesis. What the call writes back is printed where w states it.
func appendArgs(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, c.Op.String()...)
	b = append(b, '(')
	switch c.Op {
	case spec.OpSocket:
		return appendSocketArgs(b, c)
	case spec.OpSocketpair:
		return appendPairArgs(b, c, w)
	case spec.OpPoll:
		b = appendPollFDs(b, c.Poll, false)
		b = append(b, ", "...)
		b = appendInt(b, int32(len(c.Poll)))
		return appendIntArg(b, c.Timeout)
	case spec.OpOpen:
		if c.Arg&spec.OPath != 0 {
			return append(b, `"/dev/null", O_PATH`...)
		}
		return append(b, `"/dev/null", O_RDWR`...)
	case spec.OpEventfd:
		return append(b, "0, EFD_CLOEXEC"...)
	case spec.OpPipe:
		return append(appendPair(b, w), ", O_CLOEXEC"...)
	case spec.OpLandlockCreate:
		return appendRuleset(b, c)
	case spec.OpSigaction:
		return appendSigaction(b, c)
	case spec.OpSelect:
		return appendSelectArgs(b, c)
	case spec.OpEpollCreate:
		return append(b, "EPOLL_CLOEXEC"...)
	}
	b = appendInt(b, c.FD)
	switch c.Op {
	case spec.OpBind, spec.OpConnect:
		return appendAddrArg(append(b, ", "...), c)
	case spec.OpListen:
		return appendIntArg(b, c.Backlog)
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername:
		return appendAddrBack(b, c, w)
	case spec.OpGetsockopt, spec.OpSetsockopt:
		return appendSockoptArgs(b, c, w)
	case spec.OpFcntl:
		return appendFcntlArgs(b, c)
	case spec.OpShutdown:
		b = append(b, ", "...)
		if c.How > spec.ShutRdwr {
			return appendInt(b, int32(c.How))
		}
		return append(b, c.How.String()...)
	case spec.OpDup2:
		return appendIntArg(b, c.Arg)
	case spec.OpSend, spec.OpRecv, spec.OpSendto, spec.OpRecvfrom:
		return appendTransferArgs(b, c, w)
	case spec.OpEpollCtl:
		return appendEpollCtlArgs(b, c)
	case spec.OpEpollWait:
		return appendEpollWaitArgs(b, c, w)
	case spec.OpConnectx:
		return appendConnectx(b, c)
	case spec.OpDisconnectx:
		return appendDisconnectx(b, c)
	case spec.OpLandlockRestrict:
		return append(b, ", 0"...)
	}
	return b // dup, close
}

func appendInt(b []byte, n int32) []byte { return strconv.AppendInt(b, int64(n), 10) }

func appendIntArg(b []byte, n int32) []byte { return appendInt(append(b, ", "...), n) }

func appendSocketArgs(b []byte, c *spec.Call) []byte {
	b = append(b, c.Family.String()...)
	b = append(b, ", "...)
	b = append(b, c.Type.String()...)
	if c.SockFlags&spec.SockNonblock != 0 {
		b = append(b, "|SOCK_NONBLOCK"...)
	}
	b = append(b, ", "...)
	switch {
	case c.Family == spec.AFUnix || c.Family == spec.AFPacket: // whose protocols have no names here
		return appendProtocolNumber(b, c.Protocol)
	case c.Family == spec.AFNetlink && c.Protocol == 0:
		return append(b, "NETLINK_ROUTE"...)
	}
	switch c.Protocol {
	case spec.ProtocolDefault, spec.ProtocolTCP, spec.ProtocolUDP, spec.ProtocolICMP, spec.ProtocolMPTCP, spec.ProtocolRaw:
		return append(b, c.Protocol.String()...)
	}
	return appendProtocolNumber(b, c.Protocol)
}

func appendProtocolNumber(b []byte, p spec.Protocol) []byte {
	if p == spec.ProtocolMPTCP {
		return appendInt(b, mptcpNumber)
	}
	return appendInt(b, int32(p))
}

// appendAddrBack prints the address arguments of a call that fills them in.
func appendAddrBack(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, ", "...)
	switch {
	case c.Pointer == spec.PointerNull:
		return append(b, "NULL, NULL"...)
	case c.Pointer == spec.PointerUnreadable:
		b = append(b, badPointer...)
		return append(b, ", ..."...)
	case w != nil && w.HasAddr:
		return appendAddrOut(b, &w.Result)
	}
	return append(b, "..., ..."...)
}

func appendSockoptArgs(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, ", "...)
	b = append(b, c.Level.String()...)
	b = append(b, ", "...)
	b = append(b, c.Option.String()...)
	form := formOf(c.Option)
	b = append(b, ", "...)
	switch {
	case c.Op == spec.OpSetsockopt && form == formErrno:
		form = formInt
		fallthrough
	case c.Op == spec.OpSetsockopt:
		b = appendOption(b, form, c.Value)
		return appendIntArg(b, optionSizes[form])
	case w == nil || !w.HasOut:
		b = append(b, "..."...)
	default:
		b = appendOption(b, form, w.Result.Value)
	}
	b = append(b, ", ["...)
	b = appendInt(b, optionSizes[form])
	return append(b, ']')
}

// appendOptionValue prints an option's value; that of SO_ERROR by its name.
func appendOptionValue(b []byte, value int32, isErrno bool) []byte {
	if isErrno && value > 0 && value < int32(spec.ErrnoCount) {
		return append(b, spec.Errno(value).String()...)
	}
	return appendInt(b, value)
}

func appendFcntlArgs(b []byte, c *spec.Call) []byte {
	b = append(b, ", "...)
	b = append(b, c.Fcntl.String()...)
	if c.Fcntl == spec.FSetfl {
		b = append(b, ", "...)
		b = appendStatusFlags(b, c.Arg)
	}
	return b
}

// appendStatusFlags prints the file status flags that fcntl(2) takes.
func appendStatusFlags(b []byte, flags int32) []byte {
	b = append(b, [...]string{"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"}[flags&3]...)
	if flags&spec.ONonblock != 0 {
		b = append(b, "|O_NONBLOCK"...)
	}
	if rest := uint32(flags) &^ uint32(3|spec.ONonblock); rest != 0 {
		b = append(b, "|0x"...)
		b = strconv.AppendUint(b, uint64(rest), 16)
	}
	return b
}

// appendTransferArgs prints the arguments of the four calls that move data. A
// buffer of zeroes, or one to be filled, is "...", as in packetdrill.
func appendTransferArgs(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, ", "...)
	sends := c.Op == spec.OpSend || c.Op == spec.OpSendto
	if sends && !allZero(c.Buf) {
		b = appendString(b, c.Buf)
	} else {
		b = append(b, "..."...)
	}
	b = appendIntArg(b, int32(len(c.Buf)))
	b = append(b, ", "...)
	b = appendMsgFlags(b, c.MsgFlags)
	switch c.Op {
	case spec.OpSendto:
		return appendAddrArg(append(b, ", "...), c)
	case spec.OpRecvfrom:
		return appendAddrBack(b, c, w)
	}
	return b
}

func allZero(p []byte) bool {
	for _, c := range p {
		if c != 0 {
			return false
		}
	}
	return true
}

var msgFlagNames = [...]struct {
	bit  spec.MsgFlags
	name string
}{
	{spec.MsgDontwait, "MSG_DONTWAIT"}, {spec.MsgNosignal, "MSG_NOSIGNAL"}, {spec.MsgPeek, "MSG_PEEK"},
	{spec.MsgFastopen, "MSG_FASTOPEN"}, {spec.MsgErrqueue, "MSG_ERRQUEUE"},
}

func appendMsgFlags(b []byte, flags spec.MsgFlags) []byte {
	start := len(b)
	for _, f := range msgFlagNames {
		if flags&f.bit == 0 {
			continue
		}
		if len(b) > start {
			b = append(b, '|')
		}
		b = append(b, f.name...)
	}
	if len(b) == start {
		return append(b, '0')
	}
	return b
}

// appendPollFDs prints an array of struct pollfd: the events asked for, or the
// events returned.
func appendPollFDs(b []byte, fds []spec.PollFD, returned bool) []byte {
	b = append(b, '[')
	first := true
	for _, p := range fds {
		if returned && p.Revents == 0 {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(b, "{fd="...)
		b = appendInt(b, p.FD)
		if returned {
			b = append(b, ", revents="...)
			b = append(b, p.Revents.String()...)
		} else {
			b = append(b, ", events="...)
			b = append(b, p.Events.String()...)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendResult prints what follows the "=" of a call.
func appendResult(b []byte, c *spec.Call, r *spec.Result) []byte {
	switch {
	case r.Ret == -1 && r.Errno != spec.ENONE:
		b = append(b, "-1 "...)
		b = append(b, r.Errno.String()...)
		b = append(b, " ("...)
		b = append(b, r.Errno.Text()...)
		return append(b, ')')
	case c.Op == spec.OpFcntl && c.Fcntl == spec.FGetfl && r.Ret >= 0:
		b = append(b, "0x"...)
		b = strconv.AppendUint(b, uint64(r.Ret), 16)
		b = append(b, " (flags "...)
		b = appendStatusFlags(b, r.Ret)
		return append(b, ')')
	case (c.Op == spec.OpPoll || c.Op == spec.OpSelect) && r.Ret == 0:
		return append(b, "0 (Timeout)"...)
	case c.Op == spec.OpPoll && r.Ret > 0:
		b = appendInt(b, r.Ret)
		b = append(b, " ("...)
		b = appendPollFDs(b, r.Poll, true)
		return append(b, ')')
	case c.Op == spec.OpSelect && r.Ret > 0:
		b = appendInt(b, r.Ret)
		b = append(b, " ("...)
		b = appendSelected(b, r.Poll)
		return append(b, ')')
	}
	return appendInt(b, r.Ret)
}
