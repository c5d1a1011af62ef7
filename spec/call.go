package spec

import "net/netip"

// Op names a system call of the socket interface.
type Op uint8

// The calls that connspec knows, by their names in <sys/socket.h>, <poll.h>,
// <fcntl.h> and <unistd.h>.
const (
	OpNone Op = iota
	OpSocket
	OpBind
	OpConnect
	OpListen
	OpAccept
	OpGetsockname
	OpGetpeername
	OpGetsockopt
	OpSetsockopt
	OpFcntl
	OpPoll
	OpShutdown
	OpSend     // send(fd, buf, len, flags); write(2) is send with no flags
	OpSendto   // sendto(fd, buf, len, flags, addr, addrlen)
	OpRecv     // recv(fd, buf, len, flags); read(2) is recv with no flags
	OpRecvfrom // recvfrom(fd, buf, len, flags, addr, addrlen)
	OpDup
	OpDup2
	OpClose
	OpOpen // open("/dev/null", O_RDWR or O_PATH): a descriptor that is not a socket
	OpSigaction
	OpSelect
	OpEpollCreate
	OpEpollCtl
	OpEpollWait
	OpSocketpair
	OpConnectx         // macOS
	OpDisconnectx      // macOS
	OpEventfd          // Linux: eventfd2(0, 0), a file that is not a socket
	OpPipe             // pipe2(fds, 0): two of them
	OpLandlockCreate   // Linux: landlock_create_ruleset, its rights in Value
	OpLandlockRestrict // Linux: landlock_restrict_self(FD, 0)
	OpCount
)

var opNames = [OpCount]string{
	OpNone: "none", OpSocket: "socket", OpBind: "bind", OpConnect: "connect", OpListen: "listen",
	OpAccept: "accept", OpGetsockname: "getsockname", OpGetpeername: "getpeername",
	OpGetsockopt: "getsockopt", OpSetsockopt: "setsockopt", OpFcntl: "fcntl", OpPoll: "poll",
	OpShutdown: "shutdown", OpSend: "send", OpSendto: "sendto", OpRecv: "recv",
	OpRecvfrom: "recvfrom", OpDup: "dup", OpDup2: "dup2", OpClose: "close", OpOpen: "open",
	OpSigaction:        "rt_sigaction",
	OpSelect:           "select",
	OpEpollCreate:      "epoll_create1",
	OpEpollCtl:         "epoll_ctl",
	OpEpollWait:        "epoll_wait",
	OpSocketpair:       "socketpair",
	OpConnectx:         "connectx",
	OpDisconnectx:      "disconnectx",
	OpEventfd:          "eventfd2",
	OpPipe:             "pipe2",
	OpLandlockCreate:   "landlock_create_ruleset",
	OpLandlockRestrict: "landlock_restrict_self",
}

// String gives the name that the C library exports.
func (o Op) String() string {
	if o < OpCount {
		return opNames[o]
	}
	return "op?"
}

// TakesDescriptor says whether the call is about one descriptor, its FD.
func (o Op) TakesDescriptor() bool {
	switch o {
	case OpSocket, OpSocketpair, OpOpen, OpPoll, OpSelect, OpSigaction, OpEpollCreate, OpEventfd, OpPipe, OpLandlockCreate:
		return false
	}
	return true
}

// Pointer says what kind of address a call passes where it takes a pointer.
type Pointer uint8

const (
	PointerValid      Pointer = iota // readable memory that holds the argument
	PointerNull                      // NULL
	PointerUnreadable                // outside the address space of the process
)

// Sockaddr is a socket address as a program sees it. Family AFUnspec with a
// zero Addr is the address that dissolves an association.
type Sockaddr struct {
	Family Family
	Addr   netip.Addr // AF_INET and AF_INET6; the zero Addr stands for "not filled in"
	Port   uint16     // host byte order
	Scope  uint32     // AF_INET6: sin6_scope_id, an interface by its index
	Path   string     // AF_UNIX; an abstract name begins with NUL
}

// SockaddrInet is the AF_INET or AF_INET6 socket address of ap.
func SockaddrInet(ap netip.AddrPort) Sockaddr {
	family := AFInet
	if ap.Addr().Is6() {
		family = AFInet6
	}
	return Sockaddr{Family: family, Addr: ap.Addr(), Port: ap.Port()}
}

// AddrPort is the Internet endpoint that the address names.
func (s Sockaddr) AddrPort() netip.AddrPort { return netip.AddrPortFrom(s.Addr, s.Port) }

// Sizes of socket addresses in bytes, alike on every system modelled.
const (
	SizeofSockaddrIn       = 16
	SizeofSockaddrIn6      = 28
	SizeofSockaddrIn6Short = 24 // without the scope id, as in RFC 2133
)

// OffsetofSunPath is where the path begins in a sockaddr_un.
const OffsetofSunPath = 2

// PollFD is one entry of the array that poll(2) takes and fills in.
type PollFD struct {
	FD      int32
	Events  PollEvents
	Revents PollEvents
}

// Call is one system call with its arguments, as a program makes it. Only the
// fields that its Op takes have a meaning; the rest are zero.
type Call struct {
	Op Op
	FD int32 // every call but those that take none, see [Op.TakesDescriptor]

	// socket(Family, Type|SockFlags, Protocol), and socketpair likewise
	Family    Family
	Type      SockType
	SockFlags SockFlags
	Protocol  Protocol

	// bind, connect, sendto: the address argument and the length passed with
	// it, which need not be the true one.
	Addr    Sockaddr
	AddrLen int32
	Pointer Pointer

	Backlog  int32      // listen
	Level    SockLevel  // getsockopt, setsockopt
	Option   SockOption // getsockopt, setsockopt
	Value    int32      // setsockopt: see SockOption; landlock_create_ruleset: LandlockAccess
	Fcntl    FcntlCmd   // fcntl
	Arg      int32      // fcntl: file status flags; dup2: the new descriptor; open: 0 or OPath
	How      ShutHow    // shutdown
	Poll     []PollFD   // poll; select: the three sets, as PollIn, PollOut and PollPri; epoll_ctl: one entry
	Timeout  int32      // poll, select, epoll_wait: milliseconds, -1 for ever
	Buf      []byte     // send, sendto: what to send; recv, recvfrom: where to
	MsgFlags MsgFlags   // send, sendto, recv, recvfrom

	Signal      Signal      // sigaction
	Disposition Disposition // sigaction
	EpollCmd    EpollCmd    // epoll_ctl
	EpollFlags  EpollFlags  // epoll_ctl
	Max         int32       // epoll_wait: maxevents

	Connectx *Connectx // connectx, disconnectx; nil otherwise
}

// Result is what a system call gave back: the value returned, the errno when
// that is -1, and what it wrote through its pointers.
type Result struct {
	Ret     int32
	Errno   Errno
	Addr    Sockaddr // accept, getsockname, getpeername, recvfrom
	AddrLen int32    // likewise: the length written back
	Value   int32    // getsockopt; for SO_ERROR an Errno of this package, not a system's number
	Poll    []PollFD // poll, select: the entries, Revents filled in; epoll_wait: those with events, by descriptor
	Pair    [2]int32 // socketpair, pipe2: the two descriptors
}

// Fail is the result of a call that failed with e.
func Fail(e Errno) Result { return Result{Ret: -1, Errno: e} }

// Failed reports whether the call returned -1.
func (r Result) Failed() bool { return r.Ret == -1 }
