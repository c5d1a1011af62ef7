package puppet

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
)

// What a Linux 6.18 sent: RST for a SYN to nobody, and port unreachable for a
// datagram to nobody, both to the far host 2001:db8:f000::1.
const (
	linuxRST = "02000000000202000000000186dd6003e94e0014064020010db800010000000000000000000120010db8f0000000000000000000000127119c40000000005d" +
		"22880450140000bbe20000"
	linuxUnreachable = "02000000000202000000000186dd600fab74003d3a4020010db800010000000000000000000120010db8f00000000000000000000001010441df00000000" +
		"60000000000d114020010db8f0000000000000000000000120010db80001000000000000000000019c402711000dc7456162636465"
)

func newLab6(t *testing.T) *lab {
	l := newLab(t)
	l.naming.Reset6(netip.MustParseAddr("2001:db8:f000::1"), netip.MustParseAddr("2001:db8:f000::2"))
	l.naming.ports = append(l.naming.ports, portPair{script.LocalPort, 10001})
	return l
}

func unhex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The checksums of a kernel hold, and one bit more or less is found.
func TestIPv6OfAKernel(t *testing.T) {
	for _, text := range []string{linuxRST, linuxUnreachable} {
		frame := unhex(t, text)
		l := newLab6(t)
		f := l.observe(frame)
		if f.Src.Addr() != script.Own6 || f.Dst.Addr() != script.Remote61 {
			t.Errorf("observed from %v to %v", f.Src, f.Dst)
		}
		for at := etherSize + 8; at < len(frame); at++ { // traffic class, flow label, length and hop limit are in no checksum
			broken := bytes.Clone(frame)
			broken[at] ^= 0x10
			l := newLab6(t)
			if f, ok := l.p.Observe(broken); ok {
				t.Fatalf("byte %d changed: observed as %+v", at, f)
			}
		}
	}
	f := newLab6(t).observe(unhex(t, linuxUnreachable))
	want := script.Quote{Proto: script.ProtoUDP, Src: netip.AddrPortFrom(script.Remote61, 40000), Dst: netip.AddrPortFrom(script.Own6, script.LocalPort), Len: 5}
	if f.Proto != script.ProtoICMP6 || f.ICMPType != 1 || f.ICMPCode != 4 || f.Quoted != want {
		t.Errorf("observed %+v, want port unreachable about %+v", f, want)
	}
}

// A puppet that is told to tells of a wrong checksum, and finds no fault.
func TestWrongSumIsTold(t *testing.T) {
	l := newLab6(t)
	l.p.cfg.TellSums = true
	frame := unhex(t, linuxRST)
	frame[len(frame)-4] ^= 1
	if f := l.observe(frame); !f.BadSum || f.Flags != script.RST|script.ACK {
		t.Errorf("observed %+v, want RST|ACK with a bad checksum", f)
	}
	if f := l.observe(unhex(t, linuxRST)); f.BadSum {
		t.Error("a good checksum told as bad")
	}
}

func TestIPv6FramesAreBuilt(t *testing.T) {
	l := newLab6(t)
	far, own := netip.AddrPortFrom(script.Remote61, 8080), netip.AddrPortFrom(script.Own6, script.LocalPort)
	for _, n := range []int{0, 1, 2, 1000} {
		tcp := l.inject(script.Frame{Proto: script.ProtoTCP, Src: far, Dst: own, Flags: script.PSH | script.ACK, Len: n})
		udp := l.inject(script.Frame{Proto: script.ProtoUDP, Src: far, Dst: own, Len: n})
		for _, k := range []packet{tcp, udp} {
			if k.length != n || k.src != ap("[2001:db8:f000::1]:8080") || k.dst != ap("[2001:db8:1::1]:10001") {
				t.Errorf("built %v > %v with %d bytes, want %d", k.src, k.dst, k.length, n)
			}
		}
	}
}

