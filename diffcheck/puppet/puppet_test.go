package puppet

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
)

var (
	puppetMAC = [6]byte{2, 0, 0, 0, 0, 2}
	hostMAC   = [6]byte{2, 0, 0, 0, 0, 1}
	far1      = netip.MustParseAddr("10.0.0.1")
	far2      = netip.MustParseAddr("10.0.0.2")
)

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// lab is a puppet whose real addresses and ports differ from the canonical
// ones, and a second puppet that plays the host: what one builds the other
// observes.
type lab struct {
	*testing.T
	naming *Naming
	p      *Puppet
	host   *Puppet
}

func newLab(t *testing.T) *lab {
	port := uint16(20000)
	naming := &Naming{FreshPort: func() uint16 { port++; return port }}
	naming.Reset(far1, far2)
	l := &lab{T: t, naming: naming}
	l.p = New(Config{MAC: puppetMAC, HostMAC: hostMAC, Verify: true}, naming)
	l.p.Reset(7)
	plain := &Naming{}
	plain.Reset(script.Remote1, script.Remote2)
	l.host = New(Config{MAC: hostMAC, HostMAC: puppetMAC}, plain)
	l.host.Reset(99)
	return l
}

// hostSends makes a frame with real numbers, as a host would.
func (l *lab) hostSends(src, dst string, s segment) []byte {
	l.Helper()
	c := conn{proto: script.ProtoTCP, far: ap(src), host: ap(dst)}
	return bytes.Clone(l.host.segment(&c, &s))
}

func (l *lab) observe(b []byte) script.Frame {
	l.Helper()
	f, ok := l.p.Observe(b)
	if !ok || l.p.Fault() != nil {
		l.Fatalf("Observe(% x) = %v, fault %v; want a frame", b, ok, l.p.Fault())
	}
	return f
}

func (l *lab) inject(f script.Frame) packet {
	l.Helper()
	b, err := l.p.Build(&f)
	if err != nil {
		l.Fatalf("Build(%+v): %v", f, err)
	}
	if got := [6]byte(b[:6]); got != hostMAC {
		l.Fatalf("destination MAC %x, want the host's", got)
	}
	var k packet
	if noise, err := k.decode(b[etherSize:], true); noise || err != nil {
		l.Fatalf("built frame does not decode: noise %v, %v", noise, err)
	}
	return k
}

func TestHostSYNGetsRelativeNumbers(t *testing.T) {
	l := newLab(t)
	f := l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{
		flags: script.SYN, seq: 0xfffffff0, window: 64240,
		options: script.TCPOptions{MSS: 1460, SACKPermitted: true, Timestamps: true, WindowScale: 8},
	}))
	want := script.Frame{
		Proto: script.ProtoTCP, Src: ap("192.168.0.1:61001"), Dst: ap("192.0.2.1:8080"),
		Flags: script.SYN, Window: 64240, HasWindow: true,
		Options: script.TCPOptions{MSS: 1460, SACKPermitted: true, Timestamps: true, WindowScale: 8},
	}
	if f != want {
		t.Fatalf("SYN observed as\n%+v, want\n%+v", f, want)
	}
}

func TestAnswerToSYNHasRealNumbers(t *testing.T) {
	l := newLab(t)
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{flags: script.SYN, seq: 0xffffffff}))
	k := l.inject(script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: script.SYN | script.ACK, Ack: 1,
		Options: script.TCPOptions{MSS: 1460}})
	if k.ack != 0 {
		t.Errorf("acknowledgement %d, want 0: the host's ISN 0xffffffff and 1", k.ack)
	}
	if k.src != ap("10.0.0.1:8080") || k.dst != ap("192.168.0.1:45678") {
		t.Errorf("endpoints %v > %v, want 10.0.0.1:8080 > 192.168.0.1:45678", k.src, k.dst)
	}
	f := l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{
		flags: script.ACK | script.PSH, seq: 0, ack: k.seq + 1, length: 5}))
	if f.Seq != 1 || f.Ack != 1 || f.Len != 5 {
		t.Errorf("data observed as seq %d ack %d len %d, want 1, 1, 5", f.Seq, f.Ack, f.Len)
	}
}

