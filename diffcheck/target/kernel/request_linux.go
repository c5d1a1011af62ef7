package kernel

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/puppet"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// request is one system call with the memory that its arguments point to. A
// thread has one of its own, used again for each call, so that the memory
// stays while the call is blocked.
type request struct {
	op    spec.Op
	nr    uintptr
	args  [6]uintptr
	ret   uintptr
	errno syscall.Errno

	fd, arg  int32 // the script's descriptor and argument, for what follows a success
	setFlags bool  // fcntl F_SETFL
	opened   file  // what a success would open
	option   spec.SockOption
	events   []spec.PollFD // the script's
	named    bool          // the call reports an address

	addr    [sockaddrMax]byte
	addrLen uint32
	value   int32 // setsockopt: the script's
	optval  [optionMax]byte
	valLen  uint32
	pair    [2]int32
	ruleset rulesetAttr
	polls   [target.PollMax]unix.PollFd
	ready   [target.PollMax]unix.EpollEvent
	sets    *fdSets // select; nil before the first
	timeval unix.Timeval
	buffer  []byte
}

// nullPath is what open opens, from the root of the process: a file that is no
// socket.
var nullPath = [...]byte{'d', 'e', 'v', '/', 'n', 'u', 'l', 'l', 0}

// prepare fills in the request for c. unreadable is an address that faults.
func (q *request) prepare(c *spec.Call, d *descriptors, n *puppet.Naming, unreadable uintptr) {
	q.op, q.fd, q.arg, q.named = c.Op, c.FD, 0, false
	q.args = [6]uintptr{d.number(c.FD)}
	a := &q.args
	switch c.Op {
	case spec.OpSocket, spec.OpSocketpair:
		q.opened = file{family: c.Family, typ: c.Type, nonblock: c.SockFlags&spec.SockNonblock != 0, mptcp: c.Protocol == spec.ProtocolMPTCP,
			ping: c.Family == spec.AFInet && c.Type == spec.SockDgram && c.Protocol == spec.ProtocolICMP}
		typ := number(sockTypes[:], c.Type) | unix.SOCK_CLOEXEC
		if q.opened.nonblock {
			typ |= unix.SOCK_NONBLOCK
		}
		q.nr, *a = unix.SYS_SOCKET, [6]uintptr{number(families[:], c.Family), typ, protocolNumber(c.Protocol)}
		if c.Op == spec.OpSocketpair {
			q.nr, a[3] = unix.SYS_SOCKETPAIR, uintptr(unsafe.Pointer(&q.pair))
		}
	case spec.OpOpen:
		q.opened = file{}
		q.nr = unix.SYS_OPENAT
		*a = [6]uintptr{uintptr(d.root), uintptr(unsafe.Pointer(&nullPath)), unix.O_RDWR | unix.O_CLOEXEC}
		if c.Arg&spec.OPath != 0 {
			a[2] = unix.O_PATH | unix.O_CLOEXEC
		}
	case spec.OpEventfd, spec.OpPipe, spec.OpLandlockCreate, spec.OpLandlockRestrict:
		q.other(c)
	case spec.OpBind, spec.OpConnect:
		q.nr = unix.SYS_BIND
		if c.Op == spec.OpConnect {
			q.nr = unix.SYS_CONNECT
		}
		a[1], a[2] = q.address(c, n, unreadable), uintptr(c.AddrLen)
	case spec.OpListen:
		q.nr, a[1] = unix.SYS_LISTEN, uintptr(c.Backlog)
	case spec.OpAccept:
		q.opened = file{family: d.behind(c.FD).family, typ: d.behind(c.FD).typ}
		// accept4 for its SOCK_CLOEXEC alone.
		q.nr, a[3] = unix.SYS_ACCEPT4, unix.SOCK_CLOEXEC
		a[1], a[2] = q.nameArgs(c, d, unreadable)
	case spec.OpGetsockname, spec.OpGetpeername:
		q.nr = unix.SYS_GETSOCKNAME
		if c.Op == spec.OpGetpeername {
			q.nr = unix.SYS_GETPEERNAME
		}
		a[1], a[2] = q.nameArgs(c, d, unreadable)
	case spec.OpGetsockopt, spec.OpSetsockopt:
		q.sockopt(c, n)
	case spec.OpPoll:
		q.poll(c, d)
	case spec.OpSelect:
		q.selects(c, d)
	case spec.OpEpollCreate, spec.OpEpollCtl, spec.OpEpollWait:
		q.epoll(c, d)
	case spec.OpShutdown:
		q.nr, a[1] = unix.SYS_SHUTDOWN, uintptr(c.How)
	case spec.OpSend, spec.OpSendto, spec.OpRecv, spec.OpRecvfrom:
		q.transfer(c, d, n, unreadable)
	default:
		q.prepareFile(c, d)
	}
}

