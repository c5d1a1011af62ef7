package script

import (
	"errors"
	"strings"
	"testing"
)

var fuzzSeeds = []string{
	"// T\n--tolerance_usecs=1\n`sysctl -q a=1`\n+0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3",
	"+0...0.2 connect(3, ..., ...) = 0\n+0 > S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>\n+.1 < S. 0:0(0) ack 1 win 5 <mss 1000>",
	"+0 [pid 1] connect(3, {sa_family=AF_UNIX, sun_path=@\"x\\x00\"}, 110 <unfinished ...>\n+1 [pid 1] <... connect resumed>) = -1 EINTR (x)",
	"0 < 192.0.2.2.8080 > 192.168.0.1.P2: FP. 1:3(2) ack 1\n* > 192.168.0.1.P1 > 192.0.2.1.53: udp (9)",
	"+0 < icmp unreachable frag_needed mtu 9 [192.168.0.1.P1 > 192.0.2.1.8080: 1:2(1)]\n+0 < icmp 5 1 [udp (3)]",
	"+0 poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])\n+0 fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)",
	"+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [EIO], [4]) = 0\n+0 recvfrom(3, ..., 9, MSG_PEEK, NULL, NULL) = ?",
	"+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(P1), inet_pton(AF_INET6, \"::1\", &sin6_addr)}, 28)\n/* x */ # y",
}

// FuzzParse feeds the parser anything. It must not panic; what it accepts must
// print as a script that is accepted and prints the same.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse("fuzz", []byte(source))
		if err != nil {
			requirePositioned(t, err)
			return
		}
		printed := Format(s)
		again, err := Parse("fuzz", []byte(printed))
		if err != nil {
			t.Fatalf("%q was read and printed as\n%s\nwhich is not read: %v", source, printed, err)
		}
		if twice := Format(again); twice != printed {
			t.Fatalf("printed\n%s\nthen\n%s", printed, twice)
		}
	})
}

// requirePositioned checks that an error says where.
func requirePositioned(t *testing.T, err error) {
	t.Helper()
	var syntax *SyntaxError
	var outside *OutsideError
	switch {
	case errors.As(err, &syntax) && syntax.Line > 0 && syntax.Col > 0 && syntax.Message != "":
	case errors.As(err, &outside) && outside.Line > 0 && outside.Col > 0 && outside.What != "":
	default:
		t.Fatalf("an error without position: %#v", err)
	}
}

// TestTruncated cuts scripts off at every byte.
func TestTruncated(t *testing.T) {
	source := strings.Join(fuzzSeeds[1:], "\n")
	for i := range source {
		if _, err := Parse("cut", []byte(source[:i])); err != nil {
			requirePositioned(t, err)
		}
	}
}
