// Package personality names each point at which the socket layers of the five
// systems differ, and says for each system what it does there. The rest of
// impl asks a Personality and never which system it is.
//
// Linux stands on kernel 6.18 and on what experiments on it showed; MacOS on
// xnu-11417; OSX on the BSD code of the time of its page; POSIX on a plain
// reading of its page; TargetTCP on its page, which is all there is.
package personality

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/spec"
)

// Personality is one system's choice at every such point.
type Personality struct {
	Dialect spec.Dialect
	Unix    Unix

	Stream   [ChecksMax]Check // order of connect's checks on a stream socket
	Datagram [ChecksMax]Check // and on a datagram socket

	BadDescriptor spec.Errno // a socket call's number is no open descriptor
	SocketType    spec.Errno // AF_INET has no sockets of this type
	SocketProto   spec.Errno // the protocol is not that of the type
	BindNull      spec.Errno // bind with a null pointer; ENONE: as Import says
	BindGroup     spec.Errno // bind of a stream to a multicast address; ENONE: allowed
	Inet6         Inet6
	Import        Import
	ExactLength   bool       // an address longer than sockaddr_in is EINVAL
	Listening     spec.Errno // connect on a listening stream
	Repeat        Repeat
	// SuccessOnce: the first connect after an attempt succeeded unseen gives 0.
	SuccessOnce    bool
	Failure        Failure
	StreamUnspec   Unspec
	DatagramUnspec Unspec
	// ZeroSource: dissolving a datagram association resets a local address
	// that bind chose, and keeps the port however it was chosen.
	ZeroSource bool
	// StaleError: a datagram connect returns the pending error although the
	// peer is set.
	StaleError bool
	// StaleFlow: a failed connect of an associated datagram socket leaves its
	// destination in the socket's flow, and once a send has cached a route the
	// ones after it go there (ip4_datagram_connect and udp_sendmsg share
	// inet->cork.fl).
	StaleFlow bool
	// ForgetsError: a datagram connect clears the pending error first.
	ForgetsError bool

	MulticastStream spec.Errno // connect of a stream to a group
	BroadcastStream spec.Errno // to 255.255.255.255
	SubnetBroadcast spec.Errno // to a directed broadcast address
	// BroadcastPeer: a datagram socket may have a broadcast peer without
	// SO_BROADCAST; it is send that fails.
	BroadcastPeer bool
	PortZero      spec.Errno // with CheckPort
	// HalfOpens: a connect whose SYN the host will not send fails, but leaves the
	// socket its names and keeps them taken (tcp_connect).
	HalfOpens    bool
	AnyIsPrimary bool // 0.0.0.0 stands for the first interface address, not for loopback

	Route          [ip.ReasonCount]spec.Errno
	TupleTaken     spec.Errno // a connection with these names exists
	PortsStream    spec.Errno // connect finds no ephemeral port
	PortsDgram     spec.Errno
	PortsBind      spec.Errno
	SelfStream     spec.Errno // a stream connects to its own name; ENONE: allowed
	SharedDgram    spec.Errno // a datagram connect to names that another socket has
	ConnectedTo    spec.Errno // sendto with an address on an associated socket; ENONE: allowed
	ConnectingSend spec.Errno // send while connecting; ENONE: waits for the connection
	ConnectingRecv spec.Errno // recv likewise
	SendPortZero   spec.Errno // sendto port 0

	Unreachable      [16]Reaction // ICMP type 3 by code, on SYN-SENT
	TimeExceeded     Reaction     // type 11, code 0
	ParameterProblem Reaction     // type 12
	// ProblemCodes is the number of codes of type 12 that mean anything; 0: all
	// do.
	ProblemCodes     uint8
	DatagramICMP     [16]Reaction // type 3 on an associated datagram socket
	DatagramExceeded Reaction
	DatagramProblem  Reaction
	// HardInSynReceived: what is hard in SYN-SENT is hard in SYN-RECEIVED too;
	// otherwise it is soft there.
	HardInSynReceived bool
	// SoftDrops: a soft error ends the attempt once there was one before and
	// more than three SYNs were repeated (tcp_notify).
	SoftDrops bool
	// OptionOfTCP is what getsockopt says of an option of TCP on a datagram
	// socket; ENONE: ENOPROTOOPT.
	OptionOfTCP spec.Errno
	// SoftVisible: SO_ERROR shows soft errors and clears them.
	SoftVisible bool
	// ErrorQueue: an ICMP error in SYN-SENT stays in the error queue and keeps
	// POLLERR set (ip_icmp_error).
	ErrorQueue bool
	// SimultaneousReset is the error of a RST in SYN-RECEIVED.
	SimultaneousReset spec.Errno

	// Poll.
	FreshPoll spec.PollEvents // a stream that was never connected
	Poll      Poll
	// PeerlessInvalid: getpeername of a stream shut in both directions is
	// EINVAL.
	PeerlessInvalid bool
	// ShutdownSticks: shutdown on a socket without a connection is ENOTCONN
	// but takes effect.
	ShutdownSticks bool
	// ShutdownLate: shutdown before the handshake is over is ENOTCONN and has
	// no effect.
	ShutdownLate bool
	// ShutdownAborts: shutdown in SYN-SENT ends the attempt.
	ShutdownAborts bool
	// ShutdownKills: shutting the write half in SYN-SENT ends the attempt and
	// leaves the socket dead (tcp_usrclosed).
	ShutdownKills bool
	// ReuseExact: two sockets never have the same name, SO_REUSEADDR or not
	// (in_pcbbind).
	ReuseExact bool
	// BacklogHalves: a listener's queue is full when it holds more than so many
	// halves of the backlog.
	BacklogHalves int32
	// BacklogCountsAll: handshakes under way count too, and the queue is full
	// when it holds that many; a backlog of 0 asks for the longest (solisten and
	// sonewconn of XNU).
	BacklogCountsAll bool
	// Cookies: handshakes beyond the backlog are answered with SYN cookies.
	Cookies bool
	// TimeWaitYields: a connection in TIME-WAIT makes way for an attempt with its
	// four names (tcp_twsk_unique).
	TimeWaitYields bool
	// PipeFirst: sending looks at the shut half first, at the pending error
	// next, and only then at the destination (sosendcheck).
	PipeFirst bool
	// PeerEarly: getpeername works before the handshake is over, once the peer
	// has been heard of.
	PeerEarly bool
	// OptionsShut: setsockopt on a socket shut in both directions is EINVAL.
	OptionsShut bool
	// QueueDropsReset: a connection that its peer resets before it is accepted
	// leaves the listener's queue.
	QueueDropsReset bool
	// ReadShutDiscards: data for a stream shut for reading is acknowledged and
	// thrown away; otherwise, once both halves are shut, it is answered with a
	// RST.
	ReadShutDiscards bool
	// ResetCloseWait is the error of a RST after the peer's FIN; ENONE: as at
	// any other time.
	ResetCloseWait spec.Errno
	// AnswersBroadcast: a segment that claims to come from the broadcast address
	// of the host's own net is answered; RFC 1122 section 3.2.1.3 wants it
	// discarded.
	AnswersBroadcast bool
	// LateResetQuiet: a RST that comes when both sides have closed is no error
	// (RFC 9293 section 3.10.7.4, CLOSING and LAST-ACK).
	LateResetQuiet bool
	// ReleasesPort: a stream whose connection is over gives up a port that bind
	// did not name.
	ReleasesPort bool
	// SendAutobinds: a datagram send takes a port before it looks for a
	// destination (inet_send_prepare).
	SendAutobinds bool
	// LimitedOnLink: 255.255.255.255 needs no route, it goes out of the first
	// interface; with DirectedLimited it stands for that one's own broadcast
	// address (in_pcbladdr).
	LimitedOnLink, DirectedLimited bool
	// SendExactly: sendto wants the length of sockaddr_in exactly.
	SendExactly bool
	// UnspecTranslated: bind and sendto take AF_UNSPEC with the length of
	// sockaddr_in for AF_INET (getsockaddr).
	UnspecTranslated bool
	// ShutOnce: shutting a half that is shut already is ENOTCONN, the read half
	// coming first (soshutdownlock_final).
	ShutOnce bool
	// ForeignFirst: bind looks at the family before everything else (tcp_usr_bind).
	ForeignFirst bool
	// ResetOnUnread: close with data unread sends a RST.
	ResetOnUnread bool
	// ConnectedFirst: sendto on an associated socket is ConnectedTo whatever the
	// length of the address.
	ConnectedFirst bool
	// PeekKeepsError: a recv with MSG_PEEK leaves the pending error.
	PeekKeepsError bool
	// DataFirst: a datagram that waits is received before a pending error, and
	// a pending error of a stream before the end of file (soreceive).
	DataFirst bool
	// EmptyReadReturns: recv into no buffer is 0 at once where it would wait
	// (soreceive looks at uio_resid first).
	EmptyReadReturns bool
	// FlushOnShut: shutting a datagram socket for reading drops what waits.
	FlushOnShut bool
	// ChildFromSYN: a connection has the listener's options as they were when
	// its SYN came, not when its handshake ended (XNU sonewconn).
	ChildFromSYN bool
	// AcceptInherits: an accepted socket has the listener's O_NONBLOCK.
	AcceptInherits bool
	// LateRefusal: a datagram to a broadcast address without SO_BROADCAST, or
	// into a refusing route, is refused on its way out, when the socket has got
	// its port (ip_output).
	LateRefusal bool
	// EndIsSuccess: a blocked connect whose attempt another thread ended without
	// an error returns 0; otherwise ECONNABORTED.
	EndIsSuccess bool
	// BindBound: bind looks first whether the socket has a name already.
	BindBound bool
	// QuietEnd: a RST after both sides have sent their FIN is no error.
	QuietEnd bool
	// Has are the facilities of the system beyond what all have.
	Has Facilities
	// ConnectTimes and AcceptTimes: SO_SNDTIMEO bounds connect, SO_RCVTIMEO accept.
	ConnectTimes, AcceptTimes bool
	// ConnectRestarts: a signal with SA_RESTART has connect made again.
	ConnectRestarts bool
	// TimedInterrupts: a signal ends a wait that has a time limit with EINTR,
	// whatever SA_RESTART says (sock_intr_errno).
	TimedInterrupts bool
	// LingersAlways: a close lingers though the socket is non-blocking.
	LingersAlways bool
	// LingerOver and LingerInterrupted are what a close returns that lingered long
	// enough, or was interrupted; ENONE: 0.
	LingerOver, LingerInterrupted spec.Errno
	// BindUnspec: bind takes AF_UNSPEC with INADDR_ANY for AF_INET, and sendto
	// takes any AF_UNSPEC address for one.
	BindUnspec bool
}

// For is the personality of a dialect.
func For(d spec.Dialect) *Personality {
	switch d {
	case spec.Linux:
		return &linux
	case spec.MacOS:
		return &macos
	case spec.OSX:
		return &osx
	case spec.TargetTCP:
		return &targettcp
	}
	return &posix
}
