//go:build cgo

package main

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// Linux's numbers, and the names of package spec for them.

var families = map[int]spec.Family{
	unix.AF_UNSPEC: spec.AFUnspec, unix.AF_UNIX: spec.AFUnix, unix.AF_INET: spec.AFInet, unix.AF_INET6: spec.AFInet6,
}

var sockTypes = map[int]spec.SockType{
	unix.SOCK_STREAM: spec.SockStream, unix.SOCK_DGRAM: spec.SockDgram, unix.SOCK_RAW: spec.SockRaw,
}

var protocols = map[int]spec.Protocol{
	0: spec.ProtocolDefault, unix.IPPROTO_TCP: spec.ProtocolTCP, unix.IPPROTO_UDP: spec.ProtocolUDP,
}

// option is an option by its level and its number there.
type option struct{ level, name int }

type optionName struct {
	level spec.SockLevel
	name  spec.SockOption
}

var options = map[option]optionName{
	{unix.SOL_SOCKET, unix.SO_ERROR}:            {spec.SolSocket, spec.SoError},
	{unix.SOL_SOCKET, unix.SO_REUSEADDR}:        {spec.SolSocket, spec.SoReuseaddr},
	{unix.SOL_SOCKET, unix.SO_REUSEPORT}:        {spec.SolSocket, spec.SoReuseport},
	{unix.SOL_SOCKET, unix.SO_KEEPALIVE}:        {spec.SolSocket, spec.SoKeepalive},
	{unix.SOL_SOCKET, unix.SO_TYPE}:             {spec.SolSocket, spec.SoType},
	{unix.SOL_SOCKET, unix.SO_ACCEPTCONN}:       {spec.SolSocket, spec.SoAcceptconn},
	{unix.SOL_SOCKET, unix.SO_BROADCAST}:        {spec.SolSocket, spec.SoBroadcast},
	{unix.SOL_SOCKET, unix.SO_LINGER}:           {spec.SolSocket, spec.SoLinger},
	{unix.SOL_SOCKET, unix.SO_SNDTIMEO}:         {spec.SolSocket, spec.SoSndtimeo},
	{unix.SOL_SOCKET, unix.SO_RCVTIMEO}:         {spec.SolSocket, spec.SoRcvtimeo},
	{unix.SOL_TCP, unix.TCP_NODELAY}:            {spec.SolTCP, spec.TCPNodelay},
	{unix.SOL_TCP, unix.TCP_SYNCNT}:             {spec.SolTCP, spec.TCPSyncnt},
	{unix.SOL_TCP, unix.TCP_USER_TIMEOUT}:       {spec.SolTCP, spec.TCPUserTimeout},
	{unix.SOL_TCP, unix.TCP_FASTOPEN}:           {spec.SolTCP, spec.TCPFastopen},
	{unix.SOL_TCP, unix.TCP_FASTOPEN_CONNECT}:   {spec.SolTCP, spec.TCPFastopenConnect},
	{unix.SOL_TCP, unix.TCP_FASTOPEN_NO_COOKIE}: {spec.SolTCP, spec.TCPFastopenNoCookie},
	{unix.SOL_IP, unix.IP_MTU_DISCOVER}:         {spec.SolIP, spec.IPMtuDiscover},
	{unix.SOL_IP, unix.IP_RECVERR}:              {spec.SolIP, spec.IPRecverr},
	{unix.SOL_IP, unix.IP_MTU}:                  {spec.SolIP, spec.IPMtu},
	{unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT}: {spec.SolIP, spec.IPBindAddressNoPort},
	{unix.SOL_IPV6, unix.IPV6_V6ONLY}:           {spec.SolIPv6, spec.IPv6V6only},
}

var messageFlags = []struct {
	number int
	name   spec.MsgFlags
}{
	{unix.MSG_DONTWAIT, spec.MsgDontwait}, {unix.MSG_NOSIGNAL, spec.MsgNosignal}, {unix.MSG_PEEK, spec.MsgPeek},
	{unix.MSG_FASTOPEN, spec.MsgFastopen}, {unix.MSG_ERRQUEUE, spec.MsgErrqueue},
}

func toMessageFlags(n int) (f spec.MsgFlags) {
	for _, b := range messageFlags {
		if n&b.number != 0 {
			f |= b.name
		}
	}
	return f
}

var pollBits = []struct {
	number int16
	name   spec.PollEvents
}{
	{unix.POLLIN, spec.PollIn}, {unix.POLLPRI, spec.PollPri}, {unix.POLLOUT, spec.PollOut}, {unix.POLLRDHUP, spec.PollRdhup},
	{unix.POLLERR, spec.PollErr}, {unix.POLLHUP, spec.PollHup}, {unix.POLLNVAL, spec.PollNval},
}

func toPoll(n int16) (e spec.PollEvents) {
	for _, b := range pollBits {
		if n&b.number != 0 {
			e |= b.name
		}
	}
	return e
}

func fromPoll(e spec.PollEvents) (n int16) {
	for _, b := range pollBits {
		if e&b.name != 0 {
			n |= b.number
		}
	}
	return n
}

// negative is how the Go side says that a call failed.
func negative(e spec.Errno) int64 {
	n, ok := e.Number(spec.SystemLinux)
	if !ok {
		n = int(unix.EIO)
	}
	return -int64(n)
}

// toSockaddr reads a sockaddr; what is cut short stays zero.
func toSockaddr(raw []byte) (a spec.Sockaddr) {
	if len(raw) < 2 {
		return a
	}
	family, known := families[int(binary.NativeEndian.Uint16(raw))]
	if !known {
		family = spec.AFUnknown
	}
	a.Family = family
	switch {
	case family == spec.AFInet && len(raw) >= 8:
		a.Port = binary.BigEndian.Uint16(raw[2:])
		a.Addr = netip.AddrFrom4([4]byte(raw[4:8]))
	case family == spec.AFInet6 && len(raw) >= spec.SizeofSockaddrIn6Short:
		a.Port = binary.BigEndian.Uint16(raw[2:])
		a.Addr = netip.AddrFrom16([16]byte(raw[8:24]))
		if len(raw) >= spec.SizeofSockaddrIn6 {
			a.Scope = binary.NativeEndian.Uint32(raw[24:])
		}
	}
	return a
}

// fromSockaddr is the sockaddr of an Internet address.
func fromSockaddr(a spec.Sockaddr) []byte {
	switch a.Family {
	case spec.AFInet:
		raw := make([]byte, spec.SizeofSockaddrIn)
		binary.NativeEndian.PutUint16(raw, unix.AF_INET)
		binary.BigEndian.PutUint16(raw[2:], a.Port)
		ip := a.Addr.As4()
		copy(raw[4:], ip[:])
		return raw
	case spec.AFInet6:
		raw := make([]byte, spec.SizeofSockaddrIn6)
		binary.NativeEndian.PutUint16(raw, unix.AF_INET6)
		binary.BigEndian.PutUint16(raw[2:], a.Port)
		ip := a.Addr.As16()
		copy(raw[8:], ip[:])
		binary.NativeEndian.PutUint32(raw[24:], a.Scope)
		return raw
	}
	return nil
}
