package lab

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// speaking is for a kernel with IPv6, before an interface comes up in it: it
// takes the addresses it is given at once and asks nobody about them (RFC 4862,
// section 5.4), solicits no router and makes no address of its own.
var speaking = []setting{
	{"ipv6/conf/all/disable_ipv6", "0"},
	{"ipv6/conf/default/disable_ipv6", "0"},
	{"ipv6/conf/all/accept_dad", "0"},
	{"ipv6/conf/default/accept_dad", "0"},
	{"ipv6/conf/default/dad_transmits", "0"},
	{"ipv6/conf/default/accept_ra", "0"},
	{"ipv6/conf/default/autoconf", "0"},
	{"ipv6/conf/default/router_solicitations", "0"},
	{"ipv6/conf/default/addr_gen_mode", "1"},
	{"ipv6/bindv6only", "0"},
	{"ipv6/icmp/ratelimit", "0"},
}

// noIPv6 is the reason why this machine's kernel has no IPv6, or "".
func noIPv6() string {
	if _, err := os.Stat("/proc/sys/net/ipv6/conf/all/disable_ipv6"); err != nil {
		return "the kernel has no IPv6 (ipv6.disable, or not built in)"
	}
	return ""
}

// addresses6 gives eth0 its IPv6 addresses.
func (l *Lane) addresses6(b *batch) {
	if !l.IPv6 {
		return
	}
	b.addr6(hostIndex, Own6)
	b.addr6(hostIndex, LinkLocal)
}

// learn6 adds neighbours and routes, as learn does.
func (l *Lane) learn6(b *batch) {
	if !l.IPv6 {
		return
	}
	b.neighbor(hostIndex, Gateway6, PuppetMAC)
	b.neighbor(hostIndex, LinkPeer, PuppetMAC)
	for _, r := range Routes6() {
		b.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, hostIndex, r)
	}
}

// settled6 waits until the IPv6 addresses can be reached, which the kernel sees
// to in a work queue of its own (addrconf_dad_work). It asks for the route to each
// until it is a local one, and sends datagrams until they arrive: one sent before
// would go out on the wire, or wait for a neighbour there.
func (l *Lane) settled6() error {
	if !l.IPv6 {
		return nil
	}
	if err := unix.Bind(l.six, &unix.SockaddrInet6{}); err != nil {
		return fmt.Errorf("lab: bind to ::: %w", err)
	}
	defer dissolve(l.six)
	name, err := unix.Getsockname(l.six)
	if err != nil {
		return fmt.Errorf("lab: name of an IPv6 socket: %w", err)
	}
	self := &unix.SockaddrInet6{Port: name.(*unix.SockaddrInet6).Port, ZoneId: hostIndex}
	for _, a := range [...]netip.Addr{netip.IPv6Loopback(), Own6.Addr(), LinkLocal.Addr()} {
		if a == netip.IPv6Loopback() && l.lacks.loopback || a != netip.IPv6Loopback() && l.lacks.link || a == Own6.Addr() && l.lacks.own6 {
			continue
		}
		self.Addr = a.As16()
		if err := l.takes(a); err != nil {
			return fmt.Errorf("lab: address %v: %w", a, err)
		}
		if l.lacks.loopback { // by which datagrams to all of them go
			continue
		}
		if err := arrives(l.six, self); err != nil {
			return fmt.Errorf("lab: address %v: %w", a, err)
		}
	}
	return nil
}

// socket6 makes the socket of settled6. The calling thread is in the kernel's
// namespace.
func (l *Lane) socket6() (err error) {
	if !l.IPv6 {
		return nil
	}
	if l.six, err = unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		return fmt.Errorf("lab: IPv6 socket: %w", err)
	}
	return nil
}

// dissolve takes from a datagram socket the port that it chose, by a connect to
// AF_UNSPEC: no script is to find it taken.
func dissolve(fd int) {
	var unspec unix.RawSockaddr
	unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&unspec)), unsafe.Sizeof(unspec))
}

// patience6 is for a machine on which others keep the kernel's network lock: all
// namespaces share the one work queue, and it takes that lock. Mostly it takes
// some 100 us.
const patience6 = time.Minute

// takes waits until the kernel takes packets to a for its own.
func (l *Lane) takes(a netip.Addr) error {
	for began := time.Now(); ; {
		kind, err := routeType(l.netlink, a)
		if err != nil || kind == unix.RTN_LOCAL {
			return err
		}
		if time.Since(began) > patience6 {
			return fmt.Errorf("not in use within %v", patience6)
		}
		linger(began)
	}
}

// linger lets some time pass, the more of it the longer it has been.
func linger(began time.Time) {
	if time.Since(began) > time.Millisecond {
		time.Sleep(100 * time.Microsecond)
		return
	}
	runtime.Gosched()
}

// arrives sends one byte to self until it comes back.
func arrives(fd int, self unix.Sockaddr) error {
	var b [1]byte
	for began := time.Now(); ; {
		err := unix.Sendto(fd, b[:], 0, self)
		if err == nil {
			if _, _, err = unix.Recvfrom(fd, b[:], 0); err == nil {
				return nil
			}
		}
		if time.Since(began) > patience6 {
			return err
		}
		linger(began)
	}
}
