package model

import "github.com/connspec/connspec/spec"

// How much a world holds. A trace that needs more leaves the model (a verdict
// of unmodelled); it is never cut short in silence.
const (
	SocketsMax = 6  // open sockets, children not yet accepted, and what close leaves behind
	ThreadsMax = 3  // threads of the script
	FDsMax     = 12 // descriptors 3 to 14
	OutsMax    = 4  // frames on their way out
	QueueMax   = 3  // datagrams queued on one socket
	FDFirst    = 3  // the lowest descriptor that a script can get
	PollMax    = 3  // entries of one poll
)

// World is everything the model knows at one moment. It holds no pointer and
// compares with ==.
type World struct {
	Sockets   [SocketsMax]Socket
	Threads   [ThreadsMax]Thread
	Env       Surroundings
	Outs      [OutsMax]Frame                  // frames not yet seen; oldest first
	Domains   [ThreadsMax]spec.LandlockAccess // Linux: what Landlock denies each thread
	FDs       [FDsMax]File                    // by descriptor, from FDFirst
	OutLen    uint8
	Entries   [EntriesMax]Entry
	Nodes     [NodesMax]Node
	Seen      uint8 // how many chosen ports have been seen
	Unseen    uint8 // how many chosen ports have not
	Timers    bool  // time is passing: timers may fire
	Passing   uint8 // Timers: how much time, in units of [Tick]; 0 if that is not known
	Signals   [spec.SignalCount]spec.Disposition
	Interests [InterestsMax]Interest // of the epoll instance; those used first
	Left      Reason
	// How many names that the system chose for AF_UNIX sockets have been seen,
	// and have not.
	NamesSeen, NamesUnseen uint8

	// What Linux remembers of the far hosts: the option that the next Fast Open
	// to each will have (tcp_metrics).
	FastOpen [2]FastOpen
	// And of the paths to them: the MTU in bytes, 0 if ICMP has not told it. The third
	// is the path within the host.
	Paths [3]uint16
}

// File is what a descriptor refers to: nothing, a socket (its slot + 1), or
// the file that is not a socket.
type File uint8

const (
	FileNone  File = 0
	FileEpoll File = 254 // an epoll instance
	FileNull  File = 255 // /dev/null

	// Linux, and of interest to few calls. FileOther is the first number that
	// is no slot.
	FileOther   File = 232
	FileRuleset File = FileOther // and up: a Landlock ruleset, by the rights that it denies ([spec.LandlockAccess])
	FilePing    File = 247       // one of AF_INET for datagrams of ICMP
	FileNetlink File = 248       // a socket of AF_NETLINK
	FilePacket  File = 249       // one of AF_PACKET
	FileMPTCP   File = 250       // one of AF_INET and IPPROTO_MPTCP
	FilePath    File = 251       // /dev/null, opened with O_PATH: no descriptor to most calls
	FilePipe    File = 252       // either end of a pipe
	FileEvent   File = 253       // an eventfd
)

// Kind is the kind of a socket; the zero Kind is a free slot.
type Kind uint8

const (
	KindNone Kind = iota
	KindStream
	KindDgram
	KindUnixStream
	KindUnixSeqpacket
	KindUnixDgram
)

// TCP is a state of RFC 9293, section 3.3.2. A connected datagram socket is
// Established, as it is in Linux.
type TCP uint8

const (
	Closed TCP = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
)

func (t TCP) String() string {
	return [...]string{
		"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
		"CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
	}[t]
}

// in says whether t is one of states.
func (t TCP) in(states ...TCP) bool {
	for _, s := range states {
		if t == s {
			return true
		}
	}
	return false
}

// Layer is what the socket layer, above TCP, remembers of an attempt: enum
// socket_state of Linux, SS_ISCONNECTING and SS_ISCONNECTED of the BSDs.
type Layer uint8

const (
	Unconnected Layer = iota
	Connecting
	Connected
	Disconnecting // Linux: a shutdown met an attempt half way; only AF_UNSPEC leads out
)

// Flags are the yes-or-no properties of a socket.
type Flags uint64

