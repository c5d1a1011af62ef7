package impl

import (
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

func TestResetWithoutListener(t *testing.T) {
	h := newHarness(t, spec.Linux)
	h.far.local = netip.AddrPortFrom(own, 8080)
	h.segment(wire.SYN, 0, 0, "")
	f, ok := h.host.Next(0)
	if !ok {
		t.Fatal("a SYN to a closed port: no answer, want a RST")
	}
	_, p, _ := wire.ParseEthernet(f)
	head, body, _ := wire.ParseIPv4(p)
	seg, _, err := wire.ParseTCP(body, wire.PseudoIPv4(head.Src, head.Dst, wire.ProtocolTCP))
	if err != nil || seg.Flags != rstAck || seg.Ack != h.far.iss+1 || seg.Seq != 0 {
		t.Fatalf("a SYN to a closed port: %v seq %d ack %d (%v), want R. 0 and the SYN's number plus 1", seg.Flags, seg.Seq, seg.Ack, err)
	}
}

func TestPassiveOpenBacklog(t *testing.T) {
	h := newHarness(t, spec.Linux)
	l := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("bind", bindTo(l, "0.0.0.0:8080"), 0)
	h.want("listen", spec.Call{Op: spec.OpListen, FD: l, Backlog: 1}, 0)
	accept := spec.Call{Op: spec.OpAccept, FD: l}
	h.want("nobody yet", accept, spec.EAGAIN)
	knock := func(port uint16) {
		h.far = peer{addr: netip.AddrPortFrom(remote, port), local: netip.AddrPortFrom(own, 8080), iss: 5000}
		h.segment(wire.SYN, 0, 0, "")
	}
	for port := uint16(1); port <= 2; port++ { // Linux queues one more than the backlog
		knock(port)
		h.wantFrame("the SYN is answered", "S. 0(0) ack 1")
		h.segment(wire.ACK, 1, 1, "")
	}
	knock(3)
	h.wantIdle("the third SYN is dropped, the queue is full")
	for port := uint16(1); port <= 2; port++ {
		if r := h.want("accept", accept, 0); r.Addr.Port != port {
			t.Fatalf("accepted port %d, want %d: oldest first", r.Addr.Port, port)
		}
	}
	knock(3)
	h.wantFrame("now there is room", "S. 0(0) ack 1")
}

func TestSimultaneousOpen(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.segment(wire.SYN, 0, 0, "")
	h.wantFrame("the crossed SYN is answered", "S. 0(0) ack 1")
	h.wantPoll("not connected yet", fd, 0)
	h.want("the peer is known already", spec.Call{Op: spec.OpGetpeername, FD: fd}, 0)
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the handshake ends", ". 1(0) ack 1")
	h.want("success, once", connectTo(fd, "192.0.2.1:8080"), 0)
	h.want("then", connectTo(fd, "192.0.2.1:8080"), spec.EISCONN)
}

func TestSelfConnect(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.want("bind", bindTo(fd, "127.0.0.1:4000"), 0)
	h.want("connect to oneself", connectTo(fd, "127.0.0.1:4000"), 0)
	h.want("send", spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("echo")}, 0)
	buf := make([]byte, 8)
	if r := h.want("recv", spec.Call{Op: spec.OpRecv, FD: fd, Buf: buf}, 0); string(buf[:r.Ret]) != "echo" {
		t.Fatalf("received %q, want what was sent", buf[:r.Ret])
	}
	h.wantIdle("nothing of it touches the wire")
}

func TestPing(t *testing.T) {
	h := newHarness(t, spec.Linux)
	h.icmp(wire.ICMPEcho, 0, []byte("payload"))
	h.wantFrame("an echo request is answered", "icmp 0/0")
}

func TestUnboundPortIsUnreachable(t *testing.T) {
	h := newHarness(t, spec.Linux)
	datagram := make([]byte, wire.UDPLen+2)
	u := wire.UDP{SrcPort: 9, DstPort: 9}
	send := func(dst netip.Addr) {
		src := remote.As4()
		u.Put(datagram, wire.PseudoIPv4(src, dst.As4(), wire.ProtocolUDP))
		h.packet(wire.ProtocolUDP, src, dst.As4(), datagram)
	}
	send(own)
	h.wantFrame("nobody is bound", "icmp 3/3")
	send(netip.MustParseAddr("192.168.255.255"))
	h.wantIdle("a broadcast is not answered (RFC 1122 section 3.2.2)")
	send(remote)
	h.wantIdle("what is for others is not ours")
}

