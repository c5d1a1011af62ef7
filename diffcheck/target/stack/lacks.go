package stack

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// lacks refuses a script that needs what package impl does not have yet. The
// kernel and the model are held against each other on it all the same.
func lacks(s *script.Script, d spec.Dialect) error {
	for i := range s.Events {
		ev := &s.Events[i]
		switch {
		case d != spec.MacOS && ev.Kind == script.EventCall && (ev.Call.Op == spec.OpConnectx || ev.Call.Op == spec.OpDisconnectx):
			return target.Refuse(ev, "only macOS has %s", ev.Call.Op)
		case ev.Kind == script.EventCall && lacksCall(&ev.Call):
			return target.Refuse(ev, "impl has no %s yet", missing(&ev.Call))
		}
	}
	if ev := twice(s); ev != nil {
		return target.Refuse(ev, "what a dissolved AF_INET6 socket keeps of its time over IPv4 is not all in impl yet")
	}
	return nil
}

// twice finds the connect that dissolves an association in a script whose AF_INET6
// sockets have to do with IPv4.
func twice(s *script.Script) (found *script.Event) {
	six, four := false, false
	for i := range s.Events {
		ev := &s.Events[i]
		switch c := &ev.Call; {
		case ev.Kind == script.EventInject && ev.Frame.Dst.Addr().Is4():
			four = true
		case ev.Kind != script.EventCall:
		case c.Op == spec.OpSocket:
			six = six || c.Family == spec.AFInet6
		case c.Op == spec.OpConnect && c.Addr.Family == spec.AFUnspec:
			found = ev
		case c.Addr.Addr.Is4() || c.Addr.Addr.Is4In6():
			four = true
		}
	}
	if !six || !four {
		return nil
	}
	return found
}

func lacksCall(c *spec.Call) bool {
	switch c.Op {
	case spec.OpSocket:
		return c.Family == spec.AFNetlink || c.Family == spec.AFPacket || c.Protocol == spec.ProtocolMPTCP || (c.Family == spec.AFInet || c.Family == spec.AFInet6) && (c.Type == spec.SockRaw || c.Protocol == spec.ProtocolICMP)
	case spec.OpConnectx: // it asks for a Fast Open cookie
		x := c.Connectx
		return x != nil && x.Flags&spec.ConnectDataIdempotent != 0 && (x.Vector != spec.PointerNull || x.Flags&spec.ConnectResumeOnReadWrite != 0)
	case spec.OpLandlockCreate, spec.OpLandlockRestrict:
		return true
	case spec.OpGetsockopt, spec.OpSetsockopt:
		return lacksOption(c.Option)
	case spec.OpRecv, spec.OpRecvfrom:
		return c.MsgFlags&spec.MsgErrqueue != 0
	}
	return false
}

func lacksOption(o spec.SockOption) bool {
	switch o {
	case spec.IPRecverr, spec.IPMtu, spec.IPMtuDiscover,
		spec.IPOptions:
		return true
	}
	return false
}

func missing(c *spec.Call) string {
	switch c.Op {
	case spec.OpSocket:
		if c.Family != spec.AFInet && c.Family != spec.AFInet6 {
			return c.Family.String()
		}
		if c.Protocol == spec.ProtocolMPTCP {
			return c.Protocol.String()
		}
		return "raw sockets"
	case spec.OpConnectx:
		return spec.ConnectDataIdempotent.String()
	case spec.OpGetsockopt, spec.OpSetsockopt:
		return c.Option.String()
	case spec.OpRecv, spec.OpRecvfrom:
		return "MSG_ERRQUEUE"
	}
	return c.Op.String()
}
