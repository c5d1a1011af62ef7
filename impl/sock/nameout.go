package sock

import (
	"encoding/binary"
	"net/netip"

	"github.com/connspec/connspec/spec"
)

// nameOut is where a call is to write an address: the pointer, and the length
// that says how much room there is; 0 stands for that of sockaddr_in.
type nameOut struct {
	pointer spec.Pointer
	len     int32
}

func nameOutOf(c *spec.Call) nameOut { return nameOut{c.Pointer, c.AddrLen} }

// put writes a name to where the caller wants it. One that does not fit is cut
// off; the length told is the full one (move_addr_to_user).
func (o nameOut) put(r *spec.Result, name netip.AddrPort) spec.Errno {
	room := o.len
	if room == 0 {
		room = spec.SizeofSockaddrIn
	}
	switch {
	case room < 0:
		return spec.EINVAL
	case o.pointer != spec.PointerValid:
		return spec.EFAULT
	}
	r.AddrLen = spec.SizeofSockaddrIn
	r.Addr = spec.SockaddrInet(name)
	if room < spec.SizeofSockaddrIn {
		r.Addr = cut(name, room)
	}
	return spec.ENONE
}

// cut is a name as a caller finds it that had room for so many bytes and zeros
// there before. The family is in host order: its first byte says it all.
func cut(name netip.AddrPort, room int32) spec.Sockaddr {
	var b [6]byte
	binary.BigEndian.PutUint16(b[0:], name.Port())
	a := name.Addr().As4()
	copy(b[2:], a[:])
	clear(b[min(max(room-2, 0), 6):])
	return spec.Sockaddr{
		Family: spec.AFInet, Port: binary.BigEndian.Uint16(b[0:]), Addr: netip.AddrFrom4([4]byte(b[2:])),
	}
}

// nameCall is the result of getsockname and getpeername.
func nameCall(c *spec.Call, name netip.AddrPort) spec.Result {
	var r spec.Result
	if e := nameOutOf(c).put(&r, name); e != spec.ENONE {
		return spec.Fail(e)
	}
	return r
}
