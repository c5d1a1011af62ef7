package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// unreachableXNU is inetctlerrmap by way of icmp_input's code table: five
// kinds of net and host unreachable collapse into ENETUNREACH, which is soft,
// while refusals end an attempt (tcp_notify, icmp_may_rst).
var unreachableXNU = soften([16]Reaction{
	{Errno: spec.ENETUNREACH}, {Errno: spec.ENETUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ECONNREFUSED},
	{Errno: spec.EMSGSIZE}, {Errno: spec.ENETUNREACH}, {Errno: spec.ENETUNREACH}, {Errno: spec.ENETUNREACH},
	{Errno: spec.ENETUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ENETUNREACH},
	{Errno: spec.ENETUNREACH}, {Errno: spec.ECONNREFUSED}, {Errno: spec.ENETUNREACH}, {Errno: spec.ENETUNREACH},
}, 0, 1, 5, 6, 7, 8, 11, 12, 14, 15)

// macos is xnu-11417: connect_nocancel, connectit, soconnectlock and
// tcp_usr_connect or udp_connect.
var macos = Personality{
	Dialect: spec.MacOS,
	Inet6:   inet6XNU,
	Unix:    unixMacOS,
	Stream: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckUnspec, CheckConnecting, CheckListening,
		CheckConnected, CheckDead, CheckForeign, CheckGroup, CheckAutobind, CheckLength, CheckFamily, CheckPort,
	},
	Datagram: [ChecksMax]Check{
		CheckDescriptor, CheckSocket, CheckImport, CheckDissolve, CheckLength, CheckFamily,
		CheckPort,
	},
	BadDescriptor:   spec.EBADF,
	SocketType:      spec.EPROTONOSUPPORT,
	SocketProto:     spec.EPROTOTYPE,
	BindNull:        spec.EDESTADDRREQ,
	BindGroup:       spec.EAFNOSUPPORT,
	Import:          ImportXNU,
	ExactLength:     true,
	Listening:       spec.EOPNOTSUPP,
	Repeat:          RepeatConnected,
	Failure:         FailureDead,
	StreamUnspec:    UnspecAsInet,
	DatagramUnspec:  UnspecForeign,
	ZeroSource:      true,
	StaleError:      true,
	MulticastStream: spec.EAFNOSUPPORT,
	BroadcastStream: spec.EAFNOSUPPORT,
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
	},
	TupleTaken:        spec.EADDRINUSE,
	PortsStream:       spec.EADDRNOTAVAIL,
	PortsDgram:        spec.EADDRNOTAVAIL,
	PortsBind:         spec.EADDRNOTAVAIL,
	SelfStream:        spec.EINVAL,
	SharedDgram:       spec.EADDRINUSE,
	ConnectedTo:       spec.EISCONN,
	ConnectingSend:    spec.ENOTCONN,
	SendPortZero:      spec.EADDRNOTAVAIL,
	Unreachable:       unreachableXNU,
	TimeExceeded:      Reaction{Errno: spec.EHOSTUNREACH},
	ParameterProblem:  Reaction{Errno: spec.ENOPROTOOPT, Soft: true},
	ProblemCodes:      2, // icmp_input
	DatagramICMP:      hard(unreachableXNU),
	DatagramExceeded:  Reaction{Errno: spec.EHOSTUNREACH},
	DatagramProblem:   Reaction{Errno: spec.ENOPROTOOPT},
	SoftDrops:         true,
	SimultaneousReset: spec.ECONNREFUSED,
	PeerlessInvalid:   true,
	ReuseExact:        true,
	BacklogHalves:     3,
	BacklogCountsAll:  true,
	ReleasesPort:      true,
	ReadShutDiscards:  true,
	DirectedLimited:   true,
	QuietEnd:          true,
	DataFirst:         true,
	EmptyReadReturns:  true,
	FlushOnShut:       true,
	AcceptInherits:    true,
	ChildFromSYN:      true,
	LateRefusal:       true,
	ResetOnUnread:     true,
	ForeignFirst:      true,
	ConnectedFirst:    true,
	SendExactly:       true,
	UnspecTranslated:  true,
	ShutOnce:          true,
	PeekKeepsError:    true,
	EndIsSuccess:      true,
	ShutdownKills:     true,
	OptionsShut:       true,
	PipeFirst:         true,
	LimitedOnLink:     true,
	BindBound:         true,
	Has:               bsdFacilities | Connectx,
	LingerInterrupted: spec.EINTR, // soclose_locked, which forgives EWOULDBLOCK
	Poll:              PollFilters,
}
