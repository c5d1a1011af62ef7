package sock

import (
	"encoding/binary"
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// nameOut is where a call is to write an address: the pointer, and the length
// that says how much room there is; 0 stands for that of the family's address.
type nameOut struct {
	pointer spec.Pointer
	len     int32
}

func nameOutOf(c *spec.Call) nameOut { return nameOut{c.Pointer, c.AddrLen} }

// put writes a name to where the caller of a call on s wants it; dev is the
// interface that a link-local one is of. One that does not fit is cut off; the
// length told is the full one (move_addr_to_user).
func (o nameOut) put(r *spec.Result, s *Socket, name netip.AddrPort, dev uint32) spec.Errno {
	size := int32(spec.SizeofSockaddrIn)
	if s.six() {
		size = spec.SizeofSockaddrIn6
	}
	room := o.len
	if room == 0 {
		room = size
	}
	switch {
	case room < 0:
		return spec.EINVAL
	case o.pointer != spec.PointerValid:
		return spec.EFAULT
	}
	r.AddrLen = size
	if s.six() {
		r.Addr = name6(name, dev)
	} else {
		r.Addr = spec.SockaddrInet(name)
	}
	if room < size {
		cut(&r.Addr, room)
	}
	return spec.ENONE
}

// name6 is a name as AF_INET6 shows it.
func name6(name netip.AddrPort, dev uint32) spec.Sockaddr {
	a := spec.Sockaddr{Family: spec.AFInet6, Addr: netip.AddrFrom16(name.Addr().As16()), Port: name.Port()}
	if ip.NeedsScope(name.Addr()) {
		a.Scope = dev
	}
	return a
}

// cut is a name as a caller finds it that had room for so many bytes and zeros
// there before. The family is in host order: its first byte says it all.
func cut(s *spec.Sockaddr, room int32) {
	var b [spec.SizeofSockaddrIn6]byte
	at := 4
	binary.BigEndian.PutUint16(b[2:], s.Port)
	if s.Family == spec.AFInet6 {
		at = 8
		binary.NativeEndian.PutUint32(b[24:], s.Scope)
	}
	copy(b[at:], s.Addr.AsSlice())
	clear(b[min(max(room, 2), int32(len(b))):])
	s.Port, s.Scope = binary.BigEndian.Uint16(b[2:]), binary.NativeEndian.Uint32(b[24:])
	s.Addr, _ = netip.AddrFromSlice(b[at : at+s.Addr.BitLen()/8])
}

// nameCall is the result of getsockname and getpeername.
func nameCall(c *spec.Call, s *Socket, name netip.AddrPort, dev uint32) spec.Result {
	var r spec.Result
	if e := nameOutOf(c).put(&r, s, name, dev); e != spec.ENONE {
		return spec.Fail(e)
	}
	return r
}
