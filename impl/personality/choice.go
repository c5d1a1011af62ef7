package personality

import "github.com/connspec/connspec/spec"

// Check is one test that connect(2) makes before it sets out. A personality
// puts them in order; the first that fails decides the errno.
type Check uint8

const (
	CheckNone       Check = iota // end of the list
	CheckDescriptor              // the number is an open descriptor
	CheckImport                  // the address can be copied in: length bounds and pointer
	CheckSocket                  // the descriptor is a socket
	CheckShort                   // the address is long enough to hold its family
	CheckUnspec                  // AF_UNSPEC: dissolve, which ends the call
	CheckConnecting              // an attempt is under way
	CheckListening               // the socket listens
	CheckConnected               // a stream that is connected
	CheckDead                    // a stream that an earlier failure left unusable
	CheckDissolve                // a datagram socket loses its peer here, for better or worse
	CheckAutobind                // the socket gets an ephemeral port here, unless it has one
	CheckLength                  // the length fits the family of the socket
	CheckFamily                  // the family is the socket's
	CheckForeign                 // the family is the socket's or AF_UNSPEC
	CheckAny                     // neither the address nor the port is zero
	CheckPort                    // the port is not zero
	CheckGroup                   // a stream does not go to a multicast or to the limited broadcast address
)

// ChecksMax bounds a list of checks.
const ChecksMax = 20

// Import says how an address argument is copied in.
type Import uint8

const (
	// ImportLinux: length outside 0..128 EINVAL, then a bad pointer EFAULT
	// unless the length is 0 (move_addr_to_kernel).
	ImportLinux Import = iota
	// ImportXNU: up to 128 bytes NULL or a length under 2 is EINVAL, else a bad
	// pointer EFAULT; above 255 or negative ENAMETOOLONG (getsockaddr_s).
	ImportXNU
	// ImportBSD: above 255 or negative ENAMETOOLONG, under 2 EINVAL, then
	// EFAULT (getsockaddr).
	ImportBSD
	// ImportPointer: a bad pointer EFAULT; lengths are looked at later.
	ImportPointer
)

// Repeat says what a blocking connect does on a socket whose attempt is under
// way. A non-blocking one gives EALREADY everywhere.
type Repeat uint8

const (
	RepeatAlready   Repeat = iota // EALREADY
	RepeatJoins                   // waits with the first for the same outcome
	RepeatConnected               // EISCONN
)

// Failure says what a failed attempt does to a stream socket.
type Failure uint8

const (
	// FailureReported: the next connect reports the pending error, or
	// ECONNABORTED if it was taken, and the one after starts afresh.
	FailureReported Failure = iota
	// FailureFresh: the next connect starts afresh; the error stays for
	// SO_ERROR until then.
	FailureFresh
	// FailureDead: the next connect reports the pending error, all later ones
	// EINVAL.
	FailureDead
	// FailureDropped: the pending error is cleared and every connect EINVAL.
	FailureDropped
)

// Unspec says what connect(2) with AF_UNSPEC does.
type Unspec uint8

const (
	UnspecDissolves Unspec = iota // 0, the association is gone
	UnspecForeign                 // a family like any other that is not the socket's
	UnspecAsInet                  // a stream takes it for AF_INET
)

// Poll says how poll(2) looks at a socket.
type Poll uint8

const (
	PollStates  Poll = iota // by what its protocol is doing (tcp_poll, datagram_poll)
	PollQuiet               // by its buffers: neither POLLERR nor POLLRDHUP (sopoll)
	PollFilters             // by kqueue's filters, one for each direction asked for
)

// Reaction is what an ICMP error does to the socket that it is about.
type Reaction struct {
	Errno spec.Errno // ENONE: nothing
	Soft  bool       // remembered only, and used if the attempt times out
}
