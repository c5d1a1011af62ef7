package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// unreachableTTCP: the page knows one consequence of a "destination
// unreachable", EHOSTUNREACH in the place of ETIMEDOUT; a refused port is the
// refusal of the remote host.
var unreachableTTCP = func() (t [16]Reaction) {
	for i := range t {
		t[i] = Reaction{Errno: spec.EHOSTUNREACH, Soft: true}
	}
	t[3] = Reaction{Errno: spec.ECONNREFUSED}
	t[4] = Reaction{}
	return t
}()

// targettcp is Blunk Microsystems' TargetTCP as far as its page goes.
var targettcp = Personality{
	Dialect: spec.TargetTCP,
	Stream: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckLength, CheckFamily, CheckAny, CheckListening,
		CheckConnecting, CheckConnected, CheckDead, CheckGroup,
	},
	Datagram: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckLength, CheckFamily, CheckAny, CheckAutobind,
	},
	BadDescriptor:   spec.ENOTSOCK,
	Import:          ImportPointer,
	Listening:       spec.EOPNOTSUPP,
	Repeat:          RepeatAlready,
	Failure:         FailureFresh,
	StreamUnspec:    UnspecForeign,
	DatagramUnspec:  UnspecForeign,
	MulticastStream: spec.EADDRNOTAVAIL,
	BroadcastStream: spec.EADDRNOTAVAIL,
	SubnetBroadcast: spec.EADDRNOTAVAIL,
	BroadcastPeer:   true,
	PortZero:        spec.EDESTADDRREQ,
	Route: [ip.ReasonCount]spec.Errno{
		ip.NoRoute:         spec.ENETUNREACH,
		ip.HostUnreachable: spec.ENETUNREACH,
		ip.Prohibited:      spec.ENETUNREACH,
		ip.MartianSource:   spec.ENETUNREACH,
		ip.ForeignSource:   spec.ENETUNREACH,
	},
	TupleTaken:        spec.EADDRINUSE,
	PortsStream:       spec.EADDRINUSE,
	PortsDgram:        spec.EADDRINUSE,
	PortsBind:         spec.EADDRINUSE,
	ConnectingIO:      spec.ENOTCONN,
	Unreachable:       unreachableTTCP,
	DatagramICMP:      [16]Reaction{3: {Errno: spec.ECONNREFUSED}},
	SimultaneousReset: spec.ECONNREFUSED,
	FreshPoll:         spec.PollOut | spec.PollHup,
	BacklogHalves:     2,
}
