package tcp

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// feed is fuzz input, read as numbers; it gives zeros at its end.
type feed []byte

func (f *feed) byte() byte {
	if len(*f) == 0 {
		return 0
	}
	b := (*f)[0]
	*f = (*f)[1:]
	return b
}

func (f *feed) uint16() uint16 { return uint16(f.byte())<<8 | uint16(f.byte()) }

// near is a number at or near one of the numbers that matter.
func (f *feed) near(of ...uint32) uint32 {
	b := f.byte()
	return of[int(b)%len(of)] + uint32(int8(f.byte()))
}

// segment draws a segment that the connection has a chance to take.
func (f *feed) segment(c *Conn) (seg wire.TCP, payload []byte) {
	seg.Flags = wire.Flags(f.byte())
	seg.Seq = f.near(c.rcvNxt, c.rcvNxt+c.rcvWnd, c.irs, c.rcvWup, c.rcvNxt+3000)
	seg.Ack = f.near(c.sndNxt, c.sndUna, c.iss+1, c.sndUna-c.sndMaxWnd, c.iss)
	seg.Window = f.uint16() >> (f.byte() % 16)
	o := &seg.Options
	o.Has = wire.OptionSet(f.byte()) &^ wire.OptionFastOpen
	o.MSS, o.WindowScale = f.uint16(), f.byte()
	o.TSVal, o.TSEcr = c.tsRecent+uint32(int8(f.byte())), uint32(f.byte())
	o.SACKCount = f.byte()
	for i := range o.SACK {
		left := f.near(c.sndUna, c.sndNxt)
		o.SACK[i] = wire.SACKBlock{Left: left, Right: left + uint32(f.uint16())}
	}
	return seg, make([]byte, f.uint16()%3000)
}

// buffersMax is what buffers of a limit below 64 KiB may take: what was told
// before the limit was lowered, and what is there.
const buffersMax = 256 << 10

// check fails on a state that no connection may be in.
func check(t *testing.T, c *Conn) {
	t.Helper()
	switch {
	case seqGT(c.sndUna, c.sndNxt):
		t.Fatalf("SND.UNA %d is after SND.NXT %d", c.sndUna, c.sndNxt)
	case len(c.rcv.buf) > buffersMax || len(c.snd.buf) > buffersMax:
		t.Fatalf("buffers are %d and %d bytes, want at most %d", len(c.rcv.buf), len(c.snd.buf), buffersMax)
	case c.state == StateClosed && c.sendAt != never:
		t.Fatal("a CLOSED connection has a timer")
	case c.tx.count() > 0 && (!seqGT(c.tx.at(c.tx.head).end, c.sndUna) || c.tx.at(c.tx.tail-1).end != c.sndNxt):
		t.Fatalf("segments in flight end at %d to %d, want them in (%d, %d]",
			c.tx.at(c.tx.head).end, c.tx.at(c.tx.tail-1).end, c.sndUna, c.sndNxt)
	case c.cwnd == 0:
		t.Fatal("the congestion window is shut")
	}
	if msg := c.tx.miscount(c.has(sackOK)); msg != "" {
		t.Fatal(msg)
	}
}

// miscount says how counts differ from the marks of segments, "" if they do not.
func (t *sender) miscount(sack bool) string {
	if t == nil {
		return ""
	}
	var sacked, lost, again uint32
	for i := t.head; i != t.tail; i++ {
		m := t.at(i).marks
		sacked += uint32(m & markSacked)
		lost += uint32(m & markLost / markLost)
		again += uint32(m & markAgain / markAgain)
		if i != t.head && !seqGT(t.at(i).end, t.at(i-1).end) {
			return fmt.Sprintf("segment %d ends at %d, the one before it at %d", i-t.head, t.at(i).end, t.at(i-1).end)
		}
		if m&(markLost|markSacked) == markLost|markSacked {
			return fmt.Sprintf("segment %d is SACKed and lost", i-t.head)
		}
		if m&(markLost|markAgain) == markLost && seqLT(i, t.hint) {
			return fmt.Sprintf("segment %d is lost, before the hint %d", i-t.head, t.hint-t.head)
		}
	}
	if sack && sacked != t.sacked || lost != t.lost || again != t.again || t.sacked+t.lost > t.count() {
		return fmt.Sprintf("%d SACKed, %d lost, %d sent again of %d, want %d, %d, %d", t.sacked, t.lost, t.again, t.count(), sacked, lost, again)
	}
	return ""
}

