package script

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
)

func inet(addr string, port uint16) spec.Sockaddr {
	return spec.SockaddrInet(netip.AddrPortFrom(netip.MustParseAddr(addr), port))
}

func at(addr string, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(addr), port)
}

// parseOne reads a script of one line.
func parseOne(t *testing.T, line string) Event {
	t.Helper()
	s, err := Parse("one.pkt", []byte(line))
	if err != nil {
		t.Fatalf("%s\n\t%v", line, err)
	}
	if len(s.Events) != 1 {
		t.Fatalf("%s\n\t%d events", line, len(s.Events))
	}
	e := s.Events[0]
	e.Line = 0
	return e
}

var (
	toRemote   = spec.Call{Op: spec.OpConnect, FD: 3, Addr: inet("192.0.2.1", 8080), AddrLen: 16}
	inProgress = &Want{Result: spec.Fail(spec.EINPROGRESS)}
	zero       = &Want{}
)

// callCases hold a line for each form of a call. Canonical lines are printed as
// they were read.
var callCases = []struct {
	line  string
	event Event
	other bool // the line is a second way to write it
}{
	{`+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3`,
		Event{Call: spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock}, Want: &Want{Result: spec.Result{Ret: 3}}}, false},
	{`0.000 socket(..., SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP)`,
		Event{Call: spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, Protocol: spec.ProtocolUDP}}, true},
	{`+.1 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)`,
		Event{Delay: 100 * time.Millisecond, Call: toRemote, Want: inProgress}, true},
	{`+0.1 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)`,
		Event{Delay: 100 * time.Millisecond, Call: toRemote, Want: inProgress}, false},
	{`+0 [pid 2] connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16 <unfinished ...>`,
		Event{Thread: 2, Call: toRemote, Want: &Want{Blocks: true}}, false},
	{`+0.1...0.3 connect(3, ..., ...) = 0`,
		Event{Delay: 100 * time.Millisecond, Call: toRemote, Want: &Want{Blocks: true, After: 200 * time.Millisecond}}, true},
	{`+0 connect(3, {sa_family=AF_UNSPEC}, 16) = 0`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, AddrLen: 16}, Want: zero}, false},
	{`+0 connect(3, {sa_family=AF_UNSPEC, sa_data="\0\0\0\0\0\0\0\0\0\0\0\0\0\0"}, 16) = 0`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, AddrLen: 16}, Want: zero}, true},
	{`+0 connect(3, {sa_family=0x2f, sin_port=htons(P2), sin_addr=inet_addr("127.0.0.1")}, -1) = ?`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Addr: spec.Sockaddr{Family: spec.AFUnknown, Addr: Loopback, Port: PortFirst + 1}, AddrLen: -1}, Want: &Want{Any: true}}, false},
	{`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28)`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Addr: inet("::1", 80), AddrLen: 28}}, false},
	{`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28)`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Addr: inet("::1", 80), AddrLen: 28}}, true},
	{`+0 connect(3, {sa_family=AF_UNIX, sun_path=@"x\"y"}, 7)`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Addr: spec.Sockaddr{Family: spec.AFUnix, Path: "\x00x\"y"}, AddrLen: 7}}, false},
	{`+0 connect(3, NULL, 16) = -1 EFAULT (Bad address)`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Pointer: spec.PointerNull, AddrLen: 16}, Want: &Want{Result: spec.Fail(spec.EFAULT)}}, false},
	{`+0 connect(3, 0xffffffffffffffff, 16)`,
		Event{Call: spec.Call{Op: spec.OpConnect, FD: 3, Pointer: spec.PointerUnreadable, AddrLen: 16}}, false},
	{`+0 bind(3, ..., ...) = 0`,
		Event{Call: spec.Call{Op: spec.OpBind, FD: 3, Addr: inet("192.168.0.1", 8080), AddrLen: 16}, Want: zero}, true},
	{`+0 accept(3, {sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("192.0.2.1")}, [16]) = 4`,
		Event{Call: spec.Call{Op: spec.OpAccept, FD: 3}, Want: &Want{HasAddr: true, Result: spec.Result{Ret: 4, Addr: inet("192.0.2.1", 40000), AddrLen: 16}}}, false},
	{`+0 getsockname(3, {sa_family=AF_INET, sin_port=htons(P1), sin_addr=inet_addr("0.0.0.0")}, [128 => 16]) = 0`,
		Event{Call: spec.Call{Op: spec.OpGetsockname, FD: 3}, Want: &Want{HasAddr: true, Result: spec.Result{Addr: inet("0.0.0.0", PortFirst), AddrLen: 16}}}, true},
	{`+0 getpeername(3, ..., ...) = -1 ENOTCONN (Transport endpoint is not connected)`,
		Event{Call: spec.Call{Op: spec.OpGetpeername, FD: 3}, Want: &Want{Result: spec.Fail(spec.ENOTCONN)}}, false},
	{`+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0`,
		Event{Call: spec.Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoError}, Want: &Want{HasOut: true, Result: spec.Result{Value: int32(spec.ECONNREFUSED)}}}, false},
	{`+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0`,
		Event{Call: spec.Call{Op: spec.OpSetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoReuseaddr, Value: 1}, Want: zero}, false},
	{`+0 fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)`,
		Event{Call: spec.Call{Op: spec.OpFcntl, FD: 3, Fcntl: spec.FGetfl}, Want: &Want{Result: spec.Result{Ret: 0x802}}}, false},
	{`+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0`,
		Event{Call: spec.Call{Op: spec.OpFcntl, FD: 3, Fcntl: spec.FSetfl, Arg: spec.ORdwr | spec.ONonblock}, Want: zero}, false},
	{`+0 poll([{fd=3, events=POLLIN|POLLOUT}], 1, 0) = 1 ([{fd=3, revents=POLLOUT|POLLHUP}])`,
		Event{Call: spec.Call{Op: spec.OpPoll, Poll: []spec.PollFD{{FD: 3, Events: spec.PollIn | spec.PollOut}}},
			Want: &Want{HasOut: true, Result: spec.Result{Ret: 1, Poll: []spec.PollFD{{FD: 3, Revents: spec.PollOut | spec.PollHup}}}}}, false},
	{`+0 poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 0) = 1`,
		Event{Call: spec.Call{Op: spec.OpPoll, Poll: []spec.PollFD{{FD: 3, Events: spec.PollIn}}},
			Want: &Want{HasOut: true, Result: spec.Result{Ret: 1, Poll: []spec.PollFD{{FD: 3, Revents: spec.PollIn}}}}}, true},
	{`+0 poll([{fd=3, events=0}], 1, -1) = 0 (Timeout)`,
		Event{Call: spec.Call{Op: spec.OpPoll, Timeout: -1, Poll: []spec.PollFD{{FD: 3}}}, Want: &Want{HasOut: true}}, false},
	{`+0 send(3, "a\n\x00", 3, MSG_DONTWAIT|MSG_NOSIGNAL) = 3`,
		Event{Call: spec.Call{Op: spec.OpSend, FD: 3, Buf: []byte("a\n\x00"), MsgFlags: spec.MsgDontwait | spec.MsgNosignal}, Want: &Want{Result: spec.Result{Ret: 3}}}, false},
	{`+0 write(3, ..., 4) = 4`,
		Event{Call: spec.Call{Op: spec.OpSend, FD: 3, Buf: make([]byte, 4)}, Want: &Want{Result: spec.Result{Ret: 4}}}, true},
	{`+0 recvfrom(3, ..., 9, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, [16]) = 5`,
		Event{Call: spec.Call{Op: spec.OpRecvfrom, FD: 3, Buf: make([]byte, 9)}, Want: &Want{HasAddr: true, Result: spec.Result{Ret: 5, Addr: inet("192.0.2.1", 53), AddrLen: 16}}}, false},
	{`+0 sendto(3, "x", 1, 0, NULL, 0) = 1`,
		Event{Call: spec.Call{Op: spec.OpSendto, FD: 3, Buf: []byte("x"), Pointer: spec.PointerNull}, Want: &Want{Result: spec.Result{Ret: 1}}}, false},
	{`+0 shutdown(3, SHUT_WR) = 0`, Event{Call: spec.Call{Op: spec.OpShutdown, FD: 3, How: spec.ShutWr}, Want: zero}, false},
	{`+0 dup2(3, 5) = 5`, Event{Call: spec.Call{Op: spec.OpDup2, FD: 3, Arg: 5}, Want: &Want{Result: spec.Result{Ret: 5}}}, false},
	{`+0 open("/dev/null", O_RDWR) = 3`, Event{Call: spec.Call{Op: spec.OpOpen}, Want: &Want{Result: spec.Result{Ret: 3}}}, false},
	{`+0 accept(3,  <unfinished ...>`, Event{Call: spec.Call{Op: spec.OpAccept, FD: 3}, Want: &Want{Blocks: true}}, true},
	{`+0 [pid 1] <... connect resumed>) = -1 ETIMEDOUT (Connection timed out)`,
		Event{Kind: EventExpect, Thread: 1, Call: spec.Call{Op: spec.OpConnect}, Want: &Want{Result: spec.Fail(spec.ETIMEDOUT)}}, false},
	{`+0 <... accept resumed>{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("10.0.0.1")}, [16]) = 4`,
		Event{Kind: EventExpect, Call: spec.Call{Op: spec.OpAccept}, Want: &Want{HasAddr: true, Result: spec.Result{Ret: 4, Addr: inet("10.0.0.1", 9), AddrLen: 16}}}, false},
}