const (
	AddrLock      Flags = 1 << iota // bind named the address (SOCK_BINDADDR_LOCK)
	PortLock                        // bind named the port (SOCK_BINDPORT_LOCK)
	HasPort                         // the port is held; without it LPort is only a memory
	Nonblock                        // O_NONBLOCK
	CanBcast                        // SO_BROADCAST
	Reuse                           // SO_REUSEADDR
	Nodelay                         // TCP_NODELAY
	ShutRead                        // nothing more will be received
	ShutWrite                       // nothing more will be sent
	GotFIN                          // the peer's FIN was received (SOCK_DONE)
	ErrQueued                       // Linux: an ICMP error lies on the error queue, poll shows POLLERR
	Dead                            // BSD: the protocol block is gone, the socket can do nothing more
	Child                           // made by a listener, not yet accepted
	Request                         // a handshake that a listener is in (request socket)
	Cookie                          // a Request that Linux does not keep: its SYN|ACK carries all of it
	Orphan                          // no descriptor is left; TCP goes on
	AnyState                        // a document left open what state this is
	PingPong                        // Linux: acknowledgements are held back for data to carry
	AckDue                          // an acknowledgement is owed, and delayed
	DueTwice                        // for two segments (Linux: ICSK_ACK_PUSHED2)
	Hurry                           // Linux: a retransmission is due within two jiffies
	Crossed                         // no data has come since a simultaneous open, or for a while
	FINSent                         // our FIN is out
	Routed                          // Linux: the route to the peer is cached
	Bare                            // bound to an address no connection can come from (group, broadcast)
	HalfOpen                        // BSD: in SYN-SENT, though the host would not send the SYN and connect failed
	Choked                          // Linux: SYNs were lost, and the congestion window is one segment (tcp_init_transfer)
	Passive                         // opened by the peer's SYN
	Paced                           // Linux: the pauses between the peer's segments are estimated (ato)
	ErrsQueued                      // Linux: more than two ICMP errors lie on the error queue
	Lent                            // Linux: connect chose the port, and other peers may be reached from it
	Hidden                          // our SYN or SYN|ACK has not been seen outside
	Unpredicted                     // Linux: the next segment cannot match header prediction (pred_flags is 0)
	FastConnect                     // Linux: TCP_FASTOPEN_CONNECT
	Deferred                        // Linux: connect has returned 0 and left the SYN to send
	FastBusy                        // Linux: a Fast Open is in hand (fastopen_req)
	NoCookie                        // Linux: TCP_FASTOPEN_NO_COOKIE
	FastOption                      // Linux: the SYN had a Fast Open option (syn_fastopen), or needs none
	FastExp                         // Linux: that option was the experimental one (syn_fastopen_exp)
	FastData                        // Linux: the SYN had data, which is not acknowledged yet
	SynData                         // Linux: the last SYN with a cookie had data (syn_data)
	Raw                             // a raw socket, in most respects a datagram socket; its port is its protocol
	Header                          // a raw socket of IPPROTO_RAW
	V6Only                          // AF_INET6: IPV6_V6ONLY; in Linux bound to an IPv6 address, too
	MappedOps                       // Linux, AF_INET6 stream: its last attempt was over IPv4, and it goes on sending that way
	Keepalive                       // SO_KEEPALIVE
	ReusePort                       // SO_REUSEPORT
	LatePort                        // IP_BIND_ADDRESS_NO_PORT
	SourceRoute                     // IP_OPTIONS: what is sent goes by way of another host
	PassCred                        // SO_PASSCRED
	PassPidfd                       // SO_PASSPIDFD
	Homemade                        // Linux, AF_UNIX: made by a thread that Landlock keeps from the abstract names of others
	RecvErr                         // IP_RECVERR
	OneChoice                       // IP_LOCAL_PORT_RANGE: the socket has one port to choose
	NeverDiscover                   // IP_PMTUDISC_DONT
	NeverFragment                   // IP_PMTUDISC_DO
	Unresolved                      // Linux: its SYN waits until the neighbour is known
	Uncounted                       // Linux: its next initial sequence number is not the clock's (tcp_disconnect); Passive: its peer's was not
)

// Socket is one socket, or what is left of one.
type Socket struct {
	Flags          Flags
	Family         spec.Family
	Kind           Kind
	TCP            TCP
	Layer          Layer
	Dev            spec.Device // the interface that it is bound to: by SO_BINDTODEVICE, or by a scope id
	Local, Remote  Addr
	Via            Addr // Linux: the IPv4 source of a datagram socket, if its local name is IPv6 or of many; BSD, AF_INET6: see pin
	Flow           Addr // Linux: where the socket sends by mistake, see failsRoute and misdirect
	FlowPort       Port
	LPort, RPort   Port
	Name, PeerName Name       // AF_UNIX; PeerName is that of a peer that was closed
	Peer           uint8      // AF_UNIX: the peer's slot + 1, or peerDead
	Node           uint8      // AF_UNIX: the file that bind made, + 1
	Err, Soft      spec.Errno // pending error; soft error of RFC 1122
	Backlog        uint8      // listen
	Parent         uint8      // Child: the listener's slot + 1
	Turn           uint8      // Child: its place in the queue, from 1; 0 while a request
	Rank           uint8      // datagram socket: of several with its port those of higher rank are looked at first; Passive stream: see firstAck
	Retries        uint8      // retransmissions of the oldest segment so far; of one after the handshake 1 stands for more
	Queued         uint8      // datagrams in Queue
	Segs           uint8      // segments sent and not acknowledged
	NextErr        spec.Errno // Linux: the second error on the error queue
	SndUna, SndNxt uint16     // from our initial sequence number
	RcvNxt         uint16     // from the peer's
	RcvWup         uint16     // what of it we have acknowledged
	Unread         uint16     // stream: bytes received and not read
	Unsent         uint16     // stream: bytes written and held back
	MSS            uint16     // the largest segment the peer takes
	SndTimeo       uint8      // SO_SNDTIMEO in units of [Tick], 0 for ever
	RcvTimeo       uint8      // SO_RCVTIMEO, likewise
	UserTimeout    uint8      // TCP_USER_TIMEOUT, likewise; 0 for the system's own
	Linger         uint8      // SO_LINGER: seconds + 1, 0 if it is off
	SynCount       uint8      // TCP_SYNCNT, 0 for the system's own
	Life           uint8      // Linux, in SYN-SENT: when the attempt is given up, in units of [Tick]; 0 if that is not known
	Queue          [QueueMax]Datagram
}

