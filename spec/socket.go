package spec

import "strings"

// Family is an address family.
type Family uint8

const (
	AFUnspec Family = iota
	AFUnix
	AFInet
	AFInet6
	AFUnknown // a family the system knows but no socket here has (47 in scripts)
	AFNetlink // Linux
	AFPacket  // Linux
)

func (f Family) String() string {
	switch f {
	case AFUnspec:
		return "AF_UNSPEC"
	case AFUnix:
		return "AF_UNIX"
	case AFInet:
		return "AF_INET"
	case AFInet6:
		return "AF_INET6"
	case AFNetlink:
		return "AF_NETLINK"
	case AFPacket:
		return "AF_PACKET"
	}
	return "0x2f"
}

// SockType is the type of a socket.
type SockType uint8

const (
	SockStream SockType = iota + 1
	SockDgram
	SockRaw
	SockSeqpacket
)

func (t SockType) String() string {
	switch t {
	case SockStream:
		return "SOCK_STREAM"
	case SockDgram:
		return "SOCK_DGRAM"
	case SockRaw:
		return "SOCK_RAW"
	case SockSeqpacket:
		return "SOCK_SEQPACKET"
	}
	return "SOCK_?"
}

// SockFlags are the flags that socket(2) takes in its type argument.
type SockFlags uint8

const SockNonblock SockFlags = 1

// Protocol is the third argument of socket(2); ProtocolDefault is 0.
type Protocol uint8

const (
	ProtocolDefault Protocol = 0
	ProtocolTCP     Protocol = 6
	ProtocolUDP     Protocol = 17
	ProtocolICMP    Protocol = 1
	ProtocolTest    Protocol = 253 // for experiments (RFC 3692): no stack handles it
	ProtocolMPTCP   Protocol = 254 // stands for Linux's number, 262
	ProtocolRaw     Protocol = 255 // a raw socket whose packets hold their IP header
)

func (p Protocol) String() string {
	switch p {
	case ProtocolDefault:
		return "IPPROTO_IP"
	case ProtocolTCP:
		return "IPPROTO_TCP"
	case ProtocolUDP:
		return "IPPROTO_UDP"
	case ProtocolICMP:
		return "IPPROTO_ICMP"
	case ProtocolMPTCP:
		return "IPPROTO_MPTCP"
	case ProtocolRaw:
		return "IPPROTO_RAW"
	}
	return "IPPROTO_?"
}

// SockLevel is the level argument of getsockopt(2) and setsockopt(2).
type SockLevel uint8

const (
	SolSocket SockLevel = iota + 1
	SolTCP
	SolIPv6
	SolIP
)

func (l SockLevel) String() string {
	switch l {
	case SolSocket:
		return "SOL_SOCKET"
	case SolTCP:
		return "SOL_TCP"
	case SolIPv6:
		return "SOL_IPV6"
	case SolIP:
		return "SOL_IP"
	}
	return "SOL_?"
}

// LooseSourceRoute are the IP options that IPOptions stands for (RFC 791, 3.1):
// what is sent goes to 198.51.100.1 first.
const LooseSourceRoute = "\x83\x07\x04\xc6\x33\x64\x01"

// SockOption is an option of a socket. The value of most is an int; see the
// constants for the others.
type SockOption uint8

const (
	SoError SockOption = iota + 1
	SoBroadcast
	SoReuseaddr
	SoType
	SoAcceptconn
	TCPNodelay
	IPv6V6only
	SoSndtimeo     // struct timeval; the value is in milliseconds, 0 for ever
	SoRcvtimeo     // likewise
	SoLinger       // struct linger; the value is in seconds, -1 for l_onoff 0
	SoBindtodevice // a name; the value is a Device
	SoReuseport
	SoKeepalive
	IPBindAddressNoPort
	TCPSyncnt
	TCPUserTimeout     // milliseconds
	TCPFastopen        // a listener takes data with SYN (RFC 7413)
	TCPFastopenConnect // connect leaves the SYN to the first send
	TCPFastopenNoCookie
	SoPasscred
	SoPasspidfd
	IPRecverr
	IPOptions // the one value is 1, a loose source route see LooseSourceRoute
	// The ports to choose from: the lowest in the lower 16 bits, the highest above
	// them; 0 for those of the system.
	IPLocalPortRange
	IPMtu         // of the path to the peer, in bytes; can only be read
	IPMtuDiscover // 0 IP_PMTUDISC_DONT, 1 IP_PMTUDISC_WANT, 2 IP_PMTUDISC_DO
	SockOptionCount
)