func TestCalls(t *testing.T) {
	for _, c := range callCases {
		got := parseOne(t, c.line)
		if !reflect.DeepEqual(got, c.event) {
			t.Errorf("%s\n\tgot  %+v want of %+v\n\twant %+v want of %+v", c.line, got, got.Want, c.event, c.event.Want)
		}
		printed := FormatEvent(&got)
		if !c.other && printed != c.line {
			t.Errorf("printed\n\t%s\nwant\n\t%s", printed, c.line)
		}
		if again := parseOne(t, printed); !reflect.DeepEqual(again, got) {
			t.Errorf("%s\n\tis read back as %s", printed, FormatEvent(&again))
		}
	}
}

func synAck() Frame {
	return Frame{Proto: ProtoTCP, Implied: true, Flags: SYN | ACK, Ack: 1, Window: 65535, HasWindow: true,
		Options: TCPOptions{MSS: 1460, WindowScale: 8}}
}

func synAckFrom(src, dst netip.AddrPort) Frame {
	f := synAck()
	f.Implied, f.Src, f.Dst = false, src, dst
	return f
}

var frameCases = []struct {
	line  string
	kind  EventKind
	frame Frame
	other bool
}{
	{"+0 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>", EventInject, synAck(), false},
	{"+0 < 192.0.2.2.8080 > 192.168.0.1.P2: S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>", EventInject, synAckFrom(at("192.0.2.2", 8080), at("192.168.0.1", PortFirst+1)), false},
	{"+0 > S 0:0(0) <...>", EventExpect, Frame{Proto: ProtoTCP, Implied: true, Flags: SYN, AnyOptions: true}, false},
	{"+0 > S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7>", EventExpect,
		Frame{Proto: ProtoTCP, Implied: true, Flags: SYN, Options: TCPOptions{MSS: 1460, WindowScale: 8, SACKPermitted: true, Timestamps: true}}, false},
	{"+0 > FP. 1:11(10) ack 2", EventExpect, Frame{Proto: ProtoTCP, Implied: true, Flags: FIN | PSH | ACK, Seq: 1, Ack: 2, Len: 10}, false},
	{"+0 < . 4294967295:4(5) ack 1 <nop,nop,sack 1:2 3:4>", EventInject,
		Frame{Proto: ProtoTCP, Implied: true, Flags: ACK, Seq: 1<<32 - 1, Ack: 1, Len: 5, Options: TCPOptions{SACKBlocks: 2}}, true},
	{"+0 < R 1:1(0) ack 7", EventInject, Frame{Proto: ProtoTCP, Implied: true, Flags: RST, Seq: 1}, true},
	{"+0 < - 0:0(0)", EventInject, Frame{Proto: ProtoTCP, Implied: true}, false},
	{"+0 < SEW 0:0(0)", EventInject, Frame{Proto: ProtoTCP, Implied: true, Flags: SYN | ECE | CWR}, false},
	{"+0 < 5000 > 8080 S 0:0(0)", EventInject,
		Frame{Proto: ProtoTCP, Src: at("192.0.2.1", 5000), Dst: at("192.168.0.1", 8080), Flags: SYN}, true},
	{"+0 < udp (10)", EventInject, Frame{Proto: ProtoUDP, Implied: true, Len: 10}, false},
	{"+0 > 192.168.0.1.P1 > 192.0.2.1.53: udp (0)", EventExpect,
		Frame{Proto: ProtoUDP, Src: at("192.168.0.1", PortFirst), Dst: at("192.0.2.1", 53)}, false},
	{"+0 < icmp unreachable host_unreachable", EventInject, Frame{Proto: ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 1}, false},
	{"+0 < icmp unreachable frag_needed mtu 1000 [1:11(10)]", EventInject,
		Frame{Proto: ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 4, MTU: 1000, Quoted: Quote{Proto: ProtoTCP, HasSeq: true, Seq: 1, Len: 10}}, false},
	{"+0 < icmp 3 16 [udp (10)]", EventInject,
		Frame{Proto: ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 16, Quoted: Quote{Proto: ProtoUDP, Len: 10}}, true},
	{"+0 < 192.0.2.9 > 192.168.0.1: icmp time_exceeded 1 [192.168.0.1.P1 > 192.0.2.1.8080: tcp]", EventInject,
		Frame{Proto: ProtoICMP, Src: at("192.0.2.9", 0), Dst: at("192.168.0.1", 0), ICMPType: 11, ICMPCode: 1,
			Quoted: Quote{Proto: ProtoTCP, Src: at("192.168.0.1", PortFirst), Dst: at("192.0.2.1", 8080)}}, false},
	{"+0 < icmp 40 3", EventInject, Frame{Proto: ProtoICMP, Implied: true, ICMPType: 40, ICMPCode: 3}, false},
}