// Datagram is one datagram in a receive queue.
type Datagram struct {
	Len  uint16
	Addr Addr
	Port Port
	From uint8 // AF_UNIX: the sender's slot + 1; 0 once it was closed
	Name Name  // AF_UNIX: its name, once it was closed
}

// Wait says what a thread of the script is doing.
type Wait uint8

const (
	Running   Wait = iota
	Blocked        // in a call; Op says which
	Returning      // the call is over, Ret is its result, not yet seen
	Anything       // the call may return anything: its socket is in any state
)

// Marks are the yes-or-no properties of a blocked call.
type Marks uint8

const (
	Cut        Marks = 1 << iota // the attempt it waits for was ended by another thread
	NonblockFD                   // accept: the new descriptor is non-blocking
	Peek                         // recv: MSG_PEEK
	NoAddr                       // accept: nowhere to write the address to
	Joined                       // connect: it waits for an attempt that was under way
	Lost                         // its descriptor was closed
	Unsure                       // its descriptor may have been closed, or stand for something else by now
)

// Thread is one thread of the script.
type Thread struct {
	Wait   Wait
	Op     spec.Op
	Socket uint8 // Blocked: the socket's slot + 1, held until the call returns; 0 if it waits for several
	Marks  Marks
	Left   uint8         // Blocked: how long it goes on waiting, in units of [Tick]; 0 for ever
	Other  uint8         // Blocked, AF_UNIX: the slot + 1 of the socket whose queue is full
	Fast   Fast          // send: it waits for a Fast Open
	Files  [PollMax]File // Blocked in poll or select: what the entries are about
	Len    uint16
	Ret    Return // Returning: its result. Blocked in poll or select: Revents are the events asked for
}

func (t *Thread) has(m Marks) bool { return t.Marks&m != 0 }

func (t *Thread) mark(m Marks, on bool) {
	if on {
		t.Marks |= m
	}
}

// Tick is the unit of durations in the model, in milliseconds: a whole number
// of ticks of every Linux kernel's clock (HZ of 100, 250, 300 or 1000).
const Tick = 20

// State is the state of a socket in the words of the documents.
type State uint8

const (
	StateUnbound State = iota
	StateBound
	StateConnecting
	StateConnected
	StateListening
	StateAssociated // datagram: a peer is set
	StateFailed     // an attempt ended; its error is pending or was taken
	StateReset      // was connected, is dead
	StateClosed     // no descriptor is left
)

func (s State) String() string {
	return [...]string{
		"unbound", "bound", "connecting", "connected", "listening", "associated", "failed", "reset", "closed",
	}[s]
}

// State tells which state of the documents the socket is in.
func (s *Socket) State() State {
	switch {
	case s.Kind == KindNone || s.has(Orphan):
		return StateClosed
	case (s.Kind == KindDgram || s.Kind == KindUnixDgram) && s.TCP == Established:
		return StateAssociated
	case s.TCP == Listen:
		return StateListening
	case s.has(HalfOpen):
		return StateFailed
	case s.TCP.in(SynSent, SynReceived):
		return StateConnecting
	case s.TCP != Closed:
		return StateConnected
	case s.Layer == Connected:
		return StateReset
	case s.has(Dead) || s.Layer != Unconnected:
		return StateFailed
	case s.has(HasPort) || s.Local != AddrAny || s.Name != NameNone:
		return StateBound
	}
	return StateUnbound
}

func (s *Socket) has(f Flags) bool { return s.Flags&f != 0 }
func (s *Socket) set(f Flags)      { s.Flags |= f }
func (s *Socket) clear(f Flags)    { s.Flags &^= f }

func (s *Socket) assign(f Flags, on bool) {
	if on {
		s.set(f)
	} else {
		s.clear(f)
	}
}
