package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// posix takes POSIX.1-2008 at its word where it has one and makes the plainest
// choice where it leaves one: every "may fail" happens, nothing lingers.
var posix = Personality{
	Dialect: spec.POSIX,
	Inet6:   inet6POSIX,
	Unix:    unixPOSIX,
	Stream: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckListening, CheckConnecting,
		CheckConnected, CheckDead, CheckLength, CheckFamily,
	},
	Datagram: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckUnspec, CheckLength, CheckFamily, CheckAutobind,
	},
	BadDescriptor:   spec.EBADF,
	SocketType:      spec.EPROTOTYPE,
	SocketProto:     spec.EPROTONOSUPPORT,
	Import:          ImportPointer,
	ExactLength:     true,
	Listening:       spec.EOPNOTSUPP,
	Repeat:          RepeatAlready,
	Failure:         FailureFresh,
	StreamUnspec:    UnspecForeign,
	DatagramUnspec:  UnspecDissolves,
	MulticastStream: spec.ENETUNREACH,
	BroadcastStream: spec.ENETUNREACH,
	SubnetBroadcast: spec.ENETUNREACH,
	Route: [ip.ReasonCount]spec.Errno{
		ip.NoRoute:         spec.ENETUNREACH,
		ip.HostUnreachable: spec.EHOSTUNREACH,
		ip.Prohibited:      spec.ENETUNREACH,
		ip.ForeignSource:   spec.EADDRNOTAVAIL,
		ip.GroupSource:     spec.EADDRNOTAVAIL,
		ip.OtherFamily:     spec.EADDRNOTAVAIL,
		ip.NoDevice:        spec.EADDRNOTAVAIL,
	},
	TupleTaken:        spec.EADDRINUSE,
	PortsStream:       spec.EADDRNOTAVAIL,
	PortsDgram:        spec.EADDRNOTAVAIL,
	PortsBind:         spec.EADDRINUSE,
	ConnectedTo:       spec.EISCONN,
	ConnectingSend:    spec.ENOTCONN,
	ConnectingRecv:    spec.ENOTCONN,
	SendPortZero:      spec.EINVAL,
	Unreachable:       soften(unreachableLinux, 0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
	TimeExceeded:      Reaction{Errno: spec.EHOSTUNREACH, Soft: true},
	DatagramICMP:      [16]Reaction{3: {Errno: spec.ECONNREFUSED}},
	SimultaneousReset: spec.ECONNREFUSED,
	FreshPoll:         spec.PollOut | spec.PollHup,
	PipeFirst:         true,
	ReadShutDiscards:  true,
	LateResetQuiet:    true,
	ShutdownLate:      true,
	BacklogHalves:     2,
	Has:               posixFacilities,
	AcceptTimes:       true,
	LingersAlways:     true,
	LingerInterrupted: spec.EINTR, // close()
}