func TestResolveNeighbor(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockDgram, 0)
	h.want("connect", connectTo(fd, "192.168.0.77:9"), 0)
	h.want("send", spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("one")}, 0)
	h.want("send", spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("two")}, 0)
	h.wantFrame("the neighbour is asked for", "arp 1 192.168.0.77")
	h.wantIdle("and the datagrams wait")
	h.advance(time.Second)
	h.wantFrame("again after a second", "arp 1 192.168.0.77")
	reply := make([]byte, wire.EthernetLen+wire.ARPLen)
	a := wire.ARP{Op: wire.ARPReply, SenderMAC: wire.MAC{2, 9}, SenderIP: [4]byte{192, 168, 0, 77}, TargetMAC: hostMAC, TargetIP: own.As4()}
	a.Put(reply[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: hostMAC, Src: wire.MAC{2, 9}, Type: wire.EtherTypeARP}
	eth.Put(reply)
	h.host.Handle(h.now, reply)
	h.wantFrame("the answer lets them go", `udp 192.168.0.77:9 "one"`)
	h.wantFrame("in order", `udp 192.168.0.77:9 "two"`)
	a.Op, a.TargetMAC = wire.ARPRequest, wire.MAC{}
	a.Put(reply[wire.EthernetLen:])
	h.host.Handle(h.now, reply)
	h.wantFrame("its own question is answered", "arp 2 192.168.0.77")
}

func TestInterruptLeavesTheAttempt(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, 0)
	h.wantBlock("connect", 1, connectTo(fd, "192.0.2.1:8080"))
	h.wantFrame("the SYN", "S 0(0)")
	h.host.Interrupt(h.now, 1)
	h.wantReturn("a signal ends the call", 1, spec.EINTR)
	h.wantBlock("a second connect joins the attempt", 1, connectTo(fd, "192.0.2.2:1"))
	h.segment(synAck, 0, 1, "")
	h.wantFrame("which succeeds", ". 1(0) ack 1")
	h.wantReturn("and so does it", 1, 0)
}

func TestCloseWhileConnecting(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.want("close", spec.Call{Op: spec.OpClose, FD: fd}, 0)
	h.wantIdle("says nothing")
	h.segment(synAck, 0, 1, "")
	h.wantFrame("a late answer finds nobody", "R 1(0)")
}

func TestPollWaits(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	fds := []spec.PollFD{{FD: fd, Events: spec.PollOut}, {FD: -1}}
	h.wantBlock("poll", 1, spec.Call{Op: spec.OpPoll, Poll: fds, Timeout: -1})
	h.wantBlock("poll with a limit", 2, spec.Call{Op: spec.OpPoll, Poll: []spec.PollFD{{FD: fd, Events: spec.PollIn}}, Timeout: 250})
	h.advance(250 * time.Millisecond)
	if r := h.wantReturn("whose time is up", 2, 0); r.Ret != 0 {
		t.Fatalf("poll returns %d, want 0", r.Ret)
	}
	h.segment(synAck, 0, 1, "")
	h.wantFrame("connected", ". 1(0) ack 1")
	if r := h.wantReturn("the other is told", 1, 0); r.Ret != 1 || fds[0].Revents != spec.PollOut {
		t.Fatalf("poll returns %d, %v, want 1, POLLOUT", r.Ret, fds[0].Revents)
	}
}

// TestStaleFlow is Linux sending a datagram where a failed connect pointed.
func TestStaleFlow(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockDgram, 0)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), 0)
	h.want("connect", connectTo(fd, "198.51.100.2:8080"), spec.EACCES)
	send := spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("x")}
	h.want("the first send looks for a route", send, 0)
	h.wantFrame("to the peer", `udp 192.0.2.1:8080 "x"`)
	h.want("the second follows it", send, 0)
	h.wantFrame("with the addresses of the failed connect", `udp 198.51.100.2:8080 "x"`)
}

func TestDescriptorsRunOut(t *testing.T) {
	cfg := labConfig(spec.Linux)
	cfg.Descriptors = 5
	h := &harness{t: t, host: New(cfg)}
	h.socket(spec.SockStream, 0)
	fd := h.socket(spec.SockStream, 0)
	h.want("the sixth is refused", spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream}, spec.EMFILE)
	h.want("dup too", spec.Call{Op: spec.OpDup, FD: fd}, spec.EMFILE)
	h.want("close", spec.Call{Op: spec.OpClose, FD: 3}, 0)
	if got := h.socket(spec.SockDgram, 0); got != 3 {
		t.Fatalf("descriptor %d, want the lowest free, 3", got)
	}
}

// TestSynCookies: beyond the backlog no state is kept, and still the ACK of
// the handshake is taken, while a forged one is reset.
func TestSynCookies(t *testing.T) {
	h := newHarness(t, spec.Linux)
	l := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("bind", bindTo(l, "0.0.0.0:8080"), 0)
	h.want("listen", spec.Call{Op: spec.OpListen, FD: l, Backlog: 1}, 0)
	for port := uint16(1); port <= 3; port++ {
		h.far = peer{addr: netip.AddrPortFrom(remote, port), local: netip.AddrPortFrom(own, 8080), iss: 5000}
		h.segment(wire.SYN, 0, 0, "")
		h.wantFrame("every SYN is answered", "S. 0(0) ack 1")
	}
	if n := h.host.sock.Connections(); n != 2 {
		t.Fatalf("%d half-open connections, want 2", n)
	}
	h.segment(wire.ACK, 1, 2, "")
	h.wantFrame("a wrong number is reset", "R 2(0)")
	h.segment(wire.ACK, 1, 1, "")
	if r := h.want("the right one is a connection", spec.Call{Op: spec.OpAccept, FD: l}, 0); r.Addr.Port != 3 {
		t.Fatalf("accepted port %d, want 3", r.Addr.Port)
	}
}