func TestTimestampsOnlyOnceNegotiated(t *testing.T) {
	for _, offered := range []bool{false, true} {
		l := newLab(t)
		syn := l.hostSends("192.168.0.1:45678", "10.0.0.1:8080",
			segment{flags: script.SYN, seq: 5, options: script.TCPOptions{Timestamps: true}})
		l.observe(syn)
		l.inject(script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: script.SYN | script.ACK, Ack: 1,
			Options: script.TCPOptions{MSS: 1460, Timestamps: offered}})
		k := l.inject(script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: script.ACK | script.FIN, Seq: 1, Ack: 1})
		if k.options.Timestamps != offered {
			t.Errorf("puppet offered timestamps: %v; its FIN has them: %v", offered, k.options.Timestamps)
		}
	}
}

func TestResetOfNoConnectionKeepsAbsoluteZero(t *testing.T) {
	l := newLab(t)
	k := l.inject(script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: script.SYN})
	if k.src != ap("10.0.0.1:40000") || k.dst != ap("192.168.0.1:20001") {
		t.Fatalf("first SYN %v > %v, want 10.0.0.1:40000 > 192.168.0.1:20001", k.src, k.dst)
	}
	f := l.observe(l.hostSends(k.dst.String(), k.src.String(),
		segment{flags: script.RST | script.ACK, seq: 0, ack: k.seq + 1}))
	if f.Seq != 0 || f.Ack != 1 || f.Src != ap("192.168.0.1:8080") {
		t.Errorf("RST observed as %v seq %d ack %d, want 192.168.0.1:8080 seq 0 ack 1", f.Src, f.Seq, f.Ack)
	}
}

func TestResetCarriesBackTheAcknowledgementItAnswers(t *testing.T) {
	l := newLab(t)
	k := l.inject(script.Frame{Proto: script.ProtoTCP, Src: ap("192.0.2.2:9"), Dst: ap("192.168.0.1:8080"),
		Flags: script.ACK, Seq: 10, Ack: 777})
	f := l.observe(l.hostSends(k.dst.String(), k.src.String(), segment{flags: script.RST, seq: k.ack}))
	if f.Seq != 777 || f.Dst != ap("192.0.2.2:9") {
		t.Errorf("RST observed as seq %d to %v, want 777 to 192.0.2.2:9", f.Seq, f.Dst)
	}
}

func TestICMPQuotesTheLastPacketOfTheHost(t *testing.T) {
	l := newLab(t)
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.2:81", segment{flags: script.SYN, seq: 1000}))
	cases := []struct {
		quote script.Quote
		seq   uint32
	}{
		{script.Quote{}, 1000},
		{script.Quote{HasSeq: true, Seq: 5}, 1005},
		{script.Quote{Proto: script.ProtoTCP, HasSeq: true, Seq: 7}, 1007}, // endpoints implied
		{script.Quote{Proto: script.ProtoTCP, Src: ap("192.168.0.1:61001"), Dst: ap("192.0.2.2:81")}, 1000},
		{script.Quote{Proto: script.ProtoTCP, Src: ap("192.168.0.1:61001"), Dst: ap("192.0.2.1:99"), Seq: 3}, 3},
	}
	for _, c := range cases {
		k := l.inject(script.Frame{Proto: script.ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 1, Quoted: c.quote})
		var q packet
		if _, err := q.decodeQuote(k.body); err != nil {
			t.Fatalf("quote %+v: %v", c.quote, err)
		}
		if q.seq != c.seq || q.src != ap("192.168.0.1:45678") {
			t.Errorf("quote %+v: carries %v seq %d, want 192.168.0.1:45678 seq %d", c.quote, q.src, q.seq, c.seq)
		}
		if sum(k.body[:ipSize], 0) != 0xffff {
			t.Errorf("quote %+v: wrong IPv4 header checksum", c.quote)
		}
	}
}

func TestFragmentationNeededCarriesItsMTU(t *testing.T) {
	l := newLab(t)
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.2:81", segment{flags: script.SYN, seq: 1000}))
	k := l.inject(script.Frame{Proto: script.ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 4, MTU: 576})
	if k.mtu != 576 {
		t.Errorf("next-hop MTU %d, want 576", k.mtu)
	}
}

