package stage

import (
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

var (
	local   = netip.MustParseAddr("192.168.0.1")
	gateway = netip.MustParseAddr("192.168.0.2")
	remote  = netip.MustParseAddr("192.0.2.1")
	peerMAC = [6]byte{2, 0, 0, 0, 0, 2}
)

const leader, other = 1, 2

func newStage() *Stage {
	return New(impl.Config{
		Dialect: spec.Linux, MAC: [6]byte{2, 0, 0, 0, 0, 1}, Addrs: []netip.Prefix{netip.PrefixFrom(local, 16)},
		Routes:    []impl.Route{{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Gateway: gateway}},
		Neighbors: []impl.Neighbor{{Addr: gateway, MAC: peerMAC}}, Seed: 1,
	}, peerMAC)
}

// must makes a call of the leader that has to succeed.
func must(t *testing.T, s *Stage, c spec.Call) int32 {
	t.Helper()
	r := s.Call(leader, true, &c)
	if r.Failed() && r.Errno != spec.EINPROGRESS {
		t.Fatalf("%s: %s", c.Op, r.Errno)
	}
	return r.Ret
}

func connect(fd int32) spec.Call {
	return spec.Call{Op: spec.OpConnect, FD: fd, Addr: spec.SockaddrInet(netip.AddrPortFrom(remote, 80)), AddrLen: spec.SizeofSockaddrIn}
}

// segment reads a packet that the host sent.
func segment(t *testing.T, p Packet, ok bool) wire.TCP {
	t.Helper()
	if !ok {
		t.Fatal("the host sent nothing")
	}
	head, body, err := wire.ParseIPv4(p.Data)
	if err != nil {
		t.Fatal(err)
	}
	if head.Protocol != wire.ProtocolTCP || len(body) < wire.TCPLen {
		t.Fatalf("the host sent a packet of protocol %d and %d bytes", head.Protocol, len(body))
	}
	return wire.TCP{Flags: wire.Flags(body[13])} // its checksum is left to the NIC
}

func TestRepeatedSYNsLeaveWhenTheirTimersAreDue(t *testing.T) {
	s := newStage()
	fd := must(t, s, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
	must(t, s, connect(fd))
	first, ok := s.Receive()
	if seg := segment(t, first, ok); seg.Flags != wire.SYN {
		t.Errorf("the first segment has %v, want SYN", seg.Flags)
	}
	second, ok := s.Receive()
	segment(t, second, ok)
	if after := second.At - first.At; after < time.Second || after > 1100*time.Millisecond {
		t.Errorf("the SYN was repeated after %v, want 1s", after)
	}
}

func TestTheClockTicksWithEachReading(t *testing.T) {
	s := newStage()
	if first, second := s.Now(leader), s.Now(leader); second <= first {
		t.Errorf("the clock showed %v and then %v", first, second)
	}
	before := s.Now(leader)
	s.Sleep(3 * time.Second)
	if passed := s.Now(leader) - before; passed < 3*time.Second || passed > 3*time.Second+time.Millisecond {
		t.Errorf("%v passed in a sleep of 3s", passed)
	}
}

func TestABlockedCallOfTheLeaderLetsTimePass(t *testing.T) {
	s := newStage()
	fd := must(t, s, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream})
	c := connect(fd)
	before := s.Now(leader)
	r := s.Call(leader, true, &c)
	if r.Errno != spec.ETIMEDOUT {
		t.Errorf("connect to a silent host gave %s, want ETIMEDOUT", r.Errno)
	}
	if passed := s.Now(leader) - before; passed < 100*time.Second {
		t.Errorf("it gave up after %v", passed)
	}
}

func TestAnotherThreadReadsTheTimeAtWhichItsCallEnded(t *testing.T) {
	s := newStage()
	fd := must(t, s, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram})
	must(t, s, spec.Call{Op: spec.OpBind, FD: fd, Addr: spec.SockaddrInet(netip.AddrPortFrom(local, 9)), AddrLen: spec.SizeofSockaddrIn})
	read := make(chan time.Duration)
	go func() {
		s.Call(other, false, &spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 10)})
		read <- s.Now(other)
	}()
	for range 1000 { // until it is in the call
		blocked := false
		s.Look(func(_ time.Duration, h *impl.Host) { blocked = h.Blocked(0) })
		if blocked {
			break
		}
		time.Sleep(time.Millisecond)
	}
	s.Sleep(time.Second)
	at := s.Now(leader)
	must(t, s, spec.Call{Op: spec.OpSendto, FD: fd, Buf: []byte("x"), Addr: spec.SockaddrInet(netip.AddrPortFrom(local, 9)), AddrLen: spec.SizeofSockaddrIn})
	s.Sleep(time.Hour)
	if seen := <-read; seen < at || seen > at+time.Millisecond {
		t.Errorf("the call ended at %v, and its thread read %v", at, seen)
	}
}

func TestReceiveGivesUp(t *testing.T) {
	s := newStage()
	if _, ok := s.Receive(); ok {
		t.Error("a host at rest sent a packet")
	}
}
