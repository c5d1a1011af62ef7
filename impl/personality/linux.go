package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// linux is kernel 6.18: __sys_connect, __inet_stream_connect, tcp_v4_connect,
// inet_dgram_connect and __ip4_datagram_connect put the checks in this order.
var linux = Personality{
	Dialect: spec.Linux,
	Stream: [ChecksMax]Check{
		CheckDescriptor, CheckImport, CheckSocket, CheckShort, CheckUnspec, CheckConnecting,
		CheckListening, CheckConnected, CheckDead, CheckLength, CheckFamily,
	},
	Datagram: [ChecksMax]Check{
		CheckDescriptor, CheckImport, CheckSocket, CheckShort, CheckUnspec, CheckAutobind,
		CheckLength, CheckFamily,
	},
	BadDescriptor:   spec.EBADF,
	SocketType:      spec.ESOCKTNOSUPPORT,
	SocketProto:     spec.EPROTONOSUPPORT,
	Import:          ImportLinux,
	Listening:       spec.EISCONN,
	Repeat:          RepeatJoins,
	SuccessOnce:     true,
	Failure:         FailureReported,
	StreamUnspec:    UnspecDissolves,
	DatagramUnspec:  UnspecDissolves,
	MulticastStream: spec.ENETUNREACH,
	BroadcastStream: spec.ENETUNREACH,
	SubnetBroadcast: spec.ENETUNREACH,
	Route: [ip.ReasonCount]spec.Errno{
		ip.NoRoute:         spec.ENETUNREACH,
		ip.HostUnreachable: spec.EHOSTUNREACH,
		ip.Prohibited:      spec.EACCES,
		ip.Blackholed:      spec.EINVAL,
		ip.MartianSource:   spec.EINVAL,
		ip.ForeignSource:   spec.ENETUNREACH,
	},
	TupleTaken:        spec.EADDRNOTAVAIL,
	PortsStream:       spec.EADDRNOTAVAIL,
	PortsDgram:        spec.EAGAIN,
	PortsBind:         spec.EADDRINUSE,
	SendPortZero:      spec.EINVAL,
	Unreachable:       hard(unreachableLinux),
	TimeExceeded:      Reaction{Errno: spec.EHOSTUNREACH},
	ParameterProblem:  Reaction{Errno: spec.EPROTO},
	DatagramICMP:      unreachableLinux,
	DatagramExceeded:  Reaction{Errno: spec.EHOSTUNREACH, Soft: true},
	DatagramProblem:   Reaction{Errno: spec.EPROTO},
	HardInSynReceived: true,
	SoftVisible:       true,
	OptionOfTCP:       spec.EOPNOTSUPP, // udp_getsockopt, do_ip_getsockopt
	ErrorQueue:        true,
	SimultaneousReset: spec.ECONNRESET,
	FreshPoll:         spec.PollOut | spec.PollHup,
	ShutdownSticks:    true,
	ShutdownAborts:    true,
	BacklogHalves:     2,
	ResetCloseWait:    spec.EPIPE,
	Cookies:           true,
	TimeWaitYields:    true,
	StaleFlow:         true,
	ReleasesPort:      true,
	AnswersBroadcast:  true,
	SendAutobinds:     true,
	ResetOnUnread:     true,
	PeerEarly:         true,
	BindUnspec:        true,
}
