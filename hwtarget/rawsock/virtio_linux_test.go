package rawsock_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/rawsock"
	"github.com/connspec/connspec/impl/wire"
)

// super is a frame of n bytes of payload, behind its virtio-net header, that
// is to be cut up every size bytes.
func super(to, from *rawsock.NIC, p wire.Protocol, n, size int) (b []byte, work wire.Virtio) {
	src, dst := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	const start = wire.EthernetLen + wire.IPv4Len
	seg := wire.TCP{SrcPort: 1, DstPort: 2, Seq: 0xffffff00, Ack: 7, Flags: wire.ACK | wire.PSH, Window: 99}
	seg.Options.Has, seg.Options.TSVal = wire.OptionTimestamps, 5
	head := seg.Len()
	if p == wire.ProtocolUDP {
		head = wire.UDPLen
	}
	b = make([]byte, wire.VirtioLen+start+head+n)
	frame := b[wire.VirtioLen:]
	for i := range frame {
		frame[i] = byte(i * 7)
	}
	pseudo := wire.PseudoIPv4(src, dst, p)
	if p == wire.ProtocolUDP {
		h := wire.UDP{SrcPort: 3, DstPort: 4}
		h.PutPartial(frame[start:], pseudo)
		work = wire.OffloadUDP(start, size)
	} else {
		seg.PutPartial(frame[start:], pseudo)
		work = wire.OffloadTCP(start, head, size, false)
	}
	ip := wire.IPv4{ID: 77, DontFragment: true, TTL: 64, Protocol: p, Src: src, Dst: dst}
	ip.Put(frame[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: to.MAC(), Src: from.MAC(), Type: wire.EtherTypeIPv4}
	eth.Put(frame)
	work.Put(b)
	return b, work
}

// TestKernelCutsAsWireDoes: what leaves a device without segmentation offload is
// what wire.Cut makes of the frame.
func TestKernelCutsAsWireDoes(t *testing.T) {
	a, b := veth(t, 1500, rawsock.Config{Offload: true}, rawsock.Config{})
	if got := a.Offload().Largest; got != 65535 {
		t.Errorf("largest packet %d, want 65535", got)
	}
	for _, p := range []wire.Protocol{wire.ProtocolTCP, wire.ProtocolUDP} {
		for _, c := range []struct{ n, size int }{{100, 0}, {100, 60}, {1448, 0}, {2897, 1448}, {65000, 1448}, {3000, 64}} {
			f, work := super(b, a, p, c.n, c.size)
			if n, err := a.Send([][]byte{f}); n != 1 || err != nil {
				t.Fatalf("protocol %d, %d bytes by %d: Send: %d, %v", p, c.n, c.size, n, err)
			}
			var want [][]byte
			frame := f[wire.VirtioLen:]
			work.Cut(frame, make([]byte, len(frame)), func(one []byte) { want = append(want, bytes.Clone(one)) })
			got := receive(t, b)
			if len(got) != len(want) {
				t.Fatalf("protocol %d, %d bytes by %d: %d frames arrived, want %d", p, c.n, c.size, len(got), len(want))
			}
			for i := range got {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("protocol %d, %d bytes by %d, frame %d:\n%x\nwant:\n%x", p, c.n, c.size, i, got[i], want[i])
				}
			}
		}
	}
}

// TestMergedFramesArriveWhole: between ends with offload nothing is cut up.
func TestMergedFramesArriveWhole(t *testing.T) {
	cfg := rawsock.Config{Offload: true, Merged: true, Frames: 8}
	a, b := veth(t, 1500, cfg, cfg)
	f, _ := super(b, a, wire.ProtocolTCP, 64000, 1448)
	for range 20 { // more than the ring has slots
		if n, err := a.Send([][]byte{f}); n != 1 || err != nil {
			t.Fatalf("Send: %d, %v", n, err)
		}
		got := receive(t, b)
		if len(got) != 1 || !bytes.Equal(got[0][wire.VirtioLen:], f[wire.VirtioLen:]) {
			t.Fatalf("%d frames arrived, want the one sent", len(got))
		}
		work, _, err := wire.ParseVirtio(got[0])
		if err != nil || !work.Partial || work.Kind != wire.SegmentTCPv4 || work.Segment != 1448 {
			t.Errorf("header %+v, %v, want a partial checksum and segments of 1448 bytes", work, err)
		}
	}
}

func TestSpinningWaitSeesAFrame(t *testing.T) {
	a, b := veth(t, 1500, rawsock.Config{}, rawsock.Config{Spin: time.Hour})
	a.Send([][]byte{frame(b, a, 60, 3)})
	if err := b.Wait(time.Second); err != nil {
		t.Error(err)
	}
	if got := receive(t, b); len(got) != 1 {
		t.Errorf("%d frames, want 1", len(got))
	}
	done := make(chan error)
	go func() { done <- b.Wait(time.Hour) }()
	b.Wake()
	if err := <-done; err != nil {
		t.Errorf("Wait after Wake: %v", err)
	}
}

func TestMergedNeedsOffload(t *testing.T) {
	lab.Need(t)
	_, err := rawsock.Open(rawsock.Config{Interface: "lo", Merged: true})
	if err == nil || !strings.Contains(err.Error(), "merged frames have no room without Offload") {
		t.Errorf("Open: %v", err)
	}
}
