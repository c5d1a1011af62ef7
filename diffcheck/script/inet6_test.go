package script

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

var lines6 = []string{
	`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fe80::2", &sin6_addr), sin6_scope_id=if_nametoindex("eth0")}, 28) = 0`,
	`+0 bind(3, {sa_family=AF_INET6, sin6_port=htons(P1), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6_addr), sin6_scope_id=99}, 24) = -1 ENODEV (No such device)`,
	`+0 setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0`,
	`+0 getsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], [4]) = 0`,
	`+0 < 2001:db8:2::1.8080 > 2001:db8:1::1.P1: S. 0:0(0) ack 1 win 65535 <mss 1440>`,
	`+0 > ::1.8080 > fe80::2.8081: udp (5)`,
	`+0 > 2001:db8:1::1 > 2001:db8:2::1: icmp6 unreachable port_unreachable [2001:db8:2::1.8080 > 2001:db8:1::1.8080: udp (5)]`,
	`+0 < icmp6 unreachable not_neighbour`,
	`+0 < icmp6 unreachable 9 [1:1(0)]`,
	`+0 < icmp6 packet_too_big mtu 1400 [tcp]`,
	`+0 < icmp6 time_exceeded exceeded_frag_time`,
	`+0 < icmp6 parameter_problem unknown_option`,
	`+0 < icmp6 200 3`,
	`+0 > 192.168.0.1.P2 > 192.0.2.1.8080: S 0:0(0) (incorrect cksum) <...>`,
}

func TestInet6PrintsAsItReads(t *testing.T) {
	for _, line := range lines6 {
		s, err := Parse("x", []byte(line+"\n"))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := FormatEvent(&s.Events[0]); got != line {
			t.Errorf("printed\n%s\nwant\n%s", got, line)
		}
	}
}

func TestInet6Refused(t *testing.T) {
	for line, outside := range map[string]bool{
		`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "192.0.2.1", &sin6_addr)}, 28)`:                                    false,
		`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "fe80::1%eth0", &sin6_addr)}, 28)`:                                 false,
		`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=if_nametoindex("wlan0")}, 28)`:   true,
		`+0 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(5), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28)`: true,
		`+0 connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("::1")}, 16)`:                                                         false,
		`+0 setsockopt(3, SOL_IPV6, IPV6_UNICAST_HOPS, [1], 4)`:                                                                                        true,
		`+0 < 2001:db8::2::1.80 > 2001:db8:1::1.80: udp (5)`:                                                                                           false,
		`+0 < icmp6 unreachable host_unreachable`:                                                                                                      false,
		`+0 < icmp6 unreachable no_route mtu 1400`:                                                                                                     false,
		`+0 < S. 0:0(0) ack 1 (incorrect cksum)`:                                                                                                       false,
	} {
		_, err := Parse("x", []byte(line+"\n"))
		var out *OutsideError
		var syntax *SyntaxError
		switch {
		case errors.As(err, &out) && outside && out.Line == 1:
		case errors.As(err, &syntax) && !outside && syntax.Line == 1 && syntax.Col > 1:
		default:
			t.Errorf("%s: error %v, want one with its place, outside %v", line, err, outside)
		}
	}
}

func TestInet6RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := oneOf(t, Own6, Remote61, Loopback6, Any6, LinkLocal, GroupLink, Compatible, AnyMapped, Mapped(Remote1))
		port := oneOf[uint16](t, 0, 1, LocalPort, PortFirst, PortLast, 65535)
		a := spec.SockaddrInet(netip.AddrPortFrom(addr, port))
		a.Scope = oneOf[uint32](t, 0, ScopeLoopback, ScopeWire, ScopeNowhere, 1<<32-1)
		call := Event{Kind: EventCall, Call: spec.Call{Op: spec.OpConnect, FD: 3, Addr: a, AddrLen: rapid.Int32().Draw(t, "length")}}
		frame := Event{Kind: EventInject, Frame: Frame{
			Proto: ProtoICMP6, ICMPType: rapid.Uint8().Draw(t, "type"), ICMPCode: rapid.Uint8().Draw(t, "code"),
			Src: netip.AddrPortFrom(oneOf(t, Remote61, LinkLocalPeer), 0), Dst: netip.AddrPortFrom(oneOf(t, Own6, Loopback6), 0),
		}}
		for _, e := range []Event{call, frame} {
			s, err := Parse("x", []byte(FormatEvent(&e)+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			got := s.Events[0]
			got.Line = 0
			if got.Call.Addr != e.Call.Addr || got.Call.AddrLen != e.Call.AddrLen || got.Frame != e.Frame {
				t.Fatalf("%s read as %+v, want %+v", FormatEvent(&e), got, e)
			}
		}
	})
}
