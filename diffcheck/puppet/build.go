package puppet

import (
	"encoding/binary"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// windowDefault is the window of an injected segment that states none.
const windowDefault = 65535

// segment is a TCP segment to build, in real numbers.
type segment struct {
	flags    script.TCPFlags
	seq, ack uint32
	window   uint16
	options  script.TCPOptions
	length   int
}

func (p *Puppet) buildTCP(f *script.Frame) ([]byte, error) {
	src, dst := p.Endpoints(f)
	if err := checkLength(f.Len, ipSizeOf(dst.Addr())+60); err != nil {
		return nil, err
	}
	i := p.conn(script.ProtoTCP, p.naming.RealHost(dst), p.naming.RealFar(src))
	c := &p.conns[i]
	s := segment{flags: f.Flags, seq: c.farISN + f.Seq, window: f.Window, options: f.Options, length: f.Len}
	if f.Flags&script.ACK != 0 {
		s.ack = c.hostISN + f.Ack
	}
	if !f.HasWindow && f.Window == 0 {
		s.window = windowDefault
	}
	if f.Flags&script.SYN != 0 {
		c.farStamps = f.Options.Timestamps
		p.last = i
	} else if c.hostStamps && c.farStamps && f.Flags&script.RST == 0 {
		// RFC 7323, section 3.2: once negotiated, every segment has them.
		s.options.Timestamps = true
	}
	return p.segment(c, &s), nil
}

// segment writes the frame of s on connection c.
func (p *Puppet) segment(c *conn, s *segment) []byte {
	b := p.ip(c.far.Addr(), c.host.Addr(), protoTCP)
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, c.far.Port())
	b = binary.BigEndian.AppendUint16(b, c.host.Port())
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, 0, byte(s.flags))
	b = binary.BigEndian.AppendUint16(b, s.window)
	b = append(b, 0, 0, 0, 0)
	b = p.appendOptions(b, c, s)
	b[at+12] = byte((len(b) - at) / 4 << 4)
	b = appendPayload(b, s.length)
	return p.finish(b, at+16)
}

func (p *Puppet) appendOptions(b []byte, c *conn, s *segment) []byte {
	o := &s.options
	start := len(b)
	if o.MSS != 0 {
		b = append(b, 2, 4, byte(o.MSS>>8), byte(o.MSS))
	}
	if o.SACKPermitted {
		b = append(b, 4, 2)
	}
	if o.Timestamps {
		p.clock++
		b = append(b, 8, 10)
		b = binary.BigEndian.AppendUint32(b, p.clock)
		echo := c.stamp
		if s.flags&script.ACK == 0 {
			echo = 0
		}
		b = binary.BigEndian.AppendUint32(b, echo)
	}
	if o.WindowScale != 0 {
		b = append(b, 3, 3, o.WindowScale-1)
	}
	b = appendFastOpen(b, &o.FastOpen)
	if n := min(int(o.SACKBlocks), (38-(len(b)-start))/8); n > 0 {
		b = append(b, 5, byte(2+8*n))
		for i := range n {
			// Scripts count blocks and do not place them: one byte each, above
			// what is acknowledged, with a hole before it.
			left := s.ack + uint32(2*i+1)
			b = binary.BigEndian.AppendUint32(b, left)
			b = binary.BigEndian.AppendUint32(b, left+1)
		}
	}
	for (len(b)-start)%4 != 0 {
		b = append(b, 1)
	}
	return b
}

// appendFastOpen writes the option of RFC 7413, section 4.1.1, or its elder
// with the experiment identifier 0xF989.
func appendFastOpen(b []byte, o *script.FastOpen) []byte {
	switch {
	case !o.Present:
		return b
	case o.Experimental:
		b = append(b, optionExperimental, 4+o.Len, fastOpenID>>8, fastOpenID&0xff)
	default:
		b = append(b, optionFastOpen, 2+o.Len)
	}
	return append(b, o.Cookie[:o.Len]...)
}

func (p *Puppet) buildUDP(f *script.Frame) ([]byte, error) {
	src, dst := p.Endpoints(f)
	if err := checkLength(f.Len, ipSizeOf(dst.Addr())+udpSize); err != nil {
		return nil, err
	}
	i := p.conn(script.ProtoUDP, p.naming.RealHost(dst), p.naming.RealFar(src))
	p.last = i
	c := &p.conns[i]
	b := p.ip(c.far.Addr(), c.host.Addr(), protoUDP)
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, c.far.Port())
	b = binary.BigEndian.AppendUint16(b, c.host.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(udpSize+f.Len))
	b = append(b, 0, 0)
	b = appendPayload(b, f.Len)
	return p.finish(b, at+6), nil
}

// appendPayload adds n bytes, the alphabet over and over.
func appendPayload(b []byte, n int) []byte {
	for i := range n {
		b = append(b, 'a'+byte(i%26))
	}
	return b
}

// ip starts a frame in p.out: the Ethernet header and the IP header, whose
// length and checksum finish fills in.
func (p *Puppet) ip(src, dst netip.Addr, proto byte) []byte {
	if dst.Is6() {
		return p.ip6(src, dst, proto)
	}
	b := append(p.out[:0], p.cfg.HostMAC[:]...)
	b = append(b, p.cfg.MAC[:]...)
	b = append(b, etherIPv4>>8, etherIPv4&0xff)
	b = append(b, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, proto, 0, 0) // DF, TTL 64
	s, d := src.As4(), dst.As4()
	b = append(b, s[:]...)
	return append(b, d[:]...)
}

// finish fills in the lengths and checksums of the frame in b. at is where the
// checksum of the transport header belongs.
func (p *Puppet) finish(b []byte, at int) []byte {
	if b[etherSize]>>4 == 6 {
		return p.finish6(b, at)
	}
	head := b[etherSize : etherSize+ipSize]
	rest := b[etherSize+ipSize:]
	binary.BigEndian.PutUint16(head[2:], uint16(ipSize+len(rest)))
	binary.BigEndian.PutUint16(head[10:], ^uint16(sum(head, 0)))
	start := uint32(0)
	if proto := head[9]; proto != protoICMP {
		start = pseudo([4]byte(head[12:16]), [4]byte(head[16:20]), proto, len(rest))
	}
	c := ^uint16(sum(rest, start))
	if c == 0 && head[9] == protoUDP {
		c = 0xffff // RFC 768: 0 says that there is no checksum
	}
	binary.BigEndian.PutUint16(b[at:], c)
	p.out = b
	return b
}

// sum adds up b in 16-bit words with end-around carry (RFC 1071), from start.
func sum(b []byte, start uint32) uint32 {
	s := uint64(start)
	for len(b) >= 2 {
		s += uint64(b[0])<<8 | uint64(b[1])
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint32(s)
}

// pseudo is the sum of the pseudo-header (RFC 9293, section 3.1).
func pseudo(src, dst [4]byte, proto byte, length int) uint32 {
	word := func(b []byte) uint32 { return uint32(b[0])<<8 | uint32(b[1]) }
	return word(src[:2]) + word(src[2:]) + word(dst[:2]) + word(dst[2:]) + uint32(proto) + uint32(length)
}