// drainChecked takes what the connection has to send, and fails if that never
// ends or contradicts itself.
func drainChecked(t *testing.T, c *Conn, now time.Duration, room []byte) {
	t.Helper()
	var seg wire.TCP
	for range 10_000 {
		n, ok := c.Next(now, &seg, room)
		if !ok {
			return
		}
		if seg.Len() > wire.TCPLenMax {
			t.Fatalf("a segment has %d bytes of header", seg.Len())
		}
		if c.state.sends() && seqGT(seg.Seq+segmentLen(seg.Flags, n), c.sndNxt) && seg.Flags&wire.RST == 0 {
			t.Fatalf("segment [%d, +%d) %v ends after SND.NXT %d", seg.Seq, n, seg.Flags, c.sndNxt)
		}
	}
	t.Fatal("Next does not end")
}

// FuzzHandle is a life of a connection: segments, calls and time as the input
// says. The copy made on the way must go on as the original does.
func FuzzHandle(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 2, 0x12, 0, 0, 2, 1, 255, 255, 0, 15, 5, 180, 7, 0, 0, 1, 3, 0, 100})
	f.Add([]byte{0, 3, 3, 200, 2, 0x12, 0, 0, 2, 1, 255, 255, 0, 15, 4, 5, 6, 4, 9, 8})
	f.Fuzz(func(t *testing.T, input []byte) {
		in := feed(input)
		cfg := Linux(1500)
		if in.byte()&1 != 0 {
			cfg = BSD(576)
		}
		cfg.SendBuffer, cfg.ReceiveBuffer = 20_000, 30_000
		var c, clone Conn
		room := make([]byte, 1500)
		now := time.Duration(0)
		iss := uint32(in.uint16()) << 16
		if in.byte()&1 != 0 {
			c.Open(now, cfg, iss, 5)
		} else {
			syn := wire.TCP{Flags: wire.SYN, Seq: 0xfffffff0, Window: in.uint16()}
			syn.Options.Has = wire.OptionSet(in.byte()) &^ (wire.OptionSACK | wire.OptionFastOpen)
			syn.Options.MSS = in.uint16()
			c.Accept(now, cfg, iss, 5, &syn)
		}
		drainChecked(t, &c, now, room)
		for len(in) > 0 {
			step(&in, &c, &now)
			check(t, &c)
			if in.byte()&7 == 0 {
				c.CopyTo(&clone)
				if a, b := c.AppendState(now, nil), clone.AppendState(now, nil); string(a) != string(b) {
					t.Fatal("a copy differs from its original")
				}
				drainChecked(t, &clone, now, room)
			}
			drainChecked(t, &c, now, room)
			check(t, &c)
		}
	})
}

// step is one thing that happens to a connection.
func step(in *feed, c *Conn, now *time.Duration) {
	switch in.byte() % 12 {
	case 0:
		c.Write(*now, make([]byte, in.uint16()%5000))
	case 1:
		c.Read(*now, make([]byte, in.uint16()%5000))
	case 2:
		if at, ok := c.Deadline(); ok {
			*now = max(*now, at)
			c.Expire(*now)
		}
	case 3:
		*now += time.Duration(in.byte()) * time.Millisecond
		c.Expire(*now)
	case 4:
		switch in.byte() % 8 {
		case 0:
			c.CloseWrite(*now)
		case 1:
			c.CloseRead()
		case 2:
			c.Close(*now)
		case 3:
			c.SetMTU(*now, int(in.uint16()))
		case 4:
			c.SetBuffers(int(in.uint16()), int(in.uint16()))
		case 5:
			c.SetKeepalive(*now, in.byte()&1 == 0)
		case 6:
			c.SetUserTimeout(time.Duration(in.uint16()) * time.Millisecond)
		case 7:
			c.Trim()
		}
	default:
		seg, payload := in.segment(c)
		c.Handle(*now, &seg, payload)
	}
}

func FuzzListen(f *testing.F) {
	f.Add(byte(2), uint32(1), uint32(0), uint16(5))
	f.Fuzz(func(t *testing.T, flags byte, seq, ack uint32, n uint16) {
		seg := wire.TCP{Flags: wire.Flags(flags), Seq: seq, Ack: ack}
		rst, ok := ResetFor(&seg, int(n))
		if ok == (seg.Flags&wire.RST != 0) {
			t.Fatalf("ResetFor(%v) says %v", seg.Flags, ok)
		}
		if ok && (rst.Flags&wire.ACK != 0) == (seg.Flags&wire.ACK != 0) {
			t.Fatalf("ResetFor(%v) has flags %v, want an ACK for a segment without one only", seg.Flags, rst.Flags)
		}
		if Listen(&seg) == ListenAccept && binary.BigEndian.Uint16([]byte{0, flags & 0x17}) != uint16(wire.SYN) {
			t.Fatalf("Listen accepts %v, want a bare SYN only", seg.Flags)
		}
	})
}