func (o SockOption) String() string {
	switch o {
	case SoError:
		return "SO_ERROR"
	case SoBroadcast:
		return "SO_BROADCAST"
	case SoReuseaddr:
		return "SO_REUSEADDR"
	case SoType:
		return "SO_TYPE"
	case SoAcceptconn:
		return "SO_ACCEPTCONN"
	case TCPNodelay:
		return "TCP_NODELAY"
	case IPv6V6only:
		return "IPV6_V6ONLY"
	case SoSndtimeo:
		return "SO_SNDTIMEO"
	case SoRcvtimeo:
		return "SO_RCVTIMEO"
	case SoLinger:
		return "SO_LINGER"
	case SoBindtodevice:
		return "SO_BINDTODEVICE"
	case SoReuseport:
		return "SO_REUSEPORT"
	case SoKeepalive:
		return "SO_KEEPALIVE"
	case IPBindAddressNoPort:
		return "IP_BIND_ADDRESS_NO_PORT"
	case TCPSyncnt:
		return "TCP_SYNCNT"
	case TCPUserTimeout:
		return "TCP_USER_TIMEOUT"
	case TCPFastopen:
		return "TCP_FASTOPEN"
	case IPRecverr:
		return "IP_RECVERR"
	case IPLocalPortRange:
		return "IP_LOCAL_PORT_RANGE"
	case IPMtu:
		return "IP_MTU"
	case IPMtuDiscover:
		return "IP_MTU_DISCOVER"
	case TCPFastopenNoCookie:
		return "TCP_FASTOPEN_NO_COOKIE"
	case TCPFastopenConnect:
		return "TCP_FASTOPEN_CONNECT"
	case SoPasscred:
		return "SO_PASSCRED"
	case SoPasspidfd:
		return "SO_PASSPIDFD"
	case IPOptions:
		return "IP_OPTIONS"
	}
	return "SO_?"
}

// FcntlCmd is the command argument of fcntl(2).
type FcntlCmd uint8

const (
	FGetfl FcntlCmd = iota + 1
	FSetfl
)

func (c FcntlCmd) String() string {
	switch c {
	case FGetfl:
		return "F_GETFL"
	case FSetfl:
		return "F_SETFL"
	}
	return "F_?"
}

// File status flags of fcntl(2), by names of this package.
const (
	ORdwr     int32 = 2
	ONonblock int32 = 1 << 11
	OPath     int32 = 1 << 21 // Linux
)

// ShutHow is the second argument of shutdown(2).
type ShutHow uint8

const (
	ShutRd ShutHow = iota
	ShutWr
	ShutRdwr
)

func (h ShutHow) String() string {
	switch h {
	case ShutRd:
		return "SHUT_RD"
	case ShutWr:
		return "SHUT_WR"
	case ShutRdwr:
		return "SHUT_RDWR"
	}
	return "SHUT_?"
}

// MsgFlags are the flags of send(2) and recv(2).
type MsgFlags uint8

const (
	MsgDontwait MsgFlags = 1 << iota
	MsgNosignal
	MsgPeek
	MsgFastopen // send connects, with data on the SYN
	MsgErrqueue // recv reads from the error queue
)

// PollEvents are the bits of poll(2).
type PollEvents uint16

const (
	PollIn PollEvents = 1 << iota
	PollPri
	PollOut
	PollRdhup
	PollErr
	PollHup
	PollNval
)

var pollNames = []struct {
	bit  PollEvents
	name string
}{
	{PollIn, "POLLIN"}, {PollPri, "POLLPRI"}, {PollOut, "POLLOUT"}, {PollRdhup, "POLLRDHUP"},
	{PollErr, "POLLERR"}, {PollHup, "POLLHUP"}, {PollNval, "POLLNVAL"},
}

// String prints the bits as strace does: names joined by "|", or 0.
func (e PollEvents) String() string {
	s := ""
	for _, n := range pollNames {
		if e&n.bit != 0 {
			if s != "" {
				s += "|"
			}
			s += n.name
		}
	}
	if s == "" {
		return "0"
	}
	return s
}

// ParsePollEvents reads what [PollEvents.String] prints.
func ParsePollEvents(text string) (PollEvents, bool) {
	if text == "0" {
		return 0, true
	}
	var e PollEvents
	for name := range strings.SplitSeq(text, "|") {
		bit := pollBit(name)
		if bit == 0 {
			return 0, false
		}
		e |= bit
	}
	return e, true
}

func pollBit(name string) PollEvents {
	for _, n := range pollNames {
		if n.name == name {
			return n.bit
		}
	}
	return 0
}