func TestHostsICMPQuotesCanonically(t *testing.T) {
	l := newLab(t)
	built, err := l.p.Build(&script.Frame{Proto: script.ProtoUDP, Src: ap("192.0.2.1:53"), Dst: ap("192.168.0.1:8081"), Len: 4})
	if err != nil {
		t.Fatal(err)
	}
	datagram := bytes.Clone(built[etherSize:])
	b := l.host.ip(script.Own, far1, protoICMP)
	at := len(b)
	b = append(append(b, 3, 3, 0, 0, 0, 0, 0, 0), datagram...)
	f := l.observe(bytes.Clone(l.host.finish(b, at+2)))
	want := script.Frame{
		Proto: script.ProtoICMP, Src: ap("192.168.0.1:0"), Dst: ap("192.0.2.1:0"), ICMPType: 3, ICMPCode: 3,
		Quoted: script.Quote{Proto: script.ProtoUDP, Src: ap("192.0.2.1:53"), Dst: ap("192.168.0.1:8081"), Len: 4},
	}
	if f != want {
		t.Errorf("port unreachable observed as\n%+v, want\n%+v", f, want)
	}
}

func TestWrongChecksumIsAFault(t *testing.T) {
	l := newLab(t)
	b := l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{flags: script.SYN, seq: 1})
	b[len(b)-1] ^= 1
	if _, ok := l.p.Observe(b); ok || l.p.Fault() == nil {
		t.Errorf("Observe of a segment with a flipped bit = %v, fault %v; want false and a fault", ok, l.p.Fault())
	}
}

func TestARPIsAnsweredAndNotRecorded(t *testing.T) {
	l := newLab(t)
	ask := append(bytes.Repeat([]byte{0xff}, 6), hostMAC[:]...)
	ask = append(ask, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1)
	ask = append(append(ask, hostMAC[:]...), 192, 168, 0, 1)
	ask = append(append(ask, 0, 0, 0, 0, 0, 0), 192, 168, 0, 2)
	if _, ok := l.p.Observe(ask); ok {
		t.Error("ARP request recorded, want it passed over")
	}
	reply, ok := l.p.Answer()
	if !ok || [6]byte(reply[22:28]) != puppetMAC || binary.BigEndian.Uint32(reply[28:]) != 0xc0a80002 {
		t.Errorf("reply % x, want 192.168.0.2 at %x", reply, puppetMAC)
	}
	if _, again := l.p.Answer(); again {
		t.Error("a second reply to one request")
	}
}

func TestNoiseIsPassedOver(t *testing.T) {
	l := newLab(t)
	igmp := l.host.ip(script.Own, netip.MustParseAddr("224.0.0.22"), 2)
	igmp = append(igmp, 0x22, 0, 0, 0, 0, 0, 0, 0)
	igmp = bytes.Clone(l.host.finish(igmp, len(igmp)-6))
	later := l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{flags: script.ACK})
	later[etherSize+7] = 1                                                 // fragment offset 8
	mld := l.host.ip(script.LinkLocal, netip.MustParseAddr("ff02::16"), 0) // hop-by-hop options first
	mld = bytes.Clone(l.host.finish(append(mld, protoICMP6, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 0), len(mld)+10))
	for name, b := range map[string][]byte{
		"IGMP": igmp, "later fragment": later, "MLD": mld, "another ether type": append(make([]byte, 12), 0x88, 0xcc, 0x60), "runt": {1, 2, 3},
	} {
		if f, ok := l.p.Observe(b); ok || l.p.Fault() != nil {
			t.Errorf("%s: observed as %+v, fault %v; want nothing", name, f, l.p.Fault())
		}
	}
}

