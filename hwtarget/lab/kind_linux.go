package lab

import "golang.org/x/sys/unix"

func (k RouteKind) rtn() uint8 {
	return [...]uint8{unix.RTN_UNICAST, unix.RTN_UNREACHABLE, unix.RTN_PROHIBIT, unix.RTN_BLACKHOLE, unix.RTN_THROW}[k]
}
