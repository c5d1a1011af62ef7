package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// unreachableTTCP: the page knows one consequence of "destination
// unreachable", EHOSTUNREACH in the place of ETIMEDOUT. That its port is
// unreachable the remote host says itself: it refuses.
var unreachableTTCP = func() (t [16]Reaction) {
	for i := range t {
		t[i] = Reaction{Errno: spec.EHOSTUNREACH, Soft: true}
	}
	t[3] = Reaction{Errno: spec.ECONNREFUSED}
	return t
}()

// targettcp is Blunk Microsystems' TargetTCP as far as its page goes. Where it
// says nothing it is taken to be the BSD stack that it resembles.
var targettcp = Personality{
	Dialect: spec.TargetTCP,
	Inet6:   Inet6{None: true},
	Unix:    Unix{None: true},
	Stream: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckLength, CheckFamily, CheckAny, CheckListening,
		CheckConnecting, CheckConnected, CheckDead, CheckGroup,
	},
	Datagram: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckLength, CheckFamily, CheckAny,
	},
	BadDescriptor:   spec.ENOTSOCK,
	SocketType:      spec.EPROTOTYPE,
	SocketProto:     spec.EPROTONOSUPPORT,
	Import:          ImportPointer,
	Listening:       spec.EOPNOTSUPP,
	Repeat:          RepeatAlready,
	Failure:         FailureDead,
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
		ip.ForeignSource:   spec.ENETUNREACH,
		ip.GroupSource:     spec.ENETUNREACH,
		ip.OtherFamily:     spec.ENETUNREACH,
		ip.NoDevice:        spec.ENETUNREACH,
	},
	TupleTaken:        spec.EADDRINUSE,
	PortsStream:       spec.EADDRINUSE,
	PortsDgram:        spec.EADDRINUSE,
	PortsBind:         spec.EADDRINUSE,
	ConnectingSend:    spec.ENOTCONN,
	ConnectingRecv:    spec.ENOTCONN,
	SendPortZero:      spec.EINVAL,
	Unreachable:       unreachableTTCP,
	HardInSynReceived: true,
	SimultaneousReset: spec.ECONNREFUSED,
	LimitedOnLink:     true,
	PipeFirst:         true,
	ReadShutDiscards:  true,
	LateResetQuiet:    true,
	QueueDropsReset:   true,
	BacklogHalves:     2,
}
