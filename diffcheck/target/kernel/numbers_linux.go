package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/spec"
)

// Linux's numbers for the names of package spec.

var families = [...]uintptr{
	spec.AFUnspec: unix.AF_UNSPEC, spec.AFUnix: unix.AF_UNIX, spec.AFInet: unix.AF_INET,
	spec.AFInet6: unix.AF_INET6, spec.AFUnknown: 47,
	spec.AFNetlink: unix.AF_NETLINK, spec.AFPacket: unix.AF_PACKET,
}

var sockTypes = [...]uintptr{
	spec.SockStream: unix.SOCK_STREAM, spec.SockDgram: unix.SOCK_DGRAM,
	spec.SockRaw: unix.SOCK_RAW, spec.SockSeqpacket: unix.SOCK_SEQPACKET,
}

var sockLevels = [...]uintptr{
	spec.SolSocket: unix.SOL_SOCKET,
	spec.SolTCP:    unix.SOL_TCP,
	spec.SolIP:     unix.SOL_IP,
	spec.SolIPv6:   unix.SOL_IPV6,
}

var sockOptions = [...]uintptr{
	spec.SoError: unix.SO_ERROR, spec.SoBroadcast: unix.SO_BROADCAST, spec.SoReuseaddr: unix.SO_REUSEADDR,
	spec.SoType: unix.SO_TYPE, spec.SoAcceptconn: unix.SO_ACCEPTCONN, spec.TCPNodelay: unix.TCP_NODELAY,
	spec.SoSndtimeo:          unix.SO_SNDTIMEO,
	spec.SoRcvtimeo:          unix.SO_RCVTIMEO,
	spec.SoLinger:            unix.SO_LINGER,
	spec.SoBindtodevice:      unix.SO_BINDTODEVICE,
	spec.SoReuseport:         unix.SO_REUSEPORT,
	spec.SoKeepalive:         unix.SO_KEEPALIVE,
	spec.IPBindAddressNoPort: unix.IP_BIND_ADDRESS_NO_PORT,
	spec.IPLocalPortRange:    unix.IP_LOCAL_PORT_RANGE,
	spec.IPRecverr:           unix.IP_RECVERR,
	spec.IPMtu:               unix.IP_MTU,
	spec.IPMtuDiscover:       unix.IP_MTU_DISCOVER,
	spec.TCPSyncnt:           unix.TCP_SYNCNT,
	spec.TCPUserTimeout:      unix.TCP_USER_TIMEOUT,
	spec.IPv6V6only:          unix.IPV6_V6ONLY,
	spec.TCPFastopenNoCookie: unix.TCP_FASTOPEN_NO_COOKIE,
	spec.TCPFastopen:         unix.TCP_FASTOPEN, spec.TCPFastopenConnect: unix.TCP_FASTOPEN_CONNECT,
	spec.SoPasscred: unix.SO_PASSCRED, spec.SoPasspidfd: unix.SO_PASSPIDFD, spec.IPOptions: unix.IP_OPTIONS,
}

var fcntlCmds = [...]uintptr{spec.FGetfl: unix.F_GETFL, spec.FSetfl: unix.F_SETFL}

var msgFlags = [...]struct {
	name  spec.MsgFlags
	value uintptr
}{
	{spec.MsgDontwait, unix.MSG_DONTWAIT}, {spec.MsgNosignal, unix.MSG_NOSIGNAL}, {spec.MsgPeek, unix.MSG_PEEK},
	{spec.MsgFastopen, unix.MSG_FASTOPEN}, {spec.MsgErrqueue, unix.MSG_ERRQUEUE},
}

var pollBits = [...]struct {
	name  spec.PollEvents
	value int16
}{
	{spec.PollIn, unix.POLLIN}, {spec.PollPri, unix.POLLPRI}, {spec.PollOut, unix.POLLOUT},
	{spec.PollRdhup, unix.POLLRDHUP}, {spec.PollErr, unix.POLLERR}, {spec.PollHup, unix.POLLHUP},
	{spec.PollNval, unix.POLLNVAL},
}

// number looks a name up. A name outside the table is passed as it is, which
// no system call takes.
func number[T ~uint8](table []uintptr, name T) uintptr {
	if int(name) < len(table) {
		return table[name]
	}
	return uintptr(name)
}

func sendFlags(f spec.MsgFlags) (n uintptr) {
	for _, b := range msgFlags {
		if f&b.name != 0 {
			n |= b.value
		}
	}
	return n
}

func toPoll(e spec.PollEvents) (n int16) {
	for _, b := range pollBits {
		if e&b.name != 0 {
			n |= b.value
		}
	}
	return n
}

func fromPoll(n int16) (e spec.PollEvents) {
	for _, b := range pollBits {
		if n&b.value != 0 {
			e |= b.name
		}
	}
	return e
}

// fromFlags keeps the file status flags that spec has names for.
func fromFlags(n int32) int32 { return n & (spec.ORdwr | spec.ONonblock) }
