//go:build cgo

package main

// #include <sys/epoll.h>
import "C"

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// epollEventLen is the size of a struct epoll_event, which is packed.
const epollEventLen = 12

//export connspecEpollCreate
func connspecEpollCreate(C.int) C.longlong {
	return C.longlong(current.opened(current.call(&spec.Call{Op: spec.OpEpollCreate})))
}

//export connspecEpollCtl
func connspecEpollCtl(ep, op, fd C.int, at *C.struct_epoll_event) C.longlong {
	c := spec.Call{Op: spec.OpEpollCtl, FD: current.file(int32(ep))}
	watched := spec.PollFD{FD: current.file(int32(fd))}
	switch op {
	case unix.EPOLL_CTL_ADD:
		c.EpollCmd = spec.EpollAdd
	case unix.EPOLL_CTL_MOD:
		c.EpollCmd = spec.EpollMod
	case unix.EPOLL_CTL_DEL:
		c.EpollCmd = spec.EpollDel
	default:
		return C.longlong(negative(spec.EINVAL))
	}
	key := [2]int32{c.FD, watched.FD}
	var token uint64
	if at != nil {
		raw := unsafe.Slice((*byte)(unsafe.Pointer(at)), epollEventLen)
		events := binary.NativeEndian.Uint32(raw)
		watched.Events = toPoll(int16(events))
		if events&unix.EPOLLET != 0 {
			c.EpollFlags |= spec.EpollET
		}
		if events&unix.EPOLLONESHOT != 0 {
			c.EpollFlags |= spec.EpollOneshot
		}
		token = binary.NativeEndian.Uint64(raw[4:])
	}
	c.Poll = []spec.PollFD{watched}
	r := current.call(&c)
	if !r.Failed() {
		current.mu.Lock()
		current.watched[key] = token
		current.mu.Unlock()
	}
	return C.longlong(value(r))
}

//export connspecEpollWait
func connspecEpollWait(ep C.int, at *C.struct_epoll_event, n, timeout C.int) C.longlong {
	file := current.file(int32(ep))
	r := current.call(&spec.Call{Op: spec.OpEpollWait, FD: file, Max: int32(n), Timeout: int32(timeout)})
	if r.Failed() {
		return C.longlong(negative(r.Errno))
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(at)), int(n)*epollEventLen)
	current.mu.Lock()
	defer current.mu.Unlock()
	for i, e := range r.Poll[:min(len(r.Poll), int(n))] {
		out := raw[i*epollEventLen:]
		binary.NativeEndian.PutUint32(out, uint32(uint16(fromPoll(e.Revents))))
		binary.NativeEndian.PutUint64(out[4:], current.watched[[2]int32{file, e.FD}])
	}
	return C.longlong(r.Ret)
}
