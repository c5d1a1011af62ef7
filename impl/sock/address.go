package sock

import (
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// Bounds of an address argument.
const (
	sizeofFamily          = 2
	sizeofSockaddrStorage = 128
	sizeofSockaddrMax     = 255 // SOCK_MAXADDRLEN: sa_len is one byte on BSD
)

// argument is how a call passes an address: the pointer and the length.
type argument struct {
	pointer spec.Pointer
	len     int32
}

func argumentOf(c *spec.Call) argument { return argument{c.Pointer, c.AddrLen} }

// importAddress is the error of copying in an address, before anyone looks at
// what it says.
func (l *Layer) importAddress(a argument) spec.Errno {
	n, bad := a.len, a.pointer != spec.PointerValid
	switch l.p.Import {
	case personality.ImportLinux:
		if n < 0 || n > sizeofSockaddrStorage {
			return spec.EINVAL
		}
		if n > 0 && bad {
			return spec.EFAULT
		}
	case personality.ImportXNU:
		if n < 0 || n > sizeofSockaddrMax {
			return spec.ENAMETOOLONG
		}
		if n <= sizeofSockaddrStorage && (a.pointer == spec.PointerNull || n < sizeofFamily) {
			return spec.EINVAL
		}
		if bad {
			return spec.EFAULT
		}
	case personality.ImportBSD:
		if n < 0 || n > sizeofSockaddrMax {
			return spec.ENAMETOOLONG
		}
		if n < sizeofFamily {
			return spec.EINVAL
		}
		if bad {
			return spec.EFAULT
		}
	case personality.ImportPointer:
		if bad {
			return spec.EFAULT
		}
	}
	return spec.ENONE
}

// lengthError is the error of an address length that does not fit sockaddr_in.
func (l *Layer) lengthError(n int32) spec.Errno {
	if n < spec.SizeofSockaddrIn || l.p.ExactLength && n != spec.SizeofSockaddrIn {
		return spec.EINVAL
	}
	return spec.ENONE
}
