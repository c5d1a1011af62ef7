package impl

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// harness drives one host against a scripted far end. Every step reads
// stimulus, expectation, value, and fails with the expectation's words.
type harness struct {
	t    *testing.T
	host *Host
	now  time.Duration
	far  peer
}

// peer is what the far end of a connection says: its sequence numbers.
type peer struct {
	addr     netip.AddrPort
	local    netip.AddrPort // the host's side, learned from its SYN
	iss, irs uint32
	rcvd     uint32
}

var (
	hostMAC    = [6]byte{2, 0, 0, 0, 0, 1}
	gatewayMAC = [6]byte{2, 0, 0, 0, 0, 2}
	own        = netip.MustParseAddr("192.168.0.1")
	gateway    = netip.MustParseAddr("192.168.0.2")
	remote     = netip.MustParseAddr("192.0.2.1")
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// labConfig mirrors the lab of the kernel target.
func labConfig(d spec.Dialect) Config {
	return Config{
		Dialect: d, MAC: hostMAC, Addrs: []netip.Prefix{prefix("192.168.0.1/16")},
		Routes: []Route{
			{Prefix: prefix("192.0.2.0/24"), Gateway: gateway},
			{Prefix: prefix("224.0.0.0/4")},
			{Prefix: prefix("198.51.100.1/32"), Kind: Unreachable},
			{Prefix: prefix("198.51.100.2/32"), Kind: Prohibit},
			{Prefix: prefix("198.51.100.3/32"), Kind: Blackhole},
			{Prefix: prefix("198.51.100.4/32"), Kind: Throw},
		},
		Neighbors:  []Neighbor{{Addr: gateway, MAC: gatewayMAC}},
		Seed:       1,
		SynRetries: 1,
	}
}

func newHarness(t *testing.T, d spec.Dialect) *harness {
	t.Helper()
	return &harness{t: t, host: New(labConfig(d)), far: peer{addr: netip.AddrPortFrom(remote, 8080), iss: 1000}}
}

func (h *harness) call(c spec.Call) spec.Result {
	h.t.Helper()
	r, done := h.host.Call(h.now, 0, &c)
	if !done {
		h.t.Fatalf("%v blocked", c.Op)
	}
	return r
}

// want makes a call that must not block and must give this errno.
func (h *harness) want(what string, c spec.Call, e spec.Errno) spec.Result {
	h.t.Helper()
	r := h.call(c)
	if r.Errno != e {
		h.t.Fatalf("%s: %v gave %v, want %v", what, c.Op, r.Errno, e)
	}
	return r
}

// wantBlock makes a call that must block the thread.
func (h *harness) wantBlock(what string, thread int, c spec.Call) {
	h.t.Helper()
	if r, done := h.host.Call(h.now, thread, &c); done {
		h.t.Fatalf("%s: %v returned %v %v, want it to block", what, c.Op, r.Ret, r.Errno)
	}
}

// wantReturn wants the blocked call of a thread to have ended, all frames
// having left before.
func (h *harness) wantReturn(what string, thread int, e spec.Errno) spec.Result {
	h.t.Helper()
	h.wantIdle(what)
	got, r, ok := h.host.Completion()
	if !ok {
		h.t.Fatalf("%s: no call returned, want thread %d", what, thread)
	}
	if got != thread || r.Errno != e {
		h.t.Fatalf("%s: thread %d returned %v %v, want thread %d and %v", what, got, r.Ret, r.Errno, thread, e)
	}
	return r
}

func (h *harness) advance(d time.Duration) { h.now += d }

// wantFrame takes the next frame and compares it with want, as tcpdump prints
// it with numbers relative to the connection.
func (h *harness) wantFrame(what, want string) {
	h.t.Helper()
	f, ok := h.host.Next(h.now)
	if !ok {
		h.t.Fatalf("%s: no frame, want %s", what, want)
	}
	if got := h.print(f); got != want {
		h.t.Fatalf("%s: got %s, want %s", what, got, want)
	}
}

func (h *harness) wantIdle(what string) {
	h.t.Helper()
	if f, ok := h.host.Next(h.now); ok {
		h.t.Fatalf("%s: got %s, want no frame", what, h.print(f))
	}
}

// print gives a frame the short form that expectations use.
func (h *harness) print(frame []byte) string {
	eth, p, err := wire.ParseEthernet(frame)
	if err != nil {
		return err.Error()
	}
	if eth.Type == wire.EtherTypeARP {
		a, _ := wire.ParseARP(p)
		return fmt.Sprintf("arp %d %v", a.Op, netip.AddrFrom4(a.TargetIP))
	}
	head, body, err := wire.ParseIPv4(p)
	if err != nil {
		return err.Error()
	}
	switch head.Protocol {
	case wire.ProtocolTCP:
		return h.printTCP(&head, body)
	case wire.ProtocolUDP:
		u, data, err := wire.ParseUDP(body, wire.PseudoIPv4(head.Src, head.Dst, wire.ProtocolUDP))
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("udp %v:%d %q", netip.AddrFrom4(head.Dst), u.DstPort, data)
	case wire.ProtocolICMP:
		m, _, err := wire.ParseICMPv4(body)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("icmp %d/%d", m.Type, m.Code)
	}
	return "protocol " + fmt.Sprint(head.Protocol)
}

func (h *harness) printTCP(head *wire.IPv4, body []byte) string {
	seg, data, err := wire.ParseTCP(body, wire.PseudoIPv4(head.Src, head.Dst, wire.ProtocolTCP))
	if err != nil {
		return err.Error()
	}
	if seg.Flags&wire.SYN != 0 {
		h.far.irs = seg.Seq
		h.far.local = netip.AddrPortFrom(netip.AddrFrom4(head.Src), seg.SrcPort)
	}
	h.far.rcvd = seg.Seq + uint32(len(data))
	if seg.Flags&(wire.SYN|wire.FIN) != 0 {
		h.far.rcvd++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v %d(%d)", seg.Flags, seg.Seq-h.far.irs, len(data))
	if seg.Flags&wire.ACK != 0 {
		fmt.Fprintf(&b, " ack %d", seg.Ack-h.far.iss)
	}
	return b.String()
}

// segment has the far end send a segment with relative numbers.
func (h *harness) segment(flags wire.Flags, seq, ack uint32, data string) {
	seg := wire.TCP{
		SrcPort: h.far.addr.Port(), DstPort: h.far.local.Port(), Seq: h.far.iss + seq, Ack: h.far.irs + ack,
		Flags: flags, Window: 65535,
	}
	if flags&wire.SYN != 0 {
		seg.Options.Has, seg.Options.MSS = wire.OptionMSS, 1460
	}
	if flags&wire.ACK == 0 {
		seg.Ack = 0
	}
	n := seg.Len()
	b := make([]byte, n+len(data))
	copy(b[n:], data)
	src, dst := h.far.addr.Addr().As4(), h.far.local.Addr().As4()
	seg.Put(b, wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	h.packet(wire.ProtocolTCP, src, dst, b)
}

func (h *harness) packet(p wire.Protocol, src, dst [4]byte, body []byte) {
	h.host.Handle(h.now, ethernet(p, src, dst, body))
}

// ethernet is a frame from the gateway to the host.
func ethernet(p wire.Protocol, src, dst [4]byte, body []byte) []byte {
	f := make([]byte, wire.EthernetLen+wire.IPv4Len+len(body))
	copy(f[wire.EthernetLen+wire.IPv4Len:], body)
	ip := wire.IPv4{TTL: 64, Protocol: p, Src: src, Dst: dst}
	ip.Put(f[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: hostMAC, Src: gatewayMAC, Type: wire.EtherTypeIPv4}
	eth.Put(f)
	return f
}

// unreachable has a router answer the host's last SYN with an ICMP error. seq
// is the sequence number that it quotes, relative.
func (h *harness) unreachable(typ, code uint8, seq uint32) {
	quoted := wire.TCP{SrcPort: h.far.local.Port(), DstPort: h.far.addr.Port(), Seq: h.far.irs + seq, Flags: wire.SYN}
	src, dst := h.far.local.Addr().As4(), h.far.addr.Addr().As4()
	packet := make([]byte, wire.IPv4Len+wire.TCPLen)
	quoted.Put(packet[wire.IPv4Len:], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	ip := wire.IPv4{TTL: 63, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	ip.Put(packet)
	h.icmp(typ, code, packet)
}

func (h *harness) icmp(typ, code uint8, packet []byte) {
	body := make([]byte, wire.ICMPv4Len+len(packet))
	copy(body[wire.ICMPv4Len:], packet)
	m := wire.ICMPv4{Type: typ, Code: code}
	m.Put(body)
	h.packet(wire.ProtocolICMP, gateway.As4(), own.As4(), body)
}

// socket makes a socket, non-blocking if flags says so, and gives its number.
func (h *harness) socket(t spec.SockType, flags spec.SockFlags) int32 {
	h.t.Helper()
	r := h.want("socket", spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: t, SockFlags: flags}, spec.ENONE)
	return r.Ret
}

func connectTo(fd int32, to string) spec.Call {
	return spec.Call{
		Op: spec.OpConnect, FD: fd, Addr: spec.SockaddrInet(netip.MustParseAddrPort(to)),
		AddrLen: spec.SizeofSockaddrIn,
	}
}

func bindTo(fd int32, to string) spec.Call {
	c := connectTo(fd, to)
	c.Op = spec.OpBind
	return c
}

// unspec is connect with AF_UNSPEC.
func unspec(fd int32) spec.Call {
	return spec.Call{Op: spec.OpConnect, FD: fd, AddrLen: spec.SizeofSockaddrIn}
}

func soError(fd int32) spec.Call {
	return spec.Call{Op: spec.OpGetsockopt, FD: fd, Level: spec.SolSocket, Option: spec.SoError}
}

func (h *harness) wantSoError(what string, fd int32, e spec.Errno) {
	h.t.Helper()
	if r := h.want(what, soError(fd), spec.ENONE); spec.Errno(r.Value) != e {
		h.t.Fatalf("%s: SO_ERROR is %v, want %v", what, spec.Errno(r.Value), e)
	}
}

func (h *harness) wantPoll(what string, fd int32, want spec.PollEvents) {
	h.t.Helper()
	const all = spec.PollIn | spec.PollOut | spec.PollPri | spec.PollRdhup
	r := h.want(what, spec.Call{Op: spec.OpPoll, Poll: []spec.PollFD{{FD: fd, Events: all}}}, spec.ENONE)
	if got := r.Poll[0].Revents; got != want {
		h.t.Fatalf("%s: poll says %v, want %v", what, got, want)
	}
}
