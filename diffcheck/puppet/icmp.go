package puppet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// payloadMax keeps injected frames within an Ethernet MTU of 1500: the puppet
// does not fragment.
const payloadMax = 1500

// checkLength refuses a payload that does not fit beside its headers.
func checkLength(n, headers int) error {
	if n < 0 || n > payloadMax-headers {
		return fmt.Errorf("frame with %d bytes of payload: want 0 to %d", n, payloadMax-headers)
	}
	return nil
}

func (p *Puppet) buildICMP(f *script.Frame) ([]byte, error) {
	if err := checkLength(f.Len, ipSize+icmpSize); err != nil {
		return nil, err
	}
	if a, b := f.Quoted.Src.Addr(), f.Quoted.Dst.Addr(); a.Is6() || b.Is6() {
		return nil, fmt.Errorf("a quoted packet from %v to %v: want IPv4", a, b)
	}
	var quote []byte
	var space [quoteMax]byte
	src, dst := p.Endpoints(f)
	switch {
	case !dst.Addr().Is6():
	case f.Implied: // the current connection is of IPv6, and this is about another
		src, dst = netip.AddrPortFrom(script.Remote1, 0), netip.AddrPortFrom(script.Own, 0)
	default:
		return nil, fmt.Errorf("ICMP to %v: ICMPv6 is icmp6", dst.Addr())
	}
	src, dst = p.naming.RealFar(src), netip.AddrPortFrom(p.naming.RealAddr(dst.Addr()), 0)
	if icmpQuotes(f.ICMPType) {
		quote = p.quote(&f.Quoted, space[:0], false)
		if quote[0]>>4 != 4 {
			return nil, fmt.Errorf("ICMP about a packet that is not IPv4: ICMPv6 is icmp6")
		}
		if f.Implied {
			// The far host speaks for itself; which router it might have been
			// instead makes no difference to the host.
			src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(quote[16:20])), 0)
			dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(quote[12:16])), 0)
		}
	}
	b := p.ip(src.Addr(), dst.Addr(), protoICMP)
	at := len(b)
	b = append(b, f.ICMPType, f.ICMPCode, 0, 0, 0, 0, 0, 0)
	switch f.ICMPType {
	case icmpUnreachable:
		binary.BigEndian.PutUint16(b[at+6:], f.MTU)
	case icmpRedirect:
		gateway := script.Gateway.As4()
		copy(b[at+4:], gateway[:])
	}
	if quote != nil {
		b = append(b, quote...)
	} else {
		b = appendPayload(b, f.Len)
	}
	return p.finish(b, at+2), nil
}

// quote appends the packet of the host that an ICMP message is about: the one
// last sent between the endpoints, or if there was none, one that might have
// been.
func (p *Puppet) quote(q *script.Quote, b []byte, six bool) []byte {
	if !q.Src.IsValid() || !q.Dst.IsValid() {
		current := p.last >= 0 && p.conns[p.last].far.Addr().Is6() == six
		if current && p.conns[p.last].quoted > 0 {
			return p.restate(&p.conns[p.last], q, b)
		}
		guess := script.Quote{
			Proto: script.ProtoTCP,
			Src:   netip.AddrPortFrom(script.Own, script.LocalPort),
			Dst:   netip.AddrPortFrom(script.Remote1, script.RemotePort),
		}
		if six {
			guess.Src = netip.AddrPortFrom(script.Own6, script.LocalPort)
			guess.Dst = netip.AddrPortFrom(script.Remote61, script.RemotePort)
		}
		if current {
			c := &p.conns[p.last]
			guess.Proto, guess.Src, guess.Dst = c.proto, p.naming.CanonHost(c.host), p.naming.CanonFar(c.far)
		}
		guess.Seq, guess.HasSeq, guess.Len = q.Seq, q.HasSeq, q.Len
		return p.invent(&guess, b)
	}
	host, far := p.naming.RealHost(q.Src), p.naming.RealFar(q.Dst)
	if i := p.find(q.Proto, host, far); i >= 0 && p.conns[i].quoted > 0 {
		return p.restate(&p.conns[i], q, b)
	}
	return p.invent(q, b)
}

// restate quotes the last packet of c, with another sequence number if the
// script states one.
func (p *Puppet) restate(c *conn, q *script.Quote, b []byte) []byte {
	b = append(b, c.quote[:c.quoted]...)
	at := int(b[0]&15)*4 + 4
	if b[0]>>4 == 6 {
		at = ip6Size + 4
	}
	if q.HasSeq && c.proto == script.ProtoTCP && len(b) >= at+4 {
		binary.BigEndian.PutUint32(b[at:], c.hostISN+q.Seq)
	}
	return b
}

// appendIP4 adds a whole IPv4 header to an empty b.
func appendIP4(b []byte, src, dst netip.Addr, proto byte, length int) []byte {
	total := uint16(ipSize + length)
	b = append(b, 0x45, 0, byte(total>>8), byte(total), 0, 0, 0x40, 0, 64, proto, 0, 0)
	s, d := src.As4(), dst.As4()
	b = append(append(b, s[:]...), d[:]...)
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum(b[:ipSize], 0)))
	return b
}

// invent quotes a packet that was never sent.
func (p *Puppet) invent(q *script.Quote, b []byte) []byte {
	host, far := p.naming.RealHost(q.Src), p.naming.RealFar(q.Dst)
	proto, header := byte(protoTCP), tcpSize
	switch q.Proto {
	case script.ProtoUDP:
		proto, header = protoUDP, udpSize
	case script.ProtoICMP:
		proto, header = protoICMP, icmpSize
	}
	if far.Addr().Is6() {
		b = appendIP6(b, host.Addr(), far.Addr(), proto, header+q.Len)
	} else {
		b = appendIP4(b, host.Addr(), far.Addr(), proto, header+q.Len)
	}
	b = binary.BigEndian.AppendUint16(b, host.Port())
	b = binary.BigEndian.AppendUint16(b, far.Port())
	if proto == protoUDP {
		b = binary.BigEndian.AppendUint16(b, uint16(udpSize+q.Len))
		return append(b, 0, 0)
	}
	seq := q.Seq
	if i := p.find(q.Proto, host, far); i >= 0 {
		seq += p.conns[i].hostISN
	}
	return binary.BigEndian.AppendUint32(b, seq)
}

// answerARP lays out a reply to a request for any address but the asker's.
func (p *Puppet) answerARP(frame []byte) {
	const size = etherSize + 28
	if len(frame) < size || binary.BigEndian.Uint16(frame[20:]) != 1 {
		return
	}
	sender, target := frame[28:32], frame[38:42]
	if [4]byte(sender) == [4]byte(target) {
		return
	}
	b := append(p.reply[:0], frame[6:12]...)
	b = append(b, p.cfg.MAC[:]...)
	b = append(b, etherARP>>8, etherARP&0xff)
	b = append(b, 0, 1, 8, 0, 6, 4, 0, 2) // Ethernet, IPv4, reply
	b = append(b, p.cfg.MAC[:]...)
	b = append(b, target...)
	b = append(b, frame[22:28]...)
	p.reply = append(b, sender...)
}
