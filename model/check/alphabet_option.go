package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stimuli of options: one at a time on each socket, so that they do not
// multiply; what two of them do to each other is for scopes that say so.

// unset: a socket without an option.
func unset(_ *Scope, _ *model.World, s *model.Socket) bool {
	const options = model.CanBcast | model.Reuse | model.ReusePort | model.Nodelay | model.Keepalive | model.LatePort | model.FastConnect
	return s.Flags&options == 0 && s.Linger == 0 && s.Dev == spec.DeviceNone && s.SndTimeo == 0 && s.RcvTimeo == 0 && s.UserTimeout == 0 && s.SynCount == 0
}

// idle: a socket that has not been bound or connected.
func idle(_ *Scope, _ *model.World, s *model.Socket) bool { return s.State() == model.StateUnbound }

// values are the calls that set an option to one of several.
func values(o spec.SockOption, level spec.SockLevel, all ...int32) []stimulus {
	var list []stimulus
	for _, v := range all {
		list = append(list, option(o, level, v))
	}
	return list
}

// everyOption sets each option to the values that rules tell apart, and reads it.
func everyOption() (set, get []stimulus) {
	set = join(
		values(spec.SoLinger, spec.SolSocket, -1, 0, 1, 300), values(spec.SoReuseport, spec.SolSocket, 0, 1), values(spec.SoKeepalive, spec.SolSocket, 0, 1),
		values(spec.IPBindAddressNoPort, spec.SolIP, 0, 1), values(spec.IPLocalPortRange, spec.SolIP, 0, 1, 2, 3), values(spec.TCPSyncnt, spec.SolTCP, 0, 1, 2, 128), values(spec.TCPUserTimeout, spec.SolTCP, 0, some, some+1),
		values(spec.SoSndtimeo, spec.SolSocket, 0, some, some+1), values(spec.SoRcvtimeo, spec.SolSocket, 0, some, some+1),
		values(spec.SoBindtodevice, spec.SolSocket, int32(spec.DeviceNone), int32(spec.DeviceLo), int32(spec.DeviceEth0), int32(spec.DeviceAbsent)),
		values(spec.TCPFastopen, spec.SolTCP, -1, 0, 1), values(spec.TCPFastopenConnect, spec.SolTCP, 0, 1, 2), values(spec.TCPFastopenNoCookie, spec.SolTCP, 1, 2), values(spec.IPv6V6only, spec.SolIPv6, 0, 1),
	)
	for o := spec.SockOption(1); o < spec.SockOptionCount; o++ {
		for _, l := range []spec.SockLevel{spec.SolSocket, spec.SolTCP, spec.SolIP, spec.SolIPv6} {
			get = append(get, odd(model.Call{Op: spec.OpGetsockopt, Level: l, Option: o}))
		}
	}
	return set, get
}

// ends are the ways in which the last descriptor of a connection goes: close, and
// dup2 of another onto it.
func ends() []stimulus {
	return []stimulus{closes, onSocket("dup2 onto another", model.Call{Op: spec.OpDup2, Value: toOther}).only(func(_ *Scope, w *model.World, s *model.Socket) bool {
		_, sockets := holds(w)
		return s.Kind == model.KindDgram && sockets > 1
	})}
}

// onlyPort changes the range of ports to one, and back.
func ranges() []stimulus {
	return []stimulus{change(model.Label{Change: model.PortsOne}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { return !w.Env.Narrow && slots(w) > 0 }),
		change(model.Label{Change: model.PortsMany}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool { return w.Env.Narrow })}
}
