package impl

import (
	"bytes"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// offloadPair is two hosts whose NICs cut up segments.
func offloadPair(t testing.TB, loss float64) *pair {
	p := newPair(t, loss)
	for i := range p.hosts {
		c := pairConfig(i)
		c.Offload = OffloadMax
		p.hosts[i] = New(c)
	}
	return p
}

// cutOnTheWay is a wire that only takes frames of an MTU: the sender's device
// does its work, and the receiver's has none.
func cutOnTheWay(t testing.TB, seen func(frame []byte)) func([]byte, func([]byte)) {
	return func(f []byte, give func([]byte)) {
		work, frame, err := wire.ParseVirtio(f)
		if err != nil {
			t.Fatal(err)
		}
		work.Cut(frame, make([]byte, len(frame)), func(one []byte) {
			if len(one) > wire.EthernetLen+mtuDefault {
				t.Errorf("a frame of %d bytes on a wire with an MTU of %d", len(one), mtuDefault)
			}
			seen(one)
			give(append(make([]byte, wire.VirtioLen), one...))
		})
	}
}

func TestTransferWithOffload(t *testing.T) {
	for _, loss := range []float64{0, 0.02, 0.2} {
		whole := offloadPair(t, loss) // as veth with TSO at both ends
		largest := 0
		whole.wire = func(f []byte, give func([]byte)) {
			largest = max(largest, len(f))
			give(f)
		}
		transfer(t, whole, loss)
		if loss == 0 && largest < 60000 {
			t.Errorf("the largest frame has %d bytes, want one near 64 KiB", largest)
		}
		if limit := wire.VirtioLen + wire.EthernetLen + OffloadMax; largest > limit {
			t.Errorf("a frame of %d bytes, want at most %d", largest, limit)
		}
		cut := offloadPair(t, loss)
		cut.wire = cutOnTheWay(t, func([]byte) {})
		transfer(t, cut, loss)
	}
}

// TestOffloadSendsTheSameSegments: what a device makes of the super-segments is
// what the host sends without one, but for PSH and the
// identification of packets that nobody may fragment.
func TestOffloadSendsTheSameSegments(t *testing.T) {
	record := func(p *pair) (frames [][]byte) {
		seen := func(f []byte) {
			f = anonymous(f)
			if ip, body, err := wire.ParseIPv4(f[wire.EthernetLen:]); err == nil && ip.Protocol == wire.ProtocolTCP {
				body[13] &^= byte(wire.PSH)
				body[16], body[17] = 0, 0
			}
			frames = append(frames, f)
		}
		if p.hosts[0].cfg.Offload > 0 {
			p.wire = cutOnTheWay(t, seen)
		} else {
			p.wire = func(f []byte, give func([]byte)) { seen(f); give(f) }
		}
		client, server := p.connected()
		buf := make([]byte, 200000)
		for _, n := range []int{1, 1448, 1449, 100000, 14480, 5} {
			p.start(0, spec.Call{Op: spec.OpSend, FD: client, Buf: make([]byte, n)})
			for got := 0; got < n; {
				got += int(p.must(1, spec.Call{Op: spec.OpRecv, FD: server, Buf: buf}))
			}
		}
		p.must(0, spec.Call{Op: spec.OpClose, FD: client})
		return frames
	}
	want, got := record(newPair(t, 0)), record(offloadPair(t, 0))
	for i := range min(len(want), len(got)) {
		if !bytes.Equal(want[i], got[i]) {
			t.Fatalf("frame %d with offload:\n%x\nwithout:\n%x", i, got[i][:66], want[i][:66])
		}
	}
	if len(want) != len(got) || len(want) < 100 {
		t.Errorf("%d frames with offload, %d without", len(got), len(want))
	}
}

// TestChecksumIsLookedAtUnlessVerified: a device that says nothing of a frame
// has not looked at it.
func TestChecksumIsLookedAtUnlessVerified(t *testing.T) {
	for _, c := range []struct {
		what string
		work wire.Virtio
		got  int
	}{
		{"nothing said", wire.Virtio{}, 0},
		{"verified", wire.Virtio{Verified: true}, 1},
		{"never filled in", wire.Virtio{Partial: true, ChecksumStart: 34, ChecksumOffset: 6}, 1},
	} {
		p := offloadPair(t, 0)
		fd := p.must(1, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, SockFlags: spec.SockNonblock})
		p.must(1, bindTo(fd, "10.0.0.2:9"))
		f := make([]byte, wire.VirtioLen+wire.EthernetLen+wire.IPv4Len+wire.UDPLen+1)
		c.work.Put(f)
		frame := f[wire.VirtioLen:]
		u := wire.UDP{SrcPort: 1, DstPort: 9}
		u.Put(frame[34:], wire.PseudoIPv4([4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, wire.ProtocolUDP))
		frame[34+6]++
		ip := wire.IPv4{TTL: 64, Protocol: wire.ProtocolUDP, Src: [4]byte{10, 0, 0, 1}, Dst: [4]byte{10, 0, 0, 2}}
		ip.Put(frame[14:])
		eth := wire.Ethernet{Dst: pairConfig(1).MAC, Type: wire.EtherTypeIPv4}
		eth.Put(frame)
		p.hosts[1].Handle(0, f)
		r := p.call(1, spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 9)})
		if got := max(int(r.Ret), 0); got != c.got {
			t.Errorf("%s: received %d bytes (%v), want %d", c.what, got, r.Errno, c.got)
		}
	}
}

