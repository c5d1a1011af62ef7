package ip

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

func a6(s string) netip.Addr { return netip.MustParseAddr(s) }

func table6() *Table {
	t := new(Table)
	t.SetNIC(64)
	p := netip.MustParsePrefix
	t.Reset([]netip.Prefix{p("192.168.0.1/16"), p("2001:db8:1::1/64"), p("fe80::1/64")}, []Route{
		{Prefix: p("2001:db8:2::/64"), Gateway: a6("2001:db8:1::2")},
		{Prefix: p("2001:db8:2::9/128"), Kind: Prohibit},
		{Prefix: p("2001:db8:4::1/128"), Kind: Unreachable},
		{Prefix: p("2001:db8:4::3/128"), Kind: Blackhole},
		{Prefix: p("2001:db8:4::4/128"), Kind: Throw},
	})
	return t
}

func TestFind6(t *testing.T) {
	for _, c := range []struct {
		dst, src string
		dev      uint32
		want     string // next hop, "local", or ""
		from     string
		why      Reason
	}{
		{"::1", "", 0, "local", "::1", Reachable},
		{"::1", "", 64, "", "", NoRoute},
		{"2001:db8:1::1", "", 0, "local", "2001:db8:1::1", Reachable},
		{"2001:db8:1::1", "", 1, "", "", NoRoute},
		{"2001:db8:1::7", "", 0, "2001:db8:1::7", "2001:db8:1::1", Reachable},
		{"2001:db8:2::7", "", 64, "2001:db8:1::2", "2001:db8:1::1", Reachable},
		{"2001:db8:2::7", "::1", 0, "2001:db8:1::2", "::1", Reachable}, // Linux lets it out
		{"2001:db8:2::7", "192.168.0.1", 0, "", "", OtherFamily},
		{"2001:db8:2::9", "", 0, "", "", Prohibited},
		{"2001:db8:2::9", "", 64, "2001:db8:1::2", "2001:db8:1::1", Reachable}, // what rejects hangs on lo
		{"2001:db8:4::1", "", 0, "", "", HostUnreachable},
		{"2001:db8:4::3", "", 0, "2001:db8:4::3", "2001:db8:1::1", Blackholed},
		{"2001:db8:4::4", "", 0, "", "", NoRoute},
		{"2001:db8:3::1", "", 0, "", "", NoRoute},
		{"fe80::2", "", 64, "fe80::2", "fe80::1", Reachable},
		{"fe80::2", "", 1, "", "", NoRoute},
		{"ff02::9", "", 0, "ff02::9", "fe80::1", Reachable},
		{"ff0e::9", "", 0, "ff0e::9", "2001:db8:1::1", Reachable},
		{"::192.0.2.1", "", 0, "", "", NoRoute},
	} {
		var src netip.Addr
		if c.src != "" {
			src = a6(c.src)
		}
		p, why := table6().Find6(a6(c.dst), src, c.dev)
		hop, from := "", ""
		if p.Src.IsValid() {
			hop, from = p.NextHop.String(), p.Src.String()
			if p.Kind == Local {
				hop = "local"
			}
		}
		if hop != c.want || from != c.from || why != c.why {
			t.Errorf("%s from %q over %d: by %q from %q, %v; want %q from %q, %v", c.dst, c.src, c.dev, hop, from, why, c.want, c.from, c.why)
		}
	}
}

func TestLinkDownTakesIPv6Away(t *testing.T) {
	table := table6()
	table.SetLink(false)
	if table.Owns6(a6("2001:db8:1::1"), 0) || !table.Owns6(loopback6, 0) {
		t.Error("with the NIC down its address must be gone and that of loopback stay")
	}
	if _, why := table.Find6(a6("2001:db8:2::7"), netip.Addr{}, 0); why != NoRoute {
		t.Errorf("a far host is %v, want no route", why)
	}
	if _, why := table.Find6(a6("2001:db8:4::1"), netip.Addr{}, 0); why != HostUnreachable {
		t.Errorf("the unreachable route says %v, want that it stays", why)
	}
}

func TestAccepts6(t *testing.T) {
	for _, c := range []struct {
		src, dst string
		want     bool
	}{
		{"2001:db8:2::1", "2001:db8:1::1", true},
		{"2001:db8:2::1", "2001:db8:1::2", false},
		{"::1", "2001:db8:1::1", false},
		{"2001:db8:2::1", "::1", false},
		{"ff02::1", "2001:db8:1::1", false},
		{"::ffff:127.0.0.1", "2001:db8:1::1", false},
		{"fe80::2", "ff02::1", true},
		{"fe80::2", "ff02::1:ff00:1", true},
		{"fe80::2", "ff02::1:ff00:2", false},
		{"fe80::2", "ff02::9", false},
	} {
		if _, got := table6().Accepts6(a6(c.src), a6(c.dst)); got != c.want {
			t.Errorf("from %s to %s: %v, want %v", c.src, c.dst, got, c.want)
		}
	}
}

