package stack

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// lacks refuses a script that needs what package impl does not have yet. The
// kernel and the model are held against each other on it all the same.
func lacks(s *script.Script) error {
	var seen encounters
	for i := range s.Events {
		ev := &s.Events[i]
		switch {
		case seen.again(ev):
			return target.Refuse(ev, "in virtual time the numbers of two connections within the host between the same names do not rise")
		case ev.Kind == script.EventSignal:
			return target.Refuse(ev, "impl has no signals yet")
		case ev.Kind == script.EventEnv && ev.Env.Kind == script.EnvFile:
			return target.Refuse(ev, "impl has no file system yet")
		case ev.Kind == script.EventInject && (ev.Frame.Proto == script.ProtoICMP6 || ev.Frame.Dst.Addr().Is6()):
			return target.Refuse(ev, "impl has no IPv6 yet")
		case ev.Kind == script.EventCall && lacksCall(&ev.Call):
			return target.Refuse(ev, "impl has no %s yet", missing(&ev.Call))
		}
	}
	return nil
}

// encounters are the connections that a script makes within the host from ports that
// bind has named, or that are all there are, since time last passed: initial sequence
// numbers go by the clock, and with none between them a SYN over TIME-WAIT is an old
// one (RFC 6528).
type encounters struct {
	narrow bool // the range of ports was changed
	// bound are the ports that bind has named, the first and the latest: which
	// bind succeeded is not known here.
	bound [script.FDsMax][2]uint16
	made  [script.EventsMax / 64]encounter
	count int
}

type encounter struct {
	from, to uint16
	anew     bool // bind has named the port once more since
}

// again takes an event in, and says whether it makes such a connection once more.
func (e *encounters) again(ev *script.Event) bool {
	if ev.Delay > 0 {
		e.count = 0
	}
	e.narrow = e.narrow || ev.Kind == script.EventEnv && ev.Env.Kind == script.EnvSysctl
	c := &ev.Call
	if ev.Kind != script.EventCall || c.FD < 0 || c.FD >= script.FDsMax {
		return false
	}
	switch c.Op {
	case spec.OpBind:
		if e.bound[c.FD][0] == 0 {
			e.bound[c.FD][0] = c.Addr.Port
		}
		e.bound[c.FD][1] = c.Addr.Port
		for i := range e.made[:e.count] {
			e.made[i].anew = e.made[i].anew || e.made[i].from == c.Addr.Port
		}
	case spec.OpClose:
		e.bound[c.FD] = [2]uint16{}
	case spec.OpConnect:
		if c.Addr.Addr.IsLoopback() || c.Addr.Addr.IsUnspecified() || c.Addr.Addr == script.Own {
			from := e.bound[c.FD]
			return e.meets(from[0], c.Addr.Port) || from[1] != from[0] && e.meets(from[1], c.Addr.Port)
		}
	}
	return false
}

// meets notes a connection, and says whether there was one between the two ports.
func (e *encounters) meets(from, to uint16) bool {
	if from == 0 && !e.narrow {
		return false
	}
	for _, m := range e.made[:e.count] {
		if m.from == from && m.to == to && (m.anew || from == 0) {
			return true
		}
	}
	if e.count < len(e.made) {
		e.made[e.count] = encounter{from: from, to: to}
		e.count++
	}
	return false
}

func lacksCall(c *spec.Call) bool {
	switch c.Op {
	case spec.OpSocket:
		return c.Family == spec.AFUnix || c.Family == spec.AFInet6 || c.Family == spec.AFNetlink || c.Family == spec.AFPacket || c.Protocol == spec.ProtocolMPTCP || c.Family == spec.AFInet && (c.Type == spec.SockRaw || c.Protocol == spec.ProtocolICMP)
	case spec.OpSigaction, spec.OpSelect, spec.OpEpollCreate, spec.OpEpollCtl, spec.OpEpollWait, spec.OpSocketpair, spec.OpConnectx, spec.OpDisconnectx,
		spec.OpEventfd, spec.OpPipe, spec.OpLandlockCreate, spec.OpLandlockRestrict:
		return true
	case spec.OpOpen:
		return c.Arg&spec.OPath != 0
	case spec.OpPoll:
		return c.Timeout > 0 // a wait that time ends
	case spec.OpGetsockopt, spec.OpSetsockopt:
		return lacksOption(c.Option)
	case spec.OpSend, spec.OpSendto:
		return c.MsgFlags&spec.MsgFastopen != 0
	case spec.OpRecv, spec.OpRecvfrom:
		return c.MsgFlags&spec.MsgErrqueue != 0
	}
	return false
}

func lacksOption(o spec.SockOption) bool {
	switch o {
	case spec.SoSndtimeo, spec.SoRcvtimeo, spec.SoLinger, spec.SoBindtodevice, spec.SoReuseport, spec.SoKeepalive,
		spec.IPBindAddressNoPort, spec.IPLocalPortRange, spec.IPRecverr, spec.IPMtu, spec.IPMtuDiscover, spec.TCPSyncnt, spec.TCPUserTimeout,
		spec.TCPFastopen, spec.TCPFastopenConnect, spec.TCPFastopenNoCookie,
		spec.SoPasscred, spec.SoPasspidfd, spec.IPOptions,
		spec.IPv6V6only:
		return true
	}
	return false
}

func missing(c *spec.Call) string {
	switch c.Op {
	case spec.OpSocket:
		if c.Family != spec.AFInet {
			return c.Family.String()
		}
		if c.Protocol == spec.ProtocolMPTCP {
			return c.Protocol.String()
		}
		return "raw sockets"
	case spec.OpOpen:
		return "O_PATH"
	case spec.OpPoll:
		return "poll with a timeout"
	case spec.OpGetsockopt, spec.OpSetsockopt:
		return c.Option.String()
	case spec.OpSend, spec.OpSendto:
		return "MSG_FASTOPEN"
	case spec.OpRecv, spec.OpRecvfrom:
		return "MSG_ERRQUEUE"
	}
	return c.Op.String()
}
