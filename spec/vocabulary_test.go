package spec

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"golang.org/x/sys/unix"
)

func TestVocabularyLaws(t *testing.T) {
	properties := gopter.NewProperties(nil)
	const allPoll = PollIn | PollPri | PollOut | PollRdhup | PollErr | PollHup | PollNval

	properties.Property("poll bits print and read back", prop.ForAll(
		func(bits uint16) bool {
			e := PollEvents(bits) & allPoll
			back, ok := ParsePollEvents(e.String())
			return ok && back == e
		}, gen.UInt16()))
	properties.Property("poll bits join", prop.ForAll(
		func(a, b uint16) bool {
			x, y := PollEvents(a)&allPoll, PollEvents(b)&allPoll
			if x == 0 || y == 0 {
				return true
			}
			both, ok := ParsePollEvents(x.String() + "|" + y.String())
			return ok && both == x|y
		}, gen.UInt16(), gen.UInt16()))
	properties.Property("an IPv4 endpoint is its socket address", prop.ForAll(
		func(a uint32, port uint16) bool {
			ap := netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), port)
			s := SockaddrInet(ap)
			return s.Family == AFInet && s.AddrPort() == ap
		}, gen.UInt32(), gen.UInt16()))
	properties.Property("an IPv6 endpoint is its socket address", prop.ForAll(
		func(a uint64, port uint16) bool {
			addr := netip.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 14: byte(a >> 8), 15: byte(a)})
			s := SockaddrInet(netip.AddrPortFrom(addr, port))
			return s.Family == AFInet6 && s.AddrPort().Addr() == addr && s.Port == port
		}, gen.UInt64(), gen.UInt16()))
	properties.Property("a failed call returned -1", prop.ForAll(
		func(n uint8) bool {
			r := Fail(Errno(n))
			return r.Failed() && r.Ret == -1 && r.Errno == Errno(n)
		}, gen.UInt8()))
	properties.TestingRun(t)
}

func TestParsePollEventsRefusesOtherNames(t *testing.T) {
	for _, text := range []string{"", "POLLIN|", "|POLLIN", "POLLIN|POLLX", "pollin", "1", "POLLIN |POLLOUT", "0|POLLIN"} {
		if e, ok := ParsePollEvents(text); ok {
			t.Errorf("ParsePollEvents(%q) = %v, want none", text, e)
		}
	}
}

func TestDocumentsHaveNames(t *testing.T) {
	for i, d := range Documents() {
		if back, ok := ParseDocument(d.String()); int(d) != i || !ok || back != d {
			t.Errorf("document %d is %v, its name finds %v, %v", i, d, back, ok)
		}
	}
	for _, name := range []string{"", "POSIX", "freebsd", DocumentCount.String()} {
		if d, ok := ParseDocument(name); ok {
			t.Errorf("ParseDocument(%q) = %v, want none", name, d)
		}
	}
}

// TestNamesAreDistinct checks every list of names: in range all differ, and out
// of range a name is still printed.
func TestNamesAreDistinct(t *testing.T) {
	lists := map[string][]fmt.Stringer{
		"Op":         stringers(OpNone, OpCount),
		"Errno":      stringers(ENONE, ErrnoCount),
		"Document":   stringers(POSIX, DocumentCount),
		"Family":     stringers(AFUnspec, AFPacket+1),
		"SockType":   stringers(SockStream, SockSeqpacket+1),
		"SockLevel":  stringers(SolSocket, SolTCP+1),
		"SockOption": stringers(SoError, SockOptionCount),
		"FcntlCmd":   stringers(FGetfl, FSetfl+1),
		"ShutHow":    stringers(ShutRd, ShutRdwr+1),
		"Strength":   stringers(Shall, Silent+1),
	}
	for list, values := range lists {
		seen := map[string]bool{}
		for _, v := range values {
			if name := v.String(); name == "" || seen[name] {
				t.Errorf("%s: the name %q is empty or given twice", list, name)
			} else {
				seen[name] = true
			}
		}
	}
	for _, v := range []fmt.Stringer{OpCount, ErrnoCount, DocumentCount, SockType(0), SockLevel(0), SockOption(0), FcntlCmd(0), ShutHow(9), Protocol(255)} {
		if v.String() == "" {
			t.Errorf("%T out of range has no name", v)
		}
	}
}

func stringers[T interface {
	~uint8
	fmt.Stringer
}](first, end T) []fmt.Stringer {
	var list []fmt.Stringer
	for v := first; v < end; v++ {
		list = append(list, v)
	}
	return list
}

// TestValuesThatAreTheKernels checks the few constants whose values, not only
// names, are the system's own.
func TestValuesThatAreTheKernels(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"O_RDWR", int(ORdwr), unix.O_RDWR},
		{"O_NONBLOCK", int(ONonblock), unix.O_NONBLOCK},
		{"O_PATH", int(OPath), unix.O_PATH},
		{"IPPROTO_TCP", int(ProtocolTCP), unix.IPPROTO_TCP},
		{"IPPROTO_UDP", int(ProtocolUDP), unix.IPPROTO_UDP},
		{"sizeof(struct sockaddr_in)", SizeofSockaddrIn, unix.SizeofSockaddrInet4},
		{"sizeof(struct sockaddr_in6)", SizeofSockaddrIn6, unix.SizeofSockaddrInet6},
		{"SHUT_RDWR", int(ShutRdwr), unix.SHUT_RDWR},
	} {
		if c.got != c.want {
			t.Errorf("%s is %d, Linux has %d", c.name, c.got, c.want)
		}
	}
}
