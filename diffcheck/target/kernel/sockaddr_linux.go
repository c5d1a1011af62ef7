package kernel

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// sockaddrMax is more than the kernel ever reads of an address
// (sizeof(struct sockaddr_storage) is 128).
const sockaddrMax = 256

// sizeofSockaddrUn is sizeof(struct sockaddr_un).
const sizeofSockaddrUn = 110

// putSockaddr writes s as the kernel wants it and gives its true length. What
// connect must not look at, sin_zero and whatever is behind an address of the
// Internet, is not zero.
func putSockaddr(b *[sockaddrMax]byte, s *spec.Sockaddr) int {
	*b = rubbish
	binary.NativeEndian.PutUint16(b[:], uint16(number(families[:], s.Family)))
	switch s.Family {
	case spec.AFNetlink:
		clear(b[2:sizeofSockaddrNl])
		return sizeofSockaddrNl
	case spec.AFUnix:
		clear(b[2:])
		return spec.OffsetofSunPath + copy(b[spec.OffsetofSunPath:], s.Path)
	case spec.AFInet6:
		clear(b[4:24]) // sin6_flowinfo, and an address that was left out
		binary.BigEndian.PutUint16(b[2:], s.Port)
		if s.Addr.IsValid() {
			a := s.Addr.As16()
			copy(b[8:], a[:])
		}
		binary.NativeEndian.PutUint32(b[24:], s.Scope)
		return spec.SizeofSockaddrIn6
	}
	clear(b[4:8])
	binary.BigEndian.PutUint16(b[2:], s.Port)
	if s.Addr.Is4() {
		a := s.Addr.As4()
		copy(b[4:], a[:])
	}
	return spec.SizeofSockaddrIn
}

// sizeofSockaddrNl is sizeof(struct sockaddr_nl).
const sizeofSockaddrNl = 12

// rubbish fills what an address leaves out.
var rubbish = func() (b [sockaddrMax]byte) {
	for i := range b {
		b[i] = 0xa5
	}
	return b
}()

// getSockaddr reads the n bytes that the kernel wrote.
func getSockaddr(b *[sockaddrMax]byte, n int) (s spec.Sockaddr) {
	n = min(n, len(b))
	if n < 2 {
		return s
	}
	switch binary.NativeEndian.Uint16(b[:]) {
	case unix.AF_INET:
		if n < spec.SizeofSockaddrIn {
			return s
		}
		return spec.Sockaddr{Family: spec.AFInet, Addr: netip.AddrFrom4([4]byte(b[4:8])), Port: binary.BigEndian.Uint16(b[2:])}
	case unix.AF_INET6:
		if n < spec.SizeofSockaddrIn6 {
			return s
		}
		return spec.Sockaddr{
			Family: spec.AFInet6, Addr: netip.AddrFrom16([16]byte(b[8:24])), Port: binary.BigEndian.Uint16(b[2:]),
			Scope: binary.NativeEndian.Uint32(b[24:28]),
		}
	case unix.AF_UNIX:
		path := b[2:n]
		if len(path) > 0 && path[0] != 0 {
			for i, c := range path {
				if c == 0 {
					path = path[:i]
					break
				}
			}
		}
		return spec.Sockaddr{Family: spec.AFUnix, Path: string(path)}
	}
	return s
}
