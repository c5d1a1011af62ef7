package judge

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// class6 is the class of an IPv6 address. One that is v4-mapped is of the class
// of what it maps: the family of the socket address tells the two apart.
func class6(a netip.Addr) model.Addr {
	switch {
	case a == script.Remote61:
		return model.AddrRemote61
	case a == script.Own6:
		return model.AddrOwn6
	case a == script.Any6:
		return model.AddrAny
	case a == script.AnyMapped:
		return model.AddrAnyMapped
	case a.Is4In6():
		return class(a.Unmap())
	}
	if c, ok := classOf[a]; ok {
		return c
	}
	return model.AddrUnknown
}

// scope is the class of a scope id.
func scope(id uint32) spec.Device {
	switch id {
	case 0:
		return spec.DeviceNone
	case script.ScopeWire:
		return spec.DeviceEth0
	case script.ScopeLoopback:
		return spec.DeviceLo
	}
	return spec.DeviceAbsent
}

var scopeIDs = [...]uint32{
	spec.DeviceNone: 0, spec.DeviceEth0: script.ScopeWire, spec.DeviceLo: script.ScopeLoopback,
	spec.DeviceAbsent: script.ScopeNowhere,
}

// sockaddr is a name that the model expects, and its length.
func (n *names) sockaddr(r *model.Return, seen uint8) (spec.Sockaddr, int32) {
	a, port := classes[r.Addr], n.number(r.Port, seen)
	if r.Family != spec.AFInet6 {
		return spec.Sockaddr{Family: spec.AFInet, Addr: a, Port: port}, spec.SizeofSockaddrIn
	}
	switch {
	case r.Addr == model.AddrAny:
		a = script.Any6
	case a.Is4():
		a = script.Mapped(a)
	}
	return spec.Sockaddr{Family: spec.AFInet6, Addr: a, Port: port, Scope: scopeIDs[r.Scope]}, spec.SizeofSockaddrIn6
}
