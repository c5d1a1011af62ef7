// # Notation
//
// The notation is nothing new: calls read as strace(1) prints them, frames as
// packetdrill prints them, environment changes are shell commands in backticks.
// A packetdrill script within the calls of package spec is a script.
//
//	// A refused attempt                               the first comment is the title
//	--tolerance_usecs=10000                            packetdrill's options come first
//	`sysctl -q net.ipv4.tcp_timestamps=0`
//	+0    socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
//	+0    connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
//	+0    > S 0:0(0) <...>
//	+0.1  < R. 0:0(0) ack 1
//	+0    getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
//
// Time. "+1.5" is 1.5 seconds after the event before it, "1.5" after the start
// of the script; "*" is at any time and "+1~+2" within that range, for frames
// of the host only. Events are one after the other: an expectation asks for the
// next frame of the host that no earlier one has asked for.
//
// Calls. "..." stands for an argument that packetdrill fills in: the domain
// AF_INET, the address 192.168.0.1:8080 for bind and 192.0.2.1:8080 for connect
// and sendto, their length, and whatever the call writes back. NULL is the null
// pointer, any other number in the place of an address a pointer to nothing. A
// result may be left out; "?" is any result. "write" and "read" are "send" and
// "recv" without flags. A buffer "..." holds zeroes.
//
// Threads and blocking. A call of another thread than the first begins with
// "[pid N]", N from 1. A call that does not return at once ends in
// "<unfinished ...>", and "<... connect resumed>) = 0" is its return, as strace
// has it; "+0...0.200 connect(…) = 0" is packetdrill's way to say that the call
// returns 0.2 s after the event before it.
//
// Signals. "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL} ---", after "[pid N]"
// for another thread than the first, delivers a signal to that thread. An
// rt_sigaction before it says what the signal does: SIG_IGN, or a handler (any
// address) with SA_RESTART or without.
//
// Frames. "<" is sent by the puppet, ">" by the host. Sequence numbers count
// from the sender's first, acknowledgements from the receiver's. Without "<...>"
// the options listed are all there are. A frame without addresses belongs to
// the current connection; otherwise they stand before it in tcpdump's way,
//
//	+0 < 192.0.2.2.8080 > 192.168.0.1.P2: S. 0:0(0) ack 1 win 65535 <mss 1460>
//
// where P1, P2 … are the ports that the host chose, in order of first sight.
// "(incorrect cksum)" after the numbers says that the checksum of TCP is wrong.
// IPv6 addresses stand there likewise, 2001:db8:2::1.8080. UDP is "udp (LENGTH)";
// ICMP is "icmp TYPE CODE [mtu N] [QUOTE]", ICMPv6 "icmp6 TYPE CODE …", with
// packetdrill's names or the numbers, the quote being "[1:1(0)]", "[udp (10)]" or
// either with addresses, and the host's last packet if there is none.
//
// Environment. sysctl, ip route, ip link and sleep are understood; "true" only
// lets time pass. packetdrill's own defaults.sh and its undoing are left out,
// since every lab starts from the defaults.
//
// What packetdrill has beyond that (sendmsg, code in %{ }%, header
// fields such as ECN …) is refused with an [*OutsideError], and anything else
// with a [*SyntaxError].
package script

import (
	"fmt"
	"strings"
)

// SyntaxError is the error of a script that is not in the notation, or exceeds
// a limit of this package.
type SyntaxError struct {
	File      string
	Line, Col int    // from 1; 0 if the script has no file
	Message   string // what is there
	Expected  string // what could be there; "" if there is nothing to say
}

func (e *SyntaxError) Error() string {
	s := position(e.File, e.Line, e.Col) + e.Message
	if e.Expected != "" {
		s += "; expected " + e.Expected
	}
	return s
}

// OutsideError is the error of a script that packetdrill or strace could have
// written but that needs something connspec does not have.
type OutsideError struct {
	File      string
	Line, Col int
	What      string // what the script needs, as a noun
}

func (e *OutsideError) Error() string {
	return position(e.File, e.Line, e.Col) + "not among the calls and frames that connspec takes: " + e.What
}

func position(file string, line, col int) string {
	if line == 0 {
		return ""
	}
	if file == "" {
		file = "script"
	}
	return fmt.Sprintf("%s:%d:%d: ", file, line, col)
}

// SourceMax is the largest script in bytes.
const SourceMax = 1 << 20

// Parse reads a script; name is for messages. The error is a [*SyntaxError] or
// an [*OutsideError].
func Parse(name string, src []byte) (*Script, error) {
	p := &parser{file: name, script: &Script{Name: name}}
	if len(src) > SourceMax {
		p.failf(0, fmt.Sprintf("at most %d bytes", SourceMax), "the script has %d bytes", len(src))
		return nil, p.err
	}
	p.src = string(src)
	if i := strings.IndexByte(p.src, 0); i >= 0 {
		p.failf(i, "text", "a NUL byte")
		return nil, p.err
	}
	p.parseScript()
	if p.err != nil {
		return nil, p.err
	}
	if err := p.script.Validate(); err != nil {
		return nil, err
	}
	p.script.Loopback = OnLoopback(p.script)
	return p.script, nil
}
