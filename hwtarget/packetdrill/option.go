//go:build cgo

package main

// #include <sys/socket.h>
import "C"

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// harmless are options that a script may set though the host does not have them: what
// it sends does not depend on them.
var harmless = map[option]bool{
	{unix.SOL_SOCKET, unix.SO_MARK}:     true,
	{unix.SOL_SOCKET, unix.SO_PRIORITY}: true,
	{unix.SOL_IP, unix.IP_FREEBIND}:     true,
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
	case !known:
		return C.longlong(negative(spec.ENOPROTOOPT))
	}
	raw := unsafe.Slice((*byte)(at), int(n))
	c.Level, c.Option = o.level, o.name
	switch {
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
	o, known := options[option{int(level), int(name)}]
	if !known {
		return C.longlong(negative(spec.ENOPROTOOPT))
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
