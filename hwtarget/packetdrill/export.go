//go:build cgo

package main

/*
#cgo LDFLAGS: -ldl
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
*/
import "C"

import (
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// The functions that shim.c calls, each with the arguments of its system call. What
// they return is that of the call, or the negative number of its error.

//export connspecInit
func connspecInit(flags *C.char) {
	text := ""
	if flags != nil {
		text = C.GoString(flags)
	}
	p, err := newProcess(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, "connspec:", err)
		os.Exit(1)
	}
	current = p
}

//export connspecFree
func connspecFree() { current = nil }

//export connspecSocket
func connspecSocket(domain, typ, protocol C.int) C.longlong {
	c := spec.Call{Op: spec.OpSocket, Family: spec.AFUnknown, Protocol: spec.ProtocolTest}
	if f, ok := families[int(domain)]; ok {
		c.Family = f
	}
	if typ&unix.SOCK_NONBLOCK != 0 {
		c.SockFlags = spec.SockNonblock
	}
	c.Type = sockTypes[int(typ)&0xf]
	if n, ok := protocols[int(protocol)]; ok {
		c.Protocol = n
	}
	current.tune()
	return C.longlong(current.opened(current.call(&c)))
}

// addressed puts an address argument into a call.
func addressed(c *spec.Call, at unsafe.Pointer, n C.socklen_t) {
	c.AddrLen = int32(n)
	if at == nil {
		c.Pointer = spec.PointerNull
		return
	}
	c.Addr = toSockaddr(unsafe.Slice((*byte)(at), min(int(n), 128)))
}

//export connspecBind
func connspecBind(fd C.int, at unsafe.Pointer, n C.socklen_t) C.longlong {
	c := spec.Call{Op: spec.OpBind, FD: current.file(int32(fd))}
	addressed(&c, at, n)
	return C.longlong(value(current.call(&c)))
}

//export connspecConnect
func connspecConnect(fd C.int, at unsafe.Pointer, n C.socklen_t) C.longlong {
	current.tune()
	c := spec.Call{Op: spec.OpConnect, FD: current.file(int32(fd))}
	addressed(&c, at, n)
	return C.longlong(value(current.call(&c)))
}

//export connspecListen
func connspecListen(fd, backlog C.int) C.longlong {
	current.tune()
	return C.longlong(value(current.call(&spec.Call{Op: spec.OpListen, FD: current.file(int32(fd)), Backlog: int32(backlog)})))
}

// written writes an address that a call gave back where its caller wants it.
func written(a spec.Sockaddr, at unsafe.Pointer, n *C.socklen_t) {
	if at == nil || n == nil {
		return
	}
	raw := fromSockaddr(a)
	copy(unsafe.Slice((*byte)(at), int(*n)), raw)
	*n = C.socklen_t(len(raw))
}

//export connspecAccept
func connspecAccept(fd C.int, at unsafe.Pointer, n *C.socklen_t) C.longlong {
	r := current.call(&spec.Call{Op: spec.OpAccept, FD: current.file(int32(fd))})
	if !r.Failed() {
		written(r.Addr, at, n)
	}
	return C.longlong(current.opened(r))
}

// bufferMax bounds what one call moves.
const bufferMax = 16 << 20

//export connspecRecv
func connspecRecv(fd C.int, buf unsafe.Pointer, n C.size_t, flags C.int, at unsafe.Pointer, length *C.socklen_t) C.longlong {
	into, peek := make([]byte, min(n, bufferMax)), buf == nil && n != 0
	if peek { // nothing is taken where it cannot be put
		flags |= unix.MSG_PEEK
	}
	r := current.call(&spec.Call{Op: spec.OpRecvfrom, FD: current.file(int32(fd)), Buf: into, MsgFlags: toMessageFlags(int(flags))})
	if r.Failed() {
		return C.longlong(negative(r.Errno))
	}
	if peek && r.Ret > 0 {
		return C.longlong(negative(spec.EFAULT))
	}
	copy(unsafe.Slice((*byte)(buf), n), into[:r.Ret])
	written(r.Addr, at, length)
	return C.longlong(r.Ret)
}

// vectors are the buffers of a struct iovec.
func vectors(at unsafe.Pointer, n C.int) (all [][]byte, size int) {
	for _, v := range unsafe.Slice((*C.struct_iovec)(at), max(int(n), 0)) {
		all = append(all, unsafe.Slice((*byte)(v.iov_base), int(v.iov_len)))
		size += int(v.iov_len)
	}
	return all, size
}

//export connspecRecvv
func connspecRecvv(fd C.int, vector unsafe.Pointer, n, flags C.int) C.longlong {
	all, size := vectors(vector, n)
	into := make([]byte, min(size, bufferMax))
	r := current.call(&spec.Call{Op: spec.OpRecv, FD: current.file(int32(fd)), Buf: into, MsgFlags: toMessageFlags(int(flags))})
	if r.Failed() {
		return C.longlong(negative(r.Errno))
	}
	rest := into[:r.Ret]
	for _, b := range all {
		rest = rest[copy(b, rest):]
	}
	return C.longlong(r.Ret)
}

