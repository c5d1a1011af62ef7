package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// unreachableBSD is FreeBSD's inetctlerrmap: like XNU's, but unreachable nets
// and hosts are EHOSTUNREACH.
var unreachableBSD = soften([16]Reaction{
	{Errno: spec.EHOSTUNREACH}, {Errno: spec.EHOSTUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ECONNREFUSED},
	{Errno: spec.EMSGSIZE}, {Errno: spec.EHOSTUNREACH}, {Errno: spec.EHOSTUNREACH}, {Errno: spec.EHOSTUNREACH},
	{Errno: spec.EHOSTUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ECONNREFUSED}, {Errno: spec.EHOSTUNREACH},
	{Errno: spec.EHOSTUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.EHOSTUNREACH}, {Errno: spec.EHOSTUNREACH},
}, 0, 1, 5, 6, 7, 8, 11, 12, 14, 15)

// osx is BSD as the 1993 page describes it and its descendants keep it:
// kern_connectat, soconnectat, tcp_usr_connect, in_pcbconnect_setup.
var osx = Personality{
	Dialect: spec.OSX,
	Inet6:   inet6BSD,
	Unix:    unixOSX,
	Stream: [ChecksMax]Check{
		CheckImport, CheckDescriptor, CheckSocket, CheckConnecting, CheckListening, CheckConnected,
		CheckLength, CheckGroup, CheckDead, CheckFamily, CheckAutobind, CheckPort,
	},
	Datagram: [ChecksMax]Check{
		CheckImport, CheckDescriptor, CheckSocket, CheckDissolve, CheckLength, CheckFamily, CheckPort,
	},
	BadDescriptor:   spec.EBADF,
	SocketType:      spec.EPROTOTYPE,
	SocketProto:     spec.EPROTONOSUPPORT,
	Import:          ImportBSD,
	ExactLength:     true,
	Listening:       spec.EOPNOTSUPP,
	Repeat:          RepeatAlready,
	Failure:         FailureDropped,
	StreamUnspec:    UnspecForeign,
	DatagramUnspec:  UnspecForeign,
	ZeroSource:      true,
	MulticastStream: spec.EAFNOSUPPORT,
	BroadcastStream: spec.EACCES,
	SubnetBroadcast: spec.EACCES,
	BroadcastPeer:   true,
	PortZero:        spec.EADDRNOTAVAIL,
	AnyIsPrimary:    true,
	HalfOpens:       true,
	Route: [ip.ReasonCount]spec.Errno{
		ip.NoRoute:         spec.ENETUNREACH,
		ip.HostUnreachable: spec.EHOSTUNREACH,
		ip.Prohibited:      spec.EHOSTUNREACH,
		ip.ForeignSource:   spec.EADDRNOTAVAIL,
		ip.GroupSource:     spec.EADDRNOTAVAIL,
		ip.OtherFamily:     spec.EADDRNOTAVAIL,
		ip.NoDevice:        spec.EADDRNOTAVAIL,
	},
	TupleTaken:        spec.EADDRINUSE,
	PortsStream:       spec.EADDRNOTAVAIL,
	PortsDgram:        spec.EADDRNOTAVAIL,
	PortsBind:         spec.EADDRNOTAVAIL,
	SharedDgram:       spec.EADDRINUSE,
	ConnectedTo:       spec.EISCONN,
	ConnectingSend:    spec.ENOTCONN,
	SendPortZero:      spec.EADDRNOTAVAIL,
	Unreachable:       unreachableBSD,
	TimeExceeded:      Reaction{Errno: spec.EHOSTUNREACH},
	ParameterProblem:  Reaction{Errno: spec.ENOPROTOOPT, Soft: true},
	ProblemCodes:      2, // icmp_input
	DatagramICMP:      hard(unreachableBSD),
	DatagramExceeded:  Reaction{Errno: spec.EHOSTUNREACH},
	DatagramProblem:   Reaction{Errno: spec.ENOPROTOOPT},
	SoftDrops:         true,
	SimultaneousReset: spec.ECONNREFUSED,
	ReuseExact:        true,
	BacklogHalves:     3,
	ReleasesPort:      true,
	ForgetsError:      true,
	QueueDropsReset:   true,
	ReadShutDiscards:  true,
	DirectedLimited:   true,
	QuietEnd:          true,
	DataFirst:         true,
	EmptyReadReturns:  true,
	FlushOnShut:       true,
	AcceptInherits:    true,
	LateRefusal:       true,
	SendExactly:       true,
	PeekKeepsError:    true,
	PipeFirst:         true,
	LimitedOnLink:     true,
	BindBound:         true,
	Has:               bsdFacilities,
	LingerOver:        spec.EAGAIN, // EWOULDBLOCK of tsleep in soclose
	LingerInterrupted: spec.EINTR,
	Poll:              PollQuiet,
}