func TestMergedDatagramsComeOneByOne(t *testing.T) {
	p := offloadPair(t, 0)
	fd := p.must(1, spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram, SockFlags: spec.SockNonblock})
	p.must(1, bindTo(fd, "10.0.0.2:9"))
	f := make([]byte, wire.VirtioLen+wire.EthernetLen+wire.IPv4Len+wire.UDPLen+250)
	work := wire.OffloadUDP(34, 100)
	work.Put(f)
	frame := f[wire.VirtioLen:]
	u := wire.UDP{SrcPort: 1, DstPort: 9}
	u.PutPartial(frame[34:], wire.PseudoIPv4([4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, wire.ProtocolUDP))
	ip := wire.IPv4{TTL: 64, Protocol: wire.ProtocolUDP, Src: [4]byte{10, 0, 0, 1}, Dst: [4]byte{10, 0, 0, 2}}
	ip.Put(frame[14:])
	eth := wire.Ethernet{Dst: pairConfig(1).MAC, Type: wire.EtherTypeIPv4}
	eth.Put(frame)
	p.hosts[1].Handle(0, f)
	for _, want := range []int32{100, 100, 50} {
		if r := p.call(1, spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 300)}); r.Ret != want {
			t.Errorf("received %d bytes (%v), want %d", r.Ret, r.Errno, want)
		}
	}
}

// TestSuperSegmentWaitsForItsNeighbor: what the neighbour's silence held back
// leaves cut up.
func TestSuperSegmentWaitsForItsNeighbor(t *testing.T) {
	p := offloadPair(t, 0)
	client, server := p.connected()
	p.now += 31 * time.Second // the neighbour is to be asked again
	p.wire = cutOnTheWay(t, func([]byte) {})
	p.start(0, spec.Call{Op: spec.OpSend, FD: client, Buf: make([]byte, 10000)})
	buf := make([]byte, 20000)
	for got := 0; got < 10000; {
		got += int(p.must(1, spec.Call{Op: spec.OpRecv, FD: server, Buf: buf}))
	}
	if p.now > 32*time.Second {
		t.Errorf("all was there at %v, want no retransmission timeout", p.now)
	}
}

// TestDatagramsLeaveMerged: datagrams of one size to one peer are one frame,
// which is parted again into what leaves without offload.
func TestDatagramsLeaveMerged(t *testing.T) {
	sizes := []int{100, 100, 100, 30, 100, 0, 100, 200, 1472, 1472, 5000, 7, 7}
	record := func(p *pair) (frames [][]byte, bursts int) {
		seen := func(f []byte) { frames = append(frames, anonymous(f)) }
		dgram := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}
		a, b := p.must(0, dgram), p.must(1, dgram)
		p.must(1, bindTo(b, "10.0.0.2:7"))
		p.must(0, connectTo(a, "10.0.0.2:7"))
		p.must(0, spec.Call{Op: spec.OpSend, FD: a, Buf: []byte("the neighbour is known then")})
		p.must(1, spec.Call{Op: spec.OpRecv, FD: b, Buf: make([]byte, 100)})
		cut := cutOnTheWay(t, seen)
		p.wire = func(f []byte, give func([]byte)) {
			bursts++
			if p.hosts[0].cfg.Offload > 0 {
				cut(f, give)
			} else {
				seen(f)
				give(f)
			}
		}
		for i, n := range sizes {
			buf := bytes.Repeat([]byte{byte(i)}, n)
			p.hosts[0].Call(p.now, 0, &spec.Call{Op: spec.OpSend, FD: a, Buf: buf})
		}
		p.collect()
		return frames, bursts
	}
	want, _ := record(newPair(t, 0))
	got, bursts := record(offloadPair(t, 0))
	for i := range min(len(want), len(got)) {
		if !bytes.Equal(want[i], got[i]) {
			t.Fatalf("frame %d with offload:\n%x\nwithout:\n%x", i, got[i], want[i])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d frames with offload, %d without", len(got), len(want))
	}
	if wanted := len(sizes) + 3 - 5; bursts != wanted { // three more fragments, five merged
		t.Errorf("%d frames left the host, want %d", bursts, wanted)
	}
}

// anonymous is a copy of a frame without an identification that has no meaning,
// which a device counts up all the same.
func anonymous(frame []byte) []byte {
	f := bytes.Clone(frame)
	if ip, _, err := wire.ParseIPv4(f[wire.EthernetLen:]); err == nil && ip.DontFragment {
		f[wire.EthernetLen+4], f[wire.EthernetLen+5] = 0, 0
		f[wire.EthernetLen+10], f[wire.EthernetLen+11] = 0, 0
	}
	return f
}