func TestLayResetsEndsWhatIsOpen(t *testing.T) {
	l := newLab(t)
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{flags: script.SYN, seq: 50}))
	l.observe(l.hostSends("192.168.0.1:45679", "10.0.0.1:8080", segment{flags: script.SYN, seq: 60}))
	l.observe(l.hostSends("192.168.0.1:45679", "10.0.0.1:8080", segment{flags: script.RST, seq: 61}))
	var sent []packet
	held, err := l.p.LayResets(func(b []byte) error {
		var k packet
		_, err := k.decode(bytes.Clone(b[etherSize:]), true)
		sent = append(sent, k)
		return err
	})
	if err != nil || held != 1 || len(sent) != 2 {
		t.Fatalf("LayResets = %d, %v with %d frames; want 1 connection, 2 frames", held, err, len(sent))
	}
	if sent[0].flags != script.RST|script.ACK || sent[0].ack != 51 || sent[1].flags != script.ACK {
		t.Errorf("sent %+v, want RST|ACK with acknowledgement 51, then ACK", sent)
	}
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.1:8080", segment{flags: script.RST, seq: 51}))
	if held, _ := l.p.LayResets(func([]byte) error { return nil }); held != 0 {
		t.Errorf("%d connections held after the host's RST, want 0", held)
	}
}

func TestFramesToAddressesOfOtherScriptsArePassedOver(t *testing.T) {
	l := newLab(t)
	l.p.cfg.Strange = netip.MustParsePrefix("10.0.0.0/8")
	if f, ok := l.p.Observe(l.hostSends("192.168.0.1:45678", "10.0.0.3:8080", segment{flags: script.FIN})); ok {
		t.Errorf("frame to 10.0.0.3 observed as %+v, want nothing", f)
	}
	l.observe(l.hostSends("192.168.0.1:45678", "10.0.0.2:8080", segment{flags: script.SYN}))
}

func TestNamesAreGivenInOrderOfFirstSight(t *testing.T) {
	l := newLab(t)
	n := l.naming
	if got := n.RealPort(8080); got != 20001 {
		t.Errorf("real port of 8080 is %d, want 20001", got)
	}
	if got := n.RealPort(80); got != 80 {
		t.Errorf("real port of 80 is %d, want 80: privileged ports are themselves", got)
	}
	for i, real := range []uint16{50000, 40000, 50000, 20001} {
		want := []uint16{script.PortFirst, script.PortFirst + 1, script.PortFirst, 8080}[i]
		if got := n.CanonPort(real); got != want {
			t.Errorf("name of port %d is %d, want %d", real, got, want)
		}
	}
}

func TestBuildRefusesWhatDoesNotFit(t *testing.T) {
	l := newLab(t)
	for _, f := range []script.Frame{
		{Proto: script.ProtoTCP, Implied: true, Len: 1500},
		{Proto: script.ProtoUDP, Implied: true, Len: -1},
		{Proto: script.ProtoICMP, Implied: true, ICMPType: 8, Len: 70000},
		{Proto: script.ProtoTCP, Src: ap("[::1]:1"), Dst: ap("192.168.0.1:8080")},
		{Proto: script.ProtoTCP},
		{Proto: 9, Implied: true},
	} {
		if b, err := l.p.Build(&f); err == nil {
			t.Errorf("Build(%+v) = %d bytes, want an error", f, len(b))
		}
	}
}

func BenchmarkObserve(b *testing.B) {
	naming := &Naming{}
	naming.Reset(far1, far2)
	p := New(Config{MAC: puppetMAC, HostMAC: hostMAC, Verify: true}, naming)
	frame, err := p.Build(&script.Frame{Proto: script.ProtoTCP, Implied: true, Flags: script.SYN})
	if err != nil {
		b.Fatal(err)
	}
	frame = bytes.Clone(frame)
	b.ReportAllocs()
	for b.Loop() {
		p.Observe(frame)
	}
}

func FuzzObserve(f *testing.F) {
	naming := &Naming{}
	naming.Reset(script.Remote1, script.Remote2)
	p := New(Config{MAC: puppetMAC, HostMAC: hostMAC}, naming)
	for _, frame := range []script.Frame{
		{Proto: script.ProtoTCP, Implied: true, Flags: script.SYN, Options: script.TCPOptions{MSS: 1460, WindowScale: 3, SACKBlocks: 2}},
		{Proto: script.ProtoUDP, Implied: true, Len: 9},
		{Proto: script.ProtoICMP, Implied: true, ICMPType: 3, ICMPCode: 3},
	} {
		b, err := p.Build(&frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p.Reset(1)
		if frame, ok := p.Observe(b); ok && (frame.Proto == 0 || frame.Len < 0) {
			t.Errorf("Observe(% x) = %+v, want a frame of some protocol with a length of 0 or more", b, frame)
		}
	})
}