// send sends bytes that are Go's own.
func send(fd C.int, data []byte, flags C.int, at unsafe.Pointer, length C.socklen_t) C.longlong {
	c := spec.Call{Op: spec.OpSend, FD: current.file(int32(fd)), Buf: data, MsgFlags: toMessageFlags(int(flags))}
	if c.MsgFlags&spec.MsgFastopen != 0 {
		current.tune()
	}
	if at != nil {
		c.Op = spec.OpSendto
		addressed(&c, at, length)
	}
	return C.longlong(value(current.call(&c)))
}

//export connspecSend
func connspecSend(fd C.int, buf unsafe.Pointer, n C.size_t, flags C.int, at unsafe.Pointer, length C.socklen_t) C.longlong {
	if buf == nil && n != 0 {
		return C.longlong(negative(spec.EFAULT))
	}
	return send(fd, append([]byte(nil), unsafe.Slice((*byte)(buf), min(n, bufferMax))...), flags, at, length)
}

//export connspecSendv
func connspecSendv(fd C.int, vector unsafe.Pointer, n, flags C.int, at unsafe.Pointer, length C.socklen_t) C.longlong {
	all, size := vectors(vector, n)
	data := make([]byte, 0, min(size, bufferMax))
	for _, b := range all {
		data = append(data, b[:min(len(b), bufferMax-len(data))]...)
	}
	return send(fd, data, flags, at, length)
}

//export connspecFcntl
func connspecFcntl(fd, cmd, arg C.int) C.longlong {
	c := spec.Call{Op: spec.OpFcntl, FD: current.file(int32(fd)), Arg: int32(arg)}
	switch cmd {
	case unix.F_GETFL:
		c.Fcntl = spec.FGetfl
	case unix.F_SETFL:
		c.Fcntl = spec.FSetfl
	default:
		return C.longlong(negative(spec.EINVAL))
	}
	return C.longlong(value(current.call(&c)))
}

//export connspecIoctl
func connspecIoctl(fd C.int, request C.ulong, arg *C.int) C.longlong {
	if request != unix.SIOCINQ {
		return C.longlong(negative(spec.EINVAL))
	}
	r := current.call(&spec.Call{
		Op: spec.OpRecv, FD: current.file(int32(fd)), Buf: make([]byte, bufferMax), MsgFlags: spec.MsgPeek | spec.MsgDontwait,
	})
	if r.Failed() && r.Errno != spec.EAGAIN {
		return C.longlong(negative(r.Errno))
	}
	*arg = C.int(max(r.Ret, 0))
	return 0
}

//export connspecClose
func connspecClose(fd C.int) C.longlong { return C.longlong(current.close(int32(fd))) }

//export connspecShutdown
func connspecShutdown(fd, how C.int) C.longlong {
	c := spec.Call{Op: spec.OpShutdown, FD: current.file(int32(fd))}
	switch how {
	case unix.SHUT_RD:
		c.How = spec.ShutRd
	case unix.SHUT_WR:
		c.How = spec.ShutWr
	case unix.SHUT_RDWR:
		c.How = spec.ShutRdwr
	default:
		return C.longlong(negative(spec.EINVAL))
	}
	return C.longlong(value(current.call(&c)))
}

//export connspecPoll
func connspecPoll(at *C.struct_pollfd, n C.nfds_t, timeout C.int) C.longlong {
	fds := unsafe.Slice(at, int(n))
	c := spec.Call{Op: spec.OpPoll, Timeout: int32(timeout)}
	for i := range fds {
		c.Poll = append(c.Poll, spec.PollFD{FD: current.file(int32(fds[i].fd)), Events: toPoll(int16(fds[i].events))})
	}
	r := current.call(&c)
	for i := range r.Poll {
		fds[i].revents = C.short(fromPoll(r.Poll[i].Revents))
	}
	return C.longlong(value(r))
}

//export connspecInject
func connspecInject(packet unsafe.Pointer, n C.size_t) {
	current.stage.Inject(unsafe.Slice((*byte)(packet), n))
}

//export connspecReceive
func connspecReceive(buf unsafe.Pointer, n *C.size_t, at *C.longlong) {
	p, ok := current.stage.Receive()
	if !ok {
		*n = 0
		return
	}
	*n = C.size_t(copy(unsafe.Slice((*byte)(buf), int(*n)), p.Data))
	*at = C.longlong((epoch + p.At) / time.Microsecond)
}

//export connspecSleep
func connspecSleep(us C.uint) { current.stage.Sleep(time.Duration(us) * time.Microsecond) }

//export connspecNow
func connspecNow() C.longlong { return C.longlong(current.now()) }

//export connspecOwns
func connspecOwns(fd C.int) C.int {
	if current != nil && current.file(int32(fd)) >= 0 {
		return 1
	}
	return 0
}
