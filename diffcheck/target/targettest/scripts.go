package targettest

import (
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
)

// Case is a script with what every target that speaks Linux's dialect answers.
type Case struct {
	Name string
	Text string
	// Slow says that the script waits for timers, in real time on a kernel.
	Slow bool
	// Kernel says that it needs a knob that impl does not have.
	Kernel bool
}

// Script reads the case.
func (c Case) Script() (*script.Script, error) { return script.Parse(c.Name, []byte(c.Text)) }

const (
	stream         = "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n"
	streamNonblock = "+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n"
	datagram       = "+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3\n"
	begun          = streamNonblock + "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <...>\n"
	established    = begun + "+0 < S. 0:0(0) ack 1 win 65535 <mss 1460>\n+0 > . 1:1(0) ack 1\n"
	listening      = stream + "+0 bind(3, ..., ...) = 0\n+0 listen(3, 5) = 0\n"
)

// Wire are the cases that need a wire, Loopback those that need nothing beyond
// the host.
func Wire() []Case     { return slices.Clone(wire) }
func Loopback() []Case { return slices.Clone(loopback) }

var wire = []Case{
	{Name: "refused", Text: begun +
		`+0 < R. 0:0(0) ack 1
			+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
			+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0`},
	{Name: "refused, told by connect", Text: begun +
		`+0 < R. 0:0(0) ack 1
			+0 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)
			+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
			+0 > 192.168.0.1.P2 > 192.0.2.1.8080: S 0:0(0) <...>`},
	{Name: "already", Text: begun +
		`+0 connect(3, ..., ...) = -1 EALREADY (Operation already in progress)`},
	{Name: "established", Text: established +
		`+0 connect(3, ..., ...) = 0
			+0 connect(3, ..., ...) = -1 EISCONN (Transport endpoint is already connected)
			+0 getsockname(3, {sa_family=AF_INET, sin_port=htons(P1), sin_addr=inet_addr("192.168.0.1")}, [16]) = 0
			+0 getpeername(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, [16]) = 0
			+0 poll([{fd=3, events=POLLIN|POLLOUT}], 1, 0) = 1 ([{fd=3, revents=POLLOUT}])`},
	{Name: "data both ways", Text: established +
		`+0 send(3, "hello", 5, 0) = 5
			+0 > P. 1:6(5) ack 1
			+0 < . 1:1(0) ack 6 win 65535
			+0 < P. 1:4(3) ack 6 win 65535
			+0 > . 6:6(0) ack 4
			+0 recv(3, ..., 10, 0) = 3
			+0 recv(3, ..., 10, 0) = -1 EAGAIN (Resource temporarily unavailable)`},
	{Name: "blocked connect, answered", Text: stream +
		`+0 connect(3, ..., ... <unfinished ...>
			+0 > S 0:0(0) <...>
			+0 < S. 0:0(0) ack 1 win 65535 <mss 1460>
			+0 > . 1:1(0) ack 1
			+0 <... connect resumed>) = 0`},
	{Name: "blocked connect, refused", Text: stream +
		`+0 connect(3, ..., ... <unfinished ...>
			+0 > S 0:0(0) <...>
			+0 < R. 0:0(0) ack 1
			+0 <... connect resumed>) = -1 ECONNREFUSED (Connection refused)`},
	{Name: "blocked connect left behind", Text: stream +
		`+0 connect(3, ..., ... <unfinished ...>
			+0 > S 0:0(0) <...>
			+0 [pid 1] close(3) = 0`},
	{Name: "two threads", Text: stream +
		`+0 connect(3, ..., ... <unfinished ...>
			+0 > S 0:0(0) <...>
			+0 [pid 1] connect(3, ..., ... <unfinished ...>
			+0 < S. 0:0(0) ack 1 win 65535 <mss 1460>
			+0 > . 1:1(0) ack 1
			+0 <... connect resumed>) = 0
			+0 [pid 1] <... connect resumed>) = 0`},
	{Name: "passive open", Text: listening +
		`+0 accept(3, ..., ... <unfinished ...>
			+0 < S 0:0(0) win 65535 <mss 1460>
			+0 > S. 0:0(0) ack 1 <...>
			+0 < . 1:1(0) ack 1 win 65535
			+0 <... accept resumed>, {sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("192.0.2.1")}, [16]) = 4`},
	{Name: "SYN to a closed port", Text: `+0 < S 0:0(0) win 65535 <mss 1460>
			+0 > 192.168.0.1.8080 > 192.0.2.1.40000: R. 0:0(0) ack 1`},
	{Name: "ICMP host unreachable", Text: begun +
		`+0 < icmp unreachable host_unreachable
			+0 connect(3, ..., ...) = -1 EHOSTUNREACH (No route to host)`},
	{Name: "ICMP about another number", Text: begun +
		`+0 < icmp unreachable host_unreachable [7:7(0)]
			+0 connect(3, ..., ...) = -1 EALREADY (Operation already in progress)`},
	{Name: "datagram refused", Text: datagram +
		`+0 connect(3, ..., ...) = 0
			+0 send(3, "ping", 4, 0) = 4
			+0 > udp (4)
			+0 < icmp unreachable port_unreachable
			+0 send(3, "ping", 4, 0) = -1 ECONNREFUSED (Connection refused)
			+0 send(3, "ping", 4, 0) = 4
			+0 > udp (4)`},
	{Name: "datagram to a closed port", Text: `+0 < 192.0.2.1.53 > 192.168.0.1.8080: udp (4)
			+0 > icmp unreachable port_unreachable [192.0.2.1.53 > 192.168.0.1.8080: udp (4)]`},
	{Name: "routes", Text: streamNonblock +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("203.0.113.1")}, 16) = -1 ENETUNREACH (Network is unreachable)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("198.51.100.1")}, 16) = -1 EHOSTUNREACH (No route to host)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("198.51.100.2")}, 16) = -1 EACCES (Permission denied)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("198.51.100.3")}, 16) = -1 EINVAL (Invalid argument)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("198.51.100.4")}, 16) = -1 ENETUNREACH (Network is unreachable)`},
	{Name: "a route taken away", Text: streamNonblock +
		"+0 `ip route add prohibit 192.0.2.7/32`\n" +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 EACCES (Permission denied)`},
	{Name: "routes to the far hosts", Text: streamNonblock +
		"+0 `ip route add unreachable 192.0.2.1/32`\n" +
		`+0 connect(3, ..., ...) = -1 EHOSTUNREACH (No route to host)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.2")}, 16) = -1 EINPROGRESS (Operation now in progress)
			+0 > 192.168.0.1.P1 > 192.0.2.2.8080: S 0:0(0) <...>
			+0 connect(3, {sa_family=AF_UNSPEC}, 16) = 0
			` + "+0 `ip route del 192.0.2.0/24`\n" +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.2")}, 16) = -1 ENETUNREACH (Network is unreachable)
			` + "+0 `ip route add prohibit 192.0.2.0/24`\n" +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.2")}, 16) = -1 EACCES (Permission denied)`},
	{Name: "link down", Text: streamNonblock +
		"+0 `ip link set dev eth0 down`\n" +
		`+0 connect(3, ..., ...) = -1 ENETUNREACH (Network is unreachable)
			` + "+0 `ip link set dev eth0 up`\n" +
		`+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
			+0 > S 0:0(0) <...>`},
	{Name: "address gone and back", Kernel: true, Text: streamNonblock +
		"+0 `ip addr del 192.168.0.1/16 dev eth0`\n" +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.168.0.1")}, 16) = -1 ENETUNREACH (Network is unreachable)
			` + "+0 `ip addr add 192.168.0.1/16 dev eth0`\n" +
		`+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
			+0 > S 0:0(0) <...>`},
	{Name: "loopback down and not up again", Kernel: true, Text: streamNonblock +
		"+0 `ip link set dev lo down`\n" +
		"+0 `ip addr del 192.168.0.1/16 dev eth0`\n" +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EALREADY (Operation already in progress)`},
	{Name: "after a script that left loopback down and took the address away", Kernel: true, Text: streamNonblock + `
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
			+0 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
			+0 > S 0:0(0) <...>`},
	{Name: "SYN without timestamps", Kernel: true, Text: streamNonblock +
		"+0 `sysctl -q net.ipv4.tcp_timestamps=0`\n" +
		`+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
			+0 > S 0:0(0) <mss 1460,nop,nop,sackOK,nop,wscale 10>`},
	{Name: "SYN sent again", Slow: true, Text: begun +
		`+1.5 > S 0:0(0) <...>
			+0 connect(3, ..., ...) = -1 EALREADY (Operation already in progress)`},
	{Name: "SYN sent again, to the second", Slow: true, Text: begun + `+1 > S 0:0(0) <...>`},
	{Name: "closed in order", Text: established +
		`+0 shutdown(3, SHUT_WR) = 0
			+0 > F. 1:1(0) ack 1
			+0 < F. 1:1(0) ack 2 win 65535
			+0 > . 2:2(0) ack 2
			+0 close(3) = 0`},
}