// prepareFile is prepare for the calls that any file takes.
func (q *request) prepareFile(c *spec.Call, d *descriptors) {
	a := &q.args
	switch c.Op {
	case spec.OpFcntl:
		q.nr, a[1], a[2] = unix.SYS_FCNTL, number(fcntlCmds[:], c.Fcntl), uintptr(c.Arg)
		q.arg, q.setFlags = c.Arg, c.Fcntl == spec.FSetfl
	case spec.OpDup:
		q.nr, a[1], a[2] = unix.SYS_FCNTL, unix.F_DUPFD_CLOEXEC, target.FirstFD
	case spec.OpDup2:
		q.dup2(c, d)
	case spec.OpClose:
		q.nr = unix.SYS_CLOSE
		if d.reserving && d.open(c.FD) {
			// A close that does not give the number away.
			q.nr = unix.SYS_DUP3
			*a = [6]uintptr{uintptr(d.gone), uintptr(d.real[c.FD]), unix.O_CLOEXEC}
		}
	}
}

// dup2 makes dup2 onto a number that the script has free a dup: which number
// of the process that is does not matter.
func (q *request) dup2(c *spec.Call, d *descriptors) {
	q.arg = c.Arg
	switch {
	case c.Arg == c.FD:
		// dup3 refuses what dup2 allows: one number twice.
		q.nr, q.args[1] = unix.SYS_FCNTL, unix.F_GETFD
	case c.Arg >= 0 && !d.open(c.Arg):
		q.nr, q.args[1], q.args[2] = unix.SYS_FCNTL, unix.F_DUPFD_CLOEXEC, target.FirstFD
	default:
		q.nr, q.args[1], q.args[2] = unix.SYS_DUP3, d.number(c.Arg), unix.O_CLOEXEC
	}
}

func (q *request) address(c *spec.Call, n *puppet.Naming, unreadable uintptr) uintptr {
	switch c.Pointer {
	case spec.PointerNull:
		return 0
	case spec.PointerUnreadable:
		return unreadable
	}
	s := n.RealSockaddr(c.Op, c.Addr)
	putSockaddr(&q.addr, &s)
	return uintptr(unsafe.Pointer(&q.addr))
}

// nameArgs are the two pointers of a call that reports an address. A length
// that the script leaves out is that of an address of the socket's family.
func (q *request) nameArgs(c *spec.Call, d *descriptors, unreadable uintptr) (addr, length uintptr) {
	if c.Pointer == spec.PointerNull {
		return 0, 0
	}
	q.named = true
	q.addr = [sockaddrMax]byte{}
	q.addrLen = spec.SizeofSockaddrIn
	switch d.behind(c.FD).family {
	case spec.AFInet6:
		q.addrLen = spec.SizeofSockaddrIn6
	case spec.AFUnix:
		q.addrLen = sizeofSockaddrUn
	}
	if c.AddrLen != 0 {
		q.addrLen = uint32(min(c.AddrLen, sockaddrMax))
	}
	addr = uintptr(unsafe.Pointer(&q.addr))
	if c.Pointer == spec.PointerUnreadable {
		addr = unreadable
	}
	return addr, uintptr(unsafe.Pointer(&q.addrLen))
}

func (q *request) poll(c *spec.Call, d *descriptors) {
	for i, p := range c.Poll {
		q.polls[i] = unix.PollFd{Fd: int32(d.number(p.FD)), Events: toPoll(p.Events)}
	}
	q.events = c.Poll
	q.nr = unix.SYS_POLL
	q.args = [6]uintptr{uintptr(unsafe.Pointer(&q.polls)), uintptr(len(c.Poll)), uintptr(c.Timeout)}
}

func (q *request) transfer(c *spec.Call, d *descriptors, n *puppet.Naming, unreadable uintptr) {
	if q.buffer == nil {
		q.buffer = make([]byte, target.BufferMax)
	}
	a := &q.args
	a[1], a[2] = uintptr(unsafe.Pointer(&q.buffer[0])), uintptr(len(c.Buf))
	a[3] = sendFlags(c.MsgFlags)
	switch c.Op {
	case spec.OpRecv:
		q.nr = unix.SYS_RECVFROM
	case spec.OpRecvfrom:
		q.nr = unix.SYS_RECVFROM
		a[4], a[5] = q.nameArgs(c, d, unreadable)
	default:
		// Without MSG_NOSIGNAL an EPIPE would come with a signal to diffcheck.
		q.nr, a[3] = unix.SYS_SENDTO, a[3]|unix.MSG_NOSIGNAL
		copy(q.buffer, c.Buf)
		if c.Op == spec.OpSendto {
			a[4], a[5] = q.address(c, n, unreadable), uintptr(c.AddrLen)
		}
	}
}

