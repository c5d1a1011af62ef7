package wire

import (
	"bytes"
	"testing"
)

// superFrame is a frame of a TCP segment or a datagram with n bytes of payload
// that a device is to cut up every size bytes.
func superFrame(p Protocol, n, size int) (frame []byte, work Virtio) {
	src, dst := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	start := EthernetLen + IPv4Len
	seg := TCP{SrcPort: 1, DstPort: 2, Seq: 0xfffffff0, Ack: 7, Flags: ACK | PSH | FIN | CWR, Window: 99}
	seg.Options.Has, seg.Options.TSVal = OptionTimestamps, 5
	head := seg.Len()
	if p == ProtocolUDP {
		head = UDPLen
	}
	frame = make([]byte, start+head+n)
	for i := range frame[start+head:] {
		frame[start+head+i] = byte(i * 7)
	}
	pseudo := PseudoIPv4(src, dst, p)
	if p == ProtocolUDP {
		h := UDP{SrcPort: 3, DstPort: 4}
		h.PutPartial(frame[start:], pseudo)
		work = OffloadUDP(start, size)
	} else {
		seg.PutPartial(frame[start:], pseudo)
		work = OffloadTCP(start, head, size, false)
	}
	ip := IPv4{ID: 0xffff, DontFragment: true, TTL: 64, Protocol: p, Src: src, Dst: dst}
	ip.Put(frame[EthernetLen:])
	eth := Ethernet{Dst: MAC{2, 0, 0, 0, 0, 2}, Src: MAC{2, 0, 0, 0, 0, 1}, Type: EtherTypeIPv4}
	eth.Put(frame)
	return frame, work
}

func TestVirtioRoundTrip(t *testing.T) {
	want := Virtio{Partial: true, Verified: true, Kind: SegmentTCPv6, ECN: true, HeaderLen: 74, Segment: 1440, ChecksumStart: 54, ChecksumOffset: 16}
	b := make([]byte, VirtioLen+3)
	want.Put(b)
	got, frame, err := ParseVirtio(b)
	if err != nil || got != want || len(frame) != 3 {
		t.Errorf("read %+v, %d bytes, %v, want %+v and 3 bytes", got, len(frame), err, want)
	}
	if _, _, err := ParseVirtio(b[:VirtioLen-1]); err != ErrShort {
		t.Errorf("header cut short: %v, want %v", err, ErrShort)
	}
}

func TestCutTCP(t *testing.T) {
	for _, n := range []int{1, 999, 1000, 1001, 3500, 60000} {
		frame, work := superFrame(ProtocolTCP, n, 1000)
		var whole []byte
		i := 0
		work.Cut(frame, make([]byte, len(frame)), func(one []byte) {
			_, packet, _ := ParseEthernet(one)
			ip, body, err := ParseIPv4(packet)
			if err != nil || ip.ID != uint16(0xffff+i) {
				t.Fatalf("%d bytes, segment %d: identification %d, %v", n, i, ip.ID, err)
			}
			seg, data, err := ParseTCP(body, PseudoIPv4(ip.Src, ip.Dst, ProtocolTCP))
			if err != nil {
				t.Fatalf("%d bytes, segment %d: %v", n, i, err)
			}
			flags := ACK
			if i == 0 {
				flags |= CWR
			}
			if len(whole)+len(data) == n {
				flags |= FIN | PSH
			}
			if seg.Seq != 0xfffffff0+uint32(len(whole)) || seg.Flags != flags || seg.Options.TSVal != 5 {
				t.Errorf("%d bytes, segment %d: %+v, want %v", n, i, seg, flags)
			}
			whole = append(whole, data...)
			i++
		})
		if !bytes.Equal(whole, frame[len(frame)-n:]) || i != (n+999)/1000 {
			t.Errorf("%d bytes came as %d in %d segments", n, len(whole), i)
		}
	}
}

func TestCutUDP(t *testing.T) {
	frame, work := superFrame(ProtocolUDP, 205, 64)
	var sizes []int
	work.Cut(frame, make([]byte, len(frame)), func(one []byte) {
		ip, body, err := ParseIPv4(one[EthernetLen:])
		if err != nil {
			t.Fatal(err)
		}
		_, data, err := ParseUDP(body, PseudoIPv4(ip.Src, ip.Dst, ProtocolUDP))
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(data))
	})
	if len(sizes) != 4 || sizes[0] != 64 || sizes[3] != 13 {
		t.Errorf("datagrams of %v bytes, want 64 64 64 13", sizes)
	}
}

func TestCutOfAWholeFrameFillsTheChecksumIn(t *testing.T) {
	frame, work := superFrame(ProtocolTCP, 100, 0)
	n := 0
	work.Cut(frame, make([]byte, len(frame)), func(one []byte) {
		n++
		ip, body, _ := ParseIPv4(one[EthernetLen:])
		if _, _, err := ParseTCP(body, PseudoIPv4(ip.Src, ip.Dst, ProtocolTCP)); err != nil {
			t.Error(err)
		}
	})
	if n != 1 {
		t.Errorf("%d frames, want 1", n)
	}
}

// FuzzCut: whatever a header says, nothing panics, and no more comes out than
// went in.
func FuzzCut(f *testing.F) {
	for _, p := range []Protocol{ProtocolTCP, ProtocolUDP} {
		frame, work := superFrame(p, 300, 100)
		b := make([]byte, VirtioLen, VirtioLen+len(frame))
		work.Put(b)
		f.Add(append(b, frame...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		work, frame, err := ParseVirtio(b)
		if err != nil {
			return
		}
		n := 0
		work.Cut(frame, make([]byte, len(frame)), func(one []byte) {
			if n++; len(one) > len(frame) || n > len(frame) {
				t.Fatalf("segment %d of %d bytes out of a frame of %d", n, len(one), len(frame))
			}
		})
	})
}