func TestFrames(t *testing.T) {
	for _, c := range frameCases {
		got := parseOne(t, c.line)
		if got.Kind != c.kind || got.Frame != c.frame {
			t.Errorf("%s\n\tgot  %+v\n\twant %+v", c.line, got.Frame, c.frame)
		}
		printed := FormatEvent(&got)
		if !c.other && printed != c.line {
			t.Errorf("printed\n\t%s\nwant\n\t%s", printed, c.line)
		}
		if again := parseOne(t, printed); !reflect.DeepEqual(again, got) {
			t.Errorf("%s\n\tis read back as %+v", printed, again)
		}
	}
}

// TestEveryICMPCode reads back each type and code there can be.
func TestEveryICMPCode(t *testing.T) {
	for typ := range 256 {
		for code := range 256 {
			e := Event{Kind: EventInject, Frame: Frame{Proto: ProtoICMP, Implied: true, ICMPType: uint8(typ), ICMPCode: uint8(code)}}
			if got := parseOne(t, FormatEvent(&e)); got.Frame != e.Frame {
				t.Fatalf("%s is read back as %s", FormatEvent(&e), FormatEvent(&got))
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, c := range []struct {
		command string
		env     Env
	}{
		{"sysctl -q net.ipv4.tcp_timestamps=0", Env{Kind: EnvSysctl, Name: "net.ipv4.tcp_timestamps", Value: "0"}},
		{"ip route add unreachable 192.0.2.1/32", Env{Kind: EnvRouteAdd, Name: "unreachable", Value: "192.0.2.1/32"}},
		{"ip route add 10.1.0.0/16 via 192.168.0.2", Env{Kind: EnvRouteAdd, Value: "10.1.0.0/16"}},
		{"ip route del prohibit 192.0.2.1", Env{Kind: EnvRouteDel, Name: "prohibit", Value: "192.0.2.1"}},
		{"ip link set dev eth0 down", Env{Kind: EnvLinkDown}},
		{"ip link set tun0 up", Env{Kind: EnvLinkUp}},
		{"ip link set dev lo down", Env{Kind: EnvLinkDown, Name: "lo"}},
		{"ip addr del 192.168.0.1/16 dev eth0", Env{Kind: EnvAddrDel, Value: "192.168.0.1/16"}},
		{"ip addr add 192.168.0.1/16 dev lo", Env{Kind: EnvAddrAdd, Name: "lo", Value: "192.168.0.1/16"}},
		{"ip link set dev eth1 up", Env{Kind: EnvUnknown}},
		{`sysctl -q net.ipv4.ip_local_port_range="50000 50001"`, Env{Kind: EnvSysctl, Name: "net.ipv4.ip_local_port_range", Value: "50000 50001"}},
		{"nft add rule ip filter output ip daddr 192.0.2.1 drop", Env{Kind: EnvFilterAdd, Name: "output", Value: "ip daddr 192.0.2.1 drop"}},
		{"nft add rule ip filter input ip saddr 192.0.2.1 ip protocol tcp reject with tcp reset",
			Env{Kind: EnvFilterAdd, Name: "input", Value: "ip saddr 192.0.2.1 ip protocol tcp reject with tcp reset"}},
		{"nft add rule ip filter output ip saddr 192.0.2.1 drop", Env{Kind: EnvUnknown}},
		{"nft add rule ip filter output reject with tcp reset", Env{Kind: EnvUnknown}},
		{"nft flush ruleset", Env{Kind: EnvFilterFlush}},
		{"sleep 0.5", Env{Kind: EnvSleep, Value: "0.5"}},
		{"rm -rf /", Env{Kind: EnvUnknown}},
		{"sysctl", Env{Kind: EnvUnknown}},
		{"ip route add", Env{Kind: EnvUnknown}},
		{"ip link set dev", Env{Kind: EnvUnknown}},
	} {
		got := parseOne(t, "+0 `"+c.command+"`")
		c.env.Text = c.command
		if got.Kind != EventEnv || got.Env != c.env {
			t.Errorf("%s: got %+v", c.command, got.Env)
		}
	}
	got := parseOne(t, "+1.5 `true`")
	if got.Kind != EventAdvance || got.Delay != 1500*time.Millisecond {
		t.Errorf("true: got %+v", got)
	}
	s, err := Parse("two", []byte("`../common/defaults.sh\nsysctl -q a=1 b=2`\n+0 close(3)"))
	if err != nil || len(s.Events) != 3 || s.Events[1].Env.Name != "b" {
		t.Errorf("two settings and a call: %v, %+v", err, s)
	}
}

func TestTimes(t *testing.T) {
	s, err := Parse("times", []byte("0 close(3)\n0.1 close(4)\n+.25 close(5)\n*  > S 0:0(0) <...>\n+0.1~+0.3 > S 0:0(0) <...>\n1.000000001 close(6)"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ delay, within time.Duration }{
		{0, 0}, {100 * time.Millisecond, 0}, {250 * time.Millisecond, 0}, {0, 0},
		{100 * time.Millisecond, 200 * time.Millisecond}, {550*time.Millisecond + 1, 0},
	} {
		if e := s.Events[i]; e.Delay != want.delay || e.Within != want.within || e.AnyTime != (i == 3) || e.Line != i+1 {
			t.Errorf("event %d: %+v", i, e)
		}
	}
}

func TestTitle(t *testing.T) {
	for source, want := range map[string]string{
		"// A title\n// more\n+0 close(3)":   "A title",
		"/*\n * A title\n */\n+0 close(3)":   "A title",
		"#!/usr/bin/x\n# T\n+0 close(3) # u": "T",
		"+0 close(3) // not a title":         "",
	} {
		s, err := Parse("title", []byte(source))
		if err != nil || s.Title != want {
			t.Errorf("%q: %q, %v", source, s.Title, err)
		}
	}
}

// TestErrors holds what a user may write, and what is said about it where.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"+0 conect(3)", `x.pkt:1:4: unknown call "conect"; expected a call such as socket`},
		{"\n+0 close(3", `x.pkt:2:11: found the end of the script; expected ")"`},
		{"close(3)", `x.pkt:1:1: found "close"; expected a time such as +0`},
		{"0.2 close(3)\n0.1 close(3)", `x.pkt:2:1: time goes backwards; expected 200ms or later`},
		{"+0 close(3) = -1 EWHAT", `x.pkt:1:18: found "EWHAT"; expected an error such as`},
		{"+0 close(99999999999)", `x.pkt:1:10: 99999999999 is out of range`},
		{"+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"1.2.3\")}, 16)", `x.pkt:1:74: bad address "1.2.3"`},
		{"+0 < S 0:5(4)", "x.pkt:1:8: the sequence numbers do not fit"},
		{"+0 < S 0:0(0) <...>", `x.pkt:1:6: "<...>" in a frame that the puppet sends`},
		{"+0 < X 0:0(0)", `x.pkt:1:6: found "X"; expected TCP flags`},
		{"+0 > S 0:0(0) <mss>", `x.pkt:1:19: found ">"; expected a segment size`},
		{"* close(3)", "x.pkt:1:1: only a frame of the host"},
		{"+0 `sysctl", "x.pkt:1:4: a command without end"},
		{"/* x", "x.pkt:1:1: a comment without end"},
		{"--bogus=1\n+0 close(3)", "x.pkt:1:1: unknown option --bogus"},
		{"+0 [pid 9] close(3)", "x.pkt:1:9: 9 is out of range"},
		{"+0 send(3, \"ab\", 3, 0)", "x.pkt:1:12: a string of 2 bytes with a length of 3"},
		{"+0 recv(3, ..., 1048577, 0)", "x.pkt:1:17: 1048577 is out of range"},
		{"+9999999 close(3)", "x.pkt:1:2: a time of 9999999 seconds"},
		{"+0 poll([{fd=3, events=POLLIN}], 2, 0)", "x.pkt:1:9: 1 entries for poll and a count of 2"},
		{"+0 close(3) = 0 (note\n+0 close(3)", "x.pkt:1:17: a remark without end"},
	} {
		_, err := Parse("x.pkt", []byte(c.source))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q\n\tgot  %v\n\twant %s", c.source, err, c.want)
		}
	}
}

// TestOutside holds what packetdrill could have written and connspec has not.
func TestOutside(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"+0 %{ print(1) }%", "1:4: a code snippet in %{ }%"},
		{"+0 epoll_create(1) = 3", "1:4: the call epoll_create"},
		{"+0 setsockopt(3, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = 0", "1:30: the option SO_ZEROCOPY"},
		{"+0 setsockopt(3, SOL_UDP, UDP_CORK, [1], 4) = 0", "1:18: options of the level SOL_UDP"},
		{"+0 > [ect0] . 1:1(0) ack 1", "1:6: fields of the IP header"},
		{"+0 < ipv4 1.1.1.1 > 2.2.2.2: S 0:0(0)", "1:6: IP in IP"},
		{"+0 < S 0:0(0) <md5 00>", "1:16: the TCP option md5"},
		{"+0 < .5 1:1(0) ack 1", "1:7: the counter of AccECN"},
		{"+0 socket(AF_BLUETOOTH, SOCK_RAW, 0) = 3", "1:11: the address family AF_BLUETOOTH"},
		{"--ip_version=ipv6\n+0 close(3)", "1:1: --ip_version=ipv6 (only ipv4)"},
		{"+0 read(3, NULL, 5) = -1 EFAULT (Bad address)", "1:12: a buffer that is a bad pointer"},
		{"+0 close(2) = 0", "1:1: the descriptors 0, 1 and 2"},
	} {
		_, err := Parse("x.pkt", []byte(c.source))
		var outside *OutsideError
		place, what, _ := strings.Cut(c.want, ": ")
		if !errors.As(err, &outside) || outside.What != what || !strings.HasPrefix(err.Error(), "x.pkt:"+place+": ") {
			t.Errorf("%q\n\tgot  %v\n\twant %s", c.source, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	socket := "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_IP)\n"
	for _, c := range []struct{ name, source, want string }{
		{"sockets", strings.Repeat(socket, 10_000), "limit:4097:4: the script has too many events; expected at most 4096"},
		{"descriptors", strings.Repeat(socket, 65), "limit:65:1: the script has 65 descriptors open at once; expected at most 64"},
		{"bytes", strings.Repeat(" ", SourceMax+1), "limit:1:1: the script has 1048577 bytes; expected at most 1048576 bytes"},
	} {
		_, err := Parse("limit", []byte(c.source))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s\n\tgot  %v\n\twant %s", c.name, err, c.want)
		}
	}
	closed := strings.Repeat(socket+"+0 close(3)\n", 200)
	if _, err := Parse("closed", []byte(closed)); err != nil {
		t.Errorf("200 sockets, one at a time: %v", err)
	}
}

func TestOnLoopback(t *testing.T) {
	for source, want := range map[string]bool{
		"+0 socket(..., SOCK_STREAM, 0) = 3\n+0 connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"127.0.0.1\")}, 16)": true,
		"+0 connect(3, {sa_family=AF_UNSPEC}, 16)": true,
		"+0 connect(3, NULL, 16)":                  true,
		"+0 connect(3, ..., ...)":                  false,
		"+0 bind(3, ..., ...)":                     false,
		"+0 < S 0:0(0)":                            false,
		"+0 `ip link set dev eth0 down`":           false,
	} {
		s, err := Parse("loopback", []byte(source))
		if err != nil || s.Loopback != want {
			t.Errorf("%q: %v, %v", source, s.Loopback, err)
		}
	}
}
