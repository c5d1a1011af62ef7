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

// importAddress is the error of copying in an address argument, before anyone
// looks at what it says.
func (l *Layer) importAddress(c *spec.Call) spec.Errno {
	n, bad := c.AddrLen, c.Pointer != spec.PointerValid
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
		if n <= sizeofSockaddrStorage && (c.Pointer == spec.PointerNull || n < sizeofFamily) {
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
