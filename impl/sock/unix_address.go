package sock

import (
	"strings"

	"github.com/connspec/connspec/spec"
)

// sizeofSockaddrUn is the room for a name where a call does not say how much it
// has.
const sizeofSockaddrUn = 110

// unixAddress is an address argument as AF_UNIX reads it.
type unixAddress struct {
	family   spec.Family
	len      int32
	name     string // a path without what is behind its NUL, or an abstract name
	abstract bool
}

// unixAddress reads the address of a call: as many bytes as it says are there,
// zeros where it gave fewer.
func (l *Layer) unixAddress(c *spec.Call) unixAddress {
	a := unixAddress{family: c.Addr.Family, len: c.AddrLen}
	room := int(c.AddrLen) - spec.OffsetofSunPath
	if room <= 0 {
		return a
	}
	a.name = c.Addr.Path[:min(len(c.Addr.Path), room)]
	if a.abstract = l.p.Unix.Abstract && (a.name == "" || a.name[0] == 0); a.abstract {
		a.name += strings.Repeat("\x00", room-len(a.name))
		return a
	}
	a.name, _, _ = strings.Cut(a.name, "\x00")
	return a
}

// addressError is why an address is none of AF_UNIX (unix_validate_addr).
func (l *Layer) unixAddressError(a *unixAddress) spec.Errno {
	p := &l.p.Unix
	switch {
	case a.len <= spec.OffsetofSunPath: // unp_connect and unp_bind look at the length first
		return spec.EINVAL
	case a.family != spec.AFUnix && !(p.UnspecIsUnix && a.family == spec.AFUnspec):
		return p.Foreign
	case a.len > p.LengthMax:
		return spec.EINVAL
	}
	return spec.ENONE
}

// findUnix is the socket behind an address, if it is of type t (unix_find_other;
// unp_connect).
func (l *Layer) findUnix(a *unixAddress, t spec.SockType) (int32, spec.Errno) {
	if a.abstract {
		if n := l.abstract[unixKey{t, a.name}]; n != 0 {
			return n, spec.ENONE
		}
		return 0, spec.ECONNREFUSED
	}
	file, e := l.fs.Lookup(a.name)
	if e != spec.ENONE {
		return 0, e
	}
	return l.unixBehind(file, t)
}

// name tells who an AF_UNIX socket is; n may be 0 for one that never had a name.
func (l *Layer) putUnix(o nameOut, r *spec.Result, n int32) spec.Errno {
	name, length := "", l.p.Unix.Noname
	if n != 0 {
		if u := l.unixes.at(n); u.name != "" {
			name, length = u.name, u.nameLen
		}
	}
	room := o.len
	if room == 0 {
		room = sizeofSockaddrUn
	}
	switch {
	case room < 0:
		return spec.EINVAL
	case o.pointer != spec.PointerValid:
		return spec.EFAULT
	}
	r.AddrLen = length
	r.Addr = spec.Sockaddr{Family: spec.AFUnix, Path: cutName(name, length, room)}
	return spec.ENONE
}

// cutName is a name as a caller finds it that had room for so many bytes of the
// address and zeros there before.
func cutName(name string, length, room int32) string {
	if name == "" || room >= spec.OffsetofSunPath+int32(len(name)) {
		return name
	}
	name = name[:max(room-spec.OffsetofSunPath, 0)]
	if name == "" || name[0] == 0 {
		name += strings.Repeat("\x00", int(length)-spec.OffsetofSunPath-len(name))
	}
	return name
}

// nameUnix is the result of getsockname and getpeername.
func (l *Layer) nameUnix(c *spec.Call, n int32) spec.Result {
	var r spec.Result
	if e := l.putUnix(nameOutOf(c), &r, n); e != spec.ENONE {
		return spec.Fail(e)
	}
	return r
}

// getpeernameUnix tells the peer, dead or alive as the system has it.
func (l *Layer) getpeernameUnix(s *Socket, c *spec.Call) spec.Result {
	u := l.unixOf(s)
	switch {
	case l.p.PeerlessInvalid && s.shut == shutBoth:
		return spec.Fail(spec.EINVAL)
	case u.peer == 0, u.over && !l.p.Unix.PeerStays:
		return spec.Fail(spec.ENOTCONN)
	}
	return l.nameUnix(c, u.peer)
}
