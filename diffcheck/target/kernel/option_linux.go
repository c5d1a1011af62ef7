package kernel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/puppet"
	"github.com/connspec/connspec/spec"
)

// optionMax is the longest value of an option: a struct timeval, or a name of
// IFNAMSIZ bytes.
const optionMax = 16

// sockopt prepares getsockopt and setsockopt.
func (q *request) sockopt(c *spec.Call, n *puppet.Naming) {
	q.option = c.Option
	q.optval = [optionMax]byte{}
	value := c.Value
	if c.Option == spec.IPLocalPortRange {
		value = eachPort(value, n.RealChoice)
	}
	size := putOption(&q.optval, c.Option, value)
	q.args[1], q.args[2] = number(sockLevels[:], c.Level), number(sockOptions[:], c.Option)
	q.args[3] = uintptr(unsafe.Pointer(&q.optval))
	if c.Op == spec.OpSetsockopt {
		q.nr, q.args[4], q.value = unix.SYS_SETSOCKOPT, size, c.Value
		return
	}
	q.valLen = uint32(size)
	q.nr, q.args[4] = unix.SYS_GETSOCKOPT, uintptr(unsafe.Pointer(&q.valLen))
}

// putOption writes the value as the kernel takes it and gives its size.
func putOption(b *[optionMax]byte, o spec.SockOption, value int32) (size uintptr) {
	native := binary.NativeEndian
	switch o {
	case spec.SoSndtimeo, spec.SoRcvtimeo:
		native.PutUint64(b[:], uint64(value/1000))
		native.PutUint64(b[8:], uint64(value%1000*1000))
		return 16
	case spec.SoLinger:
		if value >= 0 {
			native.PutUint32(b[:], 1)
			native.PutUint32(b[4:], uint32(value))
		}
		return 8
	case spec.SoBindtodevice:
		copy(b[:], spec.Device(value).String())
		return optionMax
	case spec.IPOptions:
		return uintptr(copy(b[:], spec.LooseSourceRoute))
	}
	native.PutUint32(b[:], uint32(value))
	return 4
}

// eachPort translates a range of one port; others are the same everywhere.
func eachPort(value int32, translate func(uint16) uint16) int32 {
	low, high := uint16(value), uint16(uint32(value)>>16)
	if low != high || low == 0 {
		return value
	}
	low = translate(low)
	return int32(uint32(low)<<16 | uint32(low))
}

// optionValue reads what the kernel wrote.
func (q *request) optionValue(n *puppet.Naming) (int32, error) {
	native := binary.NativeEndian
	value := int32(native.Uint32(q.optval[:]))
	switch q.option {
	case spec.SoType:
		if t := slices.Index(sockTypes[:], uintptr(value)); t >= 0 {
			value = int32(t)
		}
	case spec.SoError:
		e, ok := spec.ErrnoFromNumber(spec.SystemLinux, int(value))
		if !ok {
			return 0, fmt.Errorf("kernel: SO_ERROR is %d, which package spec has no name for", value)
		}
		return int32(e), nil
	case spec.SoSndtimeo, spec.SoRcvtimeo:
		return int32(native.Uint64(q.optval[:])*1000 + native.Uint64(q.optval[8:])/1000), nil
	case spec.SoLinger:
		if value == 0 {
			return -1, nil
		}
		return int32(native.Uint32(q.optval[4:])), nil
	case spec.SoBindtodevice:
		name, _, _ := bytes.Cut(q.optval[:min(q.valLen, optionMax)], []byte{0})
		d, ok := spec.ParseDevice(string(name))
		if !ok {
			return 0, fmt.Errorf("kernel: SO_BINDTODEVICE is %q, which package spec has no name for", name)
		}
		return int32(d), nil
	case spec.IPLocalPortRange:
		return eachPort(value, n.CanonChoice), nil
	}
	return value, nil
}