var loopback = []Case{
	{Name: "argument checks", Text: stream +
		`+0 connect(9, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EBADF (Bad file descriptor)
			+0 connect(3, NULL, 16) = -1 EFAULT (Bad address)
			+0 connect(3, 0xffffffffffffffff, 16) = -1 EFAULT (Bad address)
			+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, -1) = -1 EINVAL (Invalid argument)
			+0 open("/dev/null", O_RDWR) = 4
			+0 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ENOTSOCK (Socket operation on non-socket)
			+0 poll([{fd=9, events=POLLIN}], 1, 0) = 1 ([{fd=9, revents=POLLNVAL}])`},
	{Name: "nobody listens", Text: stream +
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)`},
	{Name: "connection to itself", Text: stream +
		`+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
			+0 listen(3, 5) = 0
			+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4
			+0 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
			+0 getsockname(4, {sa_family=AF_INET, sin_port=htons(P1), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
			+0 accept(3, {sa_family=AF_INET, sin_port=htons(P1), sin_addr=inet_addr("127.0.0.1")}, [16]) = 5`},
	{Name: "accept that nobody ends", Text: stream +
		`+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
			+0 listen(3, 5) = 0
			+0 accept(3, ..., ... <unfinished ...>`},
	{Name: "poll that nobody ends", Text: stream +
		`+0 close(3) = 0
			+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
			+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
			+0 listen(3, 5) = 0
			+0 poll([{fd=3, events=POLLIN}], 1, -1 <unfinished ...>
			+0 [pid 1] close(3) = 0`},
	{Name: "descriptors", Text: stream +
		`+0 dup(3) = 4
			+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
			+0 fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)
			+0 dup2(3, 9) = 9
			+0 close(3) = 0
			+0 open("/dev/null", O_RDWR) = 3
			+0 close(4) = 0
			+0 open("/dev/null", O_RDWR) = 4
			+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
			+0 fcntl(4, F_GETFL) = 0x2 (flags O_RDWR)
			+0 dup2(9, 9) = 9
			+0 close(9) = 0
			+0 close(9) = -1 EBADF (Bad file descriptor)`},
	{Name: "a datagram comes for a waiting thread", Text: datagram +
		`+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
			+0 [pid 1] recv(3, ..., 100, 0 <unfinished ...>
			+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 4
			+0 sendto(4, "ping", 4, 0, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 4
			+0 [pid 1] <... recv resumed>) = 4`},
}