// An ICMPv6 message quotes the last packet of the current connection, from the
// far host to the host.
func TestICMP6Quotes(t *testing.T) {
	l := newLab6(t)
	l.observe(l.hostSends("[2001:db8:1::1]:10001", "[2001:db8:f000::1]:8080", segment{flags: script.SYN, seq: 7000, options: script.TCPOptions{MSS: 1440}}))
	k := l.inject(script.Frame{Proto: script.ProtoICMP6, Implied: true, ICMPType: icmp6TooBig, MTU: 1400})
	if k.icmpType != icmp6TooBig || k.mtu != 1400 || k.src.Addr() != netip.MustParseAddr("2001:db8:f000::1") || k.dst.Addr() != script.Own6 {
		t.Errorf("built %+v", k)
	}
	var q packet
	if noise, err := q.decodeQuote(k.body); noise || err != nil || q.seq != 7000 || q.dst != ap("[2001:db8:f000::1]:8080") {
		t.Errorf("quotes %+v, %v, %v", q, noise, err)
	}
	k = l.inject(script.Frame{Proto: script.ProtoICMP6, Implied: true, ICMPType: icmp6Unreachable, Quoted: script.Quote{Proto: script.ProtoTCP, HasSeq: true, Seq: 5}})
	if noise, err := q.decodeQuote(k.body); noise || err != nil || q.seq != 7005 {
		t.Errorf("quotes number %d, want 7005", q.seq)
	}
}

func TestSolicitationIsAnsweredAndNotRecorded(t *testing.T) {
	l := newLab6(t)
	target := netip.MustParseAddr("2001:db8:1::77")
	ask := l.host.ip(script.Own6, netip.MustParseAddr("ff02::1:ff00:77"), protoICMP6)
	at := len(ask)
	ask = append(ask, icmp6Solicit, 0, 0, 0, 0, 0, 0, 0)
	ask = append(ask, target.AsSlice()...)
	ask = append(append(ask, 1, 1), hostMAC[:]...)
	ask = bytes.Clone(l.host.finish(ask, at+2))
	if _, ok := l.p.Observe(ask); ok || l.p.Fault() != nil {
		t.Error("solicitation recorded, want it passed over")
	}
	reply, ok := l.p.Answer()
	if !ok {
		t.Fatal("no answer")
	}
	var k packet
	if _, err := k.decode(bytes.Clone(reply[etherSize:]), true); err != nil {
		t.Fatal(err)
	}
	if k.icmpType != icmp6Advertise || reply[etherSize+7] != 255 || k.src.Addr() != target || k.dst.Addr() != script.Own6 ||
		!bytes.HasSuffix(reply, append([]byte{2, 1}, puppetMAC[:]...)) {
		t.Errorf("answer % x", reply)
	}
}

func TestBuildKeepsFamiliesApart(t *testing.T) {
	l := newLab6(t)
	six, four := netip.AddrPortFrom(script.Remote61, 1), netip.AddrPortFrom(script.Remote1, 1)
	own6, own := netip.AddrPortFrom(script.Own6, 1), netip.AddrPortFrom(script.Own, 1)
	for _, f := range []script.Frame{
		{Proto: script.ProtoTCP, Src: six, Dst: own},
		{Proto: script.ProtoUDP, Src: four, Dst: own6},
		{Proto: script.ProtoICMP, Src: six, Dst: own6},
		{Proto: script.ProtoICMP6, Src: four, Dst: own},
		{Proto: script.ProtoTCP, Src: netip.AddrPortFrom(script.Mapped(script.Remote1), 1), Dst: own6},
		{Proto: script.ProtoICMP6, Implied: true, ICMPType: 1, Quoted: script.Quote{Proto: script.ProtoTCP, Src: own, Dst: four}},
		{Proto: script.ProtoUDP, Src: six, Dst: own6, Len: 1460},
	} {
		if b, err := l.p.Build(&f); err == nil {
			t.Errorf("Build(%+v) = %d bytes, want an error", f, len(b))
		}
	}
}