// The examples of RFC 6724 section 10.1 that one interface can show.
func TestSourceSelection(t *testing.T) {
	for _, c := range []struct {
		addrs     []string
		dst, want string
	}{
		{[]string{"2001:db8:1::1/64", "fe80::1/64"}, "ff05::1", "2001:db8:1::1"},
		{[]string{"fe80::1/64", "2001:db8:2::1/64"}, "2001:db8:1::1", "2001:db8:2::1"},
		{[]string{"fe80::1/64", "2001:db8:2::1/64"}, "fe80::2", "fe80::1"},
		{[]string{"2001:db8:1::2/64", "2001:db8:3::2/64"}, "2001:db8:1::1", "2001:db8:1::2"},
		{[]string{"2001:db8:3::2/64", "2001:db8:1::2/64"}, "2001:db8:1::1", "2001:db8:1::2"},
		{[]string{"2001:db8:1::2/64", "2002:c633:6401::d5e3/64"}, "2002:c633:6401::1", "2002:c633:6401::d5e3"},
		{[]string{"fe80::1/64"}, "2001:db8:1::1", "fe80::1"},
		{nil, "2001:db8:1::1", "::"},
		{[]string{"fe80::1/64"}, "::1", "::1"},
	} {
		var table Table
		var addrs []netip.Prefix
		for _, a := range c.addrs {
			addrs = append(addrs, netip.MustParsePrefix(a))
		}
		table.Reset(addrs, nil)
		if got := table.Source6(a6(c.dst)); got.String() != c.want {
			t.Errorf("to %s from one of %v: %v, want %s", c.dst, c.addrs, got, c.want)
		}
	}
}

func TestFragments6ComeTogether(t *testing.T) {
	var q Queue
	payload := bytes.Repeat([]byte("0123456789abcdef"), 200)
	path := Path{Src: a6("2001:db8:1::1"), Dst: a6("2001:db8:2::1")}
	q.PushPacket6(path, MTUMin6, 7, wire.IPv6{Next: wire.ProtocolUDP, HopLimit: 64}, payload)
	if q.Len() != 3 {
		t.Fatalf("%d fragments, want 3", q.Len())
	}
	var r Reassembly
	for q.Len() > 0 {
		buf, _, _ := q.Pop()
		packet := buf[Headroom:]
		if len(packet) > MTUMin6 {
			t.Fatalf("a fragment of %d bytes, want at most %d", len(packet), MTUMin6)
		}
		h, _, err := wire.ParseIPv6(packet)
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := wire.ParseExtensions(packet, h.Next, wire.IPv6Len)
		if err != nil {
			t.Fatal(err)
		}
		whole, next, v := r.Add6(0, &h, e.Fragment, packet[e.At:])
		switch {
		case q.Len() > 0 && v != Waiting6:
			t.Fatalf("verdict %v, want that the rest is waited for", v)
		case q.Len() == 0 && (v != Whole6 || next != wire.ProtocolUDP || !bytes.Equal(whole, payload)):
			t.Fatalf("verdict %v with %d bytes of %v, want the whole", v, len(whole), next)
		}
	}
}

// RFC 5722, RFC 6946 and RFC 8200 section 4.5.
func TestFragments6ThatAreWrong(t *testing.T) {
	h := wire.IPv6{Src: [16]byte{1}, Dst: [16]byte{2}}
	part := make([]byte, 16)
	at := func(off uint16, more bool) wire.Fragment {
		return wire.Fragment{Next: wire.ProtocolUDP, ID: 1, Offset: off, More: more}
	}
	for _, c := range []struct {
		name  string
		parts []wire.Fragment
		len   int
		want  Verdict6
	}{
		{"an overlap", []wire.Fragment{at(0, true), at(8, true)}, 16, Dropped6},
		{"what comes after an overlap", []wire.Fragment{at(0, true), at(8, true), at(16, false)}, 16, Waiting6},
		{"an exact repeat", []wire.Fragment{at(0, true), at(0, true), at(16, false)}, 16, Whole6},
		{"one by itself among others", []wire.Fragment{at(16, true), at(0, false)}, 16, Whole6},
		{"an odd length", []wire.Fragment{at(0, true)}, 15, OddLength6},
		{"too much", []wire.Fragment{at(65528, false)}, 16, TooLong6},
		{"nothing", []wire.Fragment{at(8, true)}, 0, Dropped6},
	} {
		var r Reassembly
		var got Verdict6
		for _, f := range c.parts {
			_, _, got = r.Add6(0, &h, f, part[:c.len])
		}
		if got != c.want {
			t.Errorf("%s: verdict %v, want %v", c.name, got, c.want)
		}
	}
}

// RFC 8201 section 4: nothing below 1280, no growth by a message, and an end.
func TestPathMTU(t *testing.T) {
	var m PathMTU
	dst := a6("2001:db8:2::1")
	if m.Learn(0, dst, 1279) {
		t.Error("an MTU of 1279 is believed")
	}
	m.Learn(0, dst, 1400)
	m.Learn(0, dst, 1450)
	if got := m.To(0, dst, 1500); got != 1400 {
		t.Errorf("the path has %d, want 1400: messages only make it smaller", got)
	}
	if got := m.To(0, a6("2001:db8:2::2"), 1500); got != 1500 {
		t.Errorf("another path has %d, want the link's", got)
	}
	if got := m.To(pathExpires, dst, 1500); got != 1500 {
		t.Errorf("after ten minutes the path has %d, want the link's again", got)
	}
	for i := range uint16(pathsMax + 10) {
		m.Learn(0, netip.AddrFrom16([16]byte{0x20, 1, 14: byte(i >> 8), 15: byte(i)}), 1300)
	}
	if len(m.known) != pathsMax {
		t.Errorf("%d paths are remembered, want %d at most", len(m.known), pathsMax)
	}
}

func TestErrorsAreLimited(t *testing.T) {
	var l Limit
	sent := func(now time.Duration) (n int) {
		for range 1000 {
			if l.Take(now) {
				n++
			}
		}
		return n
	}
	if n := sent(0); n != limitBurst {
		t.Errorf("%d at once, want %d", n, limitBurst)
	}
	if n := sent(10 * time.Millisecond); n != 10 {
		t.Errorf("%d more 10 ms later, want 10", n)
	}
	if n := sent(time.Hour); n != limitBurst {
		t.Errorf("%d after an hour, want %d", n, limitBurst)
	}
}