// mayBlock reports whether the call can put its thread to sleep.
func (q *request) mayBlock(c *spec.Call, d *descriptors) bool {
	f := d.behind(c.FD)
	switch c.Op {
	case spec.OpPoll, spec.OpSelect, spec.OpEpollWait:
		return c.Timeout != 0
	case spec.OpClose:
		return f.lingers
	case spec.OpDup2:
		return d.behind(c.Arg).lingers
	case spec.OpConnect:
		return f.typ != 0 && !f.nonblock && f.typ != spec.SockDgram
	case spec.OpSend, spec.OpSendto:
		// A datagram waits for buffer space only, and that is free again when
		// its frame has passed.
		return f.typ != 0 && !f.nonblock && c.MsgFlags&spec.MsgDontwait == 0 &&
			!f.inetDgram()
	case spec.OpRecv, spec.OpRecvfrom:
		return f.typ != 0 && !f.nonblock && c.MsgFlags&spec.MsgDontwait == 0
	case spec.OpAccept:
		return f.typ != 0 && !f.nonblock
	}
	return false
}

// triesMax is how often a call is made that signals interrupt.
const triesMax = 100

// run makes the call on the calling thread, which must not be put to sleep. A
// signal of the runtime that is pending ends even a poll that does not wait.
func (q *request) run() {
	for range triesMax {
		q.ret, _, q.errno = syscall.RawSyscall6(q.nr, q.args[0], q.args[1], q.args[2], q.args[3], q.args[4], q.args[5])
		if q.errno != unix.EINTR {
			return
		}
	}
}

// result reads what the call gave back and keeps the script's descriptors.
func (q *request) result(d *descriptors, n *puppet.Naming) (r spec.Result, err error) {
	if q.errno != 0 {
		e, ok := spec.ErrnoFromNumber(spec.SystemLinux, int(q.errno))
		if !ok {
			return r, fmt.Errorf("kernel: %s gave errno %d, which package spec has no name for", q.op, int(q.errno))
		}
		return spec.Fail(e), nil
	}
	r.Ret = int32(q.ret)
	switch q.op {
	case spec.OpSocket, spec.OpOpen, spec.OpAccept, spec.OpDup, spec.OpEpollCreate, spec.OpEventfd, spec.OpLandlockCreate:
		if r.Ret, err = q.open(d, q.ret); err != nil {
			return r, err
		}
	case spec.OpSocketpair, spec.OpPipe:
		for i, real := range q.pair {
			if r.Pair[i], err = q.open(d, uintptr(real)); err != nil {
				return r, err
			}
		}
	case spec.OpDup2:
		q.duplicated(d)
		r.Ret = q.arg
	case spec.OpClose:
		r.Ret = 0
		d.remove(q.fd, q.nr == unix.SYS_DUP3)
	case spec.OpFcntl:
		if !q.setFlags {
			r.Ret = fromFlags(r.Ret)
		} else if d.open(q.fd) {
			d.files[d.which[q.fd]].nonblock = q.arg&spec.ONonblock != 0
		}
	case spec.OpGetsockopt:
		r.Value, err = q.optionValue(n)
	case spec.OpSetsockopt:
		if q.option == spec.SoLinger && d.open(q.fd) {
			d.files[d.which[q.fd]].lingers = q.value > 0
		}
	case spec.OpSelect:
		r.Poll = q.selected()
	case spec.OpEpollWait:
		r.Poll = q.waited()
	case spec.OpPoll:
		r.Poll = q.polled()
	}
	if q.named {
		r.Addr, r.AddrLen = n.CanonSockaddr(q.op, getSockaddr(&q.addr, int(q.addrLen))), int32(q.addrLen)
	}
	return r, err
}

// detach gives up the descriptor of a close that blocks: the kernel has taken
// it away before it waits.
func (q *request) detach(d *descriptors) {
	if q.op == spec.OpClose {
		d.remove(q.fd, q.nr == unix.SYS_DUP3)
		q.fd = -1
	}
}

// open gives a new descriptor of the process the script's lowest free number.
func (q *request) open(d *descriptors, real uintptr) (int32, error) {
	fd := d.free()
	if fd < 0 {
		unix.Close(int(real))
		return 0, fmt.Errorf("more than %d descriptors open at once", len(d.real)-target.FirstFD)
	}
	switch {
	case q.op != spec.OpDup:
		d.add(fd, real, q.opened)
	case d.open(q.fd):
		d.share(q.fd, fd, real)
	default: // of 0, 1 or 2
		d.add(fd, real, file{})
	}
	return fd, nil
}

// duplicated follows a successful dup2.
func (q *request) duplicated(d *descriptors) {
	real := q.ret
	switch {
	case q.arg == q.fd:
		return
	case d.open(q.arg):
		d.orphan(q.arg)
		real = uintptr(d.real[q.arg])
	}
	if d.open(q.fd) {
		d.share(q.fd, q.arg, real)
		return
	}
	d.add(q.arg, real, file{})
}

func (q *request) polled() []spec.PollFD {
	out := make([]spec.PollFD, len(q.events))
	copy(out, q.events)
	for i := range out {
		out[i].Revents = fromPoll(q.polls[i].Revents)
	}
	return out
}
