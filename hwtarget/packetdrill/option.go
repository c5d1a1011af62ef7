//go:build cgo

package main

// #include <sys/socket.h>
import "C"

import (
	"encoding/binary"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// harmless are options that a script may set though the host does not have them: what
// it sends does not depend on them.
var harmless = map[option]bool{
	{unix.SOL_SOCKET, unix.SO_MARK}:     true,
	{unix.SOL_SOCKET, unix.SO_PRIORITY}: true,
	{unix.SOL_IP, unix.IP_FREEBIND}:     true,
}

// settings are those that package spec has no names for.
var settings = map[option]impl.Setting{
	{unix.SOL_SOCKET, unix.SO_SNDBUF}: impl.SendBuffer,
	{unix.SOL_SOCKET, unix.SO_RCVBUF}: impl.ReceiveBuffer,
	{unix.SOL_TCP, unix.TCP_CORK}:     impl.Cork,
	{unix.SOL_TCP, unix.TCP_MAXSEG}:   impl.MaxSegment,
}

// adjust sets one of settings.
func (p *process) adjust(fd int32, o impl.Setting, value int32) (e spec.Errno) {
	p.stage.Look(func(now time.Duration, h *impl.Host) { e = h.Adjust(now, fd, o, int(value)) })
	return e
}

// readSetting reads one that the host tells of its connections.
func (p *process) readSetting(fd int32, o option) (v int, ok bool) {
	file := p.file(fd)
	p.stage.Look(func(now time.Duration, h *impl.Host) {
		info, found := h.TCPInfo(now, file)
		if ok = found; o == (option{unix.SOL_TCP, unix.TCP_MAXSEG}) {
			v = info.SndMSS
			return
		}
		ok = false
	})
	return v, ok
}

//export connspecSetsockopt
func connspecSetsockopt(fd, level, name C.int, at unsafe.Pointer, n C.socklen_t) C.longlong {
	c := spec.Call{Op: spec.OpSetsockopt, FD: current.file(int32(fd))}
	o, known := options[option{int(level), int(name)}]
	switch {
	case c.FD < 0:
		return C.longlong(negative(spec.EBADF))
	case at == nil:
		return C.longlong(negative(spec.EFAULT))
	case harmless[option{int(level), int(name)}]:
		return 0
	}
	if level == unix.SOL_TCP {
		current.tune() // some are only to be had if a sysctl says so
	}
	raw := unsafe.Slice((*byte)(at), int(n))
	if setting, ok := settings[option{int(level), int(name)}]; ok && len(raw) >= 4 {
		return C.longlong(negative(current.adjust(c.FD, setting, int32(binary.NativeEndian.Uint32(raw)))))
	}
	c.Level, c.Option = o.level, o.name
	switch {
	case !known:
		return C.longlong(negative(spec.ENOPROTOOPT))
	case o.name == spec.SoLinger && len(raw) >= 8:
		if c.Value = -1; binary.NativeEndian.Uint32(raw) != 0 {
			c.Value = int32(binary.NativeEndian.Uint32(raw[4:]))
		}
	case (o.name == spec.SoSndtimeo || o.name == spec.SoRcvtimeo) && len(raw) >= 16:
		c.Value = int32(binary.NativeEndian.Uint64(raw)*1000 + binary.NativeEndian.Uint64(raw[8:])/1000)
	case len(raw) >= 4:
		c.Value = int32(binary.NativeEndian.Uint32(raw))
	default:
		return C.longlong(negative(spec.EINVAL))
	}
	return C.longlong(value(current.call(&c)))
}

//export connspecGetsockopt
func connspecGetsockopt(fd, level, name C.int, at unsafe.Pointer, n *C.socklen_t) C.longlong {
	if at == nil || n == nil {
		return C.longlong(negative(spec.EFAULT))
	}
	raw := unsafe.Slice((*byte)(at), int(*n))
	switch (option{int(level), int(name)}) {
	case option{unix.SOL_TCP, unix.TCP_INFO}:
		info, ok := current.tcpInfo(int32(fd))
		if !ok {
			return C.longlong(negative(spec.ENOPROTOOPT))
		}
		*n = C.socklen_t(copy(raw, info))
		return 0
	case option{unix.SOL_TCP, unix.TCP_CC_INFO}, option{unix.SOL_SOCKET, unix.SO_MEMINFO}: // scripts ask, and look at nothing of them
		clear(raw)
		return 0
	}
	o, known := options[option{int(level), int(name)}]
	if !known {
		v, ok := current.readSetting(int32(fd), option{int(level), int(name)})
		if !ok || len(raw) < 4 {
			return C.longlong(negative(spec.ENOPROTOOPT))
		}
		binary.NativeEndian.PutUint32(raw, uint32(v))
		*n = 4
		return 0
	}
	r := current.call(&spec.Call{Op: spec.OpGetsockopt, FD: current.file(int32(fd)), Level: o.level, Option: o.name})
	if r.Failed() {
		return C.longlong(negative(r.Errno))
	}
	v := r.Value
	if o.name == spec.SoError {
		v = int32(-negative(spec.Errno(r.Value)))
	}
	if len(raw) < 4 {
		return C.longlong(negative(spec.EINVAL))
	}
	binary.NativeEndian.PutUint32(raw, uint32(v))
	*n = 4
	return 0
}
